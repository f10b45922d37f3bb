"""Quantiser and chroma of an AV1 still picture (AV1 Bitstream Specification 1.0, 2019).

Reads the sequence header (5.5) and the frame header (5.9) as far as the quantiser.
"""

from __future__ import annotations

from dataclasses import dataclass

from recoup.codecs.av1_tiles import skip_tiles
from recoup.codecs.bits import Bits
from recoup.contracts import Subsampling
from recoup.errors import UnreadableError, UnsupportedError

_SEQUENCE, _FRAME_HEADER, _FRAME = 1, 3, 6
_SELECT = 2
_MOST_HEADER = 4096


@dataclass(frozen=True)
class Sequence:
    """What the sequence header says that the frame header is read by."""

    reduced: bool
    sides: tuple[int, int]
    """Bits of a stated width and height."""
    largest: tuple[int, int]
    frame_id_bits: int
    wide_blocks: bool
    screen_tools: int
    integer_vectors: int
    order_bits: int
    superres: bool
    mono: bool
    separate_uv: bool
    subsampling: Subsampling


@dataclass(frozen=True)
class Coded:
    """How strongly a picture was coded: ``base_q_idx``, its chroma, whether nothing was lost."""

    quantiser: int
    subsampling: Subsampling
    lossless: bool


def read(stream: bytes) -> Coded:
    """Read the first frame's header.

    Parameters
    ----------
    stream
        Open bitstream units of a still picture, as an AVIF item holds them.

    Raises
    ------
    UnreadableError
        If it is damaged or there is no frame.
    UnsupportedError
        If the first frame is no key frame.

    Examples
    --------
    >>> read(b"")
    Traceback (most recent call last):
    recoup.errors.UnreadableError: is truncated or damaged (no AV1 frame)
    """
    at, sequence = 0, None
    while at < len(stream):
        kind, start, end = _unit(stream, at)
        content = stream[start : min(end, start + _MOST_HEADER)]
        if kind == _SEQUENCE:
            sequence = _sequence(Bits(content))
        elif kind in (_FRAME, _FRAME_HEADER) and sequence is not None:
            return _frame(Bits(content), sequence)
        at = end
    raise UnreadableError("is truncated or damaged (no AV1 frame)")


def _unit(stream: bytes, at: int) -> tuple[int, int, int]:
    """Kind of the unit that begins here, and where its content starts and ends (5.3)."""
    head = stream[at]
    start = at + (2 if head & 4 else 1)
    if not head & 2:
        return head >> 3 & 15, start, len(stream)
    size = 0
    for n in range(8):
        if start >= len(stream):
            break
        byte = stream[start]
        start += 1
        size |= (byte & 0x7F) << 7 * n
        if not byte & 0x80:
            return head >> 3 & 15, start, start + size
    raise UnreadableError("is truncated or damaged (length of an AV1 unit)")


def _sequence(bits: Bits) -> Sequence:
    """Read a sequence header (5.5.1)."""
    profile = bits.take(3)
    bits.take(1)
    reduced = bits.flag()
    if reduced:
        bits.take(5)
    else:
        _operating_points(bits)
    sides = bits.take(4) + 1, bits.take(4) + 1
    largest = bits.take(sides[0]) + 1, bits.take(sides[1]) + 1
    frame_id_bits = 0
    if not reduced and bits.flag():
        frame_id_bits = bits.take(4) + 2 + bits.take(3) + 1
    wide_blocks = bits.flag()
    bits.take(2)
    screen = integer = _SELECT
    order_bits = 0
    if not reduced:
        bits.take(4)
        ordered = bits.flag()
        bits.take(2 * ordered)
        screen = _SELECT if bits.flag() else bits.take(1)
        if screen:
            integer = _SELECT if bits.flag() else bits.take(1)
        order_bits = bits.take(3) + 1 if ordered else 0
    superres = bits.flag()
    bits.take(2)
    mono, separate, subsampling = _colour(bits, profile)
    return Sequence(
        reduced, sides, largest, frame_id_bits, wide_blocks, screen, integer, order_bits,
        superres, mono, separate, subsampling,
    )  # fmt: skip


def _operating_points(bits: Bits) -> None:
    """Pass over timing and operating points. Raises UnsupportedError if a decoder model is set."""
    if bits.flag():
        bits.take(64)
        if bits.flag():
            bits.variable()
        if bits.flag():
            raise UnsupportedError("has a decoder model, which still pictures do not have")
    delays = bits.flag()
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:
            bits.take(1)
        if delays and bits.flag():
            bits.take(4)


def _colour(bits: Bits, profile: int) -> tuple[bool, bool, Subsampling]:
    """Whether there is no chroma, whether its planes are quantised apart, its size (5.5.2)."""
    high = bits.flag()
    twelve = profile == 2 and high and bits.flag()
    mono = profile != 1 and bits.flag()
    described = [bits.take(8) for _ in range(3)] if bits.flag() else [2, 2, 2]
    if mono:
        bits.take(1)
        return True, False, "4:0:0"
    if described == [1, 13, 0]:
        return False, bits.flag(), "4:4:4"
    bits.take(1)
    across, down = profile != 1, profile == 0
    if profile == 2 and twelve:
        across = bits.flag()
        down = across and bits.flag()
    if across and down:
        bits.take(2)
    kind: Subsampling = "4:2:0" if down else "4:2:2" if across else "4:4:4"
    return False, bits.flag(), kind


def _frame(bits: Bits, sequence: Sequence) -> Coded:
    """Read a frame header as far as the quantiser (5.9.2)."""
    shown = True
    if not sequence.reduced:
        if bits.flag() or bits.take(2):
            raise UnsupportedError("does not begin with a key frame")
        shown = bits.flag()
        if not shown:
            bits.take(1)
            bits.take(1)
    fixed = bits.flag()
    tools = bits.take(1) if sequence.screen_tools == _SELECT else sequence.screen_tools
    if tools and sequence.integer_vectors == _SELECT:
        bits.take(1)
    bits.take(sequence.frame_id_bits)
    own_size = not sequence.reduced and bits.flag()
    bits.take(sequence.order_bits)
    if not shown and bits.take(8) != 0xFF:
        raise UnsupportedError("does not begin with a frame that is shown")
    width, height = (
        tuple(bits.take(side) + 1 for side in sequence.sides) if own_size else sequence.largest
    )
    shrunk = sequence.superres and bits.flag()
    if shrunk:
        by = bits.take(3) + 9
        width = (width * 8 + by // 2) // by
    if bits.flag():
        bits.take(32)
    if tools and not shrunk:
        bits.take(1)
    if not (sequence.reduced or fixed):
        bits.take(1)
    skip_tiles(bits, width, height, wide_blocks=sequence.wide_blocks)
    quantiser = bits.take(8)
    lossless = not quantiser and not _deltas(bits, sequence)
    return Coded(quantiser, sequence.subsampling, lossless)


def _deltas(bits: Bits, sequence: Sequence) -> bool:
    """Whether any coefficients are quantised otherwise than the quantiser says (5.9.12)."""
    apart = [bits.flag() and bits.take(7) != 0]
    if not sequence.mono:
        both = sequence.separate_uv and bits.flag()
        apart += [bits.flag() and bits.take(7) != 0 for _ in range(4 if both else 2)]
    return any(apart)
