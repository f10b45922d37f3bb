"""Bits of a header, most significant first, as AV1 writes them."""

from __future__ import annotations

from recoup.errors import UnreadableError


class Bits:
    """Reads fields one after another.

    Parameters
    ----------
    data
        The header's bytes.

    Examples
    --------
    >>> bits = Bits(bytes([0b10100000]))
    >>> bits.flag(), bits.take(2), bits.left
    (True, 1, 5)
    """

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self.left = len(data) * 8

    def take(self, count: int) -> int:
        """Return the next ``count`` bits as a number; UnreadableError if they are not there."""
        if count > self.left:
            raise UnreadableError("is truncated within its header")
        self.left -= count
        return self._value >> self.left & (1 << count) - 1

    def flag(self) -> bool:
        """Return the next bit."""
        return bool(self.take(1))

    def variable(self) -> int:
        """Return a number whose leading zeros say how long it is (``uvlc``)."""
        zeros = 0
        while not self.flag():
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros) if zeros < 32 else (1 << 32) - 1
