"""What each filter does to samples, against Pillow, SciPy and arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import PIL.Image
import PIL.ImageFilter
import pytest
from numpy.typing import NDArray
from PIL.Image import Resampling
from scipy import ndimage
from skimage import data

from recoup.errors import NotApplicableError
from recoup.filters.degrade import SeedRecipe
from recoup.filters.noise import Noise
from recoup.filters.resample import Area, Bicubic, Bilinear, Lanczos, Resample
from recoup.filters.smooth import Blur, Median
from recoup.image import Image

RESAMPLERS = pytest.mark.parametrize(
    ("kind", "kernel"),
    [
        (Bicubic, Resampling.BICUBIC),
        (Bilinear, Resampling.BILINEAR),
        (Lanczos, Resampling.LANCZOS),
        (Area, Resampling.BOX),
    ],
)
Kernel = Callable[[NDArray[np.float64]], NDArray[np.float64]]
FACTORS = pytest.mark.parametrize("factor", [Fraction(1, 4), Fraction(2), Fraction(3, 4)])


def photo() -> NDArray[np.uint8]:
    """A crop of a real photograph."""
    whole = data.astronaut()  # type: ignore[no-untyped-call]  # ships no types
    return np.asarray(whole[40:160, 100:280])


def wide(samples: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """The same on 16 bits."""
    return samples.astype(np.uint16) * np.uint16(257)


@RESAMPLERS
@FACTORS
def test_eight_bits_are_pillows(kind: type[Resample], kernel: Resampling, factor: Fraction) -> None:
    """Bit for bit, RGB and grey."""
    size = int(180 * factor), int(120 * factor)
    for samples in (photo(), photo()[:, :, 0]):
        theirs = np.asarray(PIL.Image.fromarray(samples).resize(size, kernel))
        assert kind(factor).apply(Image(samples)) == Image(theirs)


def keys(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cubic convolution, a = -1/2 (Keys, 1981, equation 15)."""
    x = np.abs(x)
    inner = 1.5 * x**3 - 2.5 * x**2 + 1
    outer = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x < 1, inner, np.where(x < 2, outer, 0))


def lanczos(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sinc under the middle lobe of a sinc three times as wide."""
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)


def weights(kernel: Kernel, length: int, factor: Fraction) -> NDArray[np.float64]:
    """Matrix that resizes a line: each row sums to 1, the kernel widened when shrinking."""
    centres = (np.arange(int(length * factor)) + 0.5) / float(factor) - 0.5
    wide_by = max(1.0, float(1 / factor))
    raw = kernel((np.arange(length) - centres[:, np.newaxis]) / wide_by)
    return np.asarray(raw / raw.sum(axis=1, keepdims=True))


def tent(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Linear interpolation."""
    return np.asarray(np.maximum(1 - np.abs(x), 0))


@pytest.mark.parametrize(
    ("kind", "kernel"), [(Bicubic, keys), (Bilinear, tent), (Lanczos, lanczos)]
)
@FACTORS
def test_sixteen_bits_are_the_kernels_formula(
    kind: type[Resample], kernel: Kernel, factor: Fraction
) -> None:
    """As matrices in float64, rounded once."""
    samples = wide(photo())
    down, across = weights(kernel, 120, factor), weights(kernel, 180, factor)
    theirs = np.einsum("ij,jkc,lk->ilc", down, samples.astype(float), across, optimize=True)
    ours = kind(factor).apply(Image(samples)).samples
    assert np.abs(ours - np.clip(theirs, 0, 65535)).max() < 0.55  # float32 adds a little to 1/2


def test_area_is_the_mean_of_blocks() -> None:
    """On 16 bits, rounded once."""
    samples = wide(photo())
    blocks = samples.reshape(30, 4, 45, 4, 3).mean(axis=(1, 3))
    assert np.abs(Area(Fraction(1, 4)).apply(Image(samples)).samples - blocks).max() <= 0.51


def test_overshoot_is_clipped() -> None:
    """An edge of bicubic goes beyond the peak in float."""
    edge = np.repeat(np.array([[0, 0, 1023, 1023]], np.uint16), 4, axis=0)
    out = Bicubic(Fraction(4)).apply(Image(edge, 10)).samples
    assert (out.min(), out.max()) == (0, 1023)


@pytest.mark.parametrize("kind", [Bicubic, Bilinear, Lanczos, Area])
def test_sides_that_do_not_divide_are_refused(kind: type[Resample]) -> None:
    """With the multiple that would do."""
    with pytest.raises(NotApplicableError, match="multiples of 4, not 10x8: crop"):
        kind(Fraction(1, 4)).apply(Image(np.zeros((8, 10), np.uint8)))


@pytest.mark.parametrize("sigma", [0.3, 1, 2.7, 40])
@pytest.mark.parametrize("deep", [False, True])
def test_blur_is_scipys(sigma: float, deep: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Before rounding equal to float64; kernels wider than the image included."""
    samples = wide(photo()) if deep else photo()
    theirs = ndimage.gaussian_filter(
        samples.astype(np.float64), sigma, mode="reflect", truncate=4.0, axes=(0, 1)
    )
    assert np.abs(Blur(sigma).apply(Image(samples)).samples - theirs).max() < 0.5 + 1e-6


def test_blur_in_strips_is_blur_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seams show nowhere."""
    image = Image(photo())
    whole = Blur(3).apply(image)
    monkeypatch.setattr("recoup.filters.smooth._STRIP_SAMPLES", 180 * 3 * 7)
    assert Blur(3).apply(image) == whole


@pytest.mark.parametrize("size", [1, 3, 7])
@pytest.mark.parametrize("deep", [False, True])
def test_median_is_scipys(size: int, deep: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Exactly, edges too, at both depths."""
    samples = wide(photo()) if deep else photo()
    theirs = ndimage.median_filter(samples, size=(size, size, 1), mode="nearest")
    assert np.array_equal(Median(size).apply(Image(samples)).samples, theirs)


@pytest.mark.parametrize("bits", [8, 16])
def test_noise_has_its_sigma_and_no_mean(bits: int) -> None:
    """On the scale 0..255 whatever the depth; rounding adds 1/12 to the variance."""
    level = 1 << (bits - 1)
    flat = Image(np.full((400, 500, 3), level, np.uint8 if bits == 8 else np.uint16), bits)
    step = (Noise(10, seed=5).apply(flat).samples - float(level)) * (255 / flat.peak)
    assert abs(step.mean()) < 0.05
    assert step.std() == pytest.approx(10, abs=0.05)
    assert abs(np.corrcoef(step[:, 1:, 0].ravel(), step[:, :-1, 0].ravel())[0, 1]) < 0.01


def test_noise_is_the_generators_own_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Strips do not show, and seeds differ."""
    samples = photo()
    draw = np.random.Generator(np.random.PCG64(9)).standard_normal(samples.shape)
    theirs = np.clip(np.rint(samples + 25 * draw), 0, 255)
    monkeypatch.setattr("recoup.filters.noise._STRIP_SAMPLES", 180 * 3 * 7)
    assert np.array_equal(Noise(25, seed=9).apply(Image(samples)).samples, theirs)
    assert Noise(25, seed=8).apply(Image(samples)) != Image(theirs.astype(np.uint8))


def test_seed_recipe_is_the_studys() -> None:
    """Written once more from its description; sides that do not divide by 4 lose the rest."""
    samples = photo()[:118, :179]
    small = PIL.Image.fromarray(samples).resize((44, 29), Resampling.BICUBIC)
    blurred = np.asarray(small.filter(PIL.ImageFilter.GaussianBlur(2)))
    draw = np.random.Generator(np.random.PCG64(0)).standard_normal(blurred.shape)
    theirs = np.clip(np.rint(blurred + 10 * draw), 0, 255).astype(np.uint8)
    assert SeedRecipe().apply(Image(samples)) == Image(theirs)


@pytest.mark.parametrize(
    "image", [Image(np.zeros((8, 8), np.uint16)), Image(np.zeros((3, 9), np.uint8))]
)
def test_seed_recipe_refuses(image: Image) -> None:
    """More than 8 bits, and what would vanish."""
    with pytest.raises(NotApplicableError, match="8 bits and sides of 4 pixels or more"):
        SeedRecipe().apply(image)


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1)])
@pytest.mark.parametrize("bits", [8, 16])
def test_the_smallest_images(shape: tuple[int, int], bits: int) -> None:
    """One pixel wide or high is enough for all that keep the size or enlarge."""
    image = Image(np.full(shape, 5, np.uint8 if bits == 8 else np.uint16))
    for filter_ in (Blur(2), Median(5), Bicubic(Fraction(2)), Area(Fraction(2))):
        assert (filter_.apply(image).samples == 5).all()
