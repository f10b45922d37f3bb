"""How far apart two settings are over the same pictures, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

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
    random = np.random.default_rng(SEED)
    at_once = max(1, _MOST_AT_ONCE // len(logs))
    counts = [min(at_once, RESAMPLES - done) for done in range(0, RESAMPLES, at_once)]
    means = np.concatenate(
        [logs[random.integers(0, len(logs), (count, len(logs)))].mean(axis=1) for count in counts]
    )
    low, high = np.exp(np.percentile(means, [2.5, 97.5]))
    return Difference(round(ratio, 12), float(low), float(high), len(common))
