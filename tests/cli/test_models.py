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
from recoup.models import Card
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
    scores = {row.chain: row.scores for row in Store(tmp_path / "rows").measurements()}
    assert scores["noise:sigma=5 | raw | onnx:model=small,tile=32"]["psnr"]


def test_what_is_missing_is_said(weights: Path, photo: Path) -> None:
    """A model that is known but not here, one that is not known, weights that are none."""
    known = recoup("compare", photo, "--chain", "raw | swinir-m")
    assert known.returncode == 2
    assert "recoup models get swinir-m" in known.stderr
    unknown = recoup("compare", photo, "--chain", "raw | swinnir")
    assert (unknown.returncode, "no installed model" in unknown.stderr) == (2, True)
    weights.write_bytes(b"\x80\x04cos\nsystem\n.")
    broken = recoup("models", "import", weights)
    assert broken.returncode == 2
    assert "Traceback" not in broken.stderr


def test_get_verify_and_what_is_not_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that are none and files that are not the pinned ones; a damaged model is found."""
    monkeypatch.setenv("RECOUP_MODELS", str(tmp_path / "models"))
    unknown = recoup("models", "get", "swinnir")
    assert (unknown.returncode, "recoup models list" in unknown.stderr) == (2, True)
    wrong = tmp_path / "alexnet.ckpt"
    wrong.write_bytes(b"another file")
    refused = recoup("models", "get", "lpips-alex", "--file", wrong)
    assert refused.returncode == 2
    assert "is not the file that is wanted" in refused.stderr
    assert not (tmp_path / "models").exists()
    several = recoup("models", "get", "swinir-m", "swinir-l", "--file", wrong)
    assert (several.returncode, "one model" in several.stderr) == (2, True)

    torch.manual_seed(1)
    weights = tmp_path / "dncnn3.pth"
    torch.save(DnCNN(channels=1, width=4, layers=3).state_dict(), weights)
    got = recoup("models", "get", "dncnn3", "--file", weights)
    assert got.returncode == 0, got.stderr
    assert "is installed" in recoup("models", "get", "dncnn3").stderr
    assert recoup("models", "verify", "dncnn3").returncode == 0
    model = tmp_path / "models" / "dncnn3.onnx"
    model.write_bytes(model.read_bytes() + b"x")
    unsound = recoup("models", "verify")
    assert (unsound.returncode, "not the file of its card" in unsound.stderr) == (1, True)
    listed = recoup("models", "list")
    assert (listed.returncode, "not the file of its card" in listed.stderr) == (0, True)


def test_import_fills_the_card_from_the_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights of a known name; what is given wins."""
    monkeypatch.setenv("RECOUP_MODELS", str(tmp_path))
    weights = tmp_path / "dncnn3.pth"
    torch.save(DnCNN(channels=1, width=4, layers=3).state_dict(), weights)
    done = recoup("models", "import", weights, "--data", "mine")
    assert done.returncode == 0, done.stderr
    card = Card.read((tmp_path / "dncnn3.toml").read_text())
    assert (card.licence, card.data) == ("MIT", "mine")
    assert "JPEG artefacts" in card.task
    assert "KAIR" in card.source
    assert "known by its name" in card.source
