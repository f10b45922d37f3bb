"""Losses, against their formulas in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from recoup.training.losses import PIXEL_LOSSES, adversarial


def test_pixel_losses() -> None:
    """Means over all samples; of the PSNR, over crops."""
    draw = np.random.default_rng(0)
    one, two = (draw.random((2, 3, 5, 7)).astype(np.float32) for _ in range(2))
    apart = np.float64(one) - two
    wanted = {
        "l1": np.abs(apart).mean(),
        "l2": (apart**2).mean(),
        "charbonnier": np.sqrt(apart**2 + 1e-6).mean(),
        "psnr": np.log10((apart**2).mean((1, 2, 3)) + 1e-8).mean() / 10,
    }
    assert PIXEL_LOSSES.keys() == wanted.keys()
    for name, loss in PIXEL_LOSSES.items():
        got = loss(torch.from_numpy(one), torch.from_numpy(two)).item()
        assert got == pytest.approx(wanted[name], rel=1e-5)


def test_adversarial() -> None:
    """``-log sigmoid`` for what should be taken for real, also far out."""
    logits = np.array([-60.0, -1.0, 0.0, 2.0])
    for real in (True, False):
        wanted = np.logaddexp(0, -logits if real else logits).mean()
        got = adversarial(torch.tensor(logits), real=real).item()
        assert got == pytest.approx(wanted, rel=1e-9)
