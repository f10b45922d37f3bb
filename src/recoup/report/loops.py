"""Codecs with a restorer: verdict, curves, opponents, ledger, codec by codec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recoup.analysis import Ledger, Line, Loop, MeanDelta, Prices, ledgers, loop_sentence
from recoup.analysis.ledger import equal_metric
from recoup.analysis.ledger_words import ledger_table, terms, verdict
from recoup.analysis.opponents import Role
from recoup.report import numbers, plots
from recoup.report.columns import Column
from recoup.report.formats import line_name, setting_name, title
from recoup.report.found import Found
from recoup.report.opponents import HEADS, Versus
from recoup.report.verdicts import signed


@dataclass(frozen=True)
class Restored:
    """One codec with one restorer, ready to be shown.

    Attributes
    ----------
    name
        Of its line.
    verdict, ledger
        What is to be said of it, and whether it pays.
    heads
        (who, name) of its opponents.
    rates
        (metric, BD-rate against each opponent).
    worse
        (setting, pictures made worse).
    accounts
        The ledger's table: headings, then rows.
    """

    name: str
    verdict: str
    ledger: str
    heads: tuple[tuple[str, str], ...]
    rates: tuple[tuple[str, tuple[Versus, ...]], ...]
    worse: tuple[tuple[str, str], ...]
    accounts: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Codec:
    """One codec with all its restorers; ``lines`` are those of its figure."""

    name: str
    title: str
    colour: str
    lines: tuple[Line, ...]
    legend: tuple[tuple[str, str, str], ...]
    restored: tuple[Restored, ...]


def codecs(found: Found) -> tuple[Codec, ...]:
    """Every codec that was measured with a restorer.

    Examples
    --------
    >>> codecs(Found.of([]))
    ()
    """
    columns = {c.name: c for c in found.scores}
    metric = equal_metric(list(columns))
    books = {line_name(b.restored): b for b in ledgers(found.lines, metric, Prices())}
    by_codec: dict[str, list[Loop]] = {}
    for one in found.loops:
        by_codec.setdefault(one.line.codec, []).append(one)
    return tuple(_codec(found, several, books, columns) for several in by_codec.values())


def terms_text(found: Found) -> str:
    """The prices of the page's ledger and who pays what; empty where there is none.

    Examples
    --------
    >>> terms_text(Found.of([]))
    ''
    """
    return terms(Prices()) if found.loops else ""


def figure(one: Codec, found: Found) -> dict[str, Any]:
    """Names of the lines of one codec's figure, and its specification for each metric.

    Parameters
    ----------
    one
        Of :func:`codecs`.
    found
        The same.
    """
    lossy = [line for line in found.lines if not line.lossless]
    drawn = {c.name: plots.curve(c, one.lines, found.colours, among=lossy) for c in found.scores}
    # Lines that lie close together are hidden by bands and by the points of single pictures.
    bare = {name: spec | {"layer": spec["layer"][2:]} for name, spec in drawn.items()}
    return {"names": [line_name(line) for line in one.lines], "curves": bare}


def _codec(
    found: Found,
    several: Sequence[Loop],
    books: Mapping[str, Ledger],
    columns: Mapping[str, Column],
) -> Codec:
    drawn = {
        line_name(line): line for one in several for line in (*one.opponents.values(), one.line)
    }
    lossy = [line for line in found.lines if not line.lossless]
    lines = tuple(line for line in lossy if line_name(line) in drawn)
    shown = tuple(_restored(one, books[line_name(one.line)], columns) for one in several)
    codec = several[0].line.codec
    return Codec(
        codec,
        title(codec),
        found.colours[codec],
        lines,
        tuple(plots.legend(lines, found.colours, among=lossy)),
        shown,
    )


def _restored(one: Loop, book: Ledger, columns: Mapping[str, Column]) -> Restored:
    titles = {name: column.title for name, column in columns.items()}
    table = ledger_table([book], people=True).brief()
    roles: list[Role] = list(one.opponents)
    return Restored(
        name=line_name(one.line),
        verdict=loop_sentence(one, titles, line_name),
        ledger=verdict(book, titles[book.metric], line_name, setting_name),
        heads=tuple((HEADS[role], line_name(one.opponents[role])) for role in roles),
        rates=tuple(
            (titles[name], tuple(_versus(gaps[role]) for role in roles))
            for name, gaps in one.rates.items()
        ),
        worse=tuple(
            (_place(one.line, effect.setting.settings), f"{effect.worse} of {len(effect.steps)}")
            for effect in one.effects
        ),
        accounts=(tuple(c.heading for c in table.columns), *map(tuple, table.texts())),
    )


def _place(line: Line, settings: Mapping[str, Any]) -> str:
    value = settings.get(line.axis)
    return f"{value:g}" if isinstance(value, int | float) else "its setting"


def _versus(gap: MeanDelta) -> Versus:
    """BD-rate against one opponent as a cell."""
    if gap.mean is None or gap.low is None or gap.high is None:
        return Versus("", numbers.NONE, gap.reason, "")
    low, high = (signed(100 * end, 1) for end in (gap.low, gap.high))
    way = {"fewer": "better", "more": "worse"}.get(gap.verdict, "")
    sure = {"too few": "too few for an interval", "tie": f"{low} to {high} %, a tie"}
    note = sure.get(gap.verdict, f"{low} to {high} %")
    return Versus("", f"{signed(100 * gap.mean, 1)} %", f"{note}; n = {gap.n}", way)
