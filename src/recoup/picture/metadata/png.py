"""PNG: iCCP, eXIf and iTXt chunks (W3C PNG, third edition, 2025)."""

from __future__ import annotations

import struct
import zlib

from recoup.picture.formats import png
from recoup.picture.orientation import reset
from recoup.picture.picture import Picture

_COLOUR_CHUNKS = frozenset({b"sRGB", b"gAMA", b"cHRM", b"cICP"})


def unfit(_picture: Picture) -> tuple[str, ...]:
    """Nothing."""
    return ()


def put(data: bytes, picture: Picture) -> bytes:
    """Insert iCCP, eXIf and iTXt after IHDR."""
    png.size(data)  # refuses a file without IHDR
    new = [chunk(b"iCCP", b"ICC\0\0" + zlib.compress(picture.icc))] if picture.icc else []
    if picture.exif:
        new.append(chunk(b"eXIf", reset(picture.exif)))
    if picture.xmp:
        new.append(chunk(b"iTXt", png.XMP_KEYWORD + bytes(5) + picture.xmp))
    drop = {b"eXIf", b"iCCP"} | (_COLOUR_CHUNKS if picture.icc else frozenset())
    parts = [png.SIGNATURE]
    for old in png.walk(data):
        content = data[old.start : old.end]
        if old.kind in drop or (old.kind == b"iTXt" and content.startswith(png.XMP_KEYWORD)):
            continue
        parts.append(data[old.start - 8 : old.end + 4])
        if old.kind == b"IHDR":
            parts += new
    return b"".join(parts)


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a PNG chunk with its length and check sum."""
    check = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
