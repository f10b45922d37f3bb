"""Pictures to train on, LPIPS with random weights, and one thread.

Small nets are fastest on one thread; two that wait for each other on a busy machine are slow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from recoup import Image, Picture, save
from recoup.models import Card
from recoup.models.alexnet import shapes, to_onnx


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """PyTorch computes on one thread while these tests run."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Eight pictures of smooth waves with a little grain, 96 x 80, as PNG files."""
    folder = tmp_path_factory.mktemp("photos")
    draw = np.random.default_rng(3)
    y, x = np.mgrid[0:80, 0:96]
    for n in range(8):
        waves = [
            np.sin(x * draw.uniform(0, 0.3) + y * draw.uniform(0, 0.3) + draw.uniform(0, 6))
            for _ in range(5)
        ]
        samples = 128 + np.stack(waves, -1) @ draw.uniform(5, 30, (5, 3))
        grain = draw.normal(0, 2, samples.shape)
        save(Picture(Image((samples + grain).clip(0, 255).astype(np.uint8))), folder / f"{n}.png")
    return tuple(sorted(folder.iterdir()))


@pytest.fixture(scope="session")
def lpips_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models that has ``lpips-alex``, with random weights."""
    folder = tmp_path_factory.mktemp("models")
    draw = np.random.default_rng(1)
    weights: dict[str, NDArray[np.float32]] = {}
    for name, shape in shapes().items():
        spread = draw.normal(0, 1 / np.sqrt(np.prod(shape[1:])), shape)
        # Some features count for nothing, as in the published weights.
        values = spread.clip(0) if name.startswith("lin") else spread
        weights[name] = values.astype(np.float32)
    data = to_onnx(weights)
    (folder / "lpips-alex.onnx").write_bytes(data)
    card = Card(
        name="lpips-alex",
        architecture="AlexNet",
        channels=3,
        sha256=hashlib.sha256(data).hexdigest(),
    )
    (folder / "lpips-alex.toml").write_text(card.text(), encoding="utf-8")
    return folder


@pytest.fixture
def random_lpips(lpips_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make recoup look for models there."""
    monkeypatch.setenv("RECOUP_MODELS", str(lpips_folder))
    return lpips_folder
