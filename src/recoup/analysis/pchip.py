"""Monotone cubic interpolation, with exact integrals."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Self


@dataclass(frozen=True)
class Pchip:
    """A piecewise cubic Hermite polynomial that rises or falls wherever its points do.

    Slopes are the weighted harmonic means of Fritsch and Butland ("A method for constructing
    local monotone piecewise cubic interpolants", SIAM J. Sci. Stat. Comput. 5, 1984), which keep
    within the bounds of Fritsch and Carlson (SIAM J. Numer. Anal. 17, 1980); at both ends the
    three-point formula of Moler ("Numerical Computing with MATLAB", 2004). It equals
    ``scipy.interpolate.PchipInterpolator``.

    Attributes
    ----------
    x, y
        The points; ``x`` rises strictly, two at least.
    slopes
        Of the curve at each point.
    areas
        Integral from the first point to each.

    Examples
    --------
    >>> curve = Pchip.through([0.0, 1.0, 2.0], [0.0, 1.0, 4.0])
    >>> curve(1.5), round(curve.integral(0.0, 2.0), 6)
    (2.1875, 2.666667)
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    slopes: tuple[float, ...]
    areas: tuple[float, ...]

    @classmethod
    def through(cls, x: Sequence[float], y: Sequence[float]) -> Self:
        """Interpolate points.

        Examples
        --------
        >>> Pchip.through([0.0, 2.0], [1.0, 5.0])(0.5)
        2.0
        """
        steps = [b - a for a, b in pairwise(x)]
        rises = [(b - a) / h for a, b, h in zip(y, y[1:], steps, strict=False)]
        slopes = _slopes(steps, rises)
        pieces = [
            h * (y[i] + y[i + 1]) / 2 + h * h * (slopes[i] - slopes[i + 1]) / 12
            for i, h in enumerate(steps)
        ]
        areas = accumulate(pieces, initial=0.0)
        return cls(tuple(x), tuple(y), tuple(slopes), tuple(areas))

    def __call__(self, at: float) -> float:
        """Value between the first and the last point."""
        i, t, h = self._place(at)
        y0, y1, d0, d1 = self._piece(i, h)
        bend = t * (1 - t)
        return y0 + (y1 - y0) * t + bend * ((1 - t) * (d0 - y1 + y0) - t * (d1 - y1 + y0))

    def integral(self, low: float, high: float) -> float:
        """Exact integral between two places, both within the points."""
        return self._area(high) - self._area(low)

    def _area(self, at: float) -> float:
        """Integral from the first point."""
        i, t, h = self._place(at)
        y0, y1, d0, d1 = self._piece(i, h)
        rise = y1 - y0
        cubic, square = d0 + d1 - 2 * rise, 3 * rise - 2 * d0 - d1
        part = t * (y0 + t * (d0 / 2 + t * (square / 3 + t * cubic / 4)))
        return self.areas[i] + h * part

    def _place(self, at: float) -> tuple[int, float, float]:
        """Index of the piece, where in it from 0 to 1, and its width."""
        i = min(max(bisect_right(self.x, at) - 1, 0), len(self.x) - 2)
        width = self.x[i + 1] - self.x[i]
        return i, (at - self.x[i]) / width, width

    def _piece(self, i: int, width: float) -> tuple[float, float, float, float]:
        """Values and slopes at both ends of a piece, slopes for a piece of width 1."""
        y, d = self.y, self.slopes
        return y[i], y[i + 1], width * d[i], width * d[i + 1]


def _slopes(steps: Sequence[float], rises: Sequence[float]) -> list[float]:
    """Slopes at the points from the widths and the slopes of the pieces."""
    if len(steps) == 1:
        return [rises[0], rises[0]]
    inner = [_harmonic(*pair) for pair in zip(steps, steps[1:], rises, rises[1:], strict=False)]
    first = _end(steps[0], steps[1], rises[0], rises[1])
    return [first, *inner, _end(steps[-1], steps[-2], rises[-1], rises[-2])]


def _harmonic(h0: float, h1: float, m0: float, m1: float) -> float:
    """Slope at an inner point: 0 at a turn."""
    if m0 * m1 <= 0:
        return 0.0
    w0, w1 = h0 + 2 * h1, 2 * h0 + h1
    return (w0 + w1) / (w0 / m0 + w1 / m1)


def _end(h0: float, h1: float, m0: float, m1: float) -> float:
    """Slope at an end, whose own piece comes first, kept from overshooting."""
    slope = ((2 * h0 + h1) * m0 - h0 * m1) / (h0 + h1)
    if slope * m0 <= 0:
        return 0.0
    return 3 * m0 if m0 * m1 <= 0 and abs(slope) > 3 * abs(m0) else slope
