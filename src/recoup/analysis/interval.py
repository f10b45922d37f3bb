"""How far apart two settings are over the same pictures, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean
from typing import Literal

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 4000
SEED = 20_04
FEWEST = 5
"""Below this many pictures no interval is given."""
LEAST_SPREAD = 0.25
"""Share of the values' own standard deviation below which no resample's is taken to lie."""
_MOST_AT_ONCE = 1_000_000
_MOST_KEPT = 250
_ROUNDING = 1e-13


@dataclass(frozen=True)
class Difference:
    """One quantity of A over that of B, paired by picture.

    Attributes
    ----------
    ratio
        Geometric mean over pictures of A / B.
    low, high
        95 % interval of it (:func:`ends`); both equal ``ratio`` where there are too few pictures.
    n
        Pictures both have.

    Examples
    --------
    >>> Difference(0.8, 0.7, 0.9, 12).verdict, Difference(0.8, 0.6, 1.1, 12).verdict
    ('clear', 'tie')
    """

    ratio: float
    low: float
    high: float
    n: int

    @property
    def verdict(self) -> Literal["clear", "tie", "too few"]:
        """``clear`` where the interval leaves out 1, ``too few`` where there is no interval."""
        if self.n < FEWEST:
            return "too few"
        return "tie" if self.low <= 1 <= self.high else "clear"


def difference(ours: Mapping[str, float], theirs: Mapping[str, float]) -> Difference | None:
    """Compare two quantities over the pictures that both have.

    The mean over pictures of the difference of logarithms, with the interval of :func:`ends`.

    Parameters
    ----------
    ours, theirs
        Positive values by picture; others are left out.

    Returns
    -------
    Difference or None
        None where no picture is common.

    Examples
    --------
    >>> difference({"a": 80.0, "b": 80.0}, {"a": 100.0, "b": 100.0}).ratio
    0.8
    """
    common = sorted(k for k in ours.keys() & theirs.keys() if ours[k] > 0 and theirs[k] > 0)
    if not common:
        return None
    logs = np.log([ours[k] / theirs[k] for k in common])
    ratio = math.exp(float(logs.mean()))
    if len(common) < FEWEST:
        return Difference(round(ratio, 12), ratio, ratio, len(common))
    low, high = (math.exp(end) for end in _ends(logs))
    return Difference(round(ratio, 12), low, high, len(common))


@dataclass(frozen=True)
class Gain:
    """A score of A less that of B, paired by picture.

    Attributes
    ----------
    mean
        Arithmetic mean over pictures; None where no picture has two finite scores.
    low, high
        95 % interval of it (:func:`ends`); both equal ``mean`` where there are too few pictures.
    n
        Pictures in the mean.
    better
        Which direction is better: ``higher`` or ``lower``.
    better_on, worse_on
        Pictures on which A is better, and worse; infinite scores are compared too.

    Examples
    --------
    >>> gain({"a": 31.0, "b": 33.0}, {"a": 30.0, "b": 33.5}, "higher")
    Gain(mean=0.25, low=0.25, high=0.25, n=2, better='higher', better_on=1, worse_on=1)
    """

    mean: float | None
    low: float
    high: float
    n: int
    better: Literal["higher", "lower"]
    better_on: int
    worse_on: int

    @property
    def verdict(self) -> Literal["better", "worse", "tie", "too few"]:
        """Which way it is, where the interval leaves out 0; ``too few`` where there is none."""
        if self.mean is None or self.n < FEWEST:
            return "too few"
        if self.low <= 0 <= self.high:
            return "tie"
        return "better" if self.towards else "worse"

    @property
    def towards(self) -> bool:
        """Whether the mean is on the better side of 0."""
        return (self.mean or 0) * (1 if self.better == "higher" else -1) > 0


def gain(
    ours: Mapping[str, float], theirs: Mapping[str, float], better: Literal["higher", "lower"]
) -> Gain | None:
    """Compare two scores over the pictures that both have.

    The mean over pictures of the difference, with the interval of :func:`ends`. Where both are
    infinite the difference is 0; where one is, the picture counts as better or worse only.

    Parameters
    ----------
    ours, theirs
        Scores by picture.
    better
        Which direction is better.

    Returns
    -------
    Gain or None
        None where no picture is common.

    Examples
    --------
    >>> gain({"a": 0.2}, {"a": 0.3}, "lower").towards
    True
    >>> gain({"a": 40.0}, {"a": math.inf}, "higher").worse_on
    1
    """
    pairs = [(ours[k], theirs[k]) for k in sorted(ours.keys() & theirs.keys())]
    if not pairs:
        return None
    steps = [0.0 if a == b else a - b for a, b in pairs]
    higher, lower = (sum(step * sign > 0 for step in steps) for sign in (1, -1))
    ups, downs = (higher, lower) if better == "higher" else (lower, higher)
    finite = np.array([step for step in steps if math.isfinite(step)])
    if not len(finite):
        return Gain(None, 0.0, 0.0, 0, better, ups, downs)
    mean = round(float(finite.mean()), 12)
    low, high = (mean, mean) if len(finite) < FEWEST else _ends(finite)
    return Gain(mean, low, high, len(finite), better, ups, downs)


def ends(values: Sequence[float]) -> tuple[float, float]:
    """Both ends of the 95 % interval of a mean.

    Bootstrap-t (Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 12), in
    which the standard deviation of a resample counts for at least :data:`LEAST_SPREAD` of that
    of the values, so that resamples of all but equal values do not blow the interval up. Seeded:
    the same values always give the same interval.

    Parameters
    ----------
    values
        One for each picture. For fewer than :data:`FEWEST` both ends are the mean.

    Examples
    --------
    >>> ends([1.0, 2.0])
    (1.5, 1.5)
    >>> low, high = ends([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
    >>> low < 3 and high > 6
    True
    """
    if len(values) < FEWEST:
        return fmean(values), fmean(values)
    return _ends(np.asarray(values))


def _ends(values: NDArray[np.float64]) -> tuple[float, float]:
    """Both ends of the bootstrap-t 95 % interval of the mean (docs/adr/0007)."""
    mean, spread = float(values.mean()), float(values.std())
    if spread <= _ROUNDING * float(np.abs(values).max()):
        return mean, mean
    centred = values - mean
    both = np.stack([centred, centred**2], axis=1)
    means, squares = np.concatenate([share @ both for share in _resampled(len(values))]).T
    least = LEAST_SPREAD * spread
    studied = means / np.sqrt(np.maximum(squares - means**2, least**2))
    low, high = np.percentile(studied, [2.5, 97.5])
    return mean - float(high) * spread, mean - float(low) * spread


def _resampled(number: int) -> Iterable[NDArray[np.float64]]:
    """Shares of so many values in each resample, some rows at a time; the same every time."""
    return _kept(number) if number <= _MOST_KEPT else _shares(number)


@lru_cache(maxsize=8)
def _kept(number: int) -> tuple[NDArray[np.float64], ...]:
    """Few values are resampled often: a report compares every two lines."""
    return tuple(_shares(number))


def _shares(number: int) -> Iterator[NDArray[np.float64]]:
    random = np.random.default_rng(SEED)
    at_once = max(1, _MOST_AT_ONCE // number)
    for done in range(0, RESAMPLES, at_once):
        count = min(at_once, RESAMPLES - done)
        yield random.multinomial(number, np.full(number, 1 / number), count) / number
