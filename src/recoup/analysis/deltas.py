"""Bjontegaard deltas of whole lines: per picture, then the mean with its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Literal

from recoup.analysis.advise import CONTROLS
from recoup.analysis.bdrate import LEAST_OVERLAP, bd_metric, bd_rate
from recoup.analysis.curve import Curve, Direction, curves
from recoup.analysis.interval import FEWEST, ends
from recoup.analysis.match import Line

LEAST_PICTURES = 0.75
"""Share of the common pictures that must have a delta of their own, or there is no mean."""
Drawn = tuple[Line, Mapping[str, Curve]]
Kind = Literal["rate", "metric"]


@dataclass(frozen=True)
class MeanDelta:
    """BD-rate or BD-metric of a line against an anchor, mean over pictures.

    Attributes
    ----------
    kind, metric
        ``rate`` or ``metric``; name of the score.
    anchor, test
        The lines.
    mean
        BD-rate: relative change of bytes at equal quality (-0.36: 36 % fewer), the geometric mean
        over pictures of 1 + change, less 1, so that (1 + a)(1 + b) = 1 for swapped lines.
        BD-metric: arithmetic mean of the change of score, better being positive. None where it is
        refused.
    low, high
        95 % interval of the mean over pictures (:func:`recoup.analysis.interval.ends`); both equal
        ``mean`` where there are too few pictures for one.
    n, common
        Pictures in the mean, and pictures that both lines have.
    overlap
        Mean over these pictures of the share of the range that both cover; None without a mean.
    span
        Mean ends of the common range: scores, or bytes for BD-metric; None without a mean.
    refused
        Pictures left out, by reason.
    by_picture
        The delta of each picture in the mean.
    reason
        Why there is no mean, or empty.
    """

    kind: Kind
    metric: str
    anchor: Line
    test: Line
    mean: float | None
    low: float | None
    high: float | None
    n: int
    common: int
    overlap: float | None
    span: tuple[float, float] | None
    refused: Mapping[str, tuple[str, ...]]
    by_picture: Mapping[str, float]
    reason: str = ""

    @property
    def verdict(self) -> Literal["fewer", "more", "better", "worse", "tie", "too few", "refused"]:
        """Which way it is, where the interval leaves out 0."""
        if self.mean is None or self.low is None or self.high is None:
            return "refused"
        if self.n < FEWEST:
            return "too few"
        if self.low <= 0 <= self.high:
            return "tie"
        if self.kind == "rate":
            return "fewer" if self.mean < 0 else "more"
        return "better" if self.mean > 0 else "worse"


@dataclass(frozen=True)
class Matrix:
    """BD-rate or BD-metric of every line against every other, in one metric.

    Attributes
    ----------
    kind, metric
        As in :class:`MeanDelta`.
    lines
        In the order given.
    rows
        ``rows[a][t]`` is line ``t`` against the anchor ``a``.
    """

    kind: Kind
    metric: str
    lines: tuple[Line, ...]
    rows: tuple[tuple[MeanDelta, ...], ...]


def mean_delta(
    anchor: Line,
    test: Line,
    metric: str,
    *,
    kind: Kind = "rate",
    better: Direction = "higher",
    least_overlap: float = LEAST_OVERLAP,
) -> MeanDelta:
    """BD-rate (or BD-metric) of one line against another, over the pictures that both have.

    Parameters
    ----------
    anchor, test
        The lines.
    metric
        Name of the score.
    kind
        ``rate``: bytes at equal quality; ``metric``: score at equal bytes.
    better
        Which direction of the score is better.
    least_overlap
        See :func:`bd_rate`.

    Examples
    --------
    >>> line = Line("jpeg", "", "", "", "quality", ())
    >>> mean_delta(line, line, "psnr").reason
    'no picture in common'
    """
    drawn = [(line, curves(line, metric, better)) for line in (anchor, test)]
    return _mean(kind, metric, drawn[0], drawn[1], least_overlap, better)


def bd_matrix(
    among: Sequence[Line],
    metric: str,
    *,
    kind: Kind = "rate",
    better: Direction = "higher",
    least_overlap: float = LEAST_OVERLAP,
) -> Matrix:
    """Every line against every other; lossless lines and controls are left out.

    Parameters as for :func:`mean_delta`.

    Examples
    --------
    >>> bd_matrix([], "psnr").rows
    ()
    """
    several = tuple(one for one in among if not one.lossless and one.codec not in CONTROLS)
    drawn = [(line, curves(line, metric, better)) for line in several]
    rows = tuple(
        tuple(_mean(kind, metric, anchor, test, least_overlap, better) for test in drawn)
        for anchor in drawn
    )
    return Matrix(kind, metric, several, rows)


def _mean(
    kind: Kind, metric: str, anchor: Drawn, test: Drawn, least_overlap: float, better: Direction
) -> MeanDelta:
    """Delta of each common picture, and their mean unless too many are refused."""
    delta = bd_rate if kind == "rate" else bd_metric
    common = sorted(anchor[1].keys() & test[1].keys())
    found = {
        key: delta(anchor[1][key], test[1][key], least_overlap=least_overlap) for key in common
    }
    good = {key: one for key, one in found.items() if not one.reason}
    refused: dict[str, tuple[str, ...]] = {}
    for key, one in found.items():
        if one.reason:
            refused[one.reason] = (*refused.get(one.reason, ()), key)
    values = {key: one.value for key, one in good.items()}
    none = MeanDelta(
        kind, metric, anchor[0], test[0], None, None, None,
        len(good), len(common), None, None, refused, values,
    )  # fmt: skip
    if not good or len(good) < LEAST_PICTURES * len(common):
        return replace(none, reason=_why(refused, len(common)))
    turned = -1 if kind == "rate" and better == "lower" else 1
    span = sorted(turned * fmean(getattr(d, end) for d in good.values()) for end in ("low", "high"))
    mean, low, high = _interval(kind, list(values.values()))
    return replace(
        none,
        mean=mean,
        low=low,
        high=high,
        overlap=fmean(d.overlap for d in good.values()),
        span=(span[0], span[1]),
    )


def _interval(kind: Kind, values: Sequence[float]) -> tuple[float, float, float]:
    """Mean and interval; rates are averaged as logarithms."""
    if kind == "metric":
        mean = fmean(values)
        return (mean, *ends(values))
    logs = [math.log1p(value) for value in values]
    low, high = ends(logs)
    return math.expm1(fmean(logs)), math.expm1(low), math.expm1(high)


def _why(refused: Mapping[str, Sequence[str]], common: int) -> str:
    """Reason of a pair of lines from those of its pictures, the most frequent first."""
    if not common:
        return "no picture in common"
    several = sorted(refused.items(), key=lambda item: (-len(item[1]), item[0]))
    return "; ".join(f"{reason} on {len(keys)} of {common} pictures" for reason, keys in several)
