"""JPEG XL: Exif and xml boxes of a container (ISO/IEC 18181-2:2024, 9)."""

from __future__ import annotations

from recoup.errors import UnreadableError, UnsupportedError
from recoup.picture.boxes import made, parts
from recoup.picture.orientation import reset
from recoup.picture.picture import Picture

_FIRST = ((b"JXL ", b"\r\n\x87\n"), (b"ftyp", b"jxl \0\0\0\0jxl "))
_HEAD = frozenset({b"JXL ", b"ftyp", b"jxll"})
_KINDS = frozenset({b"Exif", b"xml "})


def unfit(picture: Picture) -> tuple[str, ...]:
    """A profile: it would stand within the codestream, entropy-coded (18181-1, E.4)."""
    return ("icc",) if picture.icc else ()


def put(data: bytes, picture: Picture) -> bytes:
    """Insert boxes behind the head of the container; a bare codestream gets one."""
    if picture.icc:
        raise UnsupportedError(
            "an ICC profile cannot be put into a JPEG XL file once it is coded; convert the "
            "picture to sRGB before"
        )
    new = [(b"Exif", bytes(4) + reset(picture.exif))] if picture.exif else []
    new += [(b"xml ", picture.xmp)] if picture.xmp else []
    bare = data.startswith(b"\xff\x0a")
    old = [*_FIRST, (b"jxlc", data)] if bare else parts(data)
    kinds = [kind for kind, _ in old]
    if not {b"jxlc", b"jxlp"} & set(kinds):
        raise UnreadableError("is truncated or damaged (no JPEG XL codestream)")
    kept = [box for box in old if not _describes(*box)]
    if not new and len(kept) == len(old):
        return data
    if b"jbrd" in kinds:
        raise UnsupportedError(
            "holds what a JPEG file can be rebuilt from, with its metadata; code the picture anew"
        )
    head = next(at for at, (kind, _) in enumerate(kept) if kind not in _HEAD)
    return b"".join(made(*box) for box in (*kept[:head], *new, *kept[head:]))


def _describes(kind: bytes, content: bytes) -> bool:
    """Whether a box is EXIF or XMP, compressed by Brotli or not."""
    return kind in _KINDS or (kind == b"brob" and content[:4] in _KINDS)
