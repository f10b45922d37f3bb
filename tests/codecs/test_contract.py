"""The one contract suite: every codec, over settings, shapes, depths and contents."""

import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, dataclass, fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recoup.codecs import (
    CODECS,
    Avif,
    Command,
    Htj2k,
    Jpeg,
    Jpeg2000,
    JpegLs,
    JpegXl,
    Learned,
    Png,
    Raw,
    WebP,
    codecs,
)
from recoup.contracts import Codec
from recoup.errors import CodecError
from recoup.image import Image

SCRIPT = Path(__file__).with_name("zpnm.py")
PROGRAM = f"'{sys.executable}' '{SCRIPT}'"
ZIP = Command(f"{PROGRAM} pack {{in}} {{out}}", f"{PROGRAM} unpack {{in}} {{out}}", lossless=True)
EVERY_DEPTH = tuple(range(8, 17))


@dataclass(frozen=True)
class Case:
    """A codec with settings, what it takes, and what a decode of it must reach."""

    codec: Codec
    depths: tuple[int, ...] = (8,)
    channels: tuple[int, ...] = (1, 3)
    floor: float = 0.0
    """PSNR, dB, on the smooth picture with texture."""
    error: int | None = None
    """Largest error of a sample; lossless cases have 0."""


CASES = (
    Case(Jpeg(90), floor=36),
    Case(Jpeg(90, progressive=False), (8, 12), floor=36),
    Case(Jpeg(90, "4:4:4", optimize=False, progressive=False), (8, 12), floor=36),
    Case(Jpeg(90, "4:2:2"), floor=36),
    Case(Jpeg(90, encoder="jpegli"), floor=36),
    Case(Jpeg(90, "4:4:4", progressive=False, encoder="jpegli"), floor=36),
    Case(Jpeg(90, "4:2:2", optimize=False, progressive=False, encoder="jpegli"), floor=36),
    Case(Jpeg2000(lossless=True), EVERY_DEPTH),
    Case(Jpeg2000(42.0), EVERY_DEPTH, floor=41.5),
    Case(Htj2k(), EVERY_DEPTH),
    Case(Png(), EVERY_DEPTH),
    Case(Png(0), EVERY_DEPTH),
    Case(Png(1, optimize=1), EVERY_DEPTH),
    Case(WebP(90), floor=34),
    Case(WebP(lossless=True, method=2), (8,)),
    Case(Avif(80, speed=9), (8, 10, 12), floor=36),
    Case(Avif(80, speed=9, subsampling="4:4:4"), (8, 10, 12), floor=36),
    Case(Avif(80, speed=9, subsampling="4:2:2"), (8, 10, 12), floor=36),
    Case(Avif(lossless=True, speed=9), (8, 10, 12)),
    Case(JpegXl(0.5, effort=3), EVERY_DEPTH, floor=36),
    Case(JpegXl(lossless=True, effort=3), EVERY_DEPTH),
    Case(JpegXl(lossless=True, effort=1), tuple(range(8, 15))),
    Case(JpegLs(), EVERY_DEPTH),
    Case(JpegLs(3), EVERY_DEPTH, floor=40, error=3),
    Case(Learned(7), EVERY_DEPTH, floor=36),
    Case(Raw(), EVERY_DEPTH),
    Case(ZIP, (8, 16)),
    Case(replace(ZIP, input="pnm"), EVERY_DEPTH),
)
IN_PROCESS = tuple(case for case in CASES if case.codec.timed == "in-process")
LOSSY = tuple(case for case in CASES if not case.codec.lossless)

LADDERS: tuple[tuple[Codec, ...], ...] = (
    tuple(Jpeg(q) for q in (5, 20, 40, 60, 80, 95)),
    tuple(Jpeg(q, encoder="jpegli") for q in (5, 20, 40, 60, 80, 95)),
    tuple(Jpeg2000(db) for db in (25, 30, 35, 40, 45)),
    tuple(WebP(q) for q in (5, 20, 40, 60, 80, 95)),
    tuple(Avif(q, speed=8) for q in (10, 30, 50, 70, 90)),
    tuple(JpegXl(d, effort=4) for d in (15, 6, 3, 1, 0.3)),
    tuple(Learned(q) for q in (1, 2.5, 4, 5.5, 7, 8)),
    tuple(JpegLs(near) for near in (20, 10, 5, 2, 0)),
)
"""From the worst quality to the best."""


def name_of(case: Case) -> str:
    """Return a test id without this machine's paths."""
    return repr(case.codec) if case.codec.timed == "in-process" else f"{case.codec.name} of zlib"


def noise(height: int, width: int, channels: int, bits: int, seed: int = 0) -> Image:
    """Return uniform noise."""
    dtype = np.uint8 if bits == 8 else np.uint16
    shape = (height, width, channels)
    return Image(np.random.default_rng(seed).integers(0, 1 << bits, shape, dtype), bits)


def scene(height: int, width: int, channels: int, bits: int) -> Image:
    """Slow waves in correlated colours, with a fine texture on them; the same at every depth."""
    y, x = np.mgrid[:height, :width]
    waves = 0.5 + 0.25 * np.sin(x / 19 + y / 31) + 0.15 * np.cos(y / 11 - x / 53)
    texture = 0.02 * np.random.default_rng(1).standard_normal((height, width))
    grey = np.clip(waves + texture, 0, 1)[..., np.newaxis]
    colour = grey * np.array([1.0, 0.9, 0.7])[:channels] + 0.05
    dtype = np.uint8 if bits == 8 else np.uint16
    return Image(np.rint(np.clip(colour, 0, 1) * ((1 << bits) - 1)).astype(dtype), bits)


def psnr(one: Image, other: Image) -> float:
    """Return the PSNR over all channels, dB."""
    error = float(np.mean((one.samples.astype(float) - other.samples) ** 2))
    return float("inf") if error == 0 else 10 * np.log10(one.peak**2 / error)


def through(codec: Codec, image: Image) -> Image:
    """Return what the codec makes of an image that it says it takes."""
    assert codec.refusal(image) is None
    return codec.decode(codec.encode(image))


def bound(case: Case) -> int | None:
    """Return the largest error a sample may have, None if there is no promise."""
    return 0 if case.codec.lossless else case.error


def check_kept(case: Case, image: Image) -> None:
    """The shape and depth are kept, and the samples within the case's bound."""
    decoded = through(case.codec, image)
    assert (decoded.samples.shape, decoded.bits) == (image.samples.shape, image.bits)
    limit = bound(case)
    if limit is not None:
        assert np.abs(decoded.samples.astype(int) - image.samples).max() <= limit


def test_every_codec_of_the_table_has_a_case() -> None:
    """A codec added to the table without a case fails here."""
    assert {case.codec.name for case in CASES} == set(CODECS) == set(codecs())


@pytest.mark.parametrize("name", CODECS)
def test_the_table_calls_each_codec_by_its_name(name: str) -> None:
    """Names, suffixes and media types are what the contract says."""
    kind = CODECS[name]
    assert kind.name == name
    assert name.isalnum()
    assert name.islower()
    assert str(kind.suffix).startswith(".")
    assert "/" in kind.media_type


@pytest.mark.parametrize("case", IN_PROCESS, ids=name_of)
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (2, 2), (3, 5), (17, 33), (65, 16)])
def test_shape_depth_and_bound_at_odd_sizes(case: Case, shape: tuple[int, int]) -> None:
    """Single pixels, single rows and odd sides, at every depth and channel count."""
    for bits in case.depths:
        for channels in case.channels:
            check_kept(case, noise(*shape, channels, bits))
            check_kept(case, scene(*shape, channels, bits))


@pytest.mark.parametrize("case", CASES, ids=name_of)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_shape_and_content(case: Case, data: st.DataObject) -> None:
    """The same over shapes and contents nobody thought of."""
    height, width = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 40))
    channels, bits = (
        data.draw(st.sampled_from(case.channels)),
        data.draw(st.sampled_from(case.depths)),
    )
    make = data.draw(st.sampled_from(["noise", "scene", "black", "white"]))
    image = noise(height, width, channels, bits, data.draw(st.integers(0, 99)))
    if make == "scene":
        image = scene(height, width, channels, bits)
    elif make in ("black", "white"):
        flat = np.full_like(image.samples, image.peak if make == "white" else 0)
        image = Image(flat, bits)
    check_kept(case, image)


@pytest.mark.parametrize("case", [c for c in IN_PROCESS if bound(c) is not None], ids=name_of)
def test_noise_that_does_not_compress_is_kept(case: Case) -> None:
    """Buffers sized from a guess, and fast paths, fail on a larger picture of pure noise."""
    for bits in (case.depths[0], case.depths[-1]):
        check_kept(case, noise(300, 260, 3, bits))


@pytest.mark.parametrize("case", LOSSY, ids=name_of)
def test_a_lossy_decode_reaches_its_floor(case: Case) -> None:
    """Wrong range, colour transform or depth scale would cost tens of dB."""
    for bits in {case.depths[0], case.depths[-1]}:
        for channels in case.channels:
            image = scene(120, 161, channels, bits)
            assert psnr(image, through(case.codec, image)) >= case.floor


@pytest.mark.parametrize("ladder", LADDERS, ids=lambda ladder: repr(ladder[0]))
def test_better_quality_takes_more_bytes_and_is_better(ladder: tuple[Codec, ...]) -> None:
    """Quality settings point the way they say."""
    image = scene(128, 160, 3, 8)
    coded = [codec.encode(image) for codec in ladder]
    sizes = [len(data) for data in coded]
    quality = [psnr(image, codec.decode(data)) for codec, data in zip(ladder, coded, strict=True)]
    assert sizes == sorted(set(sizes))
    assert quality == sorted(set(quality))


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_bytes_depend_on_nothing_but_image_and_settings(case: Case) -> None:
    """Twice, and in two threads at once: the same bytes and pixels."""
    image = scene(70, 90, case.channels[-1], case.depths[-1])
    first = case.codec.encode(image)
    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(case.codec.encode, [image] * 4)) == {first}
        assert set(pool.map(case.codec.decode, [first] * 4)) == {case.codec.decode(first)}


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_codec_is_a_value(case: Case) -> None:
    """Pickle, hash, repr, rebuilding from the fields, and frozen."""
    codec = case.codec
    copy = pickle.loads(pickle.dumps(codec))
    assert copy == codec
    assert hash(copy) == hash(codec)
    assert repr(copy) == repr(codec)
    given = {field.name: getattr(codec, field.name) for field in fields(codec)}  # type: ignore[arg-type]  # every codec is a dataclass
    assert type(codec)(**given) == codec
    with pytest.raises(FrozenInstanceError):
        codec.quality = 1  # type: ignore[attr-defined]  # frozen against any attribute


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_version_names_a_library_and_its_number(case: Case) -> None:
    """One line with a number in it."""
    version = case.codec.version()
    assert any(letter.isdigit() for letter in version)
    assert "\n" not in version


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_refusal_says_why_in_one_short_line(case: Case) -> None:
    """Exactly what the case does not list is refused."""
    taken = [noise(2, 3, channels, bits) for channels in (1, 3) for bits in EVERY_DEPTH]
    for image in taken:
        refusal = case.codec.refusal(image)
        fits = image.bits in case.depths and image.channels in case.channels
        assert (refusal is None) == fits
        assert refusal is None or (len(refusal) < 100 and "\n" not in refusal)


@pytest.mark.parametrize("case", IN_PROCESS, ids=name_of)
def test_a_cut_file_is_an_error(case: Case) -> None:
    """Never a picture with a grey end, a crash or a hang."""
    for channels in case.channels:
        data = case.codec.encode(noise(13, 21, channels, case.depths[-1]))
        for cut in {*range(0, len(data), 1 + len(data) // 60), *range(len(data) - 12, len(data))}:
            with pytest.raises(CodecError):
                case.codec.decode(data[:cut])


@pytest.mark.parametrize("case", CASES, ids=name_of)
@pytest.mark.parametrize("data", [b"", b"\0", b"not a picture", b"\xff" * 500, b"P6\n1 1\n0\n"])
def test_rubbish_is_an_error_in_one_line(case: Case, data: bytes) -> None:
    """Bytes that are no picture at all."""
    with pytest.raises(CodecError) as caught:
        case.codec.decode(data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("case", IN_PROCESS, ids=name_of)
def test_another_codecs_file_is_an_error(case: Case) -> None:
    """A file of another format is not decoded by accident."""
    image = scene(8, 9, 3, 8)
    for other in IN_PROCESS:
        if other.codec.name not in (case.codec.name, "jpegls", "jpeg"):
            with pytest.raises(CodecError):
                case.codec.decode(other.codec.encode(image))
