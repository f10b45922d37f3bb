"""PSNR against scikit-image, plain NumPy, and laws."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from skimage.metrics import peak_signal_noise_ratio

from recoup.image import Image
from recoup.metrics.psnr import psnr, psnr_y

Score = Callable[[Image, Image], float]
DEPTHS = (8, 10, 12, 16)


def pair(bits: int, channels: int, shape: tuple[int, int] = (37, 53)) -> tuple[Image, Image]:
    """Two unlike images."""
    kind = np.uint8 if bits == 8 else np.uint16
    draw = np.random.default_rng(bits + channels)
    one, two = (draw.integers(0, 1 << bits, (*shape, channels)) for _ in range(2))
    return Image(one.astype(kind), bits), Image(two.astype(kind), bits)


def decibels(error: float, peak: float) -> float:
    """PSNR from a mean squared error."""
    return 10 * math.log10(peak**2 / error)


@pytest.mark.parametrize("bits", DEPTHS)
@pytest.mark.parametrize("channels", [1, 3])
def test_psnr_is_scikit_images(bits: int, channels: int) -> None:
    """Grey and RGB at every depth."""
    one, two = pair(bits, channels)
    theirs = peak_signal_noise_ratio(  # type: ignore[no-untyped-call]  # ships no types
        one.samples, two.samples, data_range=one.peak
    )
    assert psnr(one, two) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("bits", DEPTHS)
def test_psnr_y_is_that_of_the_written_formula(bits: int) -> None:
    """In float64, at every depth."""
    one, two = pair(bits, 3)
    weights = np.array([65.481, 128.553, 24.966])
    lumas = [16 + i.samples.astype(np.float64) @ weights / i.peak for i in (one, two)]
    error = float(np.mean((lumas[0] - lumas[1]) ** 2))
    assert psnr_y(one, two) == pytest.approx(decibels(error, 255), abs=1e-5)


def test_luma_of_a_grey_image_is_itself() -> None:
    """As the literature measures its grey sets."""
    one, two = pair(8, 1)
    assert psnr_y(one, two) == psnr(one, two)


@pytest.mark.parametrize("bits", [8, 16])
def test_the_worst_pair_of_many_samples_is_exact(bits: int) -> None:
    """Black against white: no sum overflows."""
    kind = np.uint8 if bits == 8 else np.uint16
    black = Image(np.zeros((300, 700, 3), kind), bits)
    white = Image(np.full((300, 700, 3), black.peak, kind), bits)
    assert psnr(black, white) == 0
    assert psnr_y(black, white) == pytest.approx(decibels(219**2, 255), abs=1e-5)


@settings(max_examples=30, deadline=None)
@given(arrays(np.uint8, (3, 5, 3)), arrays(np.uint8, (3, 5, 3)))
def test_laws(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> None:
    """Identity, symmetry, range, depth scaling."""
    one, two = Image(first), Image(second)
    for score in (psnr, psnr_y):
        assert score(one, one) == math.inf
        assert score(one, two) == score(two, one) >= 0
        deep = [Image(i.samples.astype(np.uint16) * 257, 16) for i in (one, two)]
        assert score(*deep) == pytest.approx(score(one, two), abs=1e-5)
    assert (psnr(one, two) == math.inf) == (one == two)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 40))
def test_more_noise_is_worse(seed: int, step: int) -> None:
    """Strictly, level by level."""
    draw = np.random.default_rng(seed)
    sign = draw.choice([-1, 1], (16, 16, 3))
    levels = [Image((128 + sign * k * step).astype(np.uint8)) for k in range(4)]
    for score in (psnr, psnr_y):
        values = [score(levels[0], other) for other in levels]
        assert values == sorted(values, reverse=True)
        assert len(set(values)) == 4


@pytest.mark.parametrize("score", [psnr, psnr_y])
def test_images_that_differ_in_form_are_refused(score: Score) -> None:
    """Depth, channels, and depths of one dtype."""
    grey, deep = Image(np.zeros((4, 4), np.uint8)), Image(np.zeros((4, 4), np.uint16), 10)
    rgb, deeper = Image(np.zeros((4, 4, 3), np.uint8)), Image(np.zeros((4, 4), np.uint16), 12)
    for one, two in ((grey, deep), (rgb, grey), (deep, deeper)):
        with pytest.raises(ValueError, match="must have the same sides, channels and bits"):
            score(one, two)
