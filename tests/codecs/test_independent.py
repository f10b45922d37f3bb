"""What other decoders and the standards say of our files."""

import io
import struct
import zlib
from typing import Literal

import numpy as np
import PIL.Image
import pytest

from recoup.codecs import Avif, Htj2k, Jpeg, Jpeg2000, JpegLs, JpegXl, Png, WebP
from recoup.codecs.jxl_header import as_srgb, read_header
from recoup.contracts import Codec
from recoup.errors import CodecError
from recoup.image import Image


def picture(channels: int = 3, height: int = 67, width: int = 81) -> Image:
    """Return smooth saturated colours: a wrong matrix, range or upsampling shows."""
    y, x = np.mgrid[:height, :width]
    planes = (x * 255 / (width - 1), y * 255 / (height - 1), 127 + 127 * np.sin((x + y) / 20))
    return Image(np.rint(np.stack(planes[:channels], axis=2)).astype(np.uint8))


def by_pillow(data: bytes, channels: int) -> Image:
    """Decode with Pillow."""
    with PIL.Image.open(io.BytesIO(data)) as opened:
        return Image(np.asarray(opened.convert("L" if channels == 1 else "RGB")))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("codec", "tolerance"),
    [
        (Jpeg(60), 0),
        (Jpeg(60, progressive=False), 0),
        (Jpeg(60, "4:4:4"), 0),
        (Png(), 0),
        (Png(optimize=2), 0),
        (WebP(60), 0),
        (WebP(lossless=True), 0),
        (Avif(60), 1),
        (Avif(60, subsampling="4:4:4"), 1),
        (Avif(60, subsampling="4:2:2"), 1),
        (Avif(lossless=True), 0),
        (Jpeg2000(38.0), 1),
        (Jpeg2000(lossless=True), 0),
    ],
    ids=repr,
)
def test_pillow_decodes_the_same_picture(codec: Codec, tolerance: int, channels: int) -> None:
    """Pillow has its own builds of these libraries and its own way to call them."""
    image = picture(channels)
    data = codec.encode(image)
    ours, theirs = codec.decode(data), by_pillow(data, channels)
    assert np.abs(ours.samples.astype(int) - theirs.samples).max() <= tolerance
    assert np.abs(image.samples.astype(int) - theirs.samples).mean() < 4


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("subsampling", ["4:2:0", "4:2:2", "4:4:4"])
def test_pillow_decodes_jpegli(subsampling: str, channels: int) -> None:
    """Jpegli's files are JPEG."""
    codec = Jpeg(60, subsampling, encoder="jpegli")  # type: ignore[arg-type]  # one of the three
    image = picture(channels)
    data = codec.encode(image)
    assert by_pillow(data, channels) == Jpeg().decode(data)
    assert np.abs(image.samples.astype(int) - codec.decode(data).samples).mean() < 4


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("quality", [1, 10, 50, 75, 95, 100])
def test_jpeg_bytes_are_pillows(quality: int, channels: int) -> None:
    """The published baselines were made by Pillow's defaults."""
    image, out = picture(channels), io.BytesIO()
    samples = image.samples if channels == 3 else image.samples[:, :, 0]
    PIL.Image.fromarray(samples).save(out, "JPEG", quality=quality)
    assert Jpeg(quality, optimize=False, progressive=False).encode(image) == out.getvalue()


@pytest.mark.parametrize("quality", [0, 50.0, 75, 100])
def test_webp_bytes_are_pillows(quality: float) -> None:
    """Likewise."""
    image, out = picture(), io.BytesIO()
    PIL.Image.fromarray(image.samples).save(out, "WEBP", quality=quality, method=4)
    assert WebP(quality).encode(image) == out.getvalue()


@pytest.mark.parametrize(
    ("subsampling", "factors"), [("4:2:0", 0x22), ("4:2:2", 0x21), ("4:4:4", 0x11)]
)
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("encoder", ["libjpeg-turbo", "jpegli"])
def test_jpeg_frame_says_what_was_asked(
    *, subsampling: str, factors: int, progressive: bool, encoder: str
) -> None:
    """The frame header's marker and sampling factors (ISO/IEC 10918-1, B.2.2)."""
    codec = Jpeg(50, subsampling, progressive=progressive, encoder=encoder)  # type: ignore[arg-type]  # from lists of them
    data = codec.encode(picture())
    at = data.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    assert data[at + 11] == factors


@pytest.mark.parametrize("encoder", ["libjpeg-turbo", "jpegli"])
def test_optimised_and_progressive_jpeg_have_the_same_pixels_in_fewer_bytes(
    encoder: Literal["libjpeg-turbo", "jpegli"],
) -> None:
    """They only code the same coefficients better."""
    image = picture(height=200, width=300)
    plain = Jpeg(50, optimize=False, progressive=False, encoder=encoder).encode(image)
    for codec in (Jpeg(50, encoder=encoder), Jpeg(50, progressive=False, encoder=encoder)):
        data = codec.encode(image)
        assert len(data) < len(plain)
        assert codec.decode(data) == codec.decode(plain)


@pytest.mark.parametrize("quality", [1, 30, 75, 100])
def test_jpegli_bytes_are_its_bindings(quality: int) -> None:
    """The binding knows 4:2:0 in one scan only; there the C interface does the same."""
    import pyjpegli

    image = picture()
    ours = Jpeg(quality, optimize=False, progressive=False, encoder="jpegli").encode(image)
    assert ours == pyjpegli.encode(image.samples, image.width, image.height, quality)


@pytest.mark.parametrize("bits", range(8, 17))
@pytest.mark.parametrize("channels", [1, 3])
def test_openjpeg_decodes_htj2k(bits: int, channels: int) -> None:
    """Another library, and with the depth that the header states (ISO/IEC 15444-1, A.5.1)."""
    import imagecodecs

    dtype = np.uint8 if bits == 8 else np.uint16
    shape = (65, 81, channels)
    samples = np.random.default_rng(bits).integers(0, 1 << bits, shape, dtype)
    samples[:30] = samples[:1]
    data = Htj2k().encode(Image(samples, bits))
    assert data[42] == bits - 1
    assert np.array_equal(np.atleast_3d(imagecodecs.jpeg2k_decode(data)), samples)


def test_jpeg2000_uses_its_colour_transform() -> None:
    """The COD marker (ISO/IEC 15444-1, A.6.1) says so, and coloured pictures shrink by it."""
    import imagecodecs

    image = picture()
    for codec, wavelet in ((Jpeg2000(35.0), 0), (Jpeg2000(lossless=True), 1)):
        data = codec.encode(image)
        at = data.index(b"\xff\x52")
        assert data[at + 8] == 1
        assert data[at + 13] == wavelet
    noise = np.random.default_rng(0).integers(0, 256, (100, 100, 1), np.uint8)
    grey = Image(np.repeat(noise, 3, axis=2))
    without = imagecodecs.jpeg2k_encode(grey.samples, 40, reversible=False, mct=False)
    assert len(Jpeg2000(40.0).encode(grey)) < len(without) * 0.6


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("lossless", [False, True])
def test_avif_states_srgb_and_its_matrix(*, channels: int, lossless: bool) -> None:
    """The nclx colour box (ISO/IEC 14496-12, 12.1.5; codes of ITU-T H.273), full range."""
    data = Avif(lossless=lossless).encode(picture(channels))
    at = data.index(b"colrnclx") + 8
    primaries, transfer, matrix, full = struct.unpack(">HHHB", data[at : at + 7])
    assert (primaries, transfer, full >> 7) == (1, 13, 1)
    assert matrix == (0 if lossless and channels == 3 else 6)


def test_lossy_grey_avif_is_lossy() -> None:
    """Imagecodecs takes every one-channel array as lossless; ours is not."""
    image = picture(1, 128, 128)
    assert len(Avif(20).encode(image)) < len(Avif(90).encode(image))
    assert len(Avif(90).encode(image)) < len(Avif(lossless=True).encode(image))


@pytest.mark.parametrize("bits", [9, 10, 12, 15])
@pytest.mark.parametrize("optimize", [None, 2])
def test_deep_png_is_replicated_and_says_its_depth(bits: int, optimize: int | None) -> None:
    """The sBIT chunk (ISO/IEC 15948, 11.3.2.5), a right checksum, and samples that fill 16 bits."""
    ramp = np.arange(1 << bits, dtype=np.uint16)[:, np.newaxis, np.newaxis]
    data = Png(optimize=optimize).encode(Image(ramp, bits))
    at = data.index(b"sBIT")
    assert data[at - 4 : at + 5] == b"\0\0\0\1sBIT" + bytes([bits])
    assert data[at + 5 : at + 9] == struct.pack(">I", zlib.crc32(data[at : at + 5]))
    with PIL.Image.open(io.BytesIO(data)) as opened:
        shown = np.asarray(opened).astype(int)[:, 0]
    assert shown[0] == 0
    assert shown[-1] == 65535
    assert np.abs(shown - np.arange(1 << bits) * 65535 / ((1 << bits) - 1)).max() <= 1 << 16 - bits


def test_optimised_png_keeps_kind_and_depth_even_where_less_would_do() -> None:
    """Grey values in RGB, four colours, a 16-bit picture of 8-bit values."""
    codec = Png(optimize=2)
    grey = np.repeat(picture(1).samples // 64, 3, axis=2)
    for image in (Image(grey), Image(grey[:, :, :1]), Image(grey.astype(np.uint16) * 257)):
        data = codec.encode(image)
        assert codec.decode(data) == image
        assert len(data) <= len(Png().encode(image))


def test_grey_webp_is_a_valid_extended_file() -> None:
    """RIFF's size, the VP8X sides and flags, and only our empty chunk after the picture."""
    data = WebP(lossless=True).encode(picture(1))
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    assert data[12:20] == b"VP8X" + struct.pack("<I", 10)
    assert data[20:24] == b"\0\0\0\0"
    assert data[24:30] == (80).to_bytes(3, "little") + (66).to_bytes(3, "little")
    assert data[30:34] == b"VP8L"
    assert data.endswith(b"GREY\0\0\0\0")
    assert by_pillow(data, 3).samples.shape == (67, 81, 3)


def test_an_rgb_webp_of_grey_values_stays_rgb() -> None:
    """The marker decides, not the content."""
    image = Image(np.repeat(picture(1).samples, 3, axis=2))
    assert WebP(lossless=True).decode(WebP(lossless=True).encode(image)) == image


@pytest.mark.parametrize("bits", range(8, 17))
def test_jpegls_frame_header_states_the_depth(bits: int) -> None:
    """SOF55 (ISO/IEC 14495-1, C.2.2)."""
    dtype = np.uint8 if bits == 8 else np.uint16
    data = JpegLs().encode(Image(np.full((3, 4, 1), 5, dtype), bits))
    assert data[data.index(b"\xff\xf7") + 4] == bits


@pytest.mark.parametrize("quality", [0, 1, 15, 29, 30, 50, 75, 90, 99])
def test_jpegxl_quality_is_libjxls(quality: int) -> None:
    """The bytes are those of libjxl's own mapping."""
    import imagecodecs

    image = picture()
    theirs = imagecodecs.jpegxl_encode(
        image.samples, quality, effort=3, lossless=False, numthreads=1
    )
    assert JpegXl(quality=quality, effort=3).encode(image) == bytes(theirs)


@pytest.mark.parametrize("bits", [10, 12, 16])
@pytest.mark.parametrize("channels", [1, 3])
def test_deep_jpegxl_is_srgb_and_as_good_as_eight_bits(bits: int, channels: int) -> None:
    """Imagecodecs calls deep samples linear light; the same picture must cost and look the same."""
    shallow = picture(channels, 160, 200)
    deep = Image((shallow.samples.astype(np.uint32) * ((1 << bits) - 1) // 255).astype("u2"), bits)
    codec = JpegXl(1.0, effort=4)
    small, data = codec.encode(shallow), codec.encode(deep)
    assert len(data) == pytest.approx(len(small), rel=0.03)
    original = shallow.samples / 255
    ours = np.abs(codec.decode(data).samples / deep.peak - original).mean()
    assert ours == pytest.approx(
        np.abs(codec.decode(small).samples / 255 - original).mean(), rel=0.1
    )
    assert read_header(data).bits == bits


def test_jpegxl_header_of_other_files_is_refused() -> None:
    """Float samples, and a depth that has no room in the header."""
    import imagecodecs

    flat = np.full((4, 4, 3), 0.5, np.float32)
    with pytest.raises(CodecError, match="float"):
        read_header(bytes(imagecodecs.jpegxl_encode(flat, lossless=True)))
    alpha = imagecodecs.jpegxl_encode(np.zeros((4, 4, 4), np.uint8), lossless=True)
    with pytest.raises(CodecError, match="alpha"):
        read_header(bytes(alpha))
    with pytest.raises(CodecError, match="transfer"):
        as_srgb(JpegXl(lossless=True).encode(picture()), 8)


@pytest.mark.parametrize("side", [(8, 8), (16, 12), (300, 400), (40, 80), (9000, 3), (3, 9000)])
def test_jpegxl_header_states_the_size(side: tuple[int, int]) -> None:
    """Every way the size header has to write it (ISO/IEC 18181-1, D.2)."""
    image = Image(np.zeros((*side, 1), np.uint8))
    header = read_header(JpegXl(lossless=True, effort=1).encode(image))
    assert (header.height, header.width) == side


@pytest.mark.parametrize("codec", [Png(), WebP(lossless=True), Avif(lossless=True)], ids=repr)
def test_a_file_with_alpha_is_refused(codec: Codec) -> None:
    """Codecs carry grey or RGB; what a file holds beside it is the picture reader's."""
    out = io.BytesIO()
    kind = codec.title
    PIL.Image.new("RGBA", (9, 9), (9, 99, 200, 99)).save(out, kind, lossless=True)
    with pytest.raises(CodecError):
        codec.decode(out.getvalue())


def test_lying_headers_are_refused_before_memory_is_asked_for() -> None:
    """A few hundred bytes that announce gigabytes."""
    jpeg = Jpeg().encode(picture())
    with pytest.raises(CodecError, match="cannot hold"):
        Jpeg().decode(jpeg.replace(struct.pack(">HH", 67, 81), struct.pack(">HH", 65000, 65000)))
    png = Png().encode(picture())
    head = b"IHDR" + struct.pack(">II", 99999, 99999) + png[24:29]
    with pytest.raises(CodecError, match="cannot hold"):
        Png().decode(png[:12] + head + struct.pack(">I", zlib.crc32(head)) + png[33:])
