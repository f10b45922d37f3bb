"""Profile and metadata put into a file that an encoder made from samples alone."""

from __future__ import annotations

import struct
import zlib

from recoup.errors import PictureError, UnsupportedError
from recoup.picture.formats import jpeg, png, webp
from recoup.picture.orientation import reset
from recoup.picture.picture import Picture

_JPEG_MOST = 65533
_COLOUR_CHUNKS = frozenset({b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP"})


def embed(data: bytes, picture: Picture) -> bytes:
    """Return PNG, JPEG or WebP bytes with the picture's ICC profile, EXIF and XMP in them.

    What the bytes held of those kinds is replaced; EXIF orientation is set to 1, since it has
    been applied. The pixels are not touched. Alpha is the encoder's to write.

    Parameters
    ----------
    data
        A whole file as the encoder made it, of samples in the picture's own colour space.
    picture
        What to put in.

    Raises
    ------
    UnsupportedError
        If the bytes are none of the three formats.
    PictureError
        If JPEG's segments cannot hold so much EXIF or XMP.

    Examples
    --------
    >>> import imagecodecs
    >>> import numpy as np
    >>> from recoup.image import Image
    >>> picture = Picture(Image(np.zeros((2, 2, 3), np.uint8)), xmp=b"<x:xmpmeta/>")
    >>> b"<x:xmpmeta/>" in embed(imagecodecs.png_encode(picture.image.samples), picture)
    True
    """
    if data.startswith(png.SIGNATURE):
        return _png(data, picture)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data, picture)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data, picture)
    raise UnsupportedError("metadata can be put into PNG, JPEG and WebP files only")


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a PNG chunk with its length and check sum."""
    check = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def _png(data: bytes, picture: Picture) -> bytes:
    """Insert iCCP, eXIf and iTXt after IHDR."""
    new = [chunk(b"iCCP", b"ICC\0\0" + zlib.compress(picture.icc))] if picture.icc else []
    if picture.exif:
        new.append(chunk(b"eXIf", reset(picture.exif)))
    if picture.xmp:
        new.append(chunk(b"iTXt", png.XMP_KEYWORD + bytes(5) + picture.xmp))
    drop = {b"eXIf"} | (_COLOUR_CHUNKS if picture.icc else frozenset())
    parts = [png.SIGNATURE]
    for old in png.walk(data):
        content = data[old.start : old.end]
        if old.kind in drop or (old.kind == b"iTXt" and content.startswith(png.XMP_KEYWORD)):
            continue
        parts.append(data[old.start - 8 : old.end + 4])
        if old.kind == b"IHDR":
            parts += new
    return b"".join(parts)


def _jpeg(data: bytes, picture: Picture) -> bytes:
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
        if old.marker == 0xDA:
            break
        if old.marker != 0xE0 and not placed:
            parts += new
            placed = True
        if old.marker not in (0xE1, 0xE2) or not data.startswith(prefixes, old.start, old.end):
            parts.append(b"\xff" + bytes([old.marker]) + data[old.start - 2 : old.end])
        rest = old.end
    return b"".join((*parts, data[rest:]))


def _profile_segments(icc: bytes) -> list[bytes]:
    """Cut a profile into numbered APP2 segments (ICC.1:2022, B.4)."""
    step = _JPEG_MOST - len(jpeg.ICC_PREFIX) - 2
    pieces = [icc[at : at + step] for at in range(0, len(icc), step)]
    if len(pieces) > 255:
        raise PictureError(f"an ICC profile of {len(icc)} bytes does not fit into a JPEG file")
    return [
        _segment(0xE2, jpeg.ICC_PREFIX + bytes([number, len(pieces)]) + piece, "ICC profile")
        for number, piece in enumerate(pieces, 1)
    ]


def _segment(marker: int, content: bytes, what: str) -> bytes:
    """Return a JPEG segment."""
    if len(content) > _JPEG_MOST:
        raise PictureError(
            f"{len(content)} bytes of {what} do not fit into a JPEG file, which holds "
            f"{_JPEG_MOST}; write PNG or WebP, or leave it out"
        )
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def _webp(data: bytes, picture: Picture) -> bytes:
    """Make an extended WebP: VP8X, ICCP, the pixels, EXIF, XMP (RFC 9649, 2.7)."""
    old = [(c.kind, data[c.start : c.end]) for c in webp.walk(data)]
    kept = [c for c in old if c[0] not in (b"VP8X", b"ICCP", b"EXIF", b"XMP ")]
    icc = [(b"ICCP", picture.icc)] if picture.icc else []
    after = [(b"EXIF", reset(picture.exif))] if picture.exif else []
    after += [(b"XMP ", picture.xmp)] if picture.xmp else []
    chunks = kept
    if icc or after:
        width, height = webp.size(data)
        flags = _webp_flags(picture, opaque=not _has_alpha(old))
        canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        chunks = [(b"VP8X", bytes([flags, 0, 0, 0]) + canvas), *icc, *kept, *after]
    elif any(kind == b"ALPH" for kind, _ in kept):
        chunks = [c for c in old if c[0] == b"VP8X"] + kept
    body = b"WEBP" + b"".join(_riff(kind, content) for kind, content in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _webp_flags(picture: Picture, *, opaque: bool) -> int:
    """Return what VP8X says is in the file."""
    return (
        (0x20 if picture.icc else 0)
        | (0 if opaque else 0x10)
        | (0x08 if picture.exif else 0)
        | (0x04 if picture.xmp else 0)
    )


def _has_alpha(chunks: list[tuple[bytes, bytes]]) -> bool:
    """Whether the pixels have alpha: an ALPH chunk, or the bit in a lossless header."""
    return any(
        kind == b"ALPH" or (kind == b"VP8L" and len(content) > 4 and bool(content[4] & 0x10))
        for kind, content in chunks
    )


def _riff(kind: bytes, content: bytes) -> bytes:
    """Return a RIFF chunk, padded to even length."""
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
