"""JPEG 2000: uuid boxes and the colour box (ITU-T T.800, 2019, annex I; T.814, 2019, annex D)."""

from __future__ import annotations

import struct

from recoup.errors import UnreadableError, UnsupportedError
from recoup.picture.boxes import made, parts
from recoup.picture.formats.jpeg2000 import EXIF_IDS, XMP_ID
from recoup.picture.orientation import reset
from recoup.picture.picture import Picture
from recoup.picture.profile import kind as profile_kind
from recoup.picture.profile import tags

_SIGNATURE = (b"jP  ", b"\r\n\x87\n")
_CODESTREAM = b"\xff\x4f\xff\x51"
_HIGH_THROUGHPUT = 0x4000
_RESTRICTED = {"GRAY": {b"kTRC"}, "RGB": {b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"}}
_SRGB, _GREY = 16, 17
_EXPLAINED = (struct.pack(">I", _SRGB), struct.pack(">I", _GREY))
"""Enumerated colour spaces in place of which a profile can stand: the samples are the same."""


def unfit(picture: Picture) -> tuple[str, ...]:
    """A profile with tables: JP2 takes a matrix and curves (I.5.3.3)."""
    return ("icc",) if picture.icc and not _restricted(picture.icc) else ()


def put(data: bytes, picture: Picture) -> bytes:
    """Insert uuid boxes before the codestream, and the profile into the header."""
    if picture.icc and not _restricted(picture.icc):
        raise UnsupportedError(
            "this ICC profile has no place in a JPEG 2000 file, which takes a matrix and curves; "
            "convert the picture to sRGB before"
        )
    new = [(b"uuid", EXIF_IDS[0] + reset(picture.exif))] if picture.exif else []
    new += [(b"uuid", XMP_ID + picture.xmp)] if picture.xmp else []
    if data.startswith(_CODESTREAM):
        if not new and not picture.icc:
            return data
        old = _wrapped(data)
    else:
        old = parts(data)
    kinds = [kind for kind, _ in old]
    if kinds.count(b"jp2h") != 1 or b"jp2c" not in kinds[kinds.index(b"jp2h") :]:
        raise UnreadableError("is truncated or damaged (no JPEG 2000 header and codestream)")
    kept = [
        (kind, _coloured(content, picture.icc) if kind == b"jp2h" else content)
        for kind, content in old
        if kind != b"uuid" or content[:16] not in (*EXIF_IDS, XMP_ID)
    ]
    if not new and kept == old:
        return data
    at = [kind for kind, _ in kept].index(b"jp2c")
    return b"".join(made(*box) for box in (*kept[:at], *new, *kept[at:]))


def _restricted(icc: bytes) -> bool:
    """Whether a profile is of the kinds that JP2 takes: grey by a curve, RGB by a matrix."""
    needed, found = _RESTRICTED.get(profile_kind(icc)), tags(icc).keys()
    return needed is not None and needed <= found and not {b"A2B0", b"A2B1", b"A2B2"} & found


def _coloured(header: bytes, icc: bytes | None) -> bytes:
    """Header box with the profile for its colours; without one, sRGB or grey for a profile."""
    inner = parts(header)
    stated = [content for kind, content in inner if kind == b"colr"]
    if any(colour[:1] == b"\1" and colour[3:7] not in _EXPLAINED for colour in stated):
        raise UnsupportedError("is in a colour space that no profile can be put in place of")
    if icc:
        colour = b"\2\0\0" + icc
    elif any(colour[:1] != b"\1" for colour in stated):
        colour = _enumerated(inner)
    else:
        return header
    kept = [box for box in inner if box[0] != b"colr"]
    after = next((n for n, (kind, _) in enumerate(kept) if kind not in (b"ihdr", b"bpcc")), None)
    kept.insert(len(kept) if after is None else after, (b"colr", colour))
    return b"".join(made(*box) for box in kept)


def _enumerated(inner: list[tuple[bytes, bytes]]) -> bytes:
    """Content of a colour box that says sRGB or grey, by the number of channels."""
    found = dict(inner)
    palette = found.get(b"pclr", b"")
    channels = palette[2] if len(palette) > 2 else int.from_bytes(found.get(b"ihdr", b"")[8:10])
    return struct.pack(">BBBI", 1, 0, 0, _GREY if channels < 3 else _SRGB)


def _wrapped(data: bytes) -> list[tuple[bytes, bytes]]:
    """Boxes of a JP2 file, or JPH for high throughput, around a codestream (A.5.1, I.5)."""
    if len(data) < 45:
        raise UnreadableError("is truncated or damaged (no JPEG 2000 header)")
    (abilities,) = struct.unpack_from(">H", data, 6)
    right, bottom, left, top = struct.unpack_from(">IIII", data, 8)
    if right <= left or bottom <= top:
        raise UnreadableError("is damaged (a JPEG 2000 picture of no size)")
    (count,) = struct.unpack_from(">H", data, 40)
    each = {data[at : at + 3] for at in range(42, 42 + 3 * count, 3)}
    whole = next(iter(each)) if len(each) == 1 else b""
    if count not in (1, 3) or whole[1:] != b"\1\1" or whole[0] > 15:
        raise UnsupportedError(
            "is a codestream of neither grey nor RGB at one depth and full size; write JP2 instead"
        )
    header = struct.pack(">IIHBBBB", bottom - top, right - left, count, whole[0], 7, 0, 0)
    colour = struct.pack(">BBBI", 1, 0, 0, _GREY if count == 1 else _SRGB)
    brand = b"jph " if abilities & _HIGH_THROUGHPUT else b"jp2 "
    return [
        _SIGNATURE,
        (b"ftyp", brand + bytes(4) + brand),
        (b"jp2h", made(b"ihdr", header) + made(b"colr", colour)),
        (b"jp2c", data),
    ]
