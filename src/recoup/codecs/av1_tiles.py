"""How an AV1 frame is cut into tiles, passed over (AV1 Bitstream Specification 1.0, 5.9.15)."""

from __future__ import annotations

from recoup.codecs.bits import Bits

_WIDEST, _LARGEST, _MOST = 4096, 4096 * 2304, 64


def skip_tiles(bits: Bits, width: int, height: int, *, wide_blocks: bool) -> None:
    """Read past ``tile_info``.

    Parameters
    ----------
    bits
        At its start.
    width, height
        Of the frame, in pixels.
    wide_blocks
        Whether superblocks are 128 rather than 64 pixels wide.

    Raises
    ------
    UnreadableError
        If the data ends before it does.

    Examples
    --------
    >>> bits = Bits(bytes([0b10000000]))
    >>> skip_tiles(bits, 64, 64, wide_blocks=False)
    >>> bits.left
    7
    """
    side = 7 if wide_blocks else 6
    columns, rows = (
        ((length + 7) // 8 * 8 + (1 << side) - 1) >> side for length in (width, height)
    )
    widest, area = _WIDEST >> side, _LARGEST >> 2 * side
    least = max(_log2(widest, columns), _log2(area, rows * columns))
    if bits.flag():
        across = _counted(bits, _log2(widest, columns), _log2(1, min(columns, _MOST)))
        down = _counted(bits, max(least - across, 0), _log2(1, min(rows, _MOST)))
    else:
        count, broadest = _listed(bits, columns, widest)
        across = _log2(1, count)
        area = rows * columns >> least + 1 if least else rows * columns
        count, _ = _listed(bits, rows, max(area // broadest, 1))
        down = _log2(1, count)
    if across or down:
        bits.take(across + down + 2)


def _log2(block: int, target: int) -> int:
    """The least power of two that makes ``block`` reach ``target``."""
    power = 0
    while block << power < target:
        power += 1
    return power


def _counted(bits: Bits, least: int, most: int) -> int:
    """Read a number that grows by one for each bit set."""
    while least < most and bits.flag():
        least += 1
    return least


def _listed(bits: Bits, length: int, most: int) -> tuple[int, int]:
    """Read tiles of sizes of their own; return how many there are, and the largest."""
    start, count, largest = 0, 0, 0
    while start < length:
        size = _below(bits, min(length - start, most)) + 1
        start, count, largest = start + size, count + 1, max(largest, size)
    return count, largest


def _below(bits: Bits, limit: int) -> int:
    """Read a number below a limit in as few bits as it takes (4.10.7)."""
    width = limit.bit_length()
    short = (1 << width) - limit
    value = bits.take(width - 1)
    return value if value < short else (value << 1) - short + bits.take(1)
