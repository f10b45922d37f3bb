"""The entropy coder: round trips, its length, and a decoder written from docs/rcp.md alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recoup.codecs.rans import FARTHEST, Decoder, Encoder, Ints, Tables
from recoup.errors import CodecError


def tables(seed: int, count: int = 5) -> Tables:
    """Random tables, some with one entry that has nearly everything."""
    draw = np.random.default_rng(seed)
    start, low, parts = [0], [], []
    for _ in range(count):
        size = int(draw.integers(2, 40))
        weights = draw.exponential(1, size) ** draw.uniform(0.5, 6)
        frequency = 1 + np.floor(weights / weights.sum() * (65536 - size)).astype(np.int32)
        frequency[np.argmax(frequency)] += 65536 - frequency.sum()
        parts.append(frequency)
        low.append(int(draw.integers(-30, 10)))
        start.append(start[-1] + size)
    return Tables(np.array(start, np.int32), np.array(low, np.int32), np.concatenate(parts))


def symbols(table: Tables, count: int, seed: int) -> tuple[Ints, Ints]:
    """Random table numbers and values, some far outside."""
    draw = np.random.default_rng(seed)
    which = draw.integers(0, len(table.low), count).astype(np.int32)
    values = (table.low[which] + draw.integers(-3, 45, count)).astype(np.int32)
    far = draw.random(count) < 0.02
    values[far] = draw.integers(-FARTHEST, FARTHEST, int(far.sum()))
    return which, values


def coded(table: Tables, which: Ints, values: Ints) -> bytes:
    """The values as bytes, put in two parts."""
    encoder = Encoder(table)
    half = len(which) // 3
    encoder.put(which[:half], values[:half])
    encoder.put(which[half:], values[half:])
    return encoder.done()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1 << 30), count=st.integers(0, 3000))
def test_what_goes_in_comes_out(seed: int, count: int) -> None:
    """In any number of parts, to the last word."""
    table = tables(seed)
    which, values = symbols(table, count, seed)
    reader = Decoder(table, coded(table, which, values))
    parts = [reader.take(part) for part in np.array_split(which, 4)]
    assert np.array_equal(np.concatenate(parts), values)
    assert reader.ended


def read_slowly(table: Tables, which: Ints, data: bytes) -> list[int]:
    """A decoder as docs/rcp.md describes it, in Python's unbounded integers."""
    words = [int.from_bytes(data[at : at + 4], "little") for at in range(0, len(data), 4)]
    x = words[0] * 2**32 + words[1]
    rest = iter(words[2:])
    found = []
    for number in which:
        entries = table.frequency[table.start[number] : table.start[number + 1]].tolist()
        before = entry = 0
        while x % 2**16 >= before + entries[entry]:
            before += entries[entry]
            entry += 1
        f = entries[entry]
        x = f * (x // 2**16) + x % 2**16 - before
        if x < 2**31:
            x = 2**32 * x + next(rest)
        if entry < len(entries) - 1:
            found.append(int(table.low[number]) + entry)
            continue
        found.append(x % 2**16 - 2**15)
        x //= 2**16
        if x < 2**31:
            x = 2**32 * x + next(rest)
    assert x == 2**31
    assert not list(rest)
    return found


def test_the_page_describes_the_coder() -> None:
    """The independent decoder reads what the coder wrote."""
    table = tables(3)
    which, values = symbols(table, 2000, 4)
    assert read_slowly(table, which, coded(table, which, values)) == values.tolist()


def test_length_is_ideal_to_a_few_bytes() -> None:
    """8 bytes for the state, and less than 0.01 % for rounding."""
    table = tables(5)
    draw = np.random.default_rng(6)
    which = draw.integers(0, len(table.low), 50_000).astype(np.int32)
    entries = [
        draw.choice(np.diff(table.start)[n], p=part / 65536)
        for n, part in ((n, table.frequency[table.start[n] : table.start[n + 1]]) for n in which)
    ]
    values = (table.low[which] + np.array(entries)).astype(np.int32)
    ideal = float(table.bits[table.start[which] + np.array(entries)].sum()) / 8
    assert abs(len(coded(table, which, values)) - ideal) < 8 + ideal / 10_000


def test_cut_and_foreign_data_are_errors() -> None:
    """Never more values than there are."""
    table = tables(7)
    which, values = symbols(table, 500, 8)
    data = coded(table, which, values)
    for cut in (0, 4, 7, 8, 12, len(data) - 4, len(data) - 1):
        with pytest.raises(CodecError):
            Decoder(table, data[:cut]).take(which)
    with pytest.raises(CodecError):
        Decoder(table, b"\xff" * 16)


def test_a_symbol_out_of_reach_is_an_error() -> None:
    """16 bits are what a value outside its table has."""
    encoder = Encoder(tables(1))
    encoder.put(np.zeros(1, np.int32), np.array([FARTHEST], np.int32))
    with pytest.raises(CodecError, match="beyond"):
        encoder.done()


def test_tables_that_do_not_add_up_are_refused() -> None:
    """Frequencies sum to 2**16 and none is 0."""
    whole = tables(2)
    for frequency in (whole.frequency + 1, np.where(whole.frequency == 1, 0, whole.frequency)):
        with pytest.raises(CodecError, match="damaged"):
            Tables(whole.start, whole.low, frequency.astype(np.int32))
