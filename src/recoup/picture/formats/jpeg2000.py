"""JPEG 2000: jp2, jpx and bare codestreams, 8 to 16 bits (ITU-T T.800, 2019)."""

from __future__ import annotations

import struct
from typing import NamedTuple

import imagecodecs

from recoup.errors import UnreadableError, UnsupportedError
from recoup.picture import orientation
from recoup.picture.boxes import boxes, within
from recoup.picture.decoded import Decoded
from recoup.picture.depth import scaled

XMP_ID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
EXIF_IDS = (b"JpgTiffExif->JP2", bytes.fromhex("0537cdab9d0c4431a72afa561f2a113e"))
"""Of uuid boxes: XMP (XMP part 3, 2020, 1.1.4); EXIF by custom, Exiv2's and Photoshop's."""
_SOT, _EOC = 0xFF90, 0xFFD9
_SPACES = {16: "sRGB", 17: "grey", 18: "sYCC"}


class Header(NamedTuple):
    """What the codestream's SIZ segment states."""

    width: int
    height: int
    depths: tuple[int, ...]
    signed: bool
    start: int
    tiles: int


def size(data: bytes) -> tuple[int, int]:
    """Width and height from the codestream, which the decoder goes by."""
    header = _header(data)
    return header.width, header.height


def decode(data: bytes) -> Decoded:
    """Decode grey or RGB, with alpha if a jp2 header says so or a channel is left."""
    header = _header(data)
    if header.signed or len(set(header.depths)) != 1 or header.depths[0] > 16:
        raise UnsupportedError(
            f"has {'signed ' if header.signed else ''}samples of {_words(header.depths)} bits; "
            "recoup takes unsigned samples of one depth, at most 16 bits: convert it first"
        )
    _complete(data, header)
    icc, notes, palette = _colours(data)
    samples = imagecodecs.jpeg2k_decode(without_profile(data))
    channels = samples.shape[2] if samples.ndim == 3 else 1
    if channels > 4:
        raise UnsupportedError(f"has {channels} channels; convert it to grey or RGB first")
    depth = samples.dtype.itemsize * 8 if palette else header.depths[0]
    samples, bits = scaled(samples, (1 << depth) - 1)
    exif = _described(data, *EXIF_IDS)
    if palette:
        notes.append("palette expanded to RGB")
    if (stated := orientation.stated(exif)) != 1:
        notes.append(f"orientation {stated} in EXIF not applied: JPEG 2000 has none")
    return Decoded(
        format="JPEG 2000",
        samples=samples,
        bits=bits,
        alpha=channels in (2, 4),
        icc=icc,
        exif=exif,
        xmp=_described(data, XMP_ID),
        notes=tuple(notes),
    )


def _header(data: bytes) -> Header:
    """Read SIZ, the first segment of the codestream."""
    start = 0
    if data[:4] != b"\xff\x4f\xff\x51":
        box = within(data, b"jp2c")
        if box is None:
            raise UnreadableError("is truncated or damaged (no JPEG 2000 codestream)")
        start = box.start
    if data[start : start + 4] != b"\xff\x4f\xff\x51" or len(data) < start + 42:
        raise UnreadableError("is truncated or damaged (no JPEG 2000 header)")
    right, bottom, left, top = struct.unpack_from(">IIII", data, start + 8)
    (count,) = struct.unpack_from(">H", data, start + 40)
    parts = data[start + 42 : start + 42 + 3 * count : 3]
    if not 1 <= count <= 4 or len(parts) != count:
        raise UnsupportedError(f"has {count} channels; convert it to grey or RGB first")
    depths = tuple((part & 0x7F) + 1 for part in parts)
    wide, high, across, down = struct.unpack_from(">IIII", data, start + 24)
    if not wide or not high:
        raise UnreadableError("is damaged (tiles of no size)")
    tiles = -((across - right) // wide) * -((down - bottom) // high)
    signed = any(part & 0x80 for part in parts)
    return Header(right - left, bottom - top, depths, signed, start, tiles)


def _complete(data: bytes, header: Header) -> None:
    """Raise UnreadableError unless every tile has a tile-part that lies within the file (A.4.2).

    The decoder would leave missing tiles black, and take its time over them.
    """
    at, seen = header.start + 2, set()
    while at + 12 <= len(data):
        (marker, length) = struct.unpack_from(">HH", data, at)
        if marker == _SOT:
            tile, length = struct.unpack_from(">HI", data, at + 4)
            seen.add(tile)
            if length == 0:
                break  # the last tile-part goes to the end
            length -= 2
        elif not 0xFF30 <= marker <= 0xFFFE or marker == _EOC:
            break
        if length < 2 or at + 2 + length > len(data):
            raise UnreadableError("is truncated (a tile is longer than the file)")
        at += 2 + length
    if len(seen) < header.tiles:
        raise UnreadableError(f"is truncated or damaged ({len(seen)} of {header.tiles} tiles)")


def _colours(data: bytes) -> tuple[bytes | None, list[str], bool]:
    """ICC profile and notes of a jp2 header, and whether it has a palette (I.5.3)."""
    if data[:4] == b"\xff\x4f\xff\x51":
        return None, [], False
    header = within(data, b"jp2h")
    inner = list(boxes(data, header.start, header.end)) if header else []
    palette = any(box.kind == b"pclr" for box in inner)
    for box in inner:
        content = box.content(data)
        if box.kind != b"colr" or len(content) < 7:
            continue
        if content[0] == 1:
            (space,) = struct.unpack_from(">I", content, 3)
            if space not in _SPACES:
                raise UnsupportedError(
                    f"is in a colour space that recoup does not know (JPEG 2000 number {space}); "
                    "convert it to sRGB first"
                )
            return None, ["sYCC converted to RGB"] if space == 18 else [], palette
        if content[0] in (2, 3):
            return content[3:], [], palette
    return None, [], palette


def without_profile(data: bytes) -> bytes:
    """Return the file with its ICC profile's method unknown, or OpenJPEG would apply it.

    Examples
    --------
    >>> without_profile(b"")
    b''
    """
    header = None if data[:4] == b"\xff\x4f\xff\x51" else within(data, b"jp2h")
    inner = boxes(data, header.start, header.end) if header else ()
    found = [b.start for b in inner if b.kind == b"colr" and data[b.start] in (2, 3)]
    if not found:
        return data
    out = bytearray(data)
    for at in found:
        out[at] = 0xFF
    return bytes(out)


def _described(data: bytes, *identities: bytes) -> bytes | None:
    """Content of the first uuid box that has one of the identities."""
    if data[:4] == b"\xff\x4f\xff\x51":
        return None
    for box in boxes(data):
        if box.kind == b"uuid" and data[box.start : box.start + 16] in identities:
            return data[box.start + 16 : box.end]
    return None


def _words(depths: tuple[int, ...]) -> str:
    """Depths as they are spoken."""
    return ", ".join(map(str, dict.fromkeys(depths)))
