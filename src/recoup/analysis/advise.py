"""Which setting to use: the advice that these rows support, and no more."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal, NamedTuple

from recoup.analysis.by_setting import Setting, by_setting, picture_key
from recoup.analysis.interval import Difference, difference
from recoup.analysis.match import AtLevel, at_level, lines
from recoup.results.row import Measurement

Goal = Literal["lossless", "smallest", "fastest"]
CONTROLS = frozenset({"raw"})
"""Codecs that are measured to check the measuring, and never advised."""

_ZINNER = (
    "the lower end of MOS 4, “good”, for video frames in Zinner, Hohlfeld, Abboud and Hossfeld, "
    "“Impact of frame rate and resolution on objective QoE metrics”, QoMEX 2010"
)


@dataclass(frozen=True)
class Standard:
    """What counts as visually good.

    Attributes
    ----------
    metric, level
        The score that must be reached; more is better.
    share
        Share of the pictures that must reach it.
    least_ratio
        The fastest setting must compress the pictures at least this much.
    source
        Where the level comes from.
    """

    metric: str
    level: float
    share: float = 1.0
    least_ratio: float = 2.0
    source: str = ""


STANDARDS = (
    Standard("ssim", 0.95, source=_ZINNER),
    Standard("psnr_y", 33.0, source=_ZINNER),
    Standard("psnr", 33.0, source=_ZINNER),
)
"""The first whose metric was measured is the one used."""


@dataclass(frozen=True)
class Pick:
    """The advice for one goal.

    Attributes
    ----------
    goal
        ``lossless``, ``smallest`` or ``fastest``.
    winner
        The setting advised; None where nothing qualifies.
    runner_up
        The best qualifying setting of any other codec.
    gap
        Bytes (``fastest``: seconds) of the winner over those of the runner-up.
    candidates
        How many settings qualified.
    left_out
        By codec of which no setting qualified, why.
    """

    goal: Goal
    winner: Setting | None
    runner_up: Setting | None
    gap: Difference | None
    candidates: int
    left_out: Mapping[str, str]


@dataclass(frozen=True)
class Advice:
    """All advice, and what it rests on.

    Attributes
    ----------
    pictures
        How many pictures have at least one row that succeeded.
    standard
        What counts as visually good; None where no such metric was measured.
    picks
        One for each goal, in the order lossless, smallest, fastest.
    equal
        Bytes that each line needs at exactly the standard's level, fewest first.
    """

    pictures: int
    standard: Standard | None
    picks: tuple[Pick, Pick, Pick]
    equal: tuple[AtLevel, ...]


class Refusal(NamedTuple):
    """Why a setting does not qualify (empty if it does), and on how many pictures it came near."""

    near: int
    reason: str = ""


def advise(rows: Iterable[Measurement], standards: Sequence[Standard] = STANDARDS) -> Advice:
    """Choose the smallest lossless, the smallest good and the fastest good setting.

    A setting qualifies only if it was measured on every picture (the standard's share of them)
    and each passes. Fewest bytes means the lowest geometric mean over pictures; equal bytes are
    decided by seconds, then by name. Rows that failed count as pictures not passed.

    Parameters
    ----------
    rows
        In any order.
    standards
        What counts as visually good: the first whose metric is in the rows.

    Examples
    --------
    >>> rows = [Measurement(image="a", chain=f"jpeg:quality={q}", codec="jpeg", width=100,
    ...                     height=10, bits=8, channels=3, encoded_bytes=q * 10,
    ...                     scores={"ssim": 0.9 + q / 1000}) for q in (40, 60, 80)]
    >>> advice = advise(rows)
    >>> advice.picks[1].winner.chain
    'jpeg:quality=60'
    """
    good_rows = [row for row in rows if row.status == "ok" and row.encoded_bytes]
    settings = [s for s in by_setting(good_rows) if s.codec not in CONTROLS]
    pictures = len({picture_key(row) for row in good_rows})
    measured = {name for row in good_rows for name, v in row.scores.items() if v is not None}
    standard = next((s for s in standards if s.metric in measured), None)
    picks = (
        _pick("lossless", settings, lambda s: _not_lossless(s, pictures, measured)),
        _pick("smallest", settings, lambda s: _not_good(s, pictures, standard)),
        _pick("fastest", settings, lambda s: _not_fast(s, pictures, standard)),
    )
    equal = at_level(lines(settings), standard.metric, standard.level) if standard else ()
    return Advice(pictures, standard, picks, equal)


def passes(setting: Setting, standard: Standard) -> int:
    """How many pictures reach the standard with this setting.

    Examples
    --------
    >>> setting = by_setting([Measurement(image="a", chain="raw", scores={"ssim": 0.97})])[0]
    >>> passes(setting, STANDARDS[0])
    1
    """
    scores = (row.scores.get(standard.metric) for row in setting.rows.values())
    return sum(score is not None and score >= standard.level for score in scores)


def _pick(goal: Goal, settings: Sequence[Setting], refusal: Callable[[Setting], Refusal]) -> Pick:
    """Rank the settings that nothing speaks against."""
    refused = {s.chain: refusal(s) for s in settings}
    left_in = [s for s in settings if not refused[s.chain].reason]
    ranked = sorted(left_in, key=lambda s: _rank(goal, s))
    winner = ranked[0] if ranked else None
    runner_up = next((s for s in ranked if winner and s.codec != winner.codec), None)
    gap = (
        difference(_quantity(goal, winner), _quantity(goal, runner_up))
        if winner and runner_up
        else None
    )
    out = [s for s in settings if s.codec not in {one.codec for one in left_in}]
    nearest_last = sorted(out, key=lambda s: refused[s.chain])
    left_out = {s.codec: refused[s.chain].reason for s in nearest_last}
    return Pick(goal, winner, runner_up, gap, len(ranked), left_out)


def _quantity(goal: Goal, setting: Setting) -> Mapping[str, float]:
    return setting.seconds if goal == "fastest" else setting.encoded_bytes


def _rank(goal: Goal, s: Setting) -> tuple[float, float, str]:
    size, seconds = _log_mean(s.encoded_bytes), _log_mean(s.seconds)
    return (seconds, size, s.chain) if goal == "fastest" else (size, seconds, s.chain)


def _log_mean(values: Mapping[str, float]) -> float:
    """Mean of logarithms over pictures."""
    return fmean(math.log(max(v, 1e-9)) for v in values.values()) if values else math.inf


def _not_lossless(s: Setting, pictures: int, measured: set[str]) -> Refusal:
    if "psnr" not in measured:
        return Refusal(0, "PSNR was not measured, so no setting is known to be lossless")
    exact = sum(row.scores.get("psnr") == math.inf for row in s.rows.values())
    if exact == pictures:
        return Refusal(exact)
    if s.lossless:
        return Refusal(exact, f"no result on {pictures - s.n} of {pictures} pictures")
    return Refusal(exact, f"not lossless: exact on {exact} of {pictures} pictures")


def _not_good(s: Setting, pictures: int, standard: Standard | None) -> Refusal:
    if standard is None:
        return Refusal(0, "no metric with a known level for visually good was measured")
    passed = passes(s, standard)
    if passed < math.ceil(standard.share * pictures - 1e-9):
        return Refusal(passed, f"at best {passed} of {pictures} pictures are good enough")
    return Refusal(passed)


def _not_fast(s: Setting, pictures: int, standard: Standard | None) -> Refusal:
    good = _not_good(s, pictures, standard)
    if good.reason or standard is None:
        return good
    outside = any(row.timed != "in-process" for row in s.rows.values())
    reason = ""
    if outside:
        reason = "timed with the start of an outside program"
    elif not s.timed_alone:
        reason = "timed on a shared core"
    elif len(s.seconds) < s.n:
        reason = "not timed"
    elif (s.ratio or 0) < standard.least_ratio:
        reason = f"good enough, but compresses less than {standard.least_ratio:g} times"
    return Refusal(good.near, reason)
