"""Honest opponents as a table: the same codec alone, its better encoder, the best other codec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recoup.analysis import Opponent, opponents
from recoup.analysis.opponents import ROLES, Role
from recoup.report import numbers
from recoup.report.formats import line_name
from recoup.report.found import Found
from recoup.report.verdicts import signed

HEADS: Mapping[Role, str] = {
    "alone": "the same codec alone",
    "encoder": "same codec, best other encoder or setting",
    "codec": "best other codec alone",
}


@dataclass(frozen=True)
class Versus:
    """One opponent of a line.

    Attributes
    ----------
    name
        The opponent's; empty where there is none.
    text
        Bytes of the contender against it, in percent.
    note
        The interval and n, or why there is no opponent.
    way
        ``better`` or ``worse`` where the interval leaves out a tie.
    """

    name: str
    text: str
    note: str
    way: str


@dataclass(frozen=True)
class Contender:
    """One line with its opponents, in the order of the heads."""

    name: str
    colour: str
    against: tuple[Versus, ...]


@dataclass(frozen=True)
class Contest:
    """The whole table; without rows where no level is known."""

    heads: tuple[str, ...] = ()
    rows: tuple[Contender, ...] = ()


def contest(found: Found) -> Contest:
    """Set every ranked line against its opponents at the level that counts as good.

    Examples
    --------
    >>> contest(Found.of([])).rows
    ()
    """
    standard = found.advice.standard
    if standard is None:
        return Contest()
    ranked = [a.line for a in found.advice.equal]
    several = [opponents(one, found.lines, standard.metric, standard.level) for one in ranked]
    roles = [r for r in ROLES if r != "alone" or any(one.by_role("alone") for one in several)]
    return Contest(
        tuple(HEADS[role] for role in roles),
        tuple(
            Contender(
                line_name(one.line),
                found.colours[one.line.codec],
                tuple(_versus(one.by_role(role)) for role in roles),
            )
            for one in several
        ),
    )


def _versus(one: Opponent | None) -> Versus:
    if one is None:
        return Versus("", numbers.NONE, "", "")
    gap = one.against
    if gap is None or one.line is None:
        return Versus("", numbers.NONE, one.reason, "")
    way = "" if gap.verdict != "clear" else "better" if gap.ratio < 1 else "worse"
    change, low, high = (100 * (v - 1) for v in (gap.ratio, gap.low, gap.high))
    sure = f"{signed(low, 0)} to {signed(high, 0)} %"
    note = {"tie": f"{sure}, a tie", "clear": sure, "too few": "too few for an interval"}
    return Versus(
        line_name(one.line), f"{signed(change, 0)} %", f"{note[gap.verdict]}; n = {gap.n}", way
    )
