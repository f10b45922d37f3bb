"""How far a rate-distortion curve of means would move with other pictures like these."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from recoup.analysis.by_setting import Setting
from recoup.analysis.interval import FEWEST, RESAMPLES, SEED


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
    """Percentile bootstrap over pictures of the curve of means, height at unchanged rate.

    Each resample of the pictures moves every setting's mean in rate and in score; how much the
    curve rises or falls at the old rate is, to first order, its step in score less its slope times
    its step in log rate. The interval is pointwise, over the pictures that all settings share,
    with the resamples and seed of :func:`recoup.analysis.difference` (Efron 1979).

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
    [(31.12, 31.38), (32.12, 32.38)]
    """
    shared = _shared(settings, metric)
    rates = [s.bpp or 0.0 for s in settings]
    if len(shared) < FEWEST or len(set(rates)) < max(2, len(rates)) or min(rates) <= 0:
        return (None,) * len(settings)
    order = np.argsort(rates)
    bpp, score = (_table([settings[i] for i in order], shared, name) for name in ("", metric))
    steps_x, x = _resampled(bpp)
    steps_y, y = _resampled(score)
    at = np.log(x)
    moved = steps_y - np.gradient(y, at) * (np.log(steps_x + x) - at)
    low, high = np.percentile(moved, [2.5, 97.5], axis=0)
    found: list[Span | None] = [None] * len(settings)
    for place, i in enumerate(order):
        mean = settings[i].mean(metric).value or 0.0
        found[i] = Span(mean + float(low[place]), mean + float(high[place]))
    return tuple(found)


def _shared(settings: Sequence[Setting], metric: str) -> list[str]:
    """Pictures with a rate and a finite score in every setting."""
    each = [
        {k for k, v in s.scores(metric).items() if math.isfinite(v) and s.rows[k].bpp}
        for s in settings
    ]
    return sorted(set.intersection(*each)) if each else []


def _table(settings: Sequence[Setting], pictures: Sequence[str], metric: str) -> NDArray[np.float64]:
    """Bits per pixel, or scores of a metric, as (pictures, settings)."""
    rows = ([s.rows[key] for s in settings] for key in pictures)
    return np.array([[(r.scores[metric] if metric else r.bpp) or 0.0 for r in row] for row in rows])


def _resampled(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far each resample's means are from the means, (resamples, settings); and the means."""
    mean = values.mean(axis=0)
    return _weights(len(values)) @ values - mean, mean


@lru_cache(maxsize=1)  # the same for every line and metric
def _weights(count: int) -> NDArray[np.float64]:
    """How often each resample takes each picture, over their number."""
    random = np.random.default_rng(SEED)
    drawn = random.multinomial(count, np.full(count, 1 / count), RESAMPLES)
    return np.asarray(drawn / count)
