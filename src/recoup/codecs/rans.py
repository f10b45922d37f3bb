"""An entropy coder of whole numbers: rANS with tables that are given (docs/rcp.md, docs/adr/0008).

One state of 63 bits, words of 32 bits, frequencies that sum to 2**16. Nothing here is rounded, so
that every machine reads the same symbols. Importing numba costs a process about 0.3 s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recoup.errors import CodecError

Loop = TypeVar("Loop", bound=Callable[..., Any])
Ints = NDArray[np.int32]

PRECISION = 16
FARTHEST = 1 << 15
_LEAST = 1 << 31
_WORD = (1 << 32) - 1
_SLOT = (1 << PRECISION) - 1


@dataclass(frozen=True, eq=False)
class Tables:
    """How often each value comes, for every table.

    Attributes
    ----------
    start
        (tables + 1,): where each table begins in ``frequency``.
    low
        (tables,): the value that its first entry stands for; the next is one more. Its last entry
        stands for all other values.
    frequency
        (entries,), at least 1 each; those of a table sum to 2**16.
    """

    start: Ints
    low: Ints
    frequency: Ints

    def __post_init__(self) -> None:
        """Refuse tables that cannot be coded with."""
        sound = (
            len(self.start) == len(self.low) + 1
            and self.start[0] == 0
            and self.start[-1] == len(self.frequency)
            and np.diff(self.start).min() >= 2
            and self.frequency.min() >= 1
            and (np.add.reduceat(self.frequency, self.start[:-1]) == _SLOT + 1).all()
        )
        if not sound:
            raise CodecError("entropy tables: damaged")

    @cached_property
    def before(self) -> Ints:
        """(entries,): sum of the frequencies before each entry in its table."""
        summed = np.cumsum(self.frequency) - self.frequency
        return (summed - np.repeat(summed[self.start[:-1]], np.diff(self.start))).astype(np.int32)

    @cached_property
    def bits(self) -> NDArray[np.float32]:
        """(entries,): what coding each entry costs, that of a value outside among them."""
        cost = PRECISION - np.log2(self.frequency)
        cost[self.start[1:] - 1] += PRECISION
        return np.asarray(cost, np.float32)


@dataclass
class Encoder:
    """Collects symbols; :meth:`done` codes them.

    Examples
    --------
    >>> tables = Tables(*(np.array(v, np.int32) for v in ([0, 3], [4], [60000, 5000, 536])))
    >>> encoder = Encoder(tables)
    >>> encoder.put(np.zeros(4, np.int32), np.array([4, 5, 4, -9], np.int32))
    >>> data = encoder.done()
    >>> decoder = Decoder(tables, data)
    >>> decoder.take(np.zeros(4, np.int32)).tolist(), decoder.ended
    ([4, 5, 4, -9], True)
    """

    tables: Tables
    _put: list[tuple[Ints, Ints]] = field(default_factory=list)

    def put(self, which: Ints, values: Ints) -> None:
        """Add values, each with the number of its table; both (count,)."""
        self._put.append((which, values))

    def entries(self) -> Ints:
        """Where in the tables the values are, the last of its table for one outside.

        Examples
        --------
        >>> tables = Tables(*(np.array(v, np.int32) for v in ([0, 3], [4], [60000, 5000, 536])))
        >>> encoder = Encoder(tables)
        >>> encoder.put(np.zeros(3, np.int32), np.array([4, 5, -9], np.int32))
        >>> encoder.entries().tolist()
        [0, 1, 2]
        """
        which, values = (np.concatenate(part) for part in zip(*self._put, strict=True))
        first, last = self.tables.start[which], self.tables.start[which + 1] - 1
        found = first + values - self.tables.low[which]
        return np.asarray(np.where((found < first) | (found > last), last, found), np.int32)

    def done(self) -> bytes:
        """All that was added, as little-endian words."""
        which, values = (np.concatenate(part) for part in zip(*self._put, strict=True))
        if values.size and (values.min() < -FARTHEST or values.max() >= FARTHEST):
            raise CodecError(f"entropy coder: a symbol is beyond {FARTHEST}")
        words = np.empty(2 * len(values) + 2, np.uint32)
        t = self.tables
        count = _encode(which, values, t.start, t.low, t.frequency, t.before, words)
        return words[:count][::-1].astype("<u4").tobytes()


class Decoder:
    """Reads symbols in the order in which they were added.

    Raises
    ------
    CodecError
        If the data end too early, or are none.
    """

    def __init__(self, tables: Tables, data: bytes) -> None:
        """Take the first two words as the state."""
        if len(data) < 8 or len(data) % 4:
            raise CodecError("entropy coder: the data are cut short")
        self._tables = tables
        self._words = np.frombuffer(data, "<u4").astype(np.int64)
        self._state = np.array([self._words[0] << 32 | self._words[1], 2], np.int64)
        if not self._state[0] >= _LEAST:
            raise CodecError("entropy coder: the data are damaged")

    def take(self, which: Ints) -> Ints:
        """The next values, given the numbers of their tables, (count,)."""
        values = np.empty(len(which), np.int32)
        t = self._tables
        if not _decode(
            which, values, t.start, t.low, t.frequency, t.before, self._words, self._state
        ):
            raise CodecError("entropy coder: the data end before the picture does")
        return values

    @property
    def ended(self) -> bool:
        """Whether everything was read, and the coder is back where the encoder began."""
        return bool(self._state[0] == _LEAST and self._state[1] == len(self._words))


def compiled(loop: Loop) -> Loop:
    """Compile at the first call, and keep the machine code between processes where that can be."""
    options = partial(njit, nogil=True, error_model="numpy")
    try:
        return cast("Loop", options(cache=True)(loop))
    except RuntimeError:  # neither the package nor the user's cache folder can be written
        return cast("Loop", options()(loop))


@compiled
def _encode(
    which: Ints,
    values: Ints,
    start: Ints,
    low: Ints,
    frequency: Ints,
    before: Ints,
    words: NDArray[np.uint32],
) -> int:
    """Push all values, the last first; return the number of words, the first to be read last."""
    state, count = np.int64(_LEAST), 0
    for at in range(len(values) - 1, -1, -1):
        table = which[at]
        entry = np.int64(start[table]) + values[at] - low[table]
        last = np.int64(start[table + 1]) - 1
        if entry < start[table] or entry >= last:
            if state >= np.int64(1) << 47:
                words[count] = state & _WORD
                count += 1
                state >>= 32
            state = (state << PRECISION) + values[at] + FARTHEST
            entry = last
        often = np.int64(frequency[entry])
        if state >= often << 47:
            words[count] = state & _WORD
            count += 1
            state >>= 32
        state = (state // often << PRECISION) + state % often + before[entry]
    words[count] = state & _WORD
    words[count + 1] = state >> 32
    return count + 2


@compiled
def _decode(
    which: Ints,
    values: Ints,
    start: Ints,
    low: Ints,
    frequency: Ints,
    before: Ints,
    words: NDArray[np.int64],
    kept: NDArray[np.int64],
) -> bool:
    """Pull values; return whether there were enough words."""
    state, at_word = kept[0], kept[1]
    for at in range(len(which)):
        table = which[at]
        slot = state & _SLOT
        first, after = np.int64(start[table]), np.int64(start[table + 1])
        last = after - 1
        while after - first > 1:
            middle = (first + after) >> 1
            if before[middle] <= slot:
                first = middle
            else:
                after = middle
        state = np.int64(frequency[first]) * (state >> PRECISION) + slot - before[first]
        if state < _LEAST:
            if at_word >= len(words):
                return False
            state = state << 32 | words[at_word]
            at_word += 1
        if first == last:
            values[at] = (state & _SLOT) - FARTHEST
            state >>= PRECISION
            if state < _LEAST:
                if at_word >= len(words):
                    return False
                state = state << 32 | words[at_word]
                at_word += 1
        else:
            values[at] = low[table] + first - start[table]
    kept[0], kept[1] = state, at_word
    return True
