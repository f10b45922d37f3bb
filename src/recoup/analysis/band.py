"""How far a rate-distortion curve of means would move with other pictures like these."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recoup.analysis.by_setting import Setting
from recoup.analysis.interval import FEWEST, ends


@dataclass(frozen=True)
class Span:
    """95 % interval of a curve's height where one of its settings lies.

    Attributes
    ----------
    low, high
        In the unit of the metric.
    """

    low: float
    high: float


def band(settings: Sequence[Setting], metric: str) -> tuple[Span | None, ...]:
    """Interval over pictures of the curve of means: its height at unchanged rate.

    Other pictures would move every setting's mean in rate and in score. How much the curve rises
    or falls at the old rate is, to first order, the step in score less the curve's slope times
    the step in log rate; a picture's part in that is its own score less the slope times its own
    relative step in rate, and the interval is that of their mean
    (:func:`recoup.analysis.interval.ends`), pointwise, over the pictures that all settings share.

    It says how far a curve is known, not which of two is better: pictures that lift one curve lift
    the other, so bands overlap where the paired difference is clear.

    Parameters
    ----------
    settings
        One line's, in any order.
    metric
        Its name.

    Returns
    -------
    tuple of Span or None
        One for each setting, in their order; None throughout where fewer than two settings differ
        in rate or fewer than 5 pictures have finite scores in all of them.

    Examples
    --------
    >>> from recoup.analysis.by_setting import by_setting
    >>> from recoup.results.row import Measurement
    >>> rows = [Measurement(image=str(i), chain=f"j:{q}", codec="j", width=8, height=8,
    ...                     encoded_bytes=100 * q, scores={"psnr": 30.0 + q + i / 10})
    ...         for q in (1, 2) for i in range(6)]
    >>> [(round(s.low, 2), round(s.high, 2)) for s in band(by_setting(rows), "psnr")]
    [(31.03, 31.46), (32.03, 32.46)]
    """
    shared = _shared(settings, metric)
    rates = [s.bpp or 0.0 for s in settings]
    if len(shared) < FEWEST or len(set(rates)) < max(2, len(rates)) or min(rates) <= 0:
        return (None,) * len(settings)
    order = np.argsort(rates)
    bpp, score = (_table([settings[i] for i in order], shared, name) for name in ("", metric))
    rate, height = bpp.mean(axis=0), score.mean(axis=0)
    slope = np.gradient(height, np.log(rate))
    parts = score - height - slope * (bpp / rate - 1)
    found: list[Span | None] = [None] * len(settings)
    for place, i in enumerate(order):
        mean = settings[i].mean(metric).value or 0.0
        low, high = ends(parts[:, place].tolist())
        found[i] = Span(mean + low, mean + high)
    return tuple(found)


def _shared(settings: Sequence[Setting], metric: str) -> list[str]:
    """Pictures with a rate and a finite score in every setting."""
    each = [
        {k for k, v in s.scores(metric).items() if math.isfinite(v) and s.rows[k].bpp}
        for s in settings
    ]
    return sorted(set.intersection(*each)) if each else []


def _table(
    settings: Sequence[Setting], pictures: Sequence[str], metric: str
) -> NDArray[np.float64]:
    """Bits per pixel, or scores of a metric, as (pictures, settings)."""
    rows = ([s.rows[key] for s in settings] for key in pictures)
    return np.array([[(r.scores[metric] if metric else r.bpp) or 0.0 for r in row] for row in rows])
