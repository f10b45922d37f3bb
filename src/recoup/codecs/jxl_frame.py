"""The quantiser of a JPEG XL picture (ISO/IEC 18181-1:2024, C.2, F.2, F.3, G.1).

It stands in plain bits at the start of the first section, unless something rare comes before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from recoup.errors import UnreadableError, UnsupportedError
from recoup.picture.bits import Bits

_NOISE, _PATCHES, _SPLINES, _LOW_FRAME = 1, 2, 16, 32
_GROUP, _AREA = 256, 2048


@dataclass(frozen=True)
class Frame:
    """Whether the frame is coded by blocks or exactly as samples are; log2 of its lowest step."""

    modular: bool
    step: float | None


def read_frame(bits: Bits, width: int, height: int, *, xyb: bool) -> Frame:
    """Read a first frame's header, table of contents and quantiser.

    Parameters
    ----------
    bits
        At the byte where the frame begins.
    width, height
        Of the picture.
    xyb
        Whether the image header says that colours are in the format's own space.

    Raises
    ------
    UnreadableError
        If the data ends before.
    UnsupportedError
        If something comes before that is read with the whole decoder only.

    Examples
    --------
    >>> read_frame(Bits(b""), 8, 8, xyb=True)
    Traceback (most recent call last):
    recoup.errors.UnreadableError: is truncated within its header
    """
    if bits.flag():
        modular, flags, passes, factor = False, 0, 1, 1
    else:
        modular, flags, passes, factor = _header(bits, xyb=xyb)
    if modular:
        return Frame(modular=True, step=None)
    if flags & (_PATCHES | _SPLINES | _LOW_FRAME):
        raise UnsupportedError("has patches, splines or a frame of its own for the lowest bands")
    sides = [-(-side // factor) for side in (width, height)]
    groups, areas = (math.prod(-(-side // unit) for side in sides) for unit in (_GROUP, _AREA))
    sections = 1 if groups == passes == 1 else 2 + areas + groups * passes
    if bits.flag():
        raise UnsupportedError("has its sections in an order of their own")
    bits.align()
    for _ in range(sections):
        bits.choice((0, 10), (1024, 14), (17408, 22), (4211712, 30))
    bits.align()
    if flags & _NOISE:
        bits.take(80)
    if not bits.flag():
        bits.take(48)
    scale = bits.choice((1, 11), (2049, 11), (4097, 12), (8193, 16))
    lowest = bits.choice((16, 0), (1, 5), (1, 8), (1, 16))
    return Frame(modular=False, step=16 - math.log2(scale * lowest))


def _header(bits: Bits, *, xyb: bool) -> tuple[bool, int, int, int]:
    """Read a frame header: modular or not, flags, passes, enlargement."""
    if bits.take(2):
        raise UnsupportedError("does not begin with a frame that is shown")
    modular, flags = bits.flag(), _long(bits)
    chroma = not xyb and bits.flag()
    factor = 1
    if not flags & _LOW_FRAME:
        bits.take(6 * chroma)
        factor = 1 << bits.take(2)
    if modular:
        return True, flags, 1, factor
    bits.take(6 * xyb)
    passes = _passes(bits)
    if bits.flag():
        raise UnsupportedError("begins with a part of the picture")
    if bits.choice((0, 0), (1, 0), (2, 0), (3, 2)):
        raise UnsupportedError("begins with a frame that is blended")
    if not bits.flag():
        raise UnsupportedError("has several frames")
    bits.take(8 * bits.choice((0, 0), (0, 4), (16, 5), (48, 10)))
    if not bits.flag():
        _filters(bits)
    _extensions(bits)
    return False, flags, passes, factor


def _passes(bits: Bits) -> int:
    """Read how many passes there are, and pass over what they bring (F.2, C.2.7)."""
    passes = bits.choice((1, 0), (2, 0), (3, 0), (4, 3))
    if passes > 1:
        smaller = bits.choice((0, 0), (1, 0), (2, 0), (3, 1))
        bits.take(2 * (passes - 1))
        for _ in range(smaller):
            bits.take(2)
        for _ in range(smaller):
            bits.choice((0, 0), (1, 0), (2, 0), (0, 3))
    return passes


def _filters(bits: Bits) -> None:
    """Pass over the smoothing filters' settings (J.1)."""
    if bits.flag() and bits.flag():
        bits.take(6 * 16)
    if bits.take(2):
        for numbers in (8, 5, 4):  # by sharpness, by channel, by strength
            if bits.flag():
                bits.take(16 * numbers)
    _extensions(bits)


def _extensions(bits: Bits) -> None:
    """Pass over extensions, which have no meaning yet (B.3)."""
    which = _long(bits)
    lengths = [_long(bits) for n in range(64) if which >> n & 1]
    for length in lengths:
        bits.take(length)


def _long(bits: Bits) -> int:
    """Read a number of up to 64 bits (B.2.3)."""
    kind = bits.take(2)
    if kind < 3:
        return (0, 1, 17)[kind] + bits.take((0, 4, 8)[kind])
    value, shift = bits.take(12), 12
    while bits.flag():
        if shift == 60:
            return value | bits.take(4) << shift
        value |= bits.take(8) << shift
        shift += 8
    return value


def after_header(bits: Bits) -> bool:
    """Read an image header from behind its size up to the first frame; say whether it is XYB.

    Raises
    ------
    UnsupportedError
        For previews, animations, extra channels, and ICC profiles.
    UnreadableError
        If the data ends before.

    Examples
    --------
    >>> after_header(Bits(bytes([0b11])))
    True
    """
    xyb = True
    if not bits.flag():
        xyb = _metadata(bits)
    if not bits.flag():
        raise UnsupportedError("has transforms of its own")
    bits.align()
    return xyb


def _metadata(bits: Bits) -> bool:
    """Read ImageMetadata; return whether colours are XYB (D.3)."""
    more = bits.flag()
    if more:
        bits.take(3)
        if bits.flag() or bits.flag() or bits.flag():
            raise UnsupportedError("has a size, a preview or an animation of its own")
    if bits.flag():
        bits.choice((32, 0), (16, 0), (24, 0), (1, 6))
        bits.take(4)
    else:
        bits.choice((8, 0), (10, 0), (12, 0), (1, 6))
    bits.take(1)
    if bits.choice((0, 0), (1, 0), (2, 4), (1, 12)):
        raise UnsupportedError("has extra channels")
    xyb = bits.flag()
    _colours(bits)
    if more and not bits.flag():
        bits.take(16 + 16 + 1 + 16)
    _extensions(bits)
    return xyb


def _colours(bits: Bits) -> None:
    """Pass over a colour encoding (E.2)."""
    if bits.flag():
        return
    if bits.flag():
        raise UnsupportedError("has an ICC profile")
    grey = bits.enum() == 1
    points = 1 if bits.enum() == 2 else 0
    _points(bits, points)
    if not grey:
        _points(bits, 3 if bits.enum() == 2 else 0)
    if bits.flag():
        bits.take(24)
    else:
        bits.enum()
    if bits.enum() > 3:
        raise UnreadableError("is damaged (rendering intent)")


def _points(bits: Bits, count: int) -> None:
    """Pass over chromaticities."""
    for _ in range(2 * count):
        bits.choice((0, 19), (524288, 19), (1048576, 20), (2097152, 21))
