"""The compiled loops of SSIMULACRA2's window: a recursive Gaussian, rounded as the tool rounds.

Three resonators whose sum is the window: after 11 samples they are silent again, but for what
rounding to float32 left, and that rings on along a row or column and grows. In nearly equal
pictures it is what there is to see: the tool's scores there lie up to 3 points below those of exact
arithmetic. So the steps, and the places where they are rounded, are the tool's.

Charalampidis: Recursive implementation of the Gaussian filter using truncated cosine functions.
IEEE Transactions on Signal Processing 64(14), 2016.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recoup.metrics.loops import F32, Floats, compiled, fused, rounded

ROWS = 16
"""Rows that go across together."""
COLUMNS = 64
"""Columns at a time; widths are filled up to a multiple of it."""
BEFORE, AFTER = 6, 4
"""Places of the two samples that each step takes, counted from its output."""

_SPAN = BEFORE + AFTER
_KINDS = 5  # x, y, x², y², xy
_LANES = _KINDS * ROWS


def resonators(sigma: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gain of the input and twice the cosine of each resonator's frequency, (3,) each.

    On the ``2 N - 1`` places around 0 the window is a sum of three cosines of the periods 4 N,
    4 N / 3 and 4 N / 5, with the amplitudes nearest to the Gaussian's series for which it sums to
    1 and has the variance ``sigma ** 2``; N is 5 for 1.5.

    Examples
    --------
    >>> gains, cosines = resonators(1.5)
    >>> gains.round(4).tolist(), cosines.round(4).tolist()
    ([0.0553, -0.0588, 0.013], [1.9021, 1.1756, 0.0])
    """
    reach = round(3.2795 * sigma + 0.2546)
    omega = np.pi / (2 * reach) * np.array([1, 3, 5])
    places = np.arange(1 - reach, reach)
    cosines = np.cos(np.outer(omega, places))
    series = np.exp(-0.5 * (sigma * omega) ** 2) / reach
    moments = np.stack([cosines.sum(axis=1), cosines @ places**2])
    amplitudes = series + np.linalg.pinv(moments) @ ([1, sigma**2] - moments @ series)
    return -amplitudes * np.cos(omega * (reach + 1)), 2 * np.cos(omega)


_GAINS, _COSINES = resonators(1.5)
_POWERS = np.stack([np.ones(3), _COSINES, _COSINES**2 - 1, _COSINES**3 - 2 * _COSINES])
_FOURTH = _COSINES**4 - 3 * _COSINES**2 + 1
# Four steps at once: what each output takes of the inputs, of the last output and of the one
# before. The first row is that of a single step.
IN = (_POWERS * _GAINS).astype(np.float32)
LAST = np.stack([*_POWERS[1:], _FOURTH]).astype(np.float32)
PAST = (-_POWERS).astype(np.float32)


@fused
def _one(s: Floats, states: Floats, out: Floats) -> None:
    """One step along all lanes."""
    for i in range(_LANES):
        total = F32(0)
        for k in range(3):
            at = 2 * (2 - k) * _LANES + i
            last, past = states[at], states[at + _LANES]
            step = LAST[0, 2 - k] * last + (PAST[0, 2 - k] * past + s[i] * IN[0, 2 - k])
            states[at], states[at + _LANES] = step, last
            total = step + total
        out[i] = total


@fused
def _four(s: Floats, states: Floats, out: Floats) -> None:
    """Four steps along all lanes: one loop with constant distances, so that LLVM vectorises it."""
    n = _LANES
    for i in range(n):
        s0, s1, s2, s3 = s[i], s[n + i], s[2 * n + i], s[3 * n + i]
        last, past = states[4 * n + i], states[5 * n + i]
        a, b, c, d = s0 * IN[0, 2], s0 * IN[1, 2], s0 * IN[2, 2], s0 * IN[3, 2]
        b = IN[0, 2] * s1 + b
        c = IN[0, 2] * s2 + (IN[1, 2] * s1 + c)
        d = IN[0, 2] * s3 + (IN[1, 2] * s2 + (IN[2, 2] * s1 + d))
        a = LAST[0, 2] * last + (PAST[0, 2] * past + a)
        b = LAST[1, 2] * last + (PAST[1, 2] * past + b)
        c = LAST[2, 2] * last + (PAST[2, 2] * past + c)
        d = LAST[3, 2] * last + (PAST[3, 2] * past + d)
        states[4 * n + i], states[5 * n + i] = d, c
        t0, t1, t2, t3 = a, b, c, d
        last, past = states[2 * n + i], states[3 * n + i]
        a, b, c, d = s0 * IN[0, 1], s0 * IN[1, 1], s0 * IN[2, 1], s0 * IN[3, 1]
        b = IN[0, 1] * s1 + b
        c = IN[0, 1] * s2 + (IN[1, 1] * s1 + c)
        d = IN[0, 1] * s3 + (IN[1, 1] * s2 + (IN[2, 1] * s1 + d))
        a = LAST[0, 1] * last + (PAST[0, 1] * past + a)
        b = LAST[1, 1] * last + (PAST[1, 1] * past + b)
        c = LAST[2, 1] * last + (PAST[2, 1] * past + c)
        d = LAST[3, 1] * last + (PAST[3, 1] * past + d)
        states[2 * n + i], states[3 * n + i] = d, c
        t0, t1, t2, t3 = a + t0, b + t1, c + t2, d + t3
        last, past = states[i], states[n + i]
        a, b, c, d = s0 * IN[0, 0], s0 * IN[1, 0], s0 * IN[2, 0], s0 * IN[3, 0]
        b = IN[0, 0] * s1 + b
        c = IN[0, 0] * s2 + (IN[1, 0] * s1 + c)
        d = IN[0, 0] * s3 + (IN[1, 0] * s2 + (IN[2, 0] * s1 + d))
        a = LAST[0, 0] * last + (PAST[0, 0] * past + a)
        b = LAST[1, 0] * last + (PAST[1, 0] * past + b)
        c = LAST[2, 0] * last + (PAST[2, 0] * past + c)
        d = LAST[3, 0] * last + (PAST[3, 0] * past + d)
        states[i], states[n + i] = d, c
        out[i], out[n + i], out[2 * n + i], out[3 * n + i] = a + t0, b + t1, c + t2, d + t3


@rounded
def _inputs(one: Floats, two: Floats, sums: Floats) -> None:
    """Sums of two samples, ten apart, of x, y, x², y² and xy: to the five lanes of each row."""
    far = _SPAN * ROWS
    for i in range(ROWS):
        a, b, c, d = one[i], one[far + i], two[i], two[far + i]
        sums[i] = a + b
        sums[ROWS + i] = c + d
        sums[2 * ROWS + i] = a * a + b * b
        sums[3 * ROWS + i] = c * c + d * d
        sums[4 * ROWS + i] = a * c + b * d


@rounded
def _turn(row: Floats, lanes: Floats) -> None:
    """Bring a row to its lane: eight samples at a time, four times as fast as one."""
    n = ROWS
    for x in range(0, row.size, 8):
        a, b, c, d = row[x], row[x + 1], row[x + 2], row[x + 3]
        e, f, g, h = row[x + 4], row[x + 5], row[x + 6], row[x + 7]
        at = x * n
        lanes[at], lanes[at + n], lanes[at + 2 * n], lanes[at + 3 * n] = a, b, c, d
        at += 4 * n
        lanes[at], lanes[at + n], lanes[at + 2 * n], lanes[at + 3 * n] = e, f, g, h


@rounded
def _turn_back(lanes: Floats, at: int, row: Floats) -> None:
    """One of the lanes to a part of a row."""
    n = _LANES
    for x in range(0, COLUMNS, 8):
        a, b, c, d = lanes[at], lanes[at + n], lanes[at + 2 * n], lanes[at + 3 * n]
        at += 4 * n
        e, f, g, h = lanes[at], lanes[at + n], lanes[at + 2 * n], lanes[at + 3 * n]
        at += 4 * n
        row[x], row[x + 1], row[x + 2], row[x + 3] = a, b, c, d
        row[x + 4], row[x + 5], row[x + 6], row[x + 7] = e, f, g, h


@compiled
def across(pictures: Floats, top: int, width: int, out: Floats) -> None:
    """Blur x, y, x², y² and xy along 16 rows: (2, rows, filled) to (5, rows, filled).

    Samples beyond ``width`` are 0. The output of column x comes to column x + 4.
    """
    filled = pictures.shape[2]
    ones = np.zeros((filled + _SPAN) * ROWS, np.float32)
    twos = np.zeros((filled + _SPAN) * ROWS, np.float32)
    for i in range(ROWS):
        _turn(pictures[0, top + i], ones[_SPAN * ROWS + i :])
        _turn(pictures[1, top + i], twos[_SPAN * ROWS + i :])
    sums = np.empty(COLUMNS * _LANES, np.float32)
    blurred = np.empty(COLUMNS * _LANES, np.float32)
    states = np.zeros(6 * _LANES, np.float32)
    for left in range(0, filled, COLUMNS):
        for x in range(COLUMNS):
            at = (left + x) * ROWS
            _inputs(ones[at:], twos[at:], sums[x * _LANES :])
        x = 0
        while x < COLUMNS:
            at = x * _LANES
            # As the tool does: single steps at the ends, which round otherwise.
            if 12 <= left + x < width - 3:
                _four(sums[at:], states, blurred[at:])
                x += 4
            else:
                _one(sums[at:], states, blurred[at:])
                x += 1
        for lane in range(_LANES):
            part = out[lane // ROWS, top + lane % ROWS, left : left + COLUMNS]
            _turn_back(blurred, lane, part)


@fused
def down(
    above: Floats,
    below: Floats,
    last: tuple[Floats, Floats, Floats],
    past: tuple[Floats, Floats, Floats],
    out: Floats,
) -> None:
    """One step down all columns; the new states take the place of those before the last."""
    last_a, last_b, last_c = last
    past_a, past_b, past_c = past
    for i in range(out.size):
        total = above[i] + below[i]
        a = IN[0, 0] * total + (LAST[0, 0] * last_a[i] - past_a[i])
        b = IN[0, 1] * total + (LAST[0, 1] * last_b[i] - past_b[i])
        c = IN[0, 2] * total + (LAST[0, 2] * last_c[i] - past_c[i])
        past_a[i], past_b[i], past_c[i] = a, b, c
        out[i] = a + (b + c)
