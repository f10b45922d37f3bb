"""PNG, 1 to 16 bits (ISO/IEC 15948; W3C PNG, third edition, 2025)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import imagecodecs

from recoup.errors import UnreadableError, UnsupportedError
from recoup.picture import orientation
from recoup.picture.decoded import Decoded
from recoup.picture.depth import narrowed
from recoup.picture.profile import SRGB, Space, from_cicp, made

SIGNATURE = b"\x89PNG\r\n\x1a\n"
XMP_KEYWORD = b"XML:com.adobe.xmp"
_MOST_METADATA = 64 << 20


class Chunk(NamedTuple):
    """A chunk's type and where its content lies."""

    kind: bytes
    start: int
    end: int


def size(data: bytes) -> tuple[int, int]:
    """Width and height from the IHDR chunk."""
    if data[12:16] != b"IHDR" or len(data) < 33:
        raise UnreadableError("is truncated or damaged (no PNG header)")
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def decode(data: bytes) -> Decoded:
    """Decode a still PNG; 1, 2 and 4 bits become 8, a palette RGB, transparency alpha."""
    chunks: dict[bytes, list[bytes]] = {}
    for chunk in walk(data):
        if chunk.kind != b"IDAT":
            chunks.setdefault(chunk.kind, []).append(data[chunk.start : chunk.end])
    if b"acTL" in chunks:
        (frames,) = struct.unpack_from(">I", chunks[b"acTL"][0])
        if frames > 1:
            raise UnsupportedError(
                f"is an animated PNG of {frames} frames; extract one first, e.g. "
                "ffmpeg -i FILE -frames:v 1 out.png"
            )
    samples = imagecodecs.png_decode(data)
    depth, colour = data[24], data[25]
    notes: list[str] = []
    if colour == 3:
        notes.append("palette expanded to RGB")
    elif depth < 8:
        notes.append(f"{depth}-bit grey expanded to 8 bits")
    bits = max(depth, 8)
    short = _significant(chunks) if bits == 16 else 16
    if short < 16 and (narrow := narrowed(samples, short)) is not None:
        samples, bits = narrow, short
    icc, said = _colours(chunks, grey=colour in (0, 4))
    exif = chunks.get(b"eXIf", [None])[0]
    return Decoded(
        format="PNG",
        samples=samples,
        bits=bits,
        alpha=samples.ndim == 3 and samples.shape[2] in (2, 4),
        orientation=orientation.stated(exif),
        icc=icc,
        exif=exif,
        xmp=_xmp(chunks),
        notes=(*notes, *said),
    )


def walk(data: bytes) -> Iterator[Chunk]:
    """Chunks up to and with IEND; UnreadableError if the file ends before it."""
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if at + 12 + length > len(data):
            break
        yield Chunk(kind, at + 8, at + 8 + length)
        if kind == b"IEND":
            return
        at += 12 + length
    raise UnreadableError("is truncated (the file ends before its IEND chunk)")


def inflated(data: bytes) -> bytes | None:
    """Decompress metadata; None if it is damaged or larger than metadata has reason to be."""
    engine = zlib.decompressobj()
    try:
        out = engine.decompress(data, _MOST_METADATA)
    except zlib.error:
        return None  # the caller says that the metadata was left out
    return out if engine.eof else None


def _significant(chunks: dict[bytes, list[bytes]]) -> int:
    """Depth that sBIT states, 9 to 15, if one for all channels; else 16."""
    stated = set(chunks.get(b"sBIT", [b""])[0])
    return stated.pop() if len(stated) == 1 and stated <= set(range(9, 16)) else 16


def _colours(
    chunks: dict[bytes, list[bytes]], *, grey: bool
) -> tuple[bytes | None, tuple[str, ...]]:
    """ICC profile and notes, in the order of precedence of the third edition, 4.3."""
    if b"cICP" in chunks and len(chunks[b"cICP"][0]) == 4:
        primaries, transfer = chunks[b"cICP"][0][:2]
        return made(from_cicp(primaries, transfer), grey=grey)
    if b"iCCP" in chunks:
        profile = inflated(chunks[b"iCCP"][0].partition(b"\0")[2][1:])
        return profile, () if profile else ("ICC profile damaged and left out: taken as sRGB",)
    if b"sRGB" in chunks:
        return None, ()
    return made(_measured_space(chunks), grey=grey)


def _measured_space(chunks: dict[bytes, list[bytes]]) -> Space:
    """Colour space of the gAMA and cHRM chunks; sRGB's for what they leave open."""
    transfer: float | str = "srgb"
    primaries, white = SRGB.primaries, SRGB.white
    if len(gamma := chunks.get(b"gAMA", [b""])[0]) == 4:
        (value,) = struct.unpack(">I", gamma)
        # 45455 stands for sRGB in files since before the sRGB chunk was (third edition, 11.3.2.5).
        if value and abs(value - 45455) > 500:
            transfer = 100000 / value
    if len(primary := chunks.get(b"cHRM", [b""])[0]) == 32:
        numbers = [n / 100000 for n in struct.unpack(">8I", primary)]
        if all(numbers[1::2]):
            white, primaries = (numbers[0], numbers[1]), tuple(numbers[2:])
    return Space(primaries, white, transfer)


def _xmp(chunks: dict[bytes, list[bytes]]) -> bytes | None:
    """XMP packet of the iTXt chunk that is named for it."""
    for text in chunks.get(b"iTXt", []):
        keyword, _, rest = text.partition(b"\0")
        if keyword == XMP_KEYWORD and len(rest) >= 4:
            body = rest[2:].split(b"\0", 2)[-1]
            return inflated(body) if rest[0] else body
    return None
