"""How far apart two settings are over the same pictures, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 4000
SEED = 20_04
FEWEST = 5
"""Below this many pictures no interval is given."""
_MOST_AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Difference:
    """One quantity of A over that of B, paired by picture.

    Attributes
    ----------
    ratio
        Geometric mean over pictures of A / B.
    low, high
        Bootstrap 95 % interval of it; both equal ``ratio`` where there are too few pictures.
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

    The mean over pictures of the difference of logarithms, with the percentile bootstrap over
    pictures (Efron 1979), seeded, so that the same rows always give the same interval.

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
    low, high = np.exp(_ends(logs))
    return Difference(round(ratio, 12), float(low), float(high), len(common))


@dataclass(frozen=True)
class Gain:
    """A score of A less that of B, paired by picture.

    Attributes
    ----------
    mean
        Arithmetic mean over pictures; None where no picture has two finite scores.
    low, high
        Bootstrap 95 % interval of it; both equal ``mean`` where there are too few pictures.
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

    The mean over pictures of the difference, with the bootstrap of :func:`difference`. Where both
    are infinite the difference is 0; where one is, the picture counts as better or worse only.

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
    return Gain(mean, float(low), float(high), len(finite), better, ups, downs)


def ends(values: Sequence[float]) -> tuple[float, float]:
    """Both ends of the 95 % interval of a mean; both the mean itself for too few values.

    Examples
    --------
    >>> ends([1.0, 2.0])
    (1.5, 1.5)
    """
    if len(values) < FEWEST:
        return fmean(values), fmean(values)
    low, high = _ends(np.asarray(values))
    return float(low), float(high)


def _ends(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Both ends of the percentile bootstrap's 95 % interval of the mean."""
    random = np.random.default_rng(SEED)
    at_once = max(1, _MOST_AT_ONCE // len(values))
    counts = [min(at_once, RESAMPLES - done) for done in range(0, RESAMPLES, at_once)]
    several = [random.integers(0, len(values), (count, len(values))) for count in counts]
    means = np.concatenate([values[at].mean(axis=1) for at in several])
    return np.asarray(np.percentile(means, [2.5, 97.5]))
