"""Real-ESRGAN's pipeline: its published numbers, its size, what it does to pictures."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from recoup.errors import NotApplicableError
from recoup.filters.high_order import HighOrder
from recoup.filters.random_resize import RandomResize
from recoup.filters.rounds import FINAL_SINC, FIRST, SECOND, SIZES, drawn_factor
from recoup.image import Image

FACTORS = st.sampled_from([Fraction(1, 4), Fraction(1, 2), Fraction(1)])


def photo() -> Image:
    """A crop of a real photograph."""
    whole = data.astronaut()  # type: ignore[no-untyped-call]  # ships no types
    return Image(np.ascontiguousarray(whole[:128, 160:288]))


def test_ranges_are_the_published() -> None:
    """Of options/train_realesrgan_x4plus.yml, in its order."""
    blur_and_kernels = (1.0, 0.1, (0.45, 0.25, 0.12, 0.03, 0.12, 0.03), (0.2, 3), (0.5, 4), (1, 2))
    others = ((0.2, 0.7, 0.1), (0.15, 1.5), 0.5, (1, 30), (0.05, 3), 0.4, (30, 95))
    assert tuple(vars(FIRST).values()) == blur_and_kernels + others
    assert replace(FIRST, blur=0.8, sigma=(0.2, 1.5), resize=(0.3, 0.4, 0.3)) == replace(
        SECOND, factor=FIRST.factor, noise=FIRST.noise, poisson=FIRST.poisson
    )
    assert (SECOND.factor, SECOND.noise, SECOND.poisson) == ((0.3, 1.2), (1, 25), (0.05, 2.5))
    assert FINAL_SINC == 0.8
    assert SIZES == (7, 9, 11, 13, 15, 17, 19, 21)


@given(
    height=st.integers(1, 9), width=st.integers(1, 9), factor=FACTORS, seed=st.integers(0, 1 << 32)
)
@settings(max_examples=60, deadline=None)
def test_the_size_is_exact(height: int, width: int, factor: Fraction, seed: int) -> None:
    """However small the picture and wild the sizes between."""
    image = Image(np.full((height * 4, width * 4, 3), 99, np.uint8))
    out = HighOrder(factor, seed).apply(image)
    assert [out.height, out.width] == [int(side * 4 * factor) for side in (height, width)]


def test_sides_that_do_not_divide_are_refused() -> None:
    """With the way out."""
    with pytest.raises(NotApplicableError, match="high-order:1/4 needs sides that are multiples"):
        HighOrder().apply(Image(np.zeros((8, 10), np.uint8)))
    with pytest.raises(NotApplicableError, match="random-resize:1/4 needs sides"):
        RandomResize(Fraction(1, 4)).apply(Image(np.zeros((8, 10), np.uint8)))


def test_brightness_stays_and_detail_goes() -> None:
    """Mean over many seeds: no bias in brightness, worse than Pillow's JPEG at its worst."""
    image = photo()
    outs = [HighOrder(Fraction(1), seed).apply(image).samples.astype(float) for seed in range(40)]
    assert np.mean(outs) == pytest.approx(image.samples.mean(), abs=2.5)
    worst = [np.sqrt(((out - image.samples) ** 2).mean()) for out in outs]
    assert np.median(worst) > 15
    assert len({round(value, 6) for value in worst}) == 40


def test_sixteen_bits_and_grey_are_the_same_pipeline() -> None:
    """The same draws: at 16 bits within rounding of what 8 bits give."""
    image = photo()
    for samples in (image.samples, np.ascontiguousarray(image.samples[:, :, 1])):
        eight = HighOrder(seed=3).apply(Image(samples)).samples
        wide = samples.astype(np.uint16) * np.uint16(257)
        sixteen = HighOrder(seed=3).apply(Image(wide)).samples / 257
        assert np.abs(eight - sixteen).max() <= 0.51


def test_factors_are_drawn_as_published() -> None:
    """Up, down or keep with these frequencies, within the range."""
    draw = np.random.default_rng(1)
    factors = np.array([drawn_factor(FIRST, draw) for _ in range(5000)])
    shares = [(factors > 1).mean(), (factors < 1).mean(), (factors == 1).mean()]
    assert shares == pytest.approx([0.2, 0.7, 0.1], abs=0.02)
    assert (factors.min(), factors.max()) == pytest.approx((0.15, 1.5), abs=0.01)


@given(seed=st.integers(0, 1 << 32), low=st.floats(0.2, 1), more=st.floats(0, 1))
@settings(max_examples=30, deadline=None)
def test_random_resize_stays_near(seed: int, low: float, more: float) -> None:
    """A slope stays a slope: what it does is small where nothing is fine."""
    slope = np.add.outer(np.arange(40.0), np.arange(48.0)).astype(np.uint8) + np.uint8(60)
    out = RandomResize(Fraction(1), low, low + more, seed).apply(Image(slope)).samples[:, :, 0]
    assert np.abs(out.astype(float) - slope)[8:-8, 8:-8].max() <= 6
