"""The perceptual loss is the metric LPIPS, with slopes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from recoup.errors import MissingError, ModelError
from recoup.image import Image
from recoup.metrics.lpips import lpips
from recoup.training.perceptual import Perceptual


def random_pair(side: int = 64) -> tuple[Image, Image]:
    """Two pictures that differ by noise."""
    draw = np.random.default_rng(0)
    one = draw.integers(40, 200, (side, side, 3))
    two = one + draw.integers(-30, 30, one.shape)
    return Image(one.astype(np.uint8)), Image(two.astype(np.uint8))


def planes(image: Image) -> torch.Tensor:
    """(1, 3, height, width) in 0..1."""
    return torch.from_numpy(image.samples.transpose(2, 0, 1).astype(np.float32) / 255)[None]


@pytest.mark.usefixtures("random_lpips")
def test_equals_the_metric() -> None:
    """What the engine computes from the same file, apart from rounding."""
    one, two = random_pair()
    loss = Perceptual.installed()
    ours = float(loss(planes(one), planes(two)))
    assert ours == pytest.approx(lpips(one, two), rel=1e-4)
    assert ours > 1e-3


@pytest.mark.usefixtures("random_lpips")
def test_no_place_on_alexnets_grid_is_the_same_at_each_step() -> None:
    """What lies at every fourth pixel is weighed differently from step to step, sixteen in turn."""
    loss = Perceptual.installed()
    flat = torch.full((1, 3, 64, 64), 0.5)
    dots = flat.clone()
    dots[:, :, ::4, ::4] += 0.2
    seen = [float(loss(dots, flat, step=step)) for step in range(17)]
    assert len({f"{value:.6f}" for value in seen}) == 16
    assert seen[16] == seen[0]


@pytest.mark.usefixtures("random_lpips")
def test_slopes_are_numbers_and_lead_down() -> None:
    """Also where the pictures are equal or nothing is seen; a step against the slope helps."""
    loss = Perceptual.installed()
    for flat in (torch.zeros(1, 3, 32, 32), torch.full((1, 3, 32, 32), 0.5)):
        same = flat.clone().requires_grad_()
        loss(same, flat).backward()
        assert same.grad is not None
        assert bool(torch.isfinite(same.grad).all())
    one, two = map(planes, random_pair())
    moved = two.clone().requires_grad_()
    before = loss(moved, one)
    before.backward()
    assert moved.grad is not None
    assert not list(loss.parameters())
    after = loss(two - 0.05 * moved.grad / moved.grad.norm(), one)
    assert bool(after < before)


def test_refusals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the model the command that gets it is named."""
    monkeypatch.setenv("RECOUP_MODELS", str(tmp_path))
    with pytest.raises(MissingError, match="lpips-alex"):
        Perceptual.installed()
    with pytest.raises(ModelError, match="not the weights of LPIPS: gain is missing"):
        Perceptual({})
