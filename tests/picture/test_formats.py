"""Every format comes in with the samples, depth and alpha that it holds."""

import io
import logging
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import netpbmfile
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image as Pil

from recoup.codecs import WebP
from recoup.errors import UnreadableError, UnsupportedError
from recoup.image import Image
from recoup.picture import Picture, load
from recoup.picture.embed import embed

Array = NDArray[Any]


def photo(bits: int = 8, channels: int = 3) -> Array:
    """A smooth picture of 37 x 29 with some noise."""
    y, x = np.mgrid[0:29, 0:37]
    planes = [(x + y) / 64, x / 36, y / 28, (x * y % 64) / 63][:channels]
    peak = (1 << bits) - 1
    out = (np.stack(planes, axis=-1) * peak).round().astype(np.uint8 if bits == 8 else np.uint16)
    return out if channels > 1 else out[:, :, 0]


def pil(mode: str, form: str, **options: Any) -> bytes:  # noqa: ANN401  (what the writer takes)
    """The RGBA photo in a Pillow mode, as a file."""
    source = Pil.fromarray(photo(channels=4)) if mode.endswith("A") else Pil.fromarray(photo())
    out = io.BytesIO()
    source.convert(mode).save(out, form, **options)
    return out.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes | bytearray], Picture]:
    """Loads bytes from a file whose name says nothing."""

    def _read(data: bytes | bytearray) -> Picture:
        path = tmp_path / "picture"
        path.write_bytes(data)
        return load(path)

    return _read


Read = Callable[[bytes | bytearray], Picture]

LOSSLESS: dict[str, Callable[[Array, int], bytes | bytearray]] = {
    "PNG": lambda a, _: imagecodecs.png_encode(a),
    "JPEG": lambda a, bits: imagecodecs.jpeg8_encode(a, lossless=True, bitspersample=bits),
    "JPEG 2000": lambda a, bits: imagecodecs.jpeg2k_encode(
        a, level=0, reversible=True, codecformat="jp2", bitspersample=bits, mct=a.ndim == 3
    ),
    "JPEG XL": lambda a, bits: imagecodecs.jpegxl_encode(a, lossless=True, bitspersample=bits),
    "JPEG-LS": lambda a, _: imagecodecs.jpegls_encode(a),
    "TIFF": lambda a, _: _tiff(a),
}


def _tiff(array: Array, **options: Any) -> bytes:  # noqa: ANN401  (what the writer takes)
    """The array as a TIFF file."""
    out = io.BytesIO()
    tifffile.imwrite(out, array, photometric="rgb" if array.ndim == 3 else "minisblack", **options)
    return out.getvalue()


@pytest.mark.parametrize("form", LOSSLESS)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("bits", [8, 16])
def test_lossless_files_come_in_to_the_bit(read: Read, form: str, channels: int, bits: int) -> None:
    """At both usual depths."""
    array = photo(bits, channels)
    picture = read(LOSSLESS[form](array, bits))
    assert (picture.format, picture.image.bits, picture.alpha) == (form, bits, None)
    assert np.array_equal(picture.image.samples.squeeze(), array)


@pytest.mark.parametrize("form", ["JPEG", "JPEG 2000", "JPEG XL"])
@pytest.mark.parametrize("bits", [10, 12])
def test_depths_between_are_kept(read: Read, form: str, bits: int) -> None:
    """Not scaled to 8 or 16."""
    picture = read(LOSSLESS[form](photo(bits), bits))
    assert picture.image.bits == bits
    assert np.array_equal(picture.image.samples, photo(bits))


@pytest.mark.parametrize("bits", [8, 10, 12])
def test_avif_depths(read: Read, bits: int) -> None:
    """As the decoder gives them, with their depth known."""
    data = imagecodecs.avif_encode(photo(bits), level=100, bitspersample=bits, speed=9)
    picture = read(data)
    assert picture.image.bits == bits
    assert np.array_equal(picture.image.samples, imagecodecs.avif_decode(data))


def test_bare_jpeg2000_codestream(read: Read) -> None:
    """Without the jp2 boxes."""
    data = imagecodecs.jpeg2k_encode(photo(), level=0, reversible=True, codecformat="j2k")
    assert np.array_equal(read(data).image.samples, photo())


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP", "JPEG2000"])
def test_alpha_is_parted_from_colour(read: Read, mode: str, form: str) -> None:
    """Grey and RGB."""
    options = {"WEBP": {"lossless": True, "exact": True}}.get(form, {})
    picture = read(pil(mode, form, **options))
    assert picture.alpha is not None
    assert np.array_equal(picture.alpha, photo(channels=4)[:, :, 3])
    expected = np.asarray(Pil.open(io.BytesIO(pil(mode, form, **options))))
    if picture.image.channels == 3:
        assert np.array_equal(picture.image.samples, expected[:, :, :3])
    else:
        assert np.array_equal(picture.image.samples[:, :, 0], expected[:, :, 0])


def test_avif_and_jpegxl_alpha(read: Read) -> None:
    """Formats that Pillow or imagecodecs alone writes with it."""
    avif = read(pil("RGBA", "AVIF", quality=100))
    assert avif.alpha is not None
    assert np.abs(avif.alpha.astype(int) - photo(channels=4)[:, :, 3]).max() <= 1
    jxl = read(imagecodecs.jpegxl_encode(photo(channels=4), lossless=True))
    assert jxl.alpha is not None
    assert np.array_equal(jxl.alpha, photo(channels=4)[:, :, 3])


@pytest.mark.parametrize("lossless", [True, False])
def test_webp_marked_grey(read: Read, *, lossless: bool) -> None:
    """As the codec decodes it: with a note behind the mark, with a profile before it."""
    grey = Image(photo(channels=1))
    data = WebP(60, lossless=lossless).encode(grey)
    profile = imagecodecs.cms_profile("gray", gamma=1.8)
    noted = embed(data, Picture(grey, icc=profile, xmp=b"<x:xmpmeta/>"))
    for one in (data, noted, noted + b"OTHR\x04\0\0\0last"):
        one = one[:4] + struct.pack("<I", len(one) - 8) + one[8:]  # noqa: PLW2901
        assert read(one).image == WebP().decode(one) == WebP().decode(data)
        assert read(one).image.channels == 1
    assert (WebP().decode(data) == grey) is lossless
    assert read(noted).icc == profile


def test_webp_marked_grey_keeps_its_alpha(read: Read) -> None:
    """Put in by a stranger: recoup writes none."""
    alpha = photo(channels=4)[:, :, 3]
    data = imagecodecs.webp_encode(photo(channels=4), lossless=True)
    body = b"WEBPVP8X" + struct.pack("<II", 10, 0x10) + bytes((36, 0, 0, 28, 0, 0))
    body += data[data.index(b"VP8L") :] + b"GREY\0\0\0\0"
    found = read(b"RIFF" + struct.pack("<I", len(body)) + body)
    assert found.image.channels == 1
    assert found.alpha is not None
    assert np.array_equal(found.alpha, alpha)


def test_avif_grey(read: Read) -> None:
    """One channel stays one."""
    picture = read(pil("L", "AVIF", quality=100))
    assert picture.image.channels == 1


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF"])
def test_few_bits_and_palettes_agree_with_pillow(read: Read, mode: str, form: str) -> None:
    """And a palette is noted."""
    data = pil(mode, form)
    picture = read(data)
    target = "L" if mode in ("1", "L") else "RGB"
    expected = np.asarray(Pil.open(io.BytesIO(data)).convert(target))
    assert np.array_equal(picture.image.samples.squeeze(), expected)
    assert any("palette" in note for note in picture.notes) == (mode == "P")


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_png_grey_of_few_bits_fills_the_range(read: Read, bits: int) -> None:
    """Black and white stay black and white."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    levels = 1 << bits
    packed = np.packbits(
        (np.arange(levels)[:, None] >> np.arange(bits - 1, -1, -1) & 1).astype(np.uint8)
    )
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", levels, 1, bits, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\0" + packed.tobytes()))
        + chunk(b"IEND", b"")
    )
    picture = read(data)
    expected = [level * 255 // (levels - 1) for level in range(levels)]
    assert picture.image.samples.ravel().tolist() == expected
    assert picture.notes == (f"{bits}-bit grey expanded to 8 bits",)


def test_png_transparent_colour_becomes_alpha(read: Read) -> None:
    """The colours themselves stay."""
    grey = Pil.fromarray(np.array([[10, 20, 30]], np.uint8))
    out = io.BytesIO()
    grey.save(out, "PNG", transparency=20)
    picture = read(out.getvalue())
    assert picture.alpha is not None
    assert picture.alpha.tolist() == [[255, 0, 255]]
    assert picture.image.samples[:, :, 0].tolist() == [[10, 20, 30]]


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": "4:2:0"}])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_jpeg_agrees_with_pillow(read: Read, mode: str, options: dict[str, Any]) -> None:
    """To the bit: it is the same library beneath."""
    data = pil(mode, "JPEG", **options)
    expected = np.asarray(Pil.open(io.BytesIO(data)))
    assert np.array_equal(read(data).image.samples.squeeze(), expected)


def test_cmyk_jpeg_is_converted_and_said(read: Read) -> None:
    """As Adobe's inverted ink."""
    data = pil("CMYK", "JPEG", quality=100, subsampling="4:4:4")
    picture = read(data)
    expected = np.asarray(Pil.open(io.BytesIO(data)).convert("RGB")).astype(int)
    assert np.abs(picture.image.samples - expected).max() <= 1
    assert "CMYK without a usable profile" in picture.notes[0]
    assert picture.icc is None


def test_ycck_jpeg(read: Read) -> None:
    """As Pillow converts it."""
    ink = np.dstack([255 - photo(), np.full((29, 37), 40, np.uint8)])
    data = imagecodecs.jpeg8_encode(ink, 100, colorspace="CMYK", outcolorspace="YCCK")
    expected = np.asarray(Pil.open(io.BytesIO(data)).convert("RGB")).astype(int)
    assert np.abs(read(data).image.samples - expected).max() <= 1


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 5, 6])
def test_pnm_agrees_with_netpbmfile(read: Read, kind: int) -> None:
    """An independent reader."""
    colour = kind in (3, 6)
    header = b"P%d\n# made by a test\n5 3\n" % kind
    values = np.arange(45 if colour else 15) % 2 if kind in (1, 4) else np.arange(45) * 5
    values = values[: 45 if colour else 15]
    body = b" ".join(b"%d" % v for v in values)
    if kind >= 4:
        body = values.astype(np.uint8).tobytes()
    if kind == 4:
        body = np.packbits(values.reshape(3, 5).astype(np.uint8), axis=1).tobytes()
    data = header + (b"" if kind in (1, 4) else b"255\n") + body
    with netpbmfile.NetpbmFile(io.BytesIO(data)) as file:
        expected = file.asarray()
    got = read(data).image.samples.squeeze()
    if kind in (1, 4):  # white is 255 here, ink is 1 there
        assert np.array_equal(got, np.where(values.reshape(3, 5), 0, 255))
    else:
        assert np.array_equal(got, expected)


@pytest.mark.parametrize(("peak", "bits"), [(1023, 10), (4095, 12), (65535, 16)])
def test_pnm_of_whole_depths(read: Read, peak: int, bits: int) -> None:
    """Nothing is scaled."""
    values = np.linspace(0, peak, 12).astype(">u2")
    picture = read(b"P6 2 2 %d\n" % peak + values.tobytes())
    assert (picture.image.bits, picture.notes) == (bits, ())
    assert np.array_equal(picture.image.samples.ravel(), values)


def test_pnm_of_an_odd_peak_is_scaled_and_said(read: Read) -> None:
    """To the nearest level."""
    picture = read(b"P5 3 1 1000\n" + np.array([0, 500, 1000], ">u2").tobytes())
    assert picture.image.bits == 10
    assert picture.image.samples.ravel().tolist() == [0, 512, 1023]
    assert picture.notes == ("scaled from largest value 1000 to 10 bits",)


def test_pam_with_alpha(read: Read) -> None:
    """The fourth channel."""
    head = b"P7\nWIDTH 1\nHEIGHT 2\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n"
    picture = read(head + bytes(range(8)))
    assert picture.alpha is not None
    assert picture.alpha.ravel().tolist() == [3, 7]


@pytest.mark.parametrize("compression", ["lzw", "zlib", "packbits", "zstd"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("tile", [None, (16, 16)])
def test_tiff_layouts(
    read: Read, compression: str, planar: str, tile: tuple[int, int] | None
) -> None:
    """Strips, tiles, planes."""
    array = photo(16)
    source = array if planar == "contig" else np.moveaxis(array, 2, 0)
    data = _tiff(source, compression=compression, planarconfig=planar, tile=tile)
    assert np.array_equal(read(data).image.samples, array)


def test_tiff_white_as_zero(read: Read) -> None:
    """Inverted, and said."""
    out = io.BytesIO()
    tifffile.imwrite(out, 255 - photo(channels=1), photometric="miniswhite")
    picture = read(out.getvalue())
    assert np.array_equal(picture.image.samples[:, :, 0], photo(channels=1))
    assert picture.notes == ("grey with white as 0 inverted",)


def test_tiff_jpeg_compressed(read: Read) -> None:
    """YCbCr within."""
    data = pil("RGB", "TIFF", compression="jpeg", quality=95)
    expected = np.asarray(Pil.open(io.BytesIO(data)).convert("RGB")).astype(int)
    assert np.abs(read(data).image.samples - expected).max() <= 2


def test_tiff_premultiplied_alpha_is_divided_out(read: Read) -> None:
    """And said."""
    array = np.array([[[64, 32, 0, 128]]], np.uint8)
    picture = read(_tiff(array, extrasamples=["assocalpha"]))
    assert picture.image.samples.tolist() == [[[128, 64, 0]]]
    assert picture.notes == ("premultiplied alpha divided out",)


SHARED = Path(__file__).parents[2] / "../shared/data/tiff"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared TIFF files are not here")
def test_real_tiffs() -> None:
    """From satellites, with masks and overviews as pages."""
    shapes = {}
    for path in sorted(SHARED.glob("*.tif")):
        image = load(path).image
        shapes[path.name] = (*image.samples.shape, image.bits)
    assert shapes == {
        "rasterio_RGB.byte.tif": (718, 791, 3, 8),
        "rasterio_RGBA.byte.tif": (718, 791, 3, 8),
        "rasterio_goes.tif": (542, 542, 3, 8),
        "rasterio_shade.tif": (1024, 1024, 1, 8),
        "riocolor_rgb16.tif": (500, 438, 3, 16),
    }


def animated(form: str) -> bytes:
    """Two different frames."""
    frames = [Pil.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, form, save_all=True, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (animated("PNG"), "animated PNG of 2 frames"),
        (animated("WEBP"), "animated WebP of 2 frames"),
        (animated("AVIF"), "animated AVIF of 2 frames"),
        (animated("TIFF"), "2 pages"),
        (animated("GIF"), "a GIF"),
        (
            imagecodecs.jpegxl_encode(np.zeros((2, 9, 9, 3), np.uint8), photometric="rgb"),
            "animated",
        ),
        (_tiff(np.zeros((9, 9), np.float32)), "float"),
        (_tiff(np.zeros((9, 9), np.int16)), "signed"),
        (_tiff(np.zeros((9, 9), np.uint32)), "32 bits"),
        (imagecodecs.jpegxl_encode(np.zeros((9, 9, 3), np.float32)), "float"),
        (imagecodecs.jpeg2k_encode(np.zeros((9, 9), np.int16)), "signed"),
        (b"v/1\x01" + bytes(20), "OpenEXR"),
        (b"%PDF-1.7\n" + bytes(20), "PDF"),
        (b"<?xml version='1.0'?>\n<svg xmlns='x'/>", "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"II*\0\x10\0\0\0CR\x02\0" + bytes(20), "camera raw"),
        (b"Pf\n1 1\n-1\n\0\0\0\0", "PFM"),
        (b"P5 1 1 255 \0P5 1 1 255 \0", "several"),
    ],
)
def test_refused_with_a_way_out(read: Read, data: bytes, words: str) -> None:
    """One line that says what to do."""
    with pytest.raises(UnsupportedError, match="picture: ") as caught:
        read(data)
    assert words in str(caught.value)
    assert any(way in str(caught.value) for way in ("convert", "extract", "first", "split"))


def test_tiff_of_five_channels(read: Read) -> None:
    """Nobody can say what they mean."""
    with pytest.raises(UnsupportedError, match="5 channels"):
        read(_tiff(np.zeros((9, 9, 5), np.uint8)))


def test_libraries_stay_quiet(
    read: Read, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is printed but by the command line."""
    caplog.set_level(logging.CRITICAL + 1)
    data = bytearray(_tiff(photo()))
    (start,) = struct.unpack_from("<I", data, 4)
    data[start + 2 + 2] = 77  # a tag's type that does not exist
    with pytest.raises(UnreadableError):
        read(bytes(data[: start + 20]))
    assert capfd.readouterr() == ("", "")
