"""JPEG: APP1 and APP2 segments (EXIF 2.32, 4.7.2; ICC.1:2022, B.4; XMP part 3, 2020, 1.1.3)."""

from __future__ import annotations

import struct

from recoup.errors import PictureError, UnreadableError
from recoup.picture.formats import jpeg
from recoup.picture.orientation import reset
from recoup.picture.picture import Picture

_MOST = 65533
_STEP = _MOST - len(jpeg.ICC_PREFIX) - 2


def unfit(picture: Picture) -> tuple[str, ...]:
    """EXIF and XMP beyond a segment, a profile beyond 255."""
    room = {
        "icc": (picture.icc, 255 * _STEP),
        "exif": (picture.exif, _MOST - len(jpeg.EXIF_PREFIX)),
        "xmp": (picture.xmp, _MOST - len(jpeg.XMP_PREFIX)),
    }
    return tuple(name for name, (content, most) in room.items() if len(content or b"") > most)


def put(data: bytes, picture: Picture) -> bytes:
    """Insert APP1 and APP2 segments after SOI and a JFIF segment, if there is one."""
    new = []
    if picture.exif:
        new.append(_segment(0xE1, jpeg.EXIF_PREFIX + reset(picture.exif), "EXIF"))
    if picture.xmp:
        new.append(_segment(0xE1, jpeg.XMP_PREFIX + picture.xmp, "XMP"))
    new += _profile_segments(picture.icc or b"")
    prefixes = (jpeg.EXIF_PREFIX, jpeg.XMP_PREFIX, jpeg.ICC_PREFIX)
    parts, rest, placed = [data[:2]], 2, False
    for old in jpeg.walk(data):
        if old.marker != 0xE0 and not placed:
            parts += new
            placed = True
        if old.marker == 0xDA:
            break
        if old.marker not in (0xE1, 0xE2) or not data.startswith(prefixes, old.start, old.end):
            parts.append(b"\xff" + bytes([old.marker]) + data[old.start - 2 : old.end])
        rest = old.end
    else:
        raise UnreadableError("is truncated or damaged (no JPEG scan)")
    return b"".join((*parts, data[rest:]))


def _profile_segments(icc: bytes) -> list[bytes]:
    """Cut a profile into numbered APP2 segments (ICC.1:2022, B.4)."""
    pieces = [icc[at : at + _STEP] for at in range(0, len(icc), _STEP)]
    if len(pieces) > 255:
        raise PictureError(f"an ICC profile of {len(icc)} bytes does not fit into a JPEG file")
    return [
        _segment(0xE2, jpeg.ICC_PREFIX + bytes([number, len(pieces)]) + piece, "ICC profile")
        for number, piece in enumerate(pieces, 1)
    ]


def _segment(marker: int, content: bytes, what: str) -> bytes:
    """Return a JPEG segment."""
    if len(content) > _MOST:
        raise PictureError(
            f"{len(content)} bytes of {what} do not fit into a JPEG file, which holds "
            f"{_MOST}; write PNG or WebP, or leave it out"
        )
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content
