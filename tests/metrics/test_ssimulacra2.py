"""SSIMULACRA2 against its author's tool, the definition in plain NumPy, and laws."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import correlate1d
from skimage import data

from recoup.errors import NotApplicableError
from recoup.image import Image
from recoup.metrics.gaussian_loops import resonators
from recoup.metrics.ssimulacra2 import _WEIGHTS, ssimulacra2

Planes = NDArray[np.float64]
TAPS = np.array([0.00941437, 0.03601111, 0.10933537, 0.21292859, 0.26462111])
WINDOW = np.concatenate([TAPS, TAPS[-2::-1]])


def photo(height: int, width: int, channels: int = 3) -> NDArray[np.uint8]:
    """A crop of a real photograph."""
    whole = data.astronaut()  # type: ignore[no-untyped-call]  # ships no types
    return np.ascontiguousarray(whole[40 : 40 + height, 100 : 100 + width, :channels])


def pair(kind: str, form: tuple[int, int, int], bits: int = 8) -> tuple[Image, Image]:
    """A photograph and what became of it, by whole numbers alone."""
    clean = photo(*form).astype(np.int64)
    y, x, k = np.mgrid[: form[0], : form[1], : form[2]]
    other = clean
    if kind == "coarse":
        other = clean // 24 * 24 + 12
    elif kind == "fine":
        other = clean + (x * 7 + y * 13 + k * 5) % 5 - 2
    elif kind == "soft":
        around = [np.roll(clean, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        other = np.sum(around, axis=0) // 9
    else:
        other = clean + (x * x * 7 + y * y * 13 + x * y * 3 + k * 5) % 81 - 40
    other = np.clip(other, 0, 255)
    if bits > 8:
        clean, other = (image * ((1 << bits) - 1) // 255 for image in (clean, other))
    dtype = np.uint8 if bits == 8 else np.uint16
    return Image(clean.astype(dtype), bits), Image(other.astype(dtype), bits)


GOLDEN = [
    ("coarse", (300, 380, 3), 8, 26.95816451),
    ("fine", (300, 380, 3), 8, 92.83519463),
    ("soft", (301, 379, 3), 8, -11.07330305),
    ("rough", (240, 320, 3), 8, -7.13386426),
    ("rough", (240, 320, 1), 8, -12.46507085),
    ("fine", (200, 211, 3), 16, 93.30835427),
    ("coarse", (200, 211, 1), 16, 32.45546089),
    ("soft", (112, 150, 3), 8, 77.13784105),
    ("rough", (50, 61, 3), 8, -62.29998577),
    ("rough", (8, 9, 3), 8, 80.7949776),
    ("fine", (15, 40, 3), 8, 96.6527866),
]


@pytest.mark.parametrize(("kind", "form", "bits", "score"), GOLDEN)
def test_the_scores_of_the_tool(
    kind: str, form: tuple[int, int, int], bits: int, score: float
) -> None:
    """Of github.com/cloudinary/ssimulacra2 at 81feacf, version 2.1, on PNG files of these pairs."""
    near = 0.15 if score > 90 else 0.03  # nearly equal pictures: it is rounding that is scored
    assert ssimulacra2(*pair(kind, form, bits)) == pytest.approx(score, abs=near)


def blurred(planes: Planes) -> Planes:
    """The window in double precision, zeros beyond the picture."""
    down = correlate1d(planes, WINDOW, axis=0, mode="constant")
    return np.asarray(correlate1d(down, WINDOW, axis=1, mode="constant"))


def opsin(light: Planes) -> Planes:
    """X, Y and B - Y of JPEG XL (ISO/IEC 18181-1), moved to about 0..1."""
    matrix = np.array([[0.3, 0.622, 0.078], [0.23, 0.692, 0.078], [0.243423, 0.204767, 0.55181]])
    bias = 0.0037930732552754493
    long, middle, short = np.moveaxis(np.cbrt(light @ matrix.T + bias) - np.cbrt(bias), 2, 0)
    x, y = (long - middle) / 2, (long + middle) / 2
    return np.stack([x * 14 + 0.42, y + 0.01, short - y + 0.55], axis=2)


def slow(one: Image, two: Image) -> float:
    """As its author describes it, in double precision."""
    lights = []
    for image in (one, two):
        values = np.broadcast_to(image.samples / image.peak, (one.height, one.width, 3))
        power = ((values + 0.055) / 1.055) ** 2.4
        lights.append(np.where(values <= 0.04045, values / 12.92, power))
    norms = []
    for _ in range(6):
        x, y = (opsin(light) for light in lights)
        mx, my = blurred(x), blurred(y)
        vx, vy, cov = (
            blurred(p) - m for p, m in ((x * x, mx**2), (y * y, my**2), (x * y, mx * my))
        )
        structure = 1 - (1 - (mx - my) ** 2) * (2 * cov + 0.0009) / (vx + vy + 0.0009)
        edges = (1 + abs(y - my)) / (1 + abs(x - mx)) - 1
        errors = np.stack([np.maximum(e, 0) for e in (structure, edges, -edges)])
        norms.append([(errors**p).mean(axis=(1, 2)) ** (1 / p) for p in (1, 4)])
        if min(lights[0].shape[:2]) < 8:
            break
        padded = [np.pad(v, [(0, n % 2) for n in v.shape[:2]] + [(0, 0)], "edge") for v in lights]
        lights = [(v[::2, ::2] + v[1::2, ::2] + v[::2, 1::2] + v[1::2, 1::2]) / 4 for v in padded]
    flat = np.array(norms).transpose(3, 0, 1, 2).ravel()  # plane, scale, norm, error
    error = 0.9562382616834844 * flat @ _WEIGHTS[: flat.size]
    bent = 2.326765642916932 * error - 0.020884521182843837 * error**2
    bent += 6.248496625763138e-05 * error**3
    return float(100 - 10 * max(bent, 0) ** 0.6276336467831387)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("bits", [8, 10, 16])
@pytest.mark.parametrize(("height", "width"), [(113, 160), (150, 131), (8, 8), (9, 200), (70, 15)])
def test_the_definition_in_numpy(channels: int, bits: int, height: int, width: int) -> None:
    """Odd sides, few scales, every depth; rounding counts for less where much is wrong."""
    one, two = pair("rough", (height, width, channels), bits)
    assert ssimulacra2(one, two) == pytest.approx(slow(one, two), abs=0.05)


def test_the_window_is_the_response_of_the_resonators() -> None:
    """To one sample: nine places, symmetric, with the sum 1 and the variance of the Gaussian."""
    gains, cosines = resonators(1.5)
    last, past, found = np.zeros(3), np.zeros(3), []
    samples = np.eye(1, 40, 20).ravel()
    for place in range(6, 34):
        last, past = gains * (samples[place - 6] + samples[place + 4]) + cosines * last - past, last
        found.append(last.sum())
    assert np.array(found[10:19]) == pytest.approx(WINDOW, abs=1e-8)
    assert np.array(found[:10] + found[19:]) == pytest.approx(0, abs=1e-12)
    assert WINDOW.sum() == pytest.approx(1, abs=1e-7)
    assert WINDOW @ np.arange(-4, 5) ** 2 == pytest.approx(1.5**2, abs=1e-6)


def test_laws() -> None:
    """Identity, range, monotone in noise, depth; it is not symmetric."""
    clean = photo(150, 170)
    one = Image(clean)
    assert ssimulacra2(one, Image(clean.copy())) == 100
    noise = np.random.default_rng(0).normal(0, 1, clean.shape)
    noisy = [
        Image(np.clip(np.rint(clean + s * noise), 0, 255).astype(np.uint8)) for s in (1, 4, 16, 64)
    ]
    scores = [ssimulacra2(one, two) for two in noisy]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < 0 < scores[0] < 100
    assert ssimulacra2(noisy[2], one) != pytest.approx(scores[2], abs=0.1)
    deep = [Image(i.samples.astype(np.uint16) * 257) for i in (one, noisy[1])]
    assert ssimulacra2(*deep) == pytest.approx(scores[1], abs=1e-3)


def test_grey_is_three_equal_channels() -> None:
    """To the last digit."""
    one, two = pair("rough", (120, 130, 1))
    colour = [Image(np.repeat(image.samples, 3, axis=2)) for image in (one, two)]
    assert ssimulacra2(one, two) == ssimulacra2(*colour)


def test_small_and_unlike_pictures_are_refused() -> None:
    """As by the tool."""
    small = Image(np.zeros((7, 50), np.uint8))
    with pytest.raises(NotApplicableError, match="sides of 8 pixels or more, not 50x7"):
        ssimulacra2(small, small)
    with pytest.raises(ValueError, match="cannot compare"):
        ssimulacra2(small, Image(np.zeros((50, 7), np.uint8)))


def test_memory_is_that_of_the_smaller_scales() -> None:
    """Beside 2.7 kB for each column: two pictures in light at half and at a quarter of the size."""
    whole = np.tile(photo(400, 400), (6, 1, 1))
    one, two = Image(whole), Image(whole[::-1])
    ssimulacra2(Image(photo(20, 20)), Image(photo(21, 20)[1:]))  # load the loops
    tracemalloc.start()
    ssimulacra2(one, two)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 10_000
    assert peak < 9 * one.pixels + 2 * 2700 * (one.width + 64)
