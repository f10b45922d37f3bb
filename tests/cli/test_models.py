"""Weights become a model, a model restores files and takes part in chains."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from recoup import Image, Picture, Store, load, save
from recoup.training.nets.dncnn import DnCNN


def recoup(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run our command."""
    return subprocess.run(
        [sys.executable, "-m", "recoup", *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give weights of a small DnCNN, and an empty folder for models."""
    monkeypatch.setenv("RECOUP_MODELS", str(tmp_path / "models"))
    torch.manual_seed(1)
    file = tmp_path / "small.safetensors"
    save_file(DnCNN(channels=3, width=8, layers=3).state_dict(), file)
    return file


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Give a small 16-bit picture."""
    file = tmp_path / "photo.png"
    samples = np.random.default_rng(2).integers(0, 2**16, (40, 52, 3)).astype(np.uint16)
    save(Picture(Image(samples), icc=None), file)
    return file


def test_import_list_restore_compare(weights: Path, photo: Path, tmp_path: Path) -> None:
    """From weights to a restored file and a row, by commands alone."""
    imported = recoup("models", "import", weights, "--name", "small", "--licence", "CC0-1.0")
    assert imported.returncode == 0, imported.stderr
    assert "DnCNN, x1" in imported.stderr
    listed = recoup("models", "list")
    assert "CC0-1.0" in listed.stdout
    assert "swinir-m" in listed.stderr
    assert recoup("models", "path").stdout.strip() == str(tmp_path / "models")

    first = recoup("restore", photo, "--with", "small", "--out", tmp_path / "out")
    assert first.returncode == 0, first.stderr
    restored = load(tmp_path / "out" / "photo.png").image
    assert (restored.bits, restored.width, restored.height) == (16, 52, 40)
    again = recoup(
        "restore", photo, tmp_path / "none.png", "--with", "small", "-o", tmp_path / "out"
    )
    assert again.returncode == 1
    assert "skipped" in again.stderr
    assert "none.png" in again.stderr

    chain = "noise:sigma=5 | raw | small:tile=32"
    ran = recoup("compare", photo, "--chain", chain, "-m", "psnr", "-o", tmp_path / "rows")
    assert ran.returncode == 0, ran.stderr
    [row] = Store(tmp_path / "rows").measurements()
    assert row.chain == "noise:sigma=5 | raw | onnx:model=small,tile=32"
    assert row.scores["psnr"]


def test_what_is_missing_is_said(weights: Path, photo: Path) -> None:
    """A model that is known but not here, one that is not known, weights that are none."""
    known = recoup("compare", photo, "--chain", "raw | swinir-m")
    assert known.returncode == 2
    assert "recoup models import" in known.stderr
    unknown = recoup("compare", photo, "--chain", "raw | swinnir")
    assert (unknown.returncode, "no installed model" in unknown.stderr) == (2, True)
    weights.write_bytes(b"\x80\x04cos\nsystem\n.")
    broken = recoup("models", "import", weights)
    assert broken.returncode == 2
    assert "Traceback" not in broken.stderr
