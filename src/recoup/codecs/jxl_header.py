"""Reads and sets two fields of a JPEG XL image header (ISO/IEC 18181-1:2022, annexes D and E).

imagecodecs up to 2026.3 states every picture above 8 bits as *linear* sRGB. The samples are
sRGB-encoded, so viewers would show them far too bright; this sets the header right.
"""

from __future__ import annotations

from dataclasses import dataclass

from recoup.errors import CodecError, UnreadableError
from recoup.picture.boxes import within

_SRGB = 13
_LINEAR = 8
_CONTAINER = b"\0\0\0\x0cJXL \r\n\x87\n"


class _Bits:
    """Reads a bit string from the least significant bit of each byte on."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")
        self.at = 0

    def u(self, count: int) -> int:
        """Read ``count`` bits."""
        value = self._value >> self.at & (1 << count) - 1
        self.at += count
        return value

    def u32(self, *choices: tuple[int, int]) -> int:
        """Read a selector, then as many bits as its (offset, bits) says."""
        offset, count = choices[self.u(2)]
        return offset + self.u(count)

    def enum(self) -> int:
        """Read an enumerated value."""
        return self.u32((0, 0), (1, 0), (2, 4), (18, 6))


@dataclass(frozen=True)
class Header:
    """What the header of a still picture says, and where (bits from the codestream's start)."""

    start: int
    """Offset of the codestream in the file, bytes."""
    width: int
    height: int
    bits: int
    bits_at: int | None
    """Where ``bits - 1`` stands, 6 bits; None if the depth is written in short."""
    transfer_at: int | None
    """Where the transfer function less 2 stands, 4 bits; None if it is sRGB by default."""


def read_header(data: bytes) -> Header:
    """Read the header of a file by libjxl without preview, animation or orientation.

    Raises
    ------
    CodecError
        If it is no JPEG XL file, or states something recoup does not write.

    Examples
    --------
    >>> read_header(bytes.fromhex("ff0a300000804808040100c0")).bits
    8
    """
    start = _start(data) if data.startswith(_CONTAINER) else 0
    if not data.startswith(b"\xff\x0a", start):
        raise CodecError("JPEG XL decode: no JPEG XL file")
    bits = _Bits(data[start : start + 64])
    bits.u(16)
    width, height = _size(bits)
    if bits.u(1):  # all defaults: 8 bits, sRGB
        return Header(start, width, height, 8, None, None)
    if bits.u(1):
        raise CodecError("JPEG XL decode: preview, animation or orientation is not supported")
    if bits.u(1):
        raise CodecError("JPEG XL decode: float samples are not supported")
    selector = bits.u(2)
    bits_at = bits.at if selector == 3 else None
    depth = (8, 10, 12)[selector] if selector < 3 else bits.u(6) + 1
    bits.u(1)
    if bits.u(2):
        raise CodecError("JPEG XL decode: alpha and extra channels are not supported")
    bits.u(1)
    return Header(start, width, height, depth, bits_at, _transfer_at(bits))


def _start(data: bytes) -> int:
    """Where the codestream starts in a container: metadata of any length may stand before it."""
    try:
        box = within(data, b"jxlc")
    except UnreadableError as error:
        raise CodecError(f"JPEG XL decode: the file {error}") from error
    return box.start if box else 0


def as_srgb(data: bytes, depth: int) -> bytes:
    """Return the file with transfer function sRGB and ``depth`` bits stated instead of its own.

    Raises
    ------
    CodecError
        If the header is not one that imagecodecs writes for linear light.
    """
    header = read_header(data)
    if header.transfer_at is None:
        raise CodecError("JPEG XL encode: the header states no transfer function to set")
    fields = [(header.transfer_at, 4, _SRGB - 2)]
    if header.bits != depth:
        if header.bits_at is None:
            raise CodecError("JPEG XL encode: the header has no room for the depth")
        fields.append((header.bits_at, 6, depth - 1))
    value = int.from_bytes(data[header.start : header.start + 64], "little")
    for at, count, new in fields:
        value = value & ~((1 << count) - 1 << at) | new << at
    size = len(data[header.start : header.start + 64])
    return data[: header.start] + value.to_bytes(size, "little") + data[header.start + size :]


def _size(bits: _Bits) -> tuple[int, int]:
    """Read the width and height."""

    def side(*, small: bool) -> int:
        return 8 * (bits.u(5) + 1) if small else bits.u32((1, 9), (1, 13), (1, 18), (1, 30))

    small = bool(bits.u(1))
    height = side(small=small)
    ratio = bits.u(3)
    if not ratio:
        return side(small=small), height
    by = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))[ratio - 1]
    return height * by[0] // by[1], height


def _transfer_at(bits: _Bits) -> int | None:
    """Read the colour encoding up to its transfer function, and return where that stands."""
    if bits.u(1):
        return None
    if bits.u(1):
        raise CodecError("JPEG XL decode: an ICC profile instead of an enumerated colour space")
    grey = bits.enum() == 1
    if bits.enum() != 1 or (not grey and bits.enum() != 1) or bits.u(1):
        raise CodecError("JPEG XL decode: a colour space other than sRGB's")
    at = bits.at + 2
    return at if bits.enum() in (_SRGB, _LINEAR) else None
