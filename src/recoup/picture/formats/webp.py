"""WebP (RFC 9649, 2024)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import imagecodecs
from numpy.typing import NDArray

from recoup.errors import UnreadableError, UnsupportedError
from recoup.picture import orientation
from recoup.picture.decoded import Decoded


class Chunk(NamedTuple):
    """A chunk's type and where its content lies."""

    kind: bytes
    start: int
    end: int


GREY = b"GREY"
"""Kind of an empty chunk by which recoup marks a grey picture, stored as RGB of equal channels.

Readers skip kinds that they do not know (RFC 9649, section 2.7).
"""


def size(data: bytes) -> tuple[int, int]:
    """Width and height: the larger of what the canvas and the bitstream state."""
    width = height = 0
    for chunk in walk(data):
        stated = _size_in(data, chunk)
        width, height = max(width, stated[0]), max(height, stated[1])
    if not width:
        raise UnreadableError("is truncated or damaged (no WebP frame)")
    return width, height


def decode(data: bytes) -> Decoded:
    """Decode a still WebP."""
    chunks = {c.kind: data[c.start : c.end] for c in reversed(list(walk(data)))}
    frames = sum(c.kind == b"ANMF" for c in walk(data))
    if b"ANIM" in chunks or frames:
        raise UnsupportedError(
            f"is an animated WebP of {frames} frames; extract one first, e.g. "
            "webpmux -get frame 1 FILE -o out.webp"
        )
    samples = decode_samples(data)
    exif = chunks.get(b"EXIF")
    if exif is not None and exif.startswith(b"Exif\0\0"):
        exif = exif[6:]
    return Decoded(
        format="WebP",
        samples=samples,
        alpha=samples.shape[2] in (2, 4),
        orientation=orientation.stated(exif),
        icc=chunks.get(b"ICCP"),
        exif=exif,
        xmp=chunks.get(b"XMP "),
    )


def decode_samples(data: bytes) -> NDArray[Any]:
    """Samples of a still file: RGB, or grey where :data:`GREY` says so, and alpha if it has any.

    Examples
    --------
    >>> import numpy as np
    >>> data = bytes(imagecodecs.webp_encode(np.zeros((2, 3, 3), np.uint8), lossless=True))
    >>> decode_samples(data).shape
    (2, 3, 3)
    """
    samples = imagecodecs.webp_decode(data)
    marked = any(chunk.kind == GREY for chunk in walk(data))
    return samples[:, :, 1::2].copy() if marked else samples


def walk(data: bytes) -> Iterator[Chunk]:
    """Chunks of the RIFF container; UnreadableError if the file ends before they do."""
    (stated,) = struct.unpack_from("<I", data, 4)
    end = 8 + stated
    if end > len(data):
        raise UnreadableError(f"is truncated ({len(data)} of {end} bytes)")
    at = 12
    while at + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, at)
        if at + 8 + length > end:
            raise UnreadableError("is truncated or damaged (a chunk is longer than the file)")
        yield Chunk(kind, at + 8, at + 8 + length)
        at += 8 + length + length % 2


def _size_in(data: bytes, chunk: Chunk) -> tuple[int, int]:
    """Width and height that a chunk states; 0, 0 if it is none that does."""
    content = data[chunk.start : min(chunk.start + 10, chunk.end)].ljust(10, b"\0")
    if chunk.kind == b"VP8X":
        width = int.from_bytes(content[4:7], "little") + 1
        return width, int.from_bytes(content[7:10], "little") + 1
    if chunk.kind == b"VP8L":
        packed = int.from_bytes(content[1:5], "little")
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if chunk.kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", content, 6)
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0
