"""Wiener filters: what they gain on photographs, and that they know the recipe's blur."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageFilter
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import fft
from skimage import data

from recoup.filters.cosine import cosine, from_cosine
from recoup.filters.degrade import SeedRecipe
from recoup.filters.noise import Noise
from recoup.filters.resample import Bicubic
from recoup.filters.wiener import Wiener, WienerSeed, blur_response
from recoup.image import Image
from recoup.metrics.psnr import psnr

CLIC = Path(__file__).parents[2] / "../shared/data/clic2025"


def photo(name: str) -> Image:
    """A photograph, its sides cut to multiples of 4."""
    whole = np.asarray(getattr(data, name)())
    height, width = (side - side % 4 for side in whole.shape[:2])
    return Image(np.ascontiguousarray(whole[:height, :width]))


@given(st.integers(1, 40), st.integers(1, 9))
@settings(max_examples=30, deadline=None)
def test_cosine_is_scipys(length: int, width: int) -> None:
    """DCT-II, orthonormal, odd and even lengths; and back."""
    lines = np.random.default_rng(length).normal(size=(length, width))
    assert np.allclose(cosine(lines), fft.dct(lines, axis=0, norm="ortho"))
    assert np.allclose(from_cosine(cosine(lines)), lines)


def test_blur_response_is_pillows() -> None:
    """The transform of what Pillow makes of a line, up to its rounding to 8 bits."""
    dot = np.zeros((33, 33), np.uint8)
    dot[:, 16] = 255
    seen = np.asarray(PIL.Image.fromarray(dot).filter(PIL.ImageFilter.GaussianBlur(2)))[16] / 255
    frequency = np.arange(17) / 33
    waves: NDArray[np.float64] = np.cos(2 * np.pi * np.outer(frequency, np.arange(33) - 16))
    assert np.abs(waves @ seen - blur_response(frequency)).max() < 0.012


@pytest.mark.parametrize(("name", "gain"), [("astronaut", 1.8), ("chelsea", 1.8), ("coffee", 1.5)])
def test_seed_recipe_is_partly_undone(name: str, gain: float) -> None:
    """By this many dB more than by bicubic alone."""
    image = photo(name)
    small = SeedRecipe(seed=1).apply(image)
    nothing = psnr(image, Bicubic(Fraction(4)).apply(small))
    assert psnr(image, WienerSeed().apply(small)) > nothing + gain


def test_seed_recipe_of_held_out_pictures() -> None:
    """The quick filter that this replaces gained 1.6 dB on pictures of the same set."""
    if not CLIC.is_dir():
        pytest.skip("needs shared/data/clic2025")
    gains = []
    for path in sorted(CLIC.glob("*.png"))[:3]:
        whole = np.asarray(PIL.Image.open(path).convert("RGB"))[:1024, :1024]
        height, width = (side - side % 4 for side in whole.shape[:2])
        image = Image(np.ascontiguousarray(whole[:height, :width]))
        small = SeedRecipe().apply(image)
        gains.append(
            psnr(image, WienerSeed().apply(small)) - psnr(image, Bicubic(Fraction(4)).apply(small))
        )
    assert np.mean(gains) > 1.6


@pytest.mark.parametrize(("sigma", "gain"), [(10, 1.5), (25, 4.5), (50, 8.0)])
def test_noise_goes(sigma: float, gain: float) -> None:
    """By this many dB."""
    image = photo("chelsea")
    noisy = Noise(sigma, seed=1).apply(image)
    assert psnr(image, Wiener(sigma).apply(noisy)) > psnr(image, noisy) + gain


def test_no_noise_is_no_change() -> None:
    """At 8 and 16 bits."""
    image = photo("chelsea")
    assert Wiener(0).apply(image) == image
    deep = Image(image.samples.astype(np.uint16) * np.uint16(257))
    assert Wiener(0).apply(deep) == deep


def test_depth_does_not_matter() -> None:
    """Sigma is on the scale 0..255."""
    noisy = Noise(25, seed=1).apply(photo("chelsea"))
    deep = Image(noisy.samples.astype(np.uint16) * np.uint16(257))
    difference = Wiener(25).apply(deep).samples / 257 - Wiener(25).apply(noisy).samples
    assert np.abs(difference).max() < 0.51


def test_the_mean_is_kept() -> None:
    """Of every channel, up to rounding and clipping."""
    noisy = Noise(25, seed=1).apply(photo("chelsea"))
    out = Wiener(25).apply(noisy).samples
    assert np.abs(out.mean(axis=(0, 1)) - noisy.samples.mean(axis=(0, 1))).max() < 0.1
