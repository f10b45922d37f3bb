"""The compiled loops of SSIMULACRA2: from levels to opsin planes, halves, and sums of errors.

See ``loops`` for how they are written. A scale goes through once, 16 rows at a time; rings of 32
rows hold what the window spans, so memory grows with the width alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recoup.metrics.gaussian_loops import AFTER, BEFORE, COLUMNS, ROWS, across, down
from recoup.metrics.loops import F32, Floats, compiled, rounded

Scale = tuple[NDArray[Any], Floats | None]
"""A picture at one scale: levels and the table of their light, or light and None."""

_RING = 2 * ROWS  # a block, 6 rows above it and 4 below
_LAST = _RING - 1
_TILE = 512  # pixels of a row whose states stay in the cache
_C2 = F32(0.0009)
_ABSORBANCE = np.array(
    [
        [0.30, 0.622, 0.078],
        [0.23, 0.692, 0.078],
        [0.24342268924547819, 0.20476744424496821, 0.5518098665095536],
    ],
    np.float32,
)
_BIAS = F32(0.0037930732552754493)
_ROOT_OF_BIAS = F32(np.cbrt(0.0037930732552754493))
_THIRD_OF_EXPONENT = np.int32(709921077)


@compiled
def _light(row: NDArray[Any], table: Floats | None, out: Floats) -> None:
    """Red, green and blue of a row of (width, channels), apart, as light in 0..1."""
    width, channels = row.shape
    for c in range(3):
        k = c if channels == 3 else 0
        for i in range(width):
            if table is None:
                out[c, i] = row[i, k]
            else:
                out[c, i] = table[row[i, k]]


@compiled
def _cube_roots(values: Floats, out: Floats) -> None:
    """Cube roots of positive values: a third of the exponent, then Halley's method twice."""
    bits, guess = values.view(np.int32), out.view(np.int32)
    for i in range(values.size):
        guess[i] = np.int32(F32(bits[i]) * F32(1 / 3)) + _THIRD_OF_EXPONENT
    for i in range(values.size):
        x, y = values[i], out[i]
        cube = y * y * y
        y *= (cube + x + x) / (cube + cube + x)
        cube = y * y * y
        out[i] = y * ((cube + x + x) / (cube + cube + x))


@compiled
def opsin(
    samples: NDArray[Any], table: Floats | None, top: int, planes: Floats, picture: int
) -> None:
    """X, Y and B - Y, shifted to about 0..1, of 16 rows from ``top`` on; zeros below the last.

    ``samples`` is (height, width, channels), levels with the table of their light, or light;
    ``planes`` is (3, 2 pictures, ring of rows, width or more).
    """
    height, width, _ = samples.shape
    light, mixed = np.empty((3, width), np.float32), np.empty(width, np.float32)
    roots = np.empty((3, width), np.float32)
    for y in range(top, top + ROWS):
        row = y & _LAST
        if y >= height:
            planes[:, picture, row] = 0
            continue
        _light(samples[y], table, light)
        red, green, blue = light[0], light[1], light[2]
        for c in range(3):
            r, g, b = _ABSORBANCE[c]
            for i in range(width):
                mixed[i] = r * red[i] + g * green[i] + b * blue[i] + _BIAS
            _cube_roots(mixed, roots[c])
        x_row, y_row = planes[0, picture, row, :width], planes[1, picture, row, :width]
        b_row = planes[2, picture, row, :width]
        long, middle, short = roots[0], roots[1], roots[2]
        for i in range(width):
            half = F32(0.5) * (long[i] + middle[i])
            x_row[i] = F32(7) * (long[i] - middle[i]) + F32(0.42)
            y_row[i] = half - _ROOT_OF_BIAS + F32(0.01)
            b_row[i] = short[i] - half + F32(0.55)


@compiled
def halve_light(samples: NDArray[Any], table: Floats | None, out: Floats) -> None:
    """Light of half the size: means of 2 x 2 pixels; the last line of an odd side is used twice."""
    height, width, channels = samples.shape
    upper, lower = np.empty((3, width), np.float32), np.empty((3, width), np.float32)
    for y in range(out.shape[0]):
        _light(samples[2 * y], table, upper)
        _light(samples[min(2 * y + 1, height - 1)], table, lower)
        for k in range(channels):
            above, below = upper[k], lower[k]
            for i in range(width):
                above[i] = F32(0.25) * (above[i] + below[i])
            for i in range(width // 2):
                out[y, i, k] = above[2 * i] + above[2 * i + 1]
            if width % 2:
                out[y, width // 2, k] = above[width - 1] + above[width - 1]


@rounded
def _losses(
    one: Floats, two: Floats, maps: tuple[Floats, ...], loss: Floats, change: Floats
) -> None:
    """Errors of a row from its windowed x, y, x², y² and xy: structure, change of edges.

    Every step is rounded as in the official tool: where pictures are nearly equal, what rounding
    leaves of the variances counts.
    """
    means, others, squares, others2, products = maps
    for i in range(one.size):
        x, y = means[i], others[i]
        xx, yy, xy = x * x, y * y, x * y
        gap = x - y
        above = (F32(1) - gap * gap) * (F32(2) * (products[i] - xy) + _C2)
        below = (squares[i] - xx) + (others2[i] - yy) + _C2
        loss[i] = F32(1) - above / below
        edge = abs(one[i] - x)
        change[i] = (abs(two[i] - y) - edge) / (F32(1) + edge)


@compiled
def _add_norms(losses: Floats, changes: Floats, sums: NDArray[np.float64]) -> None:
    """Add the three errors of a row, and their fourth powers."""
    a1, a4, b1, b4, c1, c4 = F32(0), F32(0), F32(0), F32(0), F32(0), F32(0)
    for i in range(losses.size):
        loss, change = max(losses[i], F32(0)), changes[i]
        gained, lost = max(change, F32(0)), max(-change, F32(0))
        a1 += loss
        b1 += gained
        c1 += lost
        loss, gained, lost = loss * loss, gained * gained, lost * lost
        a4 += loss * loss
        b4 += gained * gained
        c4 += lost * lost
    sums[0, 0] += a1
    sums[0, 1] += b1
    sums[0, 2] += c1
    sums[1, 0] += a4
    sums[1, 1] += b4
    sums[1, 2] += c4


@compiled
def _add_block(
    planes: Floats,
    blurred: Floats,
    states: Floats,
    first: int,
    form: tuple[int, int],
    sums: NDArray[np.float64],
) -> None:
    """Blur a block of one plane down, from the row ``first`` on, and add its errors."""
    height, width = form
    m = np.empty((5, _TILE), np.float32)
    loss, change = np.empty(_TILE, np.float32), np.empty(_TILE, np.float32)
    for left in range(0, width, _TILE):
        n = min(_TILE, width - left)
        span, moved = slice(left, left + n), slice(left + AFTER, left + AFTER + n)
        for y in range(first, first + ROWS):
            above, below = (y - BEFORE) & _LAST, (y + AFTER) & _LAST
            p, q = y & 1, ~y & 1
            for k in range(5):
                last = states[k, p, 0, span], states[k, p, 1, span], states[k, p, 2, span]
                past = states[k, q, 0, span], states[k, q, 1, span], states[k, q, 2, span]
                down(blurred[k, above, moved], blurred[k, below, moved], last, past, m[k, :n])
            if 0 <= y < height:
                row = y & _LAST
                maps = m[0, :n], m[1, :n], m[2, :n], m[3, :n], m[4, :n]
                _losses(planes[0, row, span], planes[1, row, span], maps, loss[:n], change[:n])
                _add_norms(loss[:n], change[:n], sums)


@compiled
def add_errors(
    planes: Floats,
    blurred: Floats,
    states: Floats,
    top: int,
    form: tuple[int, int],
    sums: NDArray[np.float64],
) -> None:
    """Blur the block that begins at ``top``, and add the errors of the rows that end there."""
    for c in range(3):
        across(planes[c], top & _LAST, form[1], blurred[c])
        _add_block(planes[c], blurred[c], states[c], top - AFTER, form, sums[c])


def error_sums(first: Scale, second: Scale) -> NDArray[np.float64]:
    """Sums over all windows of the errors and of their fourth powers: (3 planes, 2, 3 errors).

    Parameters
    ----------
    first, second
        Samples and table, as for :func:`opsin`.
    """
    height, width, _ = second[0].shape
    sums = np.zeros((3, 2, 3))
    filled = -(-(width + AFTER) // COLUMNS) * COLUMNS
    planes = np.zeros((3, 2, _RING, filled), np.float32)
    blurred = np.zeros((3, 5, _RING, filled), np.float32)
    states = np.zeros((3, 5, 2, 3, filled), np.float32)
    for top in range(0, height + AFTER, ROWS):
        for picture, (samples, table) in enumerate((first, second)):
            opsin(samples, table, top, planes, picture)
        add_errors(planes, blurred, states, top, (height, width), sums)
    return sums
