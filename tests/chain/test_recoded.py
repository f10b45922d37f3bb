"""``any-codec`` and the filters that chains know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from recoup.chain import Chain, all_filters, parse_filters, text
from recoup.chain.recoded import LOSSY, USUAL, AnyCodec
from recoup.codecs import Jpeg
from recoup.errors import ChainError, NotApplicableError
from recoup.image import Image


def photo(bits: int = 8, channels: int = 3) -> Image:
    """A crop of a real photograph."""
    whole = data.astronaut()  # type: ignore[no-untyped-call]  # ships no types
    samples = np.ascontiguousarray(whole[40:88, 200:264, :channels])
    return Image(samples) if bits == 8 else Image(samples.astype(np.uint16) * np.uint16(257))


@pytest.mark.parametrize("codec", LOSSY)
@pytest.mark.parametrize("channels", [1, 3])
def test_each_codec_keeps_shape_and_loses_something(codec: str, channels: int) -> None:
    """And does the same twice."""
    image = photo(channels=channels)
    step = AnyCodec(20, 40, codecs=codec, seed=3)
    out = step.apply(image)
    assert step.drawn(image).name == codec
    assert out.samples.shape == image.samples.shape
    assert 0 < np.abs(out.samples.astype(float) - image.samples).mean() < 20
    assert step.apply(image) == out


def test_seeds_draw_every_codec_and_quality() -> None:
    """The usual five, over the whole range."""
    image = photo()
    drawn = [AnyCodec(30, 90, seed=seed).drawn(image) for seed in range(200)]
    assert {codec.name for codec in drawn} == set(USUAL)
    qualities = sorted(codec.quality for codec in drawn if isinstance(codec, Jpeg))
    assert (qualities[0], qualities[-1]) == pytest.approx((35, 85), abs=5)
    assert len({repr(codec) for codec in drawn}) > 150


def test_deep_pictures_go_to_codecs_that_take_them() -> None:
    """And are refused where there is none."""
    image = photo(16)
    assert {AnyCodec(seed=s).drawn(image).name for s in range(20)} == {"jpegxl", "jpeg2000"}
    assert AnyCodec(seed=1).apply(image).bits == 16
    with pytest.raises(NotApplicableError, match=r"any-codec: JPEG takes .*; allow more codecs"):
        AnyCodec(codecs="jpeg+webp").apply(image)


@pytest.mark.parametrize("codec", LOSSY)
@pytest.mark.parametrize("shape", [(1, 1), (3, 5, 3)])
def test_tiny_images(codec: str, shape: tuple[int, ...]) -> None:
    """Every codec takes them."""
    image = Image(np.full(shape, 77, np.uint8))
    out = AnyCodec(90, 95, codecs=codec).apply(image)
    assert out.samples.shape == image.samples.shape
    assert np.abs(out.samples.astype(float) - 77).max() < 12


@given(
    low=st.integers(1, 99),
    more=st.integers(0, 98),
    codecs=st.sets(st.sampled_from(LOSSY), min_size=1),
    seed=st.integers(0, 1 << 40),
)
@settings(max_examples=40, deadline=None)
def test_text_round_trip(low: int, more: int, codecs: set[str], seed: int) -> None:
    """What is written is read back."""
    step = AnyCodec(low, min(99, low + more), "+".join(sorted(codecs)), seed)
    assert parse_filters(text.write(step)) == (step,)


@pytest.mark.parametrize(
    ("settings_", "message"),
    [
        ("low=50,high=40", "range within 1 and 99"),
        ("low=0", "range within 1 and 99"),
        ("codecs=jpeg+png", "not 'png'"),
        ('codecs=""', "not ''"),
        ("seed=-1", "seed must be 0 or more"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings_: str, message: str) -> None:
    """In one line."""
    with pytest.raises(ChainError, match=message):
        parse_filters(f"any-codec:{settings_}")


def test_chains_hold_it() -> None:
    """Before and after a codec, with a version that names every library."""
    chain = Chain.parse("any-codec:seed=3 | raw | median:3")
    assert chain.before == (AnyCodec(seed=3),)
    assert Chain.parse(chain.text) == chain
    assert chain.run(photo()).decoded.samples.shape == photo().samples.shape
    version = AnyCodec().version()
    assert all(
        part in version for part in ("numpy", "jpeg-turbo", "webp", "avif", "jxl", "OpenJPEG")
    )
    assert replace(AnyCodec(seed=3), seed=4) != chain.before[0]


def test_filters_from_text() -> None:
    """Any scale will do; a codec, a list and a stranger will not."""
    degradation = parse_filters("high-order:1/4,seed=2 | noise:5")
    assert [step.name for step in degradation] == ["high-order", "noise"]
    assert parse_filters("") == ()
    assert "any-codec" in all_filters()
    with pytest.raises(ChainError, match="stands for 2 filters where one is wanted"):
        parse_filters("noise:[5,10]")
    with pytest.raises(ChainError, match="'jpeg' is a codec, and only filters are wanted"):
        parse_filters("noise:5 | jpeg:40")
    with pytest.raises(ChainError, match="'nobody' is no codec"):
        parse_filters("nobody:1")
