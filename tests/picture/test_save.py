"""What is saved comes back to the bit, at every depth, with everything beside the samples."""

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pil

from recoup.errors import PictureError, UnsupportedError
from recoup.image import Image, Samples
from recoup.picture import Picture, load, save, write
from recoup.picture.orientation import stated

ADOBE = imagecodecs.cms_profile("adobergb")
XMP = b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"/><?xpacket end="w"?>'


def exif() -> bytes:
    """EXIF with texts, a time, a fraction, a place, and an orientation."""
    block = Pil.Exif()
    block[271], block[274] = "Maker", 6
    block.get_ifd(0x8769).update({36867: "2024:05:06 07:08:09", 33434: (1, 125)})
    block.get_ifd(0x8825)[1] = "N"
    return block.tobytes().removeprefix(b"Exif\0\0")


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    """Any depth, 1 x 1 and up, with or without alpha, profile and metadata."""
    bits = draw(st.integers(8, 16))
    shape = (draw(st.integers(1, 9)), draw(st.integers(1, 9)))
    channels = draw(st.sampled_from([1, 3]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    planes: Samples = rng.integers(0, 1 << bits, (*shape, channels + 1), dtype=np.uint32)
    planes = planes.astype(np.uint8) if bits == 8 else planes.astype(np.uint16)
    return Picture(
        image=Image(planes[:, :, :channels], bits),
        alpha=planes[:, :, channels] if draw(st.booleans()) else None,
        icc=draw(st.sampled_from([None, ADOBE])),
        exif=draw(st.sampled_from([None, exif()])),
        xmp=draw(st.sampled_from([None, XMP])),
    )


@given(picture=pictures(), suffix=st.sampled_from([".png", ".tif"]))
@settings(max_examples=150, deadline=None)
def test_round_trip(
    tmp_path_factory: pytest.TempPathFactory, picture: Picture, suffix: str
) -> None:
    """Samples, alpha, profile, XMP to the bit; EXIF by what it says."""
    path = tmp_path_factory.mktemp("saved") / f"picture{suffix}"
    save(picture, path)
    back = load(path)
    assert back.image == picture.image
    assert (back.alpha is None) == (picture.alpha is None)
    if picture.alpha is not None:
        assert np.array_equal(back.alpha, picture.alpha)  # type: ignore[arg-type]  # it is there
    assert (back.icc, back.xmp) == (picture.icc, picture.xmp)
    assert facts(back.exif) == facts(picture.exif)
    assert stated(back.exif) == 1
    assert back.notes == ()


def facts(block: bytes | None) -> dict[str, Any]:
    """What an EXIF block says, but for the orientation, which saving resets."""
    if block is None:
        return {}
    read = Pil.Exif()
    read.load(block)
    out: dict[str, Any] = {"maker": read.get(271)}
    return out | {str(tag): dict(read.get_ifd(tag)) for tag in (0x8769, 0x8825)}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_others_read_what_is_saved(tmp_path: Path, suffix: str, channels: int) -> None:
    """Pillow, here."""
    samples = np.arange(5 * 7 * channels, dtype=np.uint8).reshape(5, 7, channels)
    path = tmp_path / f"a{suffix}"
    save(Picture(Image(samples), icc=ADOBE, exif=exif(), xmp=XMP), path)
    with Pil.open(path) as seen:
        assert np.array_equal(np.asarray(seen), samples.squeeze())
        assert seen.info["icc_profile"] == ADOBE
        assert seen.getexif().get_ifd(0x8769)[36867] == "2024:05:06 07:08:09"
        assert seen.getexif().get_ifd(0x8825)[1] == "N"
        assert seen.getexif().get(274, 1) == 1


def test_tiff_of_twelve_bits_is_read_by_tifffile(tmp_path: Path) -> None:
    """At its own depth."""
    samples = np.arange(0, 4095, 39, dtype=np.uint16).reshape(5, 7, 3)
    save(Picture(Image(samples, 12)), tmp_path / "a.tif")
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert file.pages.first.bitspersample == 12
        assert np.array_equal(file.asarray(), samples)


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".xyz", ""])
def test_other_suffixes_are_refused(tmp_path: Path, suffix: str) -> None:
    """And nothing is left behind."""
    picture = Picture(Image(np.zeros((1, 1), np.uint8)))
    with pytest.raises(UnsupportedError, match=r"\.png, \.tif and \.tiff"):
        save(picture, tmp_path / f"a{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_write_replaces_whole_files_and_follows_links(tmp_path: Path) -> None:
    """Permissions and link stay."""
    target = tmp_path / "target.png"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link = tmp_path / "link.png"
    link.symlink_to(target)
    write(b"new", link)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.png", "target.png"]


def test_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    """And no other."""
    with pytest.raises(PictureError, match="cannot be written"):
        write(b"new", tmp_path / "no folder" / "a.png")
    with pytest.raises(PictureError, match="is a folder"):
        write(b"new", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_alpha_must_fit() -> None:
    """In size and depth."""
    image = Image(np.zeros((2, 3), np.uint8))
    with pytest.raises(ValueError, match="alpha is"):
        Picture(image, alpha=np.zeros((3, 2), np.uint8))
    with pytest.raises(ValueError, match="dtype"):
        Picture(image, alpha=np.zeros((2, 3), np.uint16))
