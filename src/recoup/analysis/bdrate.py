"""Bjontegaard deltas: how far one rate-distortion curve lies from another, on average."""

from __future__ import annotations

import math
from dataclasses import dataclass

from recoup.analysis.curve import Curve
from recoup.analysis.pchip import Pchip

FEWEST_POINTS = 4
"""Points a curve must have, as in Bjontegaard's own proposal (VCEG-M33, 2001)."""
LEAST_OVERLAP = 0.5
"""Share that the common range must have of the range that either curve covers."""


@dataclass(frozen=True)
class Delta:
    """How far a curve lies from an anchor, on average over the range that both cover.

    Attributes
    ----------
    value
        BD-rate: relative change of rate at equal quality (-0.36: 36 % less). BD-metric: change of
        the score at equal rate, better being positive. NaN where it is refused.
    low, high
        Ends of the common range: scores, or rates for BD-metric.
    overlap
        That range over the range which at least one of the curves covers, 0 to 1.
    reason
        Why there is no value, or empty.
    """

    value: float
    low: float
    high: float
    overlap: float
    reason: str = ""


def bd_rate(anchor: Curve, test: Curve, *, least_overlap: float = LEAST_OVERLAP) -> Delta:
    """Relative change of rate at equal quality, averaged over the quality that both curves reach.

    The mean over the common range of the difference of log rates, each a monotone piecewise cubic
    of quality, integrated exactly (Bjontegaard, VCEG-M33, 2001; by monotone pieces as in ITU-T
    HSTP-VID-WPOM, 2020). Swapping the curves turns a into b with
    (1 + a)(1 + b) = 1.

    Parameters
    ----------
    anchor, test
        Curves of the same picture and metric.
    least_overlap
        Refuse if the common range is a smaller share of the range that either covers.

    Returns
    -------
    Delta
        ``low`` and ``high`` are quality as in :class:`Curve` (turned where less is better).

    Examples
    --------
    >>> points = [(100, 30.0), (200, 33.0), (400, 36.0), (800, 38.5)]
    >>> fewer = [(0.8 * rate, score) for rate, score in points]
    >>> round(bd_rate(Curve.of(points), Curve.of(fewer)).value, 9)
    -0.2
    >>> bd_rate(Curve.of(points), Curve.of(fewer[:3])).reason
    'fewer than 4 points'
    """
    reason = _fault(anchor, test)
    if reason:
        return Delta(math.nan, math.nan, math.nan, math.nan, reason)
    found = _mean_gap(anchor.rate_of, test.rate_of, least_overlap)
    return Delta(math.expm1(found.value), found.low, found.high, found.overlap, found.reason)


def bd_metric(anchor: Curve, test: Curve, *, least_overlap: float = LEAST_OVERLAP) -> Delta:
    """Change of the score at equal rate, averaged over the log rates that both curves reach.

    Better is positive, also for metrics of which less is better. Parameters as for
    :func:`bd_rate`; ``low`` and ``high`` of the result are rates.

    Examples
    --------
    >>> points = [(100, 30.0), (200, 33.0), (400, 36.0), (800, 38.5)]
    >>> better = [(rate, score + 0.5) for rate, score in points]
    >>> round(bd_metric(Curve.of(points), Curve.of(better)).value, 9)
    0.5
    """
    reason = _fault(anchor, test)
    if reason:
        return Delta(math.nan, math.nan, math.nan, math.nan, reason)
    found = _mean_gap(anchor.quality_of, test.quality_of, least_overlap)
    low, high = math.exp(found.low), math.exp(found.high)
    return Delta(found.value, low, high, found.overlap, found.reason)


def _fault(anchor: Curve, test: Curve) -> str:
    """Why these curves cannot be compared, whatever their range."""
    if anchor.fault or test.fault:
        return f"the anchor is {anchor.fault}" if anchor.fault else test.fault
    for curve, whose in ((anchor, "the anchor has "), (test, "")):
        if len(curve.rates) < FEWEST_POINTS:
            return f"{whose}fewer than {FEWEST_POINTS} points"
    return ""


def _mean_gap(anchor: Pchip, test: Pchip, least_overlap: float) -> Delta:
    """Mean of test less anchor over their common range."""
    low, high = max(anchor.x[0], test.x[0]), min(anchor.x[-1], test.x[-1])
    either = max(anchor.x[-1], test.x[-1]) - min(anchor.x[0], test.x[0])
    overlap = max(0.0, high - low) / either
    if not overlap:
        return Delta(math.nan, low, high, 0.0, "no overlap")
    if overlap < least_overlap:
        return Delta(math.nan, low, high, overlap, f"overlap below {100 * least_overlap:g} %")
    gap = (test.integral(low, high) - anchor.integral(low, high)) / (high - low)
    return Delta(gap, low, high, overlap)
