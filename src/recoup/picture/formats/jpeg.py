"""JPEG: baseline, progressive, arithmetic, lossless; 8 to 16 bits; grey, YCbCr, RGB, CMYK, YCCK.

ITU-T T.81 (1992); JFIF 1.02; Adobe's APP14 (Technical Note 5116).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

import imagecodecs
import numpy as np

from recoup.errors import UnreadableError, UnsupportedError
from recoup.picture import orientation
from recoup.picture.colour import from_cmyk
from recoup.picture.decoded import Decoded
from recoup.picture.depth import scaled

EXIF_PREFIX = b"Exif\0\0"
XMP_PREFIX = b"http://ns.adobe.com/xap/1.0/\0"
ICC_PREFIX = b"ICC_PROFILE\0"
_MORE_XMP_PREFIX = b"http://ns.adobe.com/xmp/extension/\0"
_MOST_SCANS = 500

FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}
"""Start-of-frame markers; F7 is JPEG-LS."""
_SCAN, _END = 0xDA, 0xD9
_NEXT = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")
_NEXT_LS = re.compile(rb"\xff+([\x80-\xcf\xd8-\xfe])")


class Segment(NamedTuple):
    """A marker's code and where its content lies."""

    marker: int
    start: int
    end: int


class Frame(NamedTuple):
    """What a start-of-frame segment says."""

    marker: int
    bits: int
    width: int
    height: int
    components: int


def size(data: bytes) -> tuple[int, int]:
    """Width and height from the start-of-frame segment."""
    found = frame(data)
    if found.height == 0:
        raise UnsupportedError("states its height only after its pixels; save it anew first")
    return found.width, found.height


def decode(data: bytes) -> Decoded:
    """Decode the first picture of the file; CMYK becomes sRGB."""
    found = frame(data)
    segments = _whole(data)
    exif = _first(data, segments, 0xE1, EXIF_PREFIX)
    icc, notes = _profile(data, segments)
    notes += _left_out(data, segments)
    if found.components == 4:
        ink = imagecodecs.jpeg8_decode(data, outcolorspace="CMYK")
        if _first(data, segments, 0xEE, b"Adobe") is not None:
            ink = np.iinfo(ink.dtype).max - ink  # Adobe stores ink inverted: 0 is full ink
        samples, note = from_cmyk(ink, icc)
        icc, notes = None, [note, *(n for n in notes if "profile" not in n)]
    elif found.components in (1, 3):
        samples = imagecodecs.jpeg8_decode(data)
    else:
        raise UnsupportedError(f"has {found.components} channels; convert it to grey or RGB first")
    samples, bits = scaled(samples, (1 << found.bits) - 1)
    return Decoded(
        format="JPEG",
        samples=samples,
        bits=bits,
        orientation=orientation.stated(exif),
        icc=icc,
        exif=exif,
        xmp=_first(data, segments, 0xE1, XMP_PREFIX),
        notes=tuple(notes),
    )


def frame(data: bytes) -> Frame:
    """Return the first start-of-frame segment's facts."""
    for segment in walk(data):
        if segment.marker in FRAMES and segment.end - segment.start >= 6:
            bits, height, width, components = struct.unpack_from(">BHHB", data, segment.start)
            return Frame(segment.marker, bits, width, height, components)
        if segment.marker in (_SCAN, _END):
            break
    raise UnreadableError("is truncated or damaged (no JPEG frame header)")


def walk(data: bytes, *, ls: bool = False) -> Iterator[Segment]:
    """Segments from SOI to EOI, entropy-coded data passed over; ends early if the file does.

    ``ls`` follows JPEG-LS, where FF within coded data is stuffed by one bit, not one byte.
    """
    at, following = 2, _NEXT_LS if ls else _NEXT
    while found := _MARKER.match(data, at):
        marker, at = found[1][0], found.end()
        if marker == _END:
            yield Segment(marker, at, at)
            return
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            continue
        if at + 2 > len(data):
            return
        (length,) = struct.unpack_from(">H", data, at)
        if length < 2 or at + length > len(data):
            return
        yield Segment(marker, at + 2, at + length)
        at += length
        if marker == _SCAN:
            scanned = following.search(data, at)
            if scanned is None:
                return
            at = scanned.start()


_MARKER = re.compile(rb"\xff+([\x01-\xfe])")


def _whole(data: bytes) -> list[Segment]:
    """Return all segments; UnreadableError if the file ends before its end-of-image marker.

    libjpeg would fill what is missing with grey and say nothing.
    """
    segments = list(walk(data))
    if not segments or segments[-1].marker != _END:
        raise UnreadableError("is truncated (the file ends before its end-of-image marker)")
    if sum(s.marker == _SCAN for s in segments) > _MOST_SCANS:
        raise UnreadableError(f"has more than {_MOST_SCANS} scans; no honest JPEG has")
    return segments


def _first(data: bytes, segments: list[Segment], marker: int, prefix: bytes) -> bytes | None:
    """Content after the prefix of the first such segment."""
    for segment in segments:
        if segment.marker == marker and data.startswith(prefix, segment.start, segment.end):
            return data[segment.start + len(prefix) : segment.end]
    return None


def _profile(data: bytes, segments: list[Segment]) -> tuple[bytes | None, list[str]]:
    """ICC profile put together from its numbered parts (ICC.1:2022, B.4)."""
    parts: dict[int, bytes] = {}
    total = 0
    for segment in segments:
        if segment.marker == 0xE2 and data.startswith(ICC_PREFIX, segment.start, segment.end):
            content = data[segment.start + len(ICC_PREFIX) : segment.end]
            if len(content) > 2:
                total = content[1]
                parts[content[0]] = content[2:]
    if not parts:
        return None, []
    if sorted(parts) != list(range(1, total + 1)):
        return None, ["ICC profile incomplete and left out: taken as sRGB"]
    return b"".join(parts[i] for i in sorted(parts)), []


def _left_out(data: bytes, segments: list[Segment]) -> list[str]:
    """Return what the file holds that a Picture does not."""
    notes = []
    if _first(data, segments, 0xE2, b"MPF\0") is not None:
        notes.append("further pictures in the file (MPF) left out")
    if _first(data, segments, 0xE1, _MORE_XMP_PREFIX) is not None:
        notes.append("extended XMP left out")
    return notes
