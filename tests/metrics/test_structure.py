"""SSIM against scikit-image; MS-SSIM against the paper in plain NumPy and pytorch-msssim; laws."""

from __future__ import annotations

import gc
import pickle
import tracemalloc
import weakref
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.ndimage import correlate1d
from skimage import data
from skimage.metrics import structural_similarity

from recoup.errors import NotApplicableError
from recoup.image import Image
from recoup.metrics import structure
from recoup.metrics.msssim import ms_ssim
from recoup.metrics.ssim import ssim

Score = Callable[[Image, Image], float]
BOTH = pytest.mark.parametrize("score", [ssim, ms_ssim])
WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def photo(height: int = 200, width: int = 235) -> NDArray[np.uint8]:
    """A crop of a real photograph."""
    whole = data.astronaut()  # type: ignore[no-untyped-call]  # ships no types
    return np.asarray(whole[40 : 40 + height, 100 : 100 + width])


def noisy(samples: NDArray[np.uint8], sigma: float, seed: int = 0) -> NDArray[np.uint8]:
    """The samples with Gaussian noise."""
    noise = np.random.default_rng(seed).normal(0, sigma, samples.shape)
    return np.clip(np.rint(samples + noise), 0, 255).astype(np.uint8)


def deepened(samples: NDArray[np.uint8], bits: int) -> Image:
    """An image of more bits that uses its low bits too."""
    low = np.random.default_rng(1).integers(0, 1 << (bits - 8), samples.shape)
    wide = (samples.astype(np.int64) << (bits - 8)) + low
    return Image(wide.astype(np.uint8 if bits == 8 else np.uint16), bits)


def slow_factors(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """SSIM and its contrast factor of two planes on the scale 0..255, as the paper writes them."""
    bell = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
    bell /= bell.sum()

    def mean(plane: NDArray[np.float64]) -> NDArray[np.float64]:
        rows = correlate1d(plane, bell, axis=0)
        return np.asarray(correlate1d(rows, bell, axis=1)[5:-5, 5:-5])

    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mx, my = mean(x), mean(y)
    vx, vy, cov = mean(x * x) - mx**2, mean(y * y) - my**2, mean(x * y) - mx * my
    contrast = (2 * cov + c2) / (vx + vy + c2)
    luminance = (2 * mx * my + c1) / (mx**2 + my**2 + c1)
    return float(np.mean(luminance * contrast)), float(np.mean(contrast))


def slow_halved(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    """2 x 2 means, an odd side padded by zeros on both ends (the last line is not used)."""
    odd = [(n % 2, n % 2) for n in plane.shape]
    padded = np.pad(plane, odd)
    height, width = (n // 2 * 2 for n in padded.shape)
    blocks = padded[:height, :width].reshape(height // 2, 2, width // 2, 2)
    return np.asarray(blocks.mean(axis=(1, 3)))


def slow_ms_ssim(one: Image, two: Image) -> float:
    """MS-SSIM in float64 from the paper, channel by channel."""
    scores = []
    for k in range(one.channels):
        x, y = (i.samples[:, :, k].astype(np.float64) * (255 / i.peak) for i in (one, two))
        product = 1.0
        for weight in WEIGHTS[:-1]:
            product *= max(slow_factors(x, y)[1], 0) ** weight
            x, y = slow_halved(x), slow_halved(y)
        scores.append(product * max(slow_factors(x, y)[0], 0) ** WEIGHTS[-1])
    return float(np.mean(scores))


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("sigma", [0.6, 5, 60])
def test_ssim_is_scikit_images(bits: int, channels: int, sigma: float) -> None:
    """To 1e-6, at every depth and strength of noise."""
    clean = photo()[:, :, :channels]
    one, two = deepened(clean, bits), deepened(noisy(clean, sigma), bits)
    theirs = structural_similarity(  # type: ignore[no-untyped-call]  # ships no types
        one.samples.astype(np.float64),
        two.samples.astype(np.float64),
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        channel_axis=2,
        data_range=one.peak,
    )
    assert ssim(one, two) == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize("shape", [(11, 11), (11, 900), (900, 11), (12, 523), (83, 513), (79, 11)])
def test_ssim_of_odd_shapes_is_that_of_the_paper(shape: tuple[int, int]) -> None:
    """One window, one row of windows, tile edges."""
    draw = np.random.default_rng(0)
    one, two = (Image(draw.integers(0, 256, (*shape, 3), dtype=np.uint8)) for _ in range(2))
    slow = [slow_factors(*(i.samples[:, :, k].astype(float) for i in (one, two))) for k in range(3)]
    assert ssim(one, two) == pytest.approx(np.mean([s for s, _ in slow]), abs=1e-6)


@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize(("height", "width"), [(161, 161), (176, 192), (163, 230)])
def test_ms_ssim_is_that_of_the_paper(bits: int, height: int, width: int) -> None:
    """Even and odd sides, every depth."""
    clean = photo(height, width)
    one = deepened(clean, bits)
    for sigma in (2, 20, 90):
        two = deepened(noisy(clean, sigma), bits)
        assert ms_ssim(one, two) == pytest.approx(slow_ms_ssim(one, two), abs=2e-6)


def pattern(height: int, width: int, channels: int, shift: int) -> tuple[Image, Image]:
    """A pair from arithmetic alone, so that golden values need no picture."""
    y, x, k = np.mgrid[:height, :width, :channels]
    clean = ((x * x * (k + 1) + 3 * x * y + y * y) // 97 + x * (k + 2) + y) % 256
    other = np.clip(clean + ((x * 7 + y * 13 + k * 5 + shift) % 41) - 20, 0, 255)
    return Image(clean.astype(np.uint8)), Image(other.astype(np.uint8))


@pytest.mark.parametrize(
    ("form", "multi", "single"),
    [
        ((176, 192, 3, 0), 0.98921647522938, 0.8419228195550569),
        ((161, 203, 3, 5), 0.9890377263063138, 0.8404907105411263),
        ((300, 177, 1, 9), 0.9885425287599186, 0.8334601637104921),
    ],
)
def test_both_are_pytorch_msssims(
    form: tuple[int, int, int, int], multi: float, single: float
) -> None:
    """Golden values of pytorch-msssim 1.0.0 on torch 2.13.0, float64."""
    one, two = pattern(*form)
    assert ms_ssim(one, two) == pytest.approx(multi, abs=1e-6)
    assert ssim(one, two) == pytest.approx(single, abs=1e-6)


def test_a_negative_factor_counts_as_nothing() -> None:
    """Where SSIM is below 0, MS-SSIM is 0."""
    draw = np.random.default_rng(0).integers(0, 256, (170, 170), dtype=np.uint8)
    one, negative = Image(draw), Image(255 - draw)
    assert ssim(one, negative) < 0
    assert ms_ssim(one, negative) == slow_ms_ssim(one, negative) == 0


@BOTH
def test_laws(score: Score) -> None:
    """Identity, symmetry, depth scaling, range, monotone in noise."""
    clean = photo()
    one, two = Image(clean), Image(noisy(clean, 20))
    value = score(one, two)
    assert score(one, one) == 1 == score(one, Image(clean.copy()))
    assert value == pytest.approx(score(Image(two.samples), Image(clean)), abs=1e-6)
    deep = [Image(i.samples.astype(np.uint16) * 257, 16) for i in (one, two)]
    assert score(*deep) == pytest.approx(value, abs=1e-6)
    levels = [score(one, Image(noisy(clean, sigma))) for sigma in (1, 4, 16, 64)]
    assert levels == sorted(levels, reverse=True)
    assert 0 < levels[-1] < levels[0] < 1


@BOTH
def test_flips_and_transposes_change_nothing(score: Score) -> None:
    """The window is symmetric."""
    clean = photo(192, 176)  # multiples of 16: an odd side is padded on one end only
    other = noisy(clean, 20)
    value = score(Image(clean), Image(other))
    turns: tuple[Callable[[NDArray[np.uint8]], NDArray[np.uint8]], ...]
    turns = (np.flipud, np.fliplr, lambda a: a.transpose(1, 0, 2))
    for turn in turns:
        assert score(Image(turn(clean)), Image(turn(other))) == pytest.approx(value, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 255), st.integers(0, 255))
def test_ssim_of_two_flat_images_is_its_luminance(first: int, second: int) -> None:
    """No contrast: the hardest case for float32."""
    one, two = (Image(np.full((13, 14), v, np.uint8)) for v in (first, second))
    c1 = (0.01 * 255) ** 2
    luminance = (2 * first * second + c1) / (first**2 + second**2 + c1)
    assert ssim(one, two) == pytest.approx(luminance, abs=5e-5)


@pytest.mark.parametrize(("score", "least"), [(ssim, 11), (ms_ssim, 161)])
def test_the_least_side_is_taken_and_one_less_refused(score: Score, least: int) -> None:
    """With the number in the refusal."""
    enough, short = (Image(np.zeros((least + 5, side), np.uint8)) for side in (least, least - 1))
    assert score(enough, enough) == 1
    with pytest.raises(NotApplicableError, match=f"sides of {least} pixels or more"):
        score(short, short)


@BOTH
def test_images_that_differ_in_form_are_refused(score: Score) -> None:
    """Even if they have the same pixels."""
    one, two = Image(np.zeros((161, 170), np.uint8)), Image(np.zeros((170, 161), np.uint8))
    with pytest.raises(ValueError, match="must have the same sides, channels and bits"):
        score(one, two)


@BOTH
def test_what_is_kept_changes_no_score(score: Score, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor do strips, nor another original."""
    clean = photo()
    one, other = Image(clean), Image(noisy(clean, 8))
    decodes = [Image(noisy(clean, sigma)) for sigma in (3, 30)]
    warm = [score(one, two) for two in decodes for _ in range(2)]
    crossed = score(other, decodes[0])  # same distorted image, another original
    monkeypatch.setattr(structure, "KEPT_SAMPLES", 0)
    monkeypatch.setattr(structure, "_STRIP_SAMPLES", 235 * 3 * 40)
    cold = [score(Image(clean), Image(two.samples)) for two in decodes for _ in range(2)]
    assert warm == pytest.approx(cold, abs=1e-7)
    assert crossed == pytest.approx(score(Image(other.samples), Image(decodes[0].samples)))
    assert crossed != pytest.approx(warm[0], abs=1e-3)


def test_a_kept_score_does_not_hold_the_original() -> None:
    """Pictures do not pile up."""
    clean = photo()
    two = Image(noisy(clean, 5))
    one = Image(clean)
    ms_ssim(one, two)
    gone = weakref.ref(one)
    del one
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize(("most", "kept_bytes", "peak_bytes"), [(1 << 24, 7, 12), (0, 0.1, 5)])
def test_memory_is_within_its_bounds(
    most: int, kept_bytes: float, peak_bytes: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In bytes per sample: kept on the original, and at the peak; nothing above the limit."""
    monkeypatch.setattr(structure, "KEPT_SAMPLES", most)
    monkeypatch.setattr(structure, "_STRIP_SAMPLES", 1 << 17)
    one = Image(np.tile(photo(), (3, 3, 1)))
    two = Image(noisy(one.samples, 5))
    ms_ssim(Image(photo()), Image(noisy(photo(), 5)))  # load the loops
    tracemalloc.start()
    ms_ssim(one, two)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < kept_bytes * one.samples.size
    assert peak < peak_bytes * one.samples.size
    assert len(pickle.dumps(one)) < 1.1 * one.samples.nbytes
