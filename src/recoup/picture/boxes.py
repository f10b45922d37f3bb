"""Boxes of the ISO base media file format, which AVIF, JPEG 2000 and JPEG XL files are made of."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from recoup.errors import UnreadableError


@dataclass(frozen=True)
class Box:
    """Four-letter kind, and where its content starts and ends in the file."""

    kind: bytes
    start: int
    end: int

    def content(self, data: bytes) -> bytes:
        """Return the bytes within."""
        return data[self.start : self.end]


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Walk the boxes in a range (ISO/IEC 14496-12:2022, 4.2).

    Raises
    ------
    UnreadableError
        If a box is longer than what holds it.

    Examples
    --------
    >>> [box.kind for box in boxes(bytes([0, 0, 0, 9]) + b"abcd!" + bytes([0, 0, 0, 8]) + b"free")]
    [b'abcd', b'free']
    """
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1 and start + 16 <= end:
            (size,) = struct.unpack_from(">Q", data, start + 8)
            head = 16
        elif size == 0:
            size = end - start
        if size < head or start + size > end:
            raise UnreadableError(f"is truncated or damaged (box {kind.decode('latin-1')!r})")
        yield Box(kind, start + head, start + size)
        start += size


def parts(data: bytes, start: int = 0, end: int | None = None) -> list[tuple[bytes, bytes]]:
    """Return kind and content of the boxes that a range consists of, to its last byte.

    Raises
    ------
    UnreadableError
        If a box is longer than what holds it, or bytes are left that are no box.

    Examples
    --------
    >>> parts(made(b"abcd", b"!") + made(b"free"))
    [(b'abcd', b'!'), (b'free', b'')]
    """
    found = list(boxes(data, start, end))
    if (found[-1].end if found else start) != (len(data) if end is None else end):
        raise UnreadableError("is truncated or damaged (bytes that are no box)")
    return [(box.kind, box.content(data)) for box in found]


def made(kind: bytes, *contents: bytes) -> bytes:
    r"""Return a box (ISO/IEC 14496-12:2022, 4.2).

    Examples
    --------
    >>> made(b"free", b"ab", b"c")
    b'\x00\x00\x00\x0bfreeabc'
    """
    content = b"".join(contents)
    if len(content) < (1 << 32) - 8:
        return struct.pack(">I4s", len(content) + 8, kind) + content
    return struct.pack(">I4sQ", 1, kind, len(content) + 16) + content


def within(data: bytes, *path: bytes, skip: int = 0) -> Box | None:
    """Return the first box along a path of kinds, or None.

    Parameters
    ----------
    data
        The file.
    path
        Kinds from the outermost in.
    skip
        Bytes before the first child in the outermost box (4 for ``meta``, a full box).
    """
    box = Box(b"", 0, len(data))
    for depth, kind in enumerate(path):
        start = box.start + (skip if depth == 1 else 0)
        found = next((b for b in boxes(data, start, box.end) if b.kind == kind), None)
        if found is None:
            return None
        box = found
    return box
