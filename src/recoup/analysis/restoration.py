"""Restorers against doing nothing, for each degradation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean
from typing import Literal

from recoup.analysis.advise import CONTROLS
from recoup.analysis.by_setting import Setting
from recoup.analysis.interval import Gain, gain
from recoup.metrics.variants import known

Direction = Literal["higher", "lower"]

UNFAITHFUL = 3.0
"""Levels of 255, root mean square, above which what a restored picture holds is not explained.

recoup's own convention: over an area such a difference begins to be seen. Faithful nets stay
below 1, plain enlargement by 4 is near 3 (it blurs), a brightness shift counts in full.
"""


@dataclass(frozen=True)
class Restorer:
    """One restorer behind one degradation.

    Attributes
    ----------
    setting
        Its chain with the rows.
    gains
        By metric, its score less that of doing nothing; empty where that was not measured.
    steps
        By picture, the same in the metric that ranks, better being positive.
    """

    setting: Setting
    gains: Mapping[str, Gain]
    steps: Mapping[str, float]

    @cached_property
    def by_gain(self) -> Sequence[str]:
        """Pictures from the least gain to the most."""
        return sorted(self.steps, key=lambda key: (self.steps[key], key))

    @property
    def unfaithful(self) -> Sequence[str]:
        """Pictures that moved further than the degradation explains, the furthest first."""
        off = self.setting.unexplained
        return sorted((k for k, v in off.items() if v > UNFAITHFUL), key=lambda k: (-off[k], k))

    @property
    def mean_unexplained(self) -> float | None:
        """Mean over pictures of what is not explained, levels of 255."""
        off = self.setting.unexplained.values()
        return fmean(off) if off else None


@dataclass(frozen=True)
class Restoration:
    """All restorers behind one degradation.

    Attributes
    ----------
    degradation
        The chain up to and with its codec, as text.
    codec
        The codec's name.
    metric
        The metric that ranks.
    nothing
        Doing nothing: the line to beat; None where it was not measured.
    restorers
        The best first, ranked by mean gain; those without a gain last.
    """

    degradation: str
    codec: str
    metric: str
    nothing: Setting | None
    restorers: tuple[Restorer, ...]

    @property
    def pictures(self) -> int:
        """Pictures on which anything here was measured."""
        several = [r.setting for r in self.restorers] + ([self.nothing] if self.nothing else [])
        return len({key for setting in several for key in setting.rows})


def restorations(settings: Iterable[Setting], metrics: Sequence[str]) -> tuple[Restoration, ...]:
    """Gather what was restored by degradation, and compare each restorer with doing nothing.

    Parameters
    ----------
    settings
        In any order; those with nothing after the codec that restores only serve as controls.
    metrics
        Names of the metrics to compare in.

    Examples
    --------
    >>> from recoup.analysis.by_setting import by_setting
    >>> from recoup.results.row import Measurement
    >>> rows = [Measurement(image="a", codec="raw", chain=f"noise:sigma=9 | raw{after}",
    ...                     scores={"psnr": score})
    ...         for after, score in [("", 29.0), (" | median:size=3", 31.5)]]
    >>> found = restorations(by_setting(rows), ["psnr"])[0]
    >>> found.degradation, found.nothing.after, found.restorers[0].gains["psnr"].mean
    ('noise:sigma=9 | raw', '', 2.5)
    """
    groups: dict[str, list[Setting]] = {}
    for setting in settings:
        groups.setdefault(setting.degradation, []).append(setting)
    here = known(metrics)
    better: dict[str, Direction] = {
        name: here[name].better if name in here else "higher" for name in metrics
    }
    found = (_restoration(text, several, better) for text, several in groups.items())
    return tuple(one for one in found if one.restorers)


def outside(settings: Iterable[Setting], several: Iterable[Restoration]) -> tuple[Setting, ...]:
    """The settings of formats: all but those that restore, or are restored, without a format.

    The bytes of ``noise | raw`` say nothing about a format, so they are no part of its tables.

    Examples
    --------
    >>> outside([], [])
    ()
    """
    behind = {one.degradation for one in several if one.codec in CONTROLS}
    return tuple(s for s in settings if s.degradation not in behind)


def ranking_metric(metrics: Sequence[str], nothing: Setting | None = None) -> str:
    """The metric by which restorers are ranked: PSNR, or else the first.

    Where doing nothing is to enlarge by N, PSNR of luma with a border of N comes first, as the
    literature on super-resolution scores.

    Examples
    --------
    >>> ranking_metric(["ssim", "psnr", "psnr_y_b4"])
    'psnr'
    >>> nothing = Setting("bicubic:factor=1/4 | raw | bicubic:factor=4", "raw", {}, {})
    >>> ranking_metric(["ssim", "psnr", "psnr_y_b4"], nothing)
    'psnr_y_b4'
    """
    scale = nothing.after.rpartition("factor=")[2] if nothing else ""
    wanted = (f"psnr_y_b{scale}", "psnr", *metrics)
    return next((name for name in wanted if name in metrics), "")


def _restoration(
    text: str, several: Sequence[Setting], directions: Mapping[str, Direction]
) -> Restoration:
    ranks = {_control_rank(s): s for s in several if _control_rank(s)}
    nothing = ranks[min(ranks)] if ranks else None
    better = {m: way for m, way in directions.items() if any(s.scores(m) for s in several)}
    metric = ranking_metric(list(better), nothing)
    restorers = [_restorer(s, nothing, better, metric) for s in several if not _control_rank(s)]
    ranked = tuple(sorted(restorers, key=lambda one: _place(one, metric)))
    return Restoration(text, several[0].codec, metric, nothing, ranked)


def _restorer(
    setting: Setting, nothing: Setting | None, better: Mapping[str, Direction], metric: str
) -> Restorer:
    if nothing is None:
        return Restorer(setting, {}, {})
    scores = {name: (setting.scores(name), nothing.scores(name)) for name in better}
    gains = {name: gain(*both, better[name]) for name, both in scores.items()}
    ours, theirs = scores.get(metric, ({}, {}))
    sign = 1 if better.get(metric) == "higher" else -1
    steps = {
        key: 0.0 if ours[key] == theirs[key] else sign * (ours[key] - theirs[key])
        for key in sorted(ours.keys() & theirs.keys())
    }
    return Restorer(setting, {name: found for name, found in gains.items() if found}, steps)


def _place(one: Restorer, metric: str) -> tuple[float, str]:
    """Sort key: mean gain from the best, then the name."""
    found = one.gains.get(metric)
    if found is None:
        return math.inf, one.setting.chain
    if found.mean is None:  # infinite on all pictures, on one side or the other
        return (math.inf if found.worse_on else -math.inf), one.setting.chain
    return (-found.mean if found.better == "higher" else found.mean), one.setting.chain


def _control_rank(setting: Setting) -> int:
    """1 where nothing follows the codec, 2 identity, 3 plain bicubic; 0 for a restorer."""
    plain = setting.after.startswith("bicubic:") and " | " not in setting.after
    return {"": 1, "identity": 2}.get(setting.after, 3 if plain else 0)
