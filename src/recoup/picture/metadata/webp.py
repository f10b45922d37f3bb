"""WebP: ICCP, EXIF and XMP chunks (RFC 9649, 2024, 2.7)."""

from __future__ import annotations

import struct

from recoup.errors import UnreadableError
from recoup.picture.formats import webp
from recoup.picture.orientation import reset
from recoup.picture.picture import Picture

_PIXELS = frozenset({b"ALPH", b"VP8 ", b"VP8L"})
_DESCRIBING = frozenset({b"VP8X", b"ICCP", b"EXIF", b"XMP "})


def unfit(_picture: Picture) -> tuple[str, ...]:
    """Nothing."""
    return ()


def put(data: bytes, picture: Picture) -> bytes:
    """Make an extended file, if need be: VP8X, ICCP, the pixels, EXIF, XMP, what is unknown."""
    old = [(c.kind, data[c.start : c.end]) for c in webp.walk(data)]
    pixels = [c for c in old if c[0] in _PIXELS]
    others = [c for c in old if c[0] not in _PIXELS | _DESCRIBING]
    icc = [(b"ICCP", picture.icc)] if picture.icc else []
    after = [(b"EXIF", reset(picture.exif))] if picture.exif else []
    after += [(b"XMP ", picture.xmp)] if picture.xmp else []
    if not icc and not after and not any(kind in _DESCRIBING - {b"VP8X"} for kind, _ in old):
        return data
    chunks = [*icc, *pixels, *after, *others]
    if any(kind not in (b"VP8 ", b"VP8L") for kind, _ in chunks):
        width, height = webp.size(data)
        if not height:
            raise UnreadableError("is damaged (a WebP picture of no size)")
        flags = _flags(picture, opaque=not _has_alpha(old))
        canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        chunks.insert(0, (b"VP8X", bytes([flags, 0, 0, 0]) + canvas))
    body = b"WEBP" + b"".join(_riff(kind, content) for kind, content in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _flags(picture: Picture, *, opaque: bool) -> int:
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
