"""Settings: what is refused, what is settled, and how the text reads."""

from collections.abc import Callable
from importlib.metadata import EntryPoint

import numpy as np
import pytest

import recoup.codecs
from recoup.codecs import Avif, Command, Jpeg, Jpeg2000, JpegLs, JpegXl, Png, WebP, charls, jpegli
from recoup.codecs.library import failing
from recoup.errors import ChainError, CodecError, MissingError
from recoup.image import Image


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Jpeg(0), "jpeg: quality must be a whole number from 1 to 100, not 0"),
        (lambda: Jpeg(101), "jpeg: quality must be a whole number from 1 to 100, not 101"),
        (lambda: Jpeg(40.5), "jpeg: quality must be a whole number from 1 to 100, not 40.5"),  # type: ignore[arg-type]
        (lambda: Jpeg(True), "jpeg: quality must be a whole number from 1 to 100, not True"),  # noqa: FBT003 - the point
        (
            lambda: Jpeg(40, "4:1:1"),  # type: ignore[arg-type]
            "jpeg: subsampling must be one of 4:2:0, 4:2:2, 4:4:4, not '4:1:1'",
        ),
        (
            lambda: Jpeg(40, optimize=1),  # type: ignore[arg-type]
            "jpeg: optimize must be true or false, not 1",
        ),
        (lambda: Jpeg2000(0), "jpeg2000: psnr must be a number from 1 to 100 or none, not 0"),
        (lambda: Jpeg2000(None), "jpeg2000: give psnr a value, or lossless=true"),
        (
            lambda: Jpeg2000(30, lossless=True),
            "jpeg2000: lossless=true leaves no psnr to set: drop one",
        ),
        (lambda: Png(10), "png: level must be a whole number from 0 to 9, not 10"),
        (
            lambda: Png(6, optimize=7),
            "png: optimize must be a whole number from 0 to 6 or none, not 7",
        ),
        (lambda: WebP(-1), "webp: quality must be a number from 0 to 100, not -1"),
        (
            lambda: WebP(float("nan")),
            "webp: quality must be a number from 0 to 100, not nan",
        ),
        (lambda: WebP(50, method=7), "webp: method must be a whole number from 0 to 6, not 7"),
        (lambda: Avif(100), "avif: quality must be a whole number from 0 to 99 or none, not 100"),
        (lambda: Avif(50, speed=11), "avif: speed must be a whole number from 0 to 10, not 11"),
        (lambda: Avif(40, lossless=True), "avif: lossless=true leaves no quality to set: drop one"),
        (lambda: JpegXl(26), "jpegxl: distance must be a number from 0.01 to 25 or none, not 26"),
        (lambda: JpegXl(0), "jpegxl: distance must be a number from 0.01 to 25 or none, not 0"),
        (
            lambda: JpegXl(2, quality=80),
            "jpegxl: give one of distance, quality and lossless=true",
        ),
        (
            lambda: JpegXl(quality=80, lossless=True),
            "jpegxl: give one of distance, quality and lossless=true",
        ),
        (lambda: JpegLs(256), "jpegls: near must be a whole number from 0 to 255, not 256"),
        (
            lambda: Command("cp {in} there", "cp {in} {out}"),
            "command: 'cp {in} there' must name {in} and {out}",
        ),
        (lambda: Command("", "cp {in} {out}"), "command: the command line is empty"),
        (
            lambda: Command("cp {in} {out} '", "cp {in} {out}"),
            'command: "cp {in} {out} \'" cannot be split: No closing quotation',
        ),
        (
            lambda: Command("cp {in} {out}", "cp {in} {out}", suffix="jpg"),
            "command: suffix must be a file name's, like .jpg, not 'jpg'",
        ),
        (
            lambda: Command("cp {in} {out}", "cp {in} {out}", timeout=0),
            "command: timeout must be a number from 0.1 to 86400, not 0",
        ),
    ],
)
def test_a_bad_setting_is_refused_in_words(make: Callable[[], object], text: str) -> None:
    """The text names the codec, the setting and what is allowed."""
    with pytest.raises(ChainError) as caught:
        make()
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (WebP(40), WebP(40.0)),
        (JpegXl(2), JpegXl(2.0)),
        (JpegXl(quality=90), JpegXl()),
        (Jpeg2000(40), Jpeg2000()),
        (Avif(lossless=True), Avif(None, subsampling="4:4:4", lossless=True)),
        (Jpeg(40, optimize=False), Jpeg(40)),
        (Jpeg(40, optimize=False, encoder="jpegli"), Jpeg(40, encoder="jpegli")),
    ],
)
def test_equal_bytes_have_one_spelling(one: object, other: object) -> None:
    """Two ways to say the same are one value with one text."""
    assert one == other
    assert repr(one) == repr(other)


def deep(bits: int, *, width: int = 1, channels: int = 1) -> Image:
    """Return a black picture."""
    return Image(np.zeros((1, width, channels), np.uint8 if bits == 8 else np.uint16), bits)


@pytest.mark.parametrize(
    ("codec", "image", "text"),
    [
        (Jpeg(), deep(16), "JPEG takes 8 bits; this picture has 16"),
        (Jpeg(), deep(12), "JPEG of 12 bits is written with progressive=false only"),
        (Jpeg(progressive=False), deep(10), "JPEG takes 8 or 12 bits; this picture has 10"),
        (
            Jpeg(),
            deep(8, width=65501),
            "JPEG takes sides up to 65500; this picture is 65501x1",
        ),
        (
            Jpeg(progressive=False, encoder="jpegli"),
            deep(12),
            "JPEG takes 8 bits; this picture has 12",
        ),
        (WebP(), deep(16), "WebP takes 8 bits; this picture has 16"),
        (WebP(), deep(8, width=16383), "WebP takes sides up to 16382; this picture is 16383x1"),
        (Avif(), deep(16), "AVIF takes 8, 10 or 12 bits; this picture has 16"),
        (Avif(), deep(8, width=32769), "AVIF takes sides up to 32768; this picture is 32769x1"),
        (
            Avif(),
            Image(np.zeros((16385, 16385), np.uint8)),
            "AVIF takes up to 268 megapixels; this picture has 268",
        ),
        (JpegLs(200), deep(8), "JPEG-LS of 8 bits takes near up to 127"),
        (
            JpegXl(lossless=True, effort=1),
            deep(16),
            "JPEG XL takes effort=1 lossless up to 14 bits; this picture has 16",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_refusal_names_the_limit(codec: recoup.codecs.Jpeg, image: Image, text: str) -> None:
    """Not applicable is no failure, but it has a reason."""
    assert codec.refusal(image) == text


@pytest.mark.parametrize(
    ("codec", "image"),
    [
        (Jpeg(), deep(8, width=65500)),
        (WebP(), deep(8, width=16382)),
        (Avif(), deep(8, width=32768)),
    ],
    ids=["jpeg", "webp", "avif"],
)
def test_the_longest_side_works(codec: Jpeg | WebP | Avif, image: Image) -> None:
    """The limits that refusals state are the libraries' own."""
    assert codec.decode(codec.encode(image)).width == image.width


def test_every_error_of_a_library_is_one_line() -> None:
    """Types are kept apart: missing library, no memory, all else; ours pass through."""
    with pytest.raises(MissingError, match="pip install"), failing("X"):
        raise ImportError("no\nsuch")
    with pytest.raises(CodecError, match="X: not enough memory"), failing("X"):
        raise MemoryError
    with pytest.raises(CodecError, match="X: a b"), failing("X"):
        raise RuntimeError("a\n b")
    with pytest.raises(ChainError, match="mine"), failing("X"):
        raise ChainError("mine")


def test_charls_own_errors_and_its_absence(monkeypatch: pytest.MonkeyPatch) -> None:
    """CharLS' words are passed on; without the library the depth is named."""
    with pytest.raises(CodecError, match="JPEG-LS encode: "):
        charls.encode_exact_depth(deep(12), near=300)
    monkeypatch.setattr(charls, "bundled", lambda _: None)
    with pytest.raises(MissingError, match="JPEG-LS of 12 bits"):
        JpegLs().encode(deep(12))


def test_jpegli_without_its_c_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another pyjpegli, or none: not applicable, and in one line; libjpeg-turbo is untouched."""
    monkeypatch.setattr(jpegli, "interface", lambda: None)
    assert "not installed" in (Jpeg(encoder="jpegli").refusal(deep(8)) or "")
    assert Jpeg().refusal(deep(8)) is None
    with pytest.raises(MissingError, match="pip install 'pyjpegli"):
        Jpeg(encoder="jpegli").encode(deep(8))


@pytest.mark.parametrize("version", ["0.4.0", "1.0"])
def test_an_unknown_pyjpegli_is_not_called(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    """Its structures may be others, and jpegli ends the process over a wrong size."""
    monkeypatch.setattr(jpegli, "version", lambda _: version)
    jpegli.interface.cache_clear()
    try:
        assert jpegli.interface() is None
    finally:
        jpegli.interface.cache_clear()


def test_a_strangers_codec_joins_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """By an entry point; a broken one, or one that takes a name that is taken, is an error."""

    def install(name: str, value: str) -> None:
        point = EntryPoint(name, value, "recoup.codecs")
        monkeypatch.setattr(recoup.codecs, "entry_points", lambda group: [point] * (group != ""))

    install("mine", "recoup.codecs.raw:Raw")
    assert recoup.codecs.codecs()["mine"] is recoup.codecs.Raw
    install("jpeg", "recoup.codecs.raw:Raw")
    with pytest.raises(ChainError, match="taken"):
        recoup.codecs.codecs()
    install("mine", "recoup.codecs.raw:Nothing")
    with pytest.raises(ChainError, match="cannot import"):
        recoup.codecs.codecs()
