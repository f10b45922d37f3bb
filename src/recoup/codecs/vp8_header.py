"""The quantiser in the header of a VP8 frame, as WebP has it (RFC 6386, sections 9 and 19.2)."""

from __future__ import annotations

from recoup.errors import UnreadableError

_HEADER = 10
"""Frame tag, start code and size."""
_MOST = 127


class _Bools:
    """Decodes bits that arithmetic coding put into bytes (RFC 6386, section 7.3)."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 2
        self._value = int.from_bytes(data[:2], "big")
        self._range, self._shifted = 255, 0

    def flag(self, probability: int = 128) -> bool:
        """Read one bit that is 0 with a probability of so many 256ths."""
        split = 1 + ((self._range - 1) * probability >> 8)
        one = self._value >= split << 8
        if one:
            self._range -= split
            self._value -= split << 8
        else:
            self._range = split
        while self._range < 128:
            self._value <<= 1
            self._range <<= 1
            self._shifted += 1
            if self._shifted == 8:
                self._shifted = 0
                self._value |= self._data[self._at] if self._at < len(self._data) else 0
                self._at += 1
        return one

    def number(self, bits: int) -> int:
        """Read an unsigned number."""
        value = 0
        for _ in range(bits):
            value = value << 1 | self.flag()
        return value

    def optional(self, bits: int) -> int:
        """Read a flag and, if it is set, a number and its sign; else 0."""
        if not self.flag():
            return 0
        size = self.number(bits)
        return -size if self.flag() else size


def quantiser(frame: bytes) -> float:
    """Mean of the segments' quantiser indices, each weighted by how likely the header calls it.

    Parameters
    ----------
    frame
        Content of the ``VP8 `` chunk.

    Returns
    -------
    float
        0 (finest) to 127: the index that scales the coefficients of brightness (``y_ac_qi``).

    Raises
    ------
    UnreadableError
        If it is no key frame.

    Examples
    --------
    >>> quantiser(b"RIFF")
    Traceback (most recent call last):
    recoup.errors.UnreadableError: is truncated or damaged (no VP8 key frame)
    """
    if len(frame) < _HEADER + 2 or frame[0] & 1 or frame[3:6] != b"\x9d\x01\x2a":
        raise UnreadableError("is truncated or damaged (no VP8 key frame)")
    bools = _Bools(frame[_HEADER:])
    bools.number(2)  # colour space, clamping
    absolute, own, shares = False, [0, 0, 0, 0], [1.0, 0.0, 0.0, 0.0]
    if bools.flag():
        absolute, own, shares = _segments(bools)
    bools.number(1 + 6 + 3)  # loop filter: type, level, sharpness
    if bools.flag() and bools.flag():
        for _ in range(8):
            bools.optional(6)
    bools.number(2)  # partitions
    base = bools.number(7)
    indices = [value if absolute else base + value for value in own]
    clipped = (min(max(index, 0), _MOST) for index in indices)
    return sum(share * index for share, index in zip(shares, clipped, strict=True))


def _segments(bools: _Bools) -> tuple[bool, list[int], list[float]]:
    """Whether the segments' quantisers stand for themselves; the quantisers; their shares."""
    with_map, with_values = bools.flag(), bools.flag()
    absolute, own = False, [0, 0, 0, 0]
    if with_values:
        absolute = bools.flag()
        own = [bools.optional(7) for _ in range(4)]
        for _ in range(4):
            bools.optional(6)
    if not with_map:
        return absolute, own, [1.0, 0.0, 0.0, 0.0]
    root, left, right = ((bools.number(8) if bools.flag() else 255) / 255 for _ in range(3))
    shares = [root * left, root * (1 - left), (1 - root) * right, (1 - root) * (1 - right)]
    return absolute, own, shares
