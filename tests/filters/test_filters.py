"""What every filter keeps to, one case for each name in the table."""

from __future__ import annotations

import pickle
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from recoup.chain import parse_filters, text
from recoup.contracts import Filter
from recoup.errors import ChainError
from recoup.filters import FILTERS, filters
from recoup.filters.degrade import SeedRecipe
from recoup.filters.high_order import HighOrder
from recoup.filters.identity import Identity
from recoup.filters.kernel_blur import KernelBlur, RandomBlur, Sinc
from recoup.filters.noise import Noise, Poisson
from recoup.filters.random_resize import RandomResize
from recoup.filters.resample import Area, Bicubic, Bilinear, Lanczos
from recoup.filters.smooth import Blur, Median
from recoup.filters.wiener import Wiener, WienerSeed
from recoup.image import Image

CASES: tuple[Filter, ...] = (
    Identity(),
    Bicubic(Fraction(1, 4)),
    Bicubic(Fraction(4)),
    Bilinear(Fraction(1, 2)),
    Lanczos(Fraction(3, 2)),
    Lanczos(Fraction(1, 2)),
    Area(Fraction(1, 4)),
    Area(Fraction(2)),
    Noise(25, seed=3),
    Noise(0),
    Blur(2),
    Blur(0.4),
    Median(3),
    Median(5),
    SeedRecipe(seed=7),
    Noise(25, seed=3, grey=True),
    Poisson(2, seed=3),
    Poisson(2, seed=3, grey=True),
    KernelBlur(2, across=0.5, angle=30, beta=0.7),
    KernelBlur(1.5, shape="plateau", size=7),
    Sinc(1.2),
    RandomBlur(seed=5),
    RandomResize(seed=5),
    RandomResize(low=2, high=2.5),
    RandomResize(Fraction(1, 4), seed=6),
    HighOrder(seed=7),
    HighOrder(Fraction(1, 2), seed=8),
    HighOrder(Fraction(1), seed=9),
    Wiener(25),
    WienerSeed(),
)
EVERY = pytest.mark.parametrize("filter_", CASES, ids=repr)
AT_DEPTHS = tuple(
    (case, bits)
    for case in CASES
    for bits in (8, 10, 16)
    if bits == 8 or case.name != "seed-recipe"
)
NOISY = (SeedRecipe, HighOrder, Poisson)
NOISELESS = tuple(
    case
    for case in CASES
    if not isinstance(case, NOISY) and not (isinstance(case, Noise) and case.sigma)
)
SEEDED = tuple(case for case in CASES if hasattr(case, "seed") and case != Noise(0))
SHAPES = ((24, 16), (4, 4), (4, 60))


def picture(bits: int, channels: int, shape: tuple[int, int] = (24, 16)) -> Image:
    """An image that uses its whole range."""
    samples = np.random.default_rng(bits).integers(0, 1 << bits, (*shape, channels))
    return Image(np.asarray(samples, np.uint8 if bits == 8 else np.uint16), bits)


def test_every_name_has_a_case() -> None:
    """A filter that is added is tested; those that need a model elsewhere."""
    elsewhere = {"onnx", "promised"}  # test_onnx.py, tests/compress
    assert {case.name for case in CASES} | elsewhere == set(FILTERS)
    assert all(FILTERS[name].name == name for name in FILTERS)


@pytest.mark.parametrize(("filter_", "bits"), AT_DEPTHS, ids=repr)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("shape", SHAPES)
def test_shape_depth_and_repeat(
    filter_: Filter, bits: int, channels: int, shape: tuple[int, int]
) -> None:
    """Scaled exactly, depth and channels kept, the same twice, the input untouched."""
    image = picture(bits, channels, shape)
    before = image.samples.copy()
    out = filter_.apply(image)
    assert [Fraction(side) for side in (out.height, out.width)] == [
        n * filter_.scale for n in shape
    ]
    assert (out.bits, out.channels) == (bits, channels)
    assert filter_.apply(image) == out
    assert np.array_equal(image.samples, before)


@EVERY
def test_settings_are_values(filter_: Filter) -> None:
    """Equal, hashed and pickled by their settings, which nobody changes."""
    again: Any = pickle.loads(pickle.dumps(filter_))
    assert again == filter_
    assert hash(again) == hash(filter_)
    assert repr(again) == repr(filter_)
    assert isinstance(filter_.scale, Fraction)
    assert filter_.version()
    for field in fields(again):
        with pytest.raises(AttributeError):
            setattr(again, field.name, 1)


@pytest.mark.parametrize("filter_", SEEDED, ids=repr)
def test_seeds_differ_and_repeat(filter_: Filter) -> None:
    """What training relies on when it replaces the seed of each step for each crop."""
    image = picture(8, 3, (64, 64))
    outs = [replace(filter_, seed=seed).apply(image) for seed in (1, 2, 1)]  # type: ignore[type-var]  # each is a dataclass
    assert outs[0] == outs[2] != outs[1]


@pytest.mark.parametrize("filter_", CASES, ids=repr)
def test_chains_write_and_read_it(filter_: Filter) -> None:
    """As text, and back to an equal value."""
    assert parse_filters(text.write(filter_)) == (filter_,)


@pytest.mark.parametrize("filter_", [c for c in CASES if c.scale.denominator == 1], ids=repr)
@pytest.mark.parametrize("shape", [(1, 1), (3, 5)])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("bits", [8, 16])
def test_tiny_images(filter_: Filter, shape: tuple[int, int], channels: int, bits: int) -> None:
    """Smaller than any kernel."""
    out = filter_.apply(picture(bits, channels, shape))
    assert [out.height, out.width] == [n * filter_.scale for n in shape]


@pytest.mark.parametrize("filter_", NOISELESS, ids=repr)
@pytest.mark.parametrize("bits", [8, 12])
def test_a_flat_image_stays_flat(filter_: Filter, bits: int) -> None:
    """No filter but noise moves a constant."""
    level = (1 << bits) - 3
    kind = np.uint8 if bits == 8 else np.uint16
    out = filter_.apply(Image(np.full((8, 12, 3), level, kind), bits))
    assert (out.samples == level).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Bicubic(Fraction(0)), "factor must be above 0"),
        (lambda: Lanczos(Fraction(-1, 2)), "factor must be above 0"),
        (lambda: Area(Fraction(-2)), "factor must be above 0"),
        (lambda: Noise(-1), "sigma must be 0 or more"),
        (lambda: Noise(float("nan")), "sigma must be 0 or more"),
        (lambda: Noise(1, seed=-1), "seed must be 0 or more"),
        (lambda: Blur(-0.1), "sigma must be 0 or more"),
        (lambda: Blur(float("inf")), "sigma must be 0 or more"),
        (lambda: Median(4), "size must be odd"),
        (lambda: Median(-3), "size must be odd"),
        (lambda: SeedRecipe(-1), "seed must be 0 or more"),
        (lambda: Bilinear(Fraction(0)), "bilinear: factor must be above 0"),
        (lambda: Poisson(-1), "strength must be 0 or more"),
        (lambda: Poisson(seed=-1), "seed must be 0 or more"),
        (lambda: KernelBlur(0), "sigma must be above 0"),
        (lambda: KernelBlur(1, across=-1), "across must be above 0"),
        (lambda: KernelBlur(1, beta=float("inf")), "beta must be above 0"),
        (lambda: KernelBlur(1, angle=float("nan")), "angle must be a number of degrees"),
        (lambda: KernelBlur(1, size=8), "size must be odd"),
        (lambda: Sinc(0), "cutoff must be above 0 and at most pi"),
        (lambda: Sinc(3.2), "cutoff must be above 0 and at most pi"),
        (lambda: Sinc(1, size=-3), "size must be odd"),
        (lambda: RandomBlur(-1), "seed must be 0 or more"),
        (lambda: RandomResize(Fraction(0)), "factor must be above 0"),
        (lambda: RandomResize(low=2, high=1), "high not below low"),
        (lambda: RandomResize(low=0), "low must be above 0"),
        (lambda: RandomResize(seed=-1), "seed must be 0 or more"),
        (lambda: HighOrder(Fraction(1, 3)), "factor must be 1/4, 1/2 or 1"),
        (lambda: HighOrder(seed=-1), "seed must be 0 or more"),
        (lambda: Wiener(-1), "sigma must be 0 or more"),
    ],
)
def test_settings_that_cannot_be_are_refused(make: Any, message: str) -> None:  # noqa: ANN401 - a lambda per case
    """When written, in one line, not when a picture comes."""
    with pytest.raises(ChainError, match=message):
        make()


def test_the_table_is_read_only_and_filters_begin_with_it() -> None:
    """Strangers add theirs by entry points."""
    with pytest.raises(TypeError, match="item assignment"):
        FILTERS["mine"] = Identity  # type: ignore[index]  # what the test is about
    assert list(filters())[: len(FILTERS)] == list(FILTERS)
