"""JPEG XL files written by cjxl 0.7.0, whose headers state what no encoder here can write."""

from pathlib import Path

import numpy as np
import pytest

from recoup.errors import PictureError, UnsupportedError
from recoup.picture import load, measured
from recoup.picture.profile import Space, from_cicp, made

PIXELS = "0802010064004b12c58285249223ee068010510e1d8021147a768cef4b0b00"
"""3 x 2 pixels, 0, 14, 28, ... 238."""
HEADS = {
    "Display P3": "ff0a08401090c98d",
    "linear BT.2020": "ff0a08401090478b",
    "gamma 2": "ff0a0840105081969822",
    "DCI": "ff0a084010609afc08",
    "PQ": "ff0a08400104e4d1230e0700000080",
}
PROFILED = (
    "ff0a084010c25bc5809c9808204c87be49eb8022f472e7712a4deee80267fad1229adac20b6a766b70b4d4c0"
)
"""Adobe RGB as an embedded profile; what follows is left out."""


def read(folder: Path, data: str) -> Path:
    """A file of these bytes."""
    path = folder / "a.jxl"
    path.write_bytes(bytes.fromhex(data))
    return path


@pytest.mark.parametrize(
    ("name", "space"),
    [
        ("Display P3", from_cicp(12, 13)),
        ("linear BT.2020", from_cicp(9, 8)),
        ("gamma 2", Space(transfer=2.0)),
        ("DCI", Space((0.68, 0.32, 0.265, 0.69, 0.15, 0.06), (0.314, 0.351), 2.6)),
    ],
)
def test_named_colour_spaces_are_honoured(tmp_path: Path, name: str, space: Space) -> None:
    """Samples as stored, with a profile of the space that the header names."""
    picture = load(read(tmp_path, HEADS[name] + PIXELS))
    assert picture.image.samples.ravel().tolist() == list(range(0, 252, 14))
    assert picture.icc == made(space)[0]
    image, notes = measured(picture)
    assert not np.array_equal(image.samples, picture.image.samples)
    assert notes[-1] == "converted from the stated space to sRGB"


def test_hdr_is_refused(tmp_path: Path) -> None:
    """PQ."""
    with pytest.raises(UnsupportedError, match="HDR"):
        load(read(tmp_path, HEADS["PQ"] + PIXELS))


def test_embedded_profile_is_refused(tmp_path: Path) -> None:
    """With the command that gets at it."""
    with pytest.raises(UnsupportedError, match="djxl"):
        load(read(tmp_path, PROFILED))


@pytest.mark.parametrize("name", HEADS)
def test_header_cut_anywhere_is_one_line(tmp_path: Path, name: str) -> None:
    """Never an exception of another kind."""
    for length in range(4, len(HEADS[name]), 2):
        with pytest.raises(PictureError, match=r"a\.jxl: "):
            load(read(tmp_path, HEADS[name][:length]))


def test_codestream_in_parts_with_exif_between(tmp_path: Path) -> None:
    """As pillow-jxl writes it, without the offset that the standard puts before EXIF."""

    def box(kind: bytes, content: bytes) -> bytes:
        return (8 + len(content)).to_bytes(4, "big") + kind + content

    stream = bytes.fromhex(HEADS["Display P3"] + PIXELS)
    exif = b"MM\0*\0\0\0\x08\0\0\0\0\0\0"
    for before in (b"", bytes(4)):
        data = (
            box(b"JXL ", b"\r\n\x87\n")
            + box(b"ftyp", b"jxl \0\0\0\0jxl ")
            + box(b"jxlp", b"\0\0\0\0" + stream[:5])
            + box(b"Exif", before + exif)
            + box(b"xml ", b"<x/>")
            + box(b"jxlp", b"\x80\0\0\1" + stream[5:])
        )
        picture = load(read(tmp_path, data.hex()))
        assert picture.image.samples.ravel().tolist() == list(range(0, 252, 14))
        assert (picture.exif, picture.xmp) == (exif, b"<x/>")
        assert "Display P3" in picture.notes[0]
