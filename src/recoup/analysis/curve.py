"""The rate-distortion curve of one picture: what a line of settings gives for its bytes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal, Self

from recoup.analysis.match import Line
from recoup.analysis.pchip import Pchip

Direction = Literal["higher", "lower"]


@dataclass(frozen=True)
class Curve:
    """Points from the fewest bytes to the most.

    Attributes
    ----------
    rates
        Natural logarithm of the rate; any unit of rate, the same for curves that are compared.
    quality
        The score, with its sign turned where less is better, so that more is better.
    fault
        Why it is no curve, or empty: ``not monotone``, ``fewer than 2 points``.

    Examples
    --------
    >>> curve = Curve.of([(100, 30.0), (200, 33.0), (400, 35.0), (900, float("inf"))])
    >>> len(curve.rates), round(math.exp(curve.rate_of(33.0)))
    (3, 200)
    >>> Curve.of([(100, 30.0), (200, 29.0)]).fault
    'not monotone'
    """

    rates: tuple[float, ...]
    quality: tuple[float, ...]
    fault: str = ""

    @classmethod
    def of(cls, points: Iterable[tuple[float, float]], better: Direction = "higher") -> Self:
        """Make a curve of (rate, score) pairs in any order.

        Infinite scores (PSNR of an exact copy) have no place on a curve and are left out, as are
        scores that are no number; points that are there twice count once.

        Parameters
        ----------
        points
            Positive rates, and scores.
        better
            Which direction of the score is better.

        Examples
        --------
        >>> Curve.of([(200, 0.1), (100, 0.3)], "lower").quality
        (-0.3, -0.1)
        """
        sign = 1.0 if better == "higher" else -1.0
        there = {(math.log(r), sign * q) for r, q in points if r > 0 and math.isfinite(q)}
        rates, quality = tuple(zip(*sorted(there), strict=True)) or ((), ())
        return cls(rates, quality, _fault(rates, quality))

    @cached_property
    def rate_of(self) -> Pchip:
        """Log rate as a function of quality."""
        return Pchip.through(self.quality, self.rates)

    @cached_property
    def quality_of(self) -> Pchip:
        """Quality as a function of log rate."""
        return Pchip.through(self.rates, self.quality)


def curves(line: Line, metric: str, better: Direction = "higher") -> Mapping[str, Curve]:
    """The curve of each picture through a line of settings; pictures without a score are absent.

    Examples
    --------
    >>> curves(Line("jpeg", "", "", "", "quality", ()), "psnr")
    {}
    """
    points: dict[str, list[tuple[float, float]]] = {}
    for setting in line.settings:
        sizes = setting.encoded_bytes
        for key, score in setting.scores(metric).items():
            if key in sizes:
                points.setdefault(key, []).append((sizes[key], score))
    return {key: Curve.of(several, better) for key, several in points.items()}


def _fault(rates: Sequence[float], quality: Sequence[float]) -> str:
    if len(rates) < 2:
        return "fewer than 2 points"
    rising = all(a < b for v in (rates, quality) for a, b in pairwise(v))
    return "" if rising else "not monotone"
