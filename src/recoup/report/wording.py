"""Advice in plain sentences."""

from __future__ import annotations

from recoup.analysis import Advice, AtLevel, Difference, Pick, Setting, Standard, difference
from recoup.analysis.interval import FEWEST
from recoup.report import numbers
from recoup.report.formats import line_name, title

GOALS = {
    "lossless": "Lossless",
    "smallest": "Smallest at good quality",
    "fastest": "Fastest at good quality",
}


def verdict(pick: Pick, pictures: int) -> str:
    """How far the winner is ahead of the best other format, and how sure that is.

    Examples
    --------
    >>> verdict(Pick("lossless", None, None, None, 0, {}), 3)
    'No setting qualifies.'
    """
    if pick.winner is None:
        return "No setting qualifies."
    if pick.runner_up is None or pick.gap is None:
        return "No setting of any other format qualifies, so there is nothing to compare it with."
    ours, theirs = title(pick.winner.codec), title(pick.runner_up.codec)
    what = "time" if pick.goal == "fastest" else "bytes"
    at = "" if pick.goal == "lossless" else ", each at its own best setting"
    on = _these(pick.gap, pictures)
    return f"{ours} {needs(pick.gap, what)} than {theirs} on {on}{at}{sure(pick.gap)}"


def needs(gap: Difference, what: str) -> str:
    """``needs 23 % fewer bytes``; for time ``takes 75 % less time``.

    Examples
    --------
    >>> needs(Difference(0.77, 0.7, 0.8, 9), "bytes"), needs(Difference(0.25, 0.2, 0.3, 9), "time")
    ('needs 23 % fewer bytes', 'takes 75 % less time')
    """
    more = gap.ratio > 1
    if what == "bytes":
        return f"needs {numbers.percent(gap.ratio)} {'more' if more else 'fewer'} bytes"
    return f"takes {numbers.percent(gap.ratio)} {'more' if more else 'less'} time"


def sure(gap: Difference) -> str:
    """The interval as the end of a sentence.

    Examples
    --------
    >>> sure(Difference(0.77, 0.73, 0.81, 12))
    ' (95 % interval 19 to 27 %).'
    >>> sure(Difference(1.02, 0.999, 1.1, 12)).endswith(" to +10 %: a tie).")
    True
    """
    if gap.verdict == "too few":
        return f". Fewer than {FEWEST} pictures are too few to tell how sure that is."
    if gap.verdict == "tie":
        low, high = ((v - 1) * 100 for v in (gap.low, gap.high))
        return f" (95 % interval {_signed(low)} to {_signed(high)} %: a tie)."
    near, far = sorted(abs(v - 1) * 100 for v in (gap.low, gap.high))
    digits = 1 if far < 10 else 0
    return f" (95 % interval {near:.{digits}f} to {far:.{digits}f} %)."


def at_equal(pick: Pick, advice: Advice, metric: str) -> str:
    """The winner's format against the runner-up's at exactly the same score; empty if unknown."""
    if pick.winner is None or pick.runner_up is None or advice.standard is None:
        return ""
    ours, theirs = (_best(advice.equal, s) for s in (pick.winner, pick.runner_up))
    gap = difference(ours.sizes, theirs.sizes) if ours and theirs else None
    if not (ours and theirs and gap):
        return "How they stand at exactly equal quality cannot be told: too few settings around it."
    turned = gap.ratio > 1 and (pick.gap is None or pick.gap.ratio < 1)
    turn = " A finer range of settings may therefore change this advice." if turned else ""
    return (
        f"At exactly {metric} {advice.standard.level:g} on each picture, {line_name(ours.line)} "
        f"{needs(gap, 'bytes')} than {line_name(theirs.line)} on "
        f"{_these(gap, advice.pictures)}{sure(gap)}{turn}"
    )


def standard_text(standard: Standard | None, metric: str) -> str:
    """What counts as visually good, in one sentence."""
    if standard is None:
        return (
            "None of SSIM, PSNR-Y and PSNR was measured, so nothing can be said about what is "
            "visually good."
        )
    who = "every picture" if standard.share >= 1 else f"{standard.share:.0%} of the pictures"
    source = f" ({standard.source})" if standard.source else ""
    return f"“Good quality” means {metric} of at least {standard.level:g} on {who}{source}."


def _best(equal: tuple[AtLevel, ...], setting: Setting) -> AtLevel | None:
    """The setting's own line, or the best of its codec."""
    own = [a for a in equal if any(s.chain == setting.chain for s in a.line.settings)]
    codec = [a for a in equal if a.line.codec == setting.codec]
    return next(iter(own + codec), None)


def _these(gap: Difference, pictures: int) -> str:
    if gap.n == pictures:
        return f"these {pictures} pictures" if pictures > 1 else "this one picture"
    return f"{gap.n} of {pictures} pictures"


def _signed(value: float) -> str:
    return f"{value:+.0f}".replace("-", "\N{MINUS SIGN}")
