"""Bits of a JPEG XL header, least significant first."""

from __future__ import annotations

from recoup.errors import UnreadableError


class Bits:
    """Reads the fields of ISO/IEC 18181-1:2024, 9.2, one after another.

    Parameters
    ----------
    data
        The codestream's first bytes.

    Examples
    --------
    >>> bits = Bits(bytes([0b101]))
    >>> bits.flag(), bits.take(2)
    (True, 2)
    """

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")
        self._left = len(data) * 8

    def take(self, count: int) -> int:
        """Return the next ``count`` bits as a number; UnreadableError if they are not there."""
        if count > self._left:
            raise UnreadableError("is truncated within its header")
        value = self._value & ((1 << count) - 1)
        self._value >>= count
        self._left -= count
        return value

    def flag(self) -> bool:
        """Return the next bit."""
        return bool(self.take(1))

    def align(self) -> None:
        """Go to the next byte."""
        self.take(self._left % 8)

    def choice(self, *ways: tuple[int, int]) -> int:
        """Return a U32 field: two bits choose one of four (offset, bits)."""
        offset, count = ways[self.take(2)]
        return offset + self.take(count)

    def enum(self) -> int:
        """Return an enumerated value."""
        return self.choice((0, 0), (1, 0), (2, 4), (18, 6))
