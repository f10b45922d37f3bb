"""Which pictures the viewer shows: the worst, the median and the best."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from recoup.analysis import Setting
from recoup.results.row import Measurement

ROLES = ("worst", "median", "best")


def pictures(settings: Sequence[Setting], metric: str) -> list[tuple[str, str]]:
    """(role, picture) of the pictures with the worst, median and best mean score.

    Pictures that not every setting was measured on come into play only if there are no others.

    Parameters
    ----------
    settings
        Those over whose scores the mean is taken.
    metric
        More is better.

    Examples
    --------
    >>> pictures([], "ssim")
    []
    """
    found: dict[str, list[float]] = {}
    for setting in settings:
        for key, row in setting.rows.items():
            score = row.scores.get(metric)
            if score is not None:
                found.setdefault(key, []).append(score)
    most = max(map(len, found.values()), default=0)
    means = sorted((fmean(v), key) for key, v in found.items() if len(v) == most)
    if not means:
        return []
    at = {"worst": 0, "median": (len(means) - 1) // 2, "best": len(means) - 1}
    roles: dict[str, list[str]] = {}
    for role in ROLES:
        roles.setdefault(means[at[role]][1], []).append(role)
    return [(joined(several), key) for key, several in roles.items()]


def rows_of(key: str, settings: Sequence[Setting]) -> list[tuple[Setting, Measurement]]:
    """The settings that have a result for a picture, with that result.

    Examples
    --------
    >>> rows_of("a", [])
    []
    """
    return [(s, s.rows[key]) for s in settings if key in s.rows]


def joined(roles: Sequence[str]) -> str:
    """Roles of one picture in words.

    Examples
    --------
    >>> joined(["worst", "median"]), joined(ROLES)
    ('worst and median', 'only')
    """
    return "only" if len(roles) == len(ROLES) else " and ".join(roles)
