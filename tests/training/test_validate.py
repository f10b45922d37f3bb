"""Validation: scores by recoup's own metrics, crops that stay, and the sheet."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from recoup.filters.resample import Bicubic
from recoup.image import Image
from recoup.metrics.psnr import psnr
from recoup.training.pairs import Degradation, Pairs, planes
from recoup.training.pool import Pool, pool
from recoup.training.progress import Progress
from recoup.training.validate import Scores, Validation, enlarged


class Same(nn.Module):
    """Gives what it is shown; has a weight, so that it lies on a device."""

    def __init__(self) -> None:
        """Hold the weight."""
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x: torch.Tensor, facts: torch.Tensor | None = None) -> torch.Tensor:
        """What it is shown."""
        return x * self.weight + (0 if facts is None else 0 * facts.sum())


@pytest.fixture
def pictures(photos: tuple[Path, ...]) -> Pool:
    """Three pictures."""
    return pool(photos[:4], side=64)


def test_doing_nothing_gains_nothing(pictures: Pool) -> None:
    """The PSNR of what it is shown, as the metric has it; told facts reach the net."""
    pairs = Pairs(pictures, Degradation(sigma=(25, 25), told=0.5), 1, crop=32, batch=1, seed=0)
    validation = Validation.of(pairs)
    assert [batch.wanted.shape for batch in validation.batches] == [(1, 3, 80, 80)] * 4
    scores, given = validation.score(Same())
    assert scores.gain == 0
    assert scores.lpips is None
    singles = [psnr(image(batch.wanted), image(batch.shown)) for batch in validation.batches]
    assert scores.psnr == pytest.approx(np.mean(singles))
    assert scores.psnr == pytest.approx(20.3, abs=0.7)
    assert torch.equal(given[0], validation.batches[0].shown)


@pytest.mark.usefixtures("random_lpips")
def test_lpips_where_it_is_installed(pictures: Pool) -> None:
    """More noise is farther away."""
    values = []
    for sigma in (5, 50):
        pairs = Pairs(pictures, Degradation(sigma=(sigma, sigma)), 1, crop=32, batch=1, seed=0)
        values.append(Validation.of(pairs).score(Same())[0].lpips)
    assert values[0] is not None
    assert values[1] is not None
    assert 0 < values[0] < values[1]


def test_crops_stay(pictures: Pool) -> None:
    """Two validations of one seed are the same, zoomed or not."""
    pairs = Pairs(pictures, Degradation("area:1/4"), 4, crop=32, batch=1, seed=3, zoom=(1, 2))
    one, two = Validation.of(pairs), Validation.of(pairs)
    for first, second in zip(one.batches, two.batches, strict=True):
        assert torch.equal(first.wanted, second.wanted)
        assert first.wanted.shape == (1, 3, 64, 64)
        assert first.shown.shape == (1, 3, 16, 16)


def test_sheet(pictures: Pool) -> None:
    """Shown (enlarged), given and wanted side by side, one row a picture, of the most."""
    pairs = Pairs(pictures, Degradation("area:1/4"), 4, crop=32, batch=1, seed=3)
    validation = Validation.of(pairs)
    wanted = [batch.wanted for batch in validation.batches]
    sheet = validation.sheet(wanted, most=2)
    assert sheet.samples.shape == (2 * 64, 3 * 64, 3)
    assert np.array_equal(sheet.samples[:, 64:128], sheet.samples[:, 128:])
    assert np.array_equal(sheet.samples[:64, 128:], image(wanted[0]).samples)


@pytest.mark.parametrize("factor", [2, 4])
def test_what_is_shown_is_enlarged_as_the_filter_does(pictures: Pool, factor: int) -> None:
    """By the kernel with a = -0.5, but for the rounding between its two passes."""
    for picture in pictures.pictures:
        wanted = Bicubic(Fraction(factor)).apply(picture)
        found = image(enlarged(tensor(picture), tensor(wanted)))
        assert psnr(wanted, found) > 54  # with a = -0.75: less than 51


def test_progress_in_words() -> None:
    """Time left at the rate so far."""
    progress = Progress(
        30, 50, 0.5, rate=8, waited=0.031, seconds=10, taken=10,
        scores=Scores(30.123, 0.9, 28.0, 0.2),
    )  # fmt: skip
    assert progress.left == 20
    assert "30.12 dB (+2.12)  SSIM 0.9000  LPIPS 0.2000" in progress.line
    assert "waiting 3 %  20 s left" in progress.line


def image(planes: torch.Tensor) -> Image:
    """(1, 3, height, width) in 0..1 as an Image."""
    return Image((planes[0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy().copy())


def tensor(picture: Image) -> torch.Tensor:
    """An Image as (1, 3, height, width) in 0..1."""
    return torch.from_numpy(planes(picture))[None]
