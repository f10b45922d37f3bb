"""Profiles are honoured when pixels are measured, and left alone when they are sRGB already."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image as Pil
from PIL import ImageCms

from recoup.errors import UnsupportedError
from recoup.image import Image
from recoup.picture import Picture, load, measured
from recoup.picture.profile import SRGB, Space, from_cicp, is_srgb, kind, made, name

ADOBE = imagecodecs.cms_profile("adobergb")
D65 = (0.3127, 0.3290, 1.0)


def p3() -> bytes:
    """The Display P3 profile that recoup makes."""
    profile, _ = made(from_cicp(12, 13))
    assert profile is not None
    return profile


def photo(seed: int = 0, shape: tuple[int, int] = (16, 16)) -> NDArray[np.uint8]:
    """A picture with detail in every channel."""
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), dtype=np.uint8)


def by_pillow(samples: NDArray[np.uint8], profile: bytes) -> NDArray[np.uint8]:
    """The same conversion by Pillow's own LittleCMS, to its own sRGB."""
    out = ImageCms.profileToProfile(
        Pil.fromarray(samples),
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
    )
    assert out is not None
    return np.asarray(out)


@pytest.mark.parametrize("profile", [ADOBE, p3()], ids=["Adobe RGB", "Display P3"])
def test_conversion_agrees_with_pillow(profile: bytes) -> None:
    """Within one level of Pillow's own LittleCMS."""
    image, notes = measured(Picture(Image(photo()), icc=profile))
    expected = by_pillow(photo(), profile).astype(int)
    assert np.abs(image.samples - expected).max() <= 1
    assert np.abs(image.samples - photo().astype(int)).max() > 10
    assert notes[0].startswith("converted from ")


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_every_depth_is_converted_alike(bits: int) -> None:
    """The same colours come out whatever the depth."""
    peak = (1 << bits) - 1
    deep = ((photo().astype(np.uint32) * peak + 127) // 255).astype(np.uint16)
    image, _ = measured(Picture(Image(deep, bits), icc=ADOBE))
    eight, _ = measured(Picture(Image(photo()), icc=ADOBE))
    assert image.bits == bits
    # Rounding to 8 bits before the conversion is amplified by up to 1.5 where curves are steep.
    assert np.abs(image.samples / peak - eight.samples / 255.0).max() < 2 / 255


def test_display_p3_by_its_definition() -> None:
    """Linear algebra on the primaries of both, with no ICC library between (CSS Color 4, 10)."""
    to_srgb = np.array(
        [
            [1.2249401762, -0.2249401762, 0.0],
            [-0.0420569547, 1.0420569547, 0.0],
            [-0.0196375546, -0.0786360456, 1.0982736001],
        ]
    )
    coded = photo() / 255.0
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    out = np.clip(linear @ to_srgb.T, 0, 1)
    expected = np.where(out <= 0.0031308, out * 12.92, 1.055 * out ** (1 / 2.4) - 0.055) * 255
    image, _ = measured(Picture(Image(photo()), icc=p3()))
    assert np.abs(image.samples - expected).max() <= 1.1


@pytest.mark.parametrize(
    "profile",
    [
        imagecodecs.cms_profile("srgb"),
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    ],
)
@given(seed=st.integers(0, 9))
@settings(max_examples=5, deadline=None)
def test_srgb_is_left_alone_to_the_bit(profile: bytes, seed: int) -> None:
    """The very image, and nothing to say."""
    image = Image(photo(seed))
    out, notes = measured(Picture(image, icc=profile))
    assert out is image
    assert notes == ()


def test_grey_profile() -> None:
    """Linear light becomes sRGB's curve, by its definition."""
    linear = imagecodecs.cms_profile("gray", whitepoint=D65, gamma=1.0)
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    image, notes = measured(Picture(Image(ramp), icc=linear))
    x = ramp / 255.0
    expected = np.where(x <= 0.0031308, x * 12.92, 1.055 * x ** (1 / 2.4) - 0.055) * 255
    assert image.channels == 1
    assert np.abs(image.samples[:, :, 0] - expected).max() <= 1.5
    assert len(notes) == 1


def test_grey_picture_in_an_rgb_profile() -> None:
    """As if it were neutral colour."""
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    image, _ = measured(Picture(Image(ramp), icc=ADOBE))
    colour, _ = measured(Picture(Image(np.dstack([ramp] * 3)), icc=ADOBE))
    assert np.abs(image.samples - colour.samples.astype(int)).max() <= 1


@pytest.mark.parametrize(
    ("icc", "words"),
    [
        (b"rubbish", "nothing known"),
        (ADOBE[:300] + bytes(len(ADOBE) - 300), "damaged"),
        (imagecodecs.cms_profile("gray", whitepoint=D65, gamma=2.2), "for GRAY"),
    ],
)
def test_profile_that_cannot_be_used_is_said(icc: bytes, words: str) -> None:
    """The pixels stay as they are."""
    image = Image(photo())
    out, notes = measured(Picture(image, icc=icc))
    assert out == image
    assert words in notes[0]
    assert "taken as sRGB" in notes[0]


def test_notes_come_in_order() -> None:
    """What loading did, then what measuring did."""
    picture = Picture(
        Image(photo()), alpha=photo()[:, :, 0], icc=ADOBE, notes=("orientation 6 applied",)
    )
    assert measured(picture)[1] == (
        "orientation 6 applied",
        "converted from Adobe RGB (compatible) to sRGB",
        "alpha not measured",
    )


def test_names() -> None:
    """Both kinds of description are read."""
    v4 = bytearray(200)
    v4[36:40], v4[16:20], v4[128:132] = b"acsp", b"RGB ", struct.pack(">I", 1)
    v4[132:144] = struct.pack(">4sII", b"desc", 144, 56)
    text = "Möwe".encode("utf-16-be")
    v4[144 : 144 + 28] = struct.pack(">4sIIIIII", b"mluc", 0, 1, 12, 0, len(text), 28)
    v4[172 : 172 + len(text)] = text
    assert name(bytes(v4)) == "Möwe"
    assert name(ADOBE) == "Adobe RGB (compatible)"
    assert name(bytes(128) + b"\xff" * 20) == "an unnamed profile"
    assert (kind(bytes(v4)), kind(b"")) == ("RGB", "")


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of the photo with these chunks after its header."""
    data = bytes(imagecodecs.png_encode(photo()))
    extra = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    return data[:33] + extra + data[33:]


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes | bytearray], Picture]:
    """Loads bytes from a file."""

    def _read(data: bytes | bytearray) -> Picture:
        (tmp_path / "a").write_bytes(data)
        return load(tmp_path / "a")

    return _read


CHRM = struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
SRGB_CHRM = struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)


@pytest.mark.parametrize(
    "chunks",
    [
        [],
        [(b"sRGB", b"\0")],
        [(b"gAMA", struct.pack(">I", 45455))],
        [(b"gAMA", struct.pack(">I", 45455)), (b"cHRM", SRGB_CHRM)],
        [(b"cICP", bytes([1, 13, 0, 1])), (b"gAMA", struct.pack(">I", 100000))],
        [(b"sRGB", b"\0"), (b"gAMA", struct.pack(">I", 100000))],
    ],
)
def test_png_that_states_srgb(
    read: Callable[[bytes | bytearray], Picture], chunks: list[tuple[bytes, bytes]]
) -> None:
    """In each of the ways there are."""
    picture = read(png(*chunks))
    assert picture.icc is None
    assert measured(picture) == (Image(photo()), ())


@pytest.mark.parametrize(
    ("chunks", "space"),
    [
        ([(b"cICP", bytes([12, 13, 0, 1]))], from_cicp(12, 13)),
        ([(b"cHRM", CHRM)], from_cicp(12, 13)),
        ([(b"gAMA", struct.pack(">I", 100000))], Space(transfer=1.0)),
    ],
)
def test_png_that_states_another_space(
    read: Callable[[bytes | bytearray], Picture], chunks: list[tuple[bytes, bytes]], space: Space
) -> None:
    """It is measured as with a profile of that space."""
    picture = read(png(*chunks))
    profile, _ = made(space)
    image, notes = measured(picture)
    assert image == measured(Picture(Image(photo()), icc=profile))[0]
    assert "stated without a profile" in notes[0]


def test_png_gamma_by_its_definition(read: Callable[[bytes | bytearray], Picture]) -> None:
    """GAMA 1 is linear light."""
    image, _ = measured(read(png((b"gAMA", struct.pack(">I", 100000)))))
    x = photo() / 255.0
    expected = np.where(x <= 0.0031308, x * 12.92, 1.055 * x ** (1 / 2.4) - 0.055) * 255
    assert np.abs(image.samples - expected).max() <= 1.5


def test_damaged_png_profile_is_said(read: Callable[[bytes | bytearray], Picture]) -> None:
    """It is left out."""
    picture = read(png((b"iCCP", b"x\0\0rubbish")))
    assert picture.icc is None
    assert "damaged" in picture.notes[0]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "AVIF", "TIFF"])
def test_profiles_are_read(read: Callable[[bytes | bytearray], Picture], form: str) -> None:
    """To the byte, and used."""
    out = io.BytesIO()
    Pil.fromarray(photo()).save(out, form, icc_profile=ADOBE)
    picture = read(out.getvalue())
    assert picture.icc == ADOBE
    assert "converted from Adobe RGB (compatible) to sRGB" in measured(picture)[1]


def test_jpeg2000_profile(read: Callable[[bytes | bytearray], Picture]) -> None:
    """It is read, and the decoder does not apply it on its own."""
    plain = bytes(
        imagecodecs.jpeg2k_encode(photo(), level=0, reversible=True, codecformat="jp2", mct=True)
    )
    at = plain.index(b"colr") - 4
    box = struct.pack(">I", 11 + len(ADOBE)) + b"colr\x02\0\0" + ADOBE
    head = plain.index(b"jp2h") - 4
    grown = struct.pack(">I", struct.unpack_from(">I", plain, head)[0] + len(box) - 15)
    data = plain[:head] + grown + plain[head + 4 : at] + box + plain[at + 15 :]
    picture = read(data)
    assert picture.icc == ADOBE
    assert np.array_equal(picture.image.samples, photo())
    lab = plain[: at + 11] + struct.pack(">I", 14) + plain[at + 15 :]
    with pytest.raises(UnsupportedError, match="number 14"):
        read(lab)


def test_sycc_jpeg2000_is_converted(read: Callable[[bytes | bytearray], Picture]) -> None:
    """By the matrix of BT.601."""
    plain = bytearray(
        imagecodecs.jpeg2k_encode(photo(), level=0, reversible=True, codecformat="jp2", mct=False)
    )
    plain[plain.index(b"colr") + 10] = 18
    y, cb, cr = (photo()[:, :, i].astype(float) for i in range(3))
    expected = np.dstack(
        [
            y + 1.402 * (cr - 128),
            y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128),
            y + 1.772 * (cb - 128),
        ]
    ).clip(0, 255)
    picture = read(bytes(plain))
    assert np.abs(picture.image.samples - expected).max() <= 1.5
    assert picture.notes == ("sYCC converted to RGB",)


def test_jpegxl_of_sixteen_bits_states_linear_light(
    read: Callable[[bytes | bytearray], Picture],
) -> None:
    """As imagecodecs marks them; what a file states is what is measured."""
    samples = photo().astype(np.uint16) * 257
    picture = read(imagecodecs.jpegxl_encode(samples, lossless=True))
    assert np.array_equal(picture.image.samples, samples)
    assert "gamma 1" in picture.notes[0]
    x = samples / 65535.0
    expected = np.where(x <= 0.0031308, x * 12.92, 1.055 * x ** (1 / 2.4) - 0.055)
    assert np.abs(measured(picture)[0].samples / 65535.0 - expected).max() < 1 / 255


def test_jpegxl_with_a_profile_is_refused(read: Callable[[bytes | bytearray], Picture]) -> None:
    """No decoder here hands it out."""
    out = io.BytesIO()
    Pil.fromarray(photo()).save(out, "JPEG", icc_profile=ADOBE)
    data = imagecodecs.jpegxl_encode_jpeg(out.getvalue())
    with pytest.raises(UnsupportedError, match="djxl"):
        read(data)


def test_cmyk_with_a_profile_of_another_kind(read: Callable[[bytes | bytearray], Picture]) -> None:
    """An RGB profile does not explain ink: it is passed over, and said."""
    out = io.BytesIO()
    Pil.fromarray(photo()).convert("CMYK").save(out, "JPEG", icc_profile=ADOBE)
    picture = read(out.getvalue())
    assert "CMYK without a usable profile" in picture.notes[0]
    assert picture.icc is None


def test_hdr_and_unknown_code_points_are_refused() -> None:
    """Rather than shown wrong."""
    for transfer in (16, 18):
        with pytest.raises(UnsupportedError, match="HDR"):
            from_cicp(9, transfer)
    with pytest.raises(UnsupportedError, match="code points 77/13"):
        from_cicp(77, 13)


def test_what_is_srgb() -> None:
    """Grey has no primaries to differ in."""
    assert made(SRGB) == (None, ())
    assert made(Space(transfer=1.0), grey=True)[0] is not None
    assert made(from_cicp(12, 13), grey=True) == (None, ())
    assert not is_srgb(p3())


def test_gamma_22_is_not_srgb() -> None:
    """They differ in the darks."""
    profile, _ = made(Space(transfer=2.2))
    assert profile is not None
    assert not is_srgb(profile)
