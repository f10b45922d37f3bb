"""Which pictures the viewer shows: the worst, the median and the best."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from recoup.analysis import Setting
from recoup.metrics.variants import known
from recoup.results.row import Measurement

ROLES = ("worst", "median", "best")


def ranked(settings: Sequence[Setting], metric: str) -> list[str]:
    """Pictures from the worst to the best mean score over the settings.

    Pictures that not every setting was measured on come into play only if there are no others.

    Parameters
    ----------
    settings
        Those over whose scores the mean is taken.
    metric
        Its name; which direction is better is looked up, more where it is not known.

    Examples
    --------
    >>> ranked([], "ssim")
    []
    """
    found: dict[str, list[float]] = {}
    for setting in settings:
        for key, score in setting.scores(metric).items():
            found.setdefault(key, []).append(score)
    here = known([metric]).get(metric)
    sign = -1 if here and here.better == "lower" else 1
    most = max(map(len, found.values()), default=0)
    means = sorted((sign * fmean(v), key) for key, v in found.items() if len(v) == most)
    return [key for _, key in means]


def pictures(order: Sequence[str]) -> list[tuple[str, str]]:
    """(role, picture) of the worst, the median and the best of the pictures in order.

    Examples
    --------
    >>> pictures(["a", "b", "c"])
    [('worst', 'a'), ('median', 'b'), ('best', 'c')]
    >>> pictures(["a"])
    [('only', 'a')]
    """
    if not order:
        return []
    at = {"worst": 0, "median": (len(order) - 1) // 2, "best": len(order) - 1}
    roles: dict[str, list[str]] = {}
    for role in ROLES:
        roles.setdefault(order[at[role]], []).append(role)
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
