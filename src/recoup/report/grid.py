"""The table by setting, for the page and for the terminal."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recoup.analysis import Advice, Setting, by_setting, outside, restorations
from recoup.analysis.advise import CONTROLS
from recoup.metrics import metrics
from recoup.metrics.variants import known
from recoup.report.columns import Column, columns, metric_column
from recoup.report.formats import setting_name, title
from recoup.report.restorers import terminal_tables as restorer_tables
from recoup.results.row import Measurement

if TYPE_CHECKING:
    from rich.table import Table

TAGS = {"lossless": "lossless pick", "smallest": "smallest pick", "fastest": "fastest pick"}
_BORDER = re.compile(r"_b\d+$")  # scores of restorers, who have tables of their own
_ON_TERMINAL = ("size", "ratio", "bpp", "encode", "decode", "n")


@dataclass(frozen=True)
class GridCell:
    """A value with its text; ``sort`` is empty where there is none, ``best`` in its column."""

    text: str
    sort: str
    best: bool


@dataclass(frozen=True)
class GridRow:
    """One setting."""

    codec: str
    format: str
    name: str
    chain: str
    colour: str
    tags: tuple[str, ...]
    cells: tuple[GridCell, ...]


def scores_of(settings: Iterable[Setting]) -> list[str]:
    """Names of the metrics that have a value anywhere, in the order first seen.

    Examples
    --------
    >>> scores_of(by_setting([Measurement(image="a", scores={"psnr": 30.0, "x": None})]))
    ['psnr']
    """
    found: dict[str, None] = {}
    for setting in settings:
        for row in setting.rows.values():
            found.update(dict.fromkeys(n for n, v in row.scores.items() if v is not None))
    first = [name for name in metrics() if name in found]
    return first + [name for name in found if name not in first]


def grid(
    settings: Sequence[Setting],
    table: Sequence[Column],
    advice: Advice,
    colours: Mapping[str, str],
) -> tuple[GridRow, ...]:
    """Rows of the page's table: formats in groups, within each from fewest bits to most.

    Examples
    --------
    >>> from recoup.analysis import advise
    >>> grid([], [], advise([]), {})
    ()
    """
    best = {c.name: _best(settings, c) for c in table}
    tags: dict[str, list[str]] = {}
    for pick in advice.picks:
        if pick.winner:
            tags.setdefault(pick.winner.chain, []).append(TAGS[pick.goal])
    return tuple(
        GridRow(
            s.codec,
            title(s.codec),
            setting_name(s),
            s.chain,
            colours[s.codec],
            tuple(tags.get(s.chain, ())),
            tuple(_cell(s, c, best[c.name]) for c in table),
        )
        for s in settings
    )


def terminal_table(rows: Iterable[Measurement]) -> Table:
    """Build the table by setting for the terminal.

    Parameters
    ----------
    rows
        In any order; rows without a result are left out.

    Returns
    -------
    rich.table.Table
        One line per setting, formats in groups.

    Examples
    --------
    >>> row = Measurement(image="a", chain="raw", codec="raw", encoded_bytes=1000)
    >>> terminal_table([row]).row_count
    1
    """
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    settings = by_setting(rows)
    scores = scores_of(settings)
    narrow = [name for name in scores if not _BORDER.search(name)] or scores
    shown = [c for c in columns(narrow, known(narrow)) if c.name in {*_ON_TERMINAL, *narrow}]
    out = Table(box=box.SIMPLE_HEAD, title="Means over pictures, by setting", title_justify="left")
    out.add_column("Setting", no_wrap=True)
    for column in shown:
        heading = column.heading.replace(", ", "\n").replace(" (", "\n(")
        out.add_column(heading, justify="right")
    for at, setting in enumerate(settings):
        last = at + 1 == len(settings) or settings[at + 1].codec != setting.codec
        cells = (escape(c.text(setting)) for c in shown)
        out.add_row(escape(setting_name(setting)), *cells, end_section=last)
    if not all(s.timed_alone for s in settings):
        out.caption = "* not to be relied on: shared core, or the start of a program included"
    return out


def terminal_tables(rows: Iterable[Measurement]) -> list[Table]:
    """Build the tables for the terminal: by setting, and restorers against doing nothing.

    The first is left out where formats are not compared and every chain is part of the others.

    Examples
    --------
    >>> len(terminal_tables([Measurement(image="a", chain="raw", codec="raw")]))
    1
    """
    several = list(rows)
    settings = by_setting(several)
    scores = scores_of(settings)
    restored = restorations(settings, scores)
    shown = [metric_column(name, known([name]).get(name)) for name in scores]
    chains = {s.chain for s in outside(settings, restored)}
    first = [row for row in several if row.chain in chains or not restored]
    return [terminal_table(first)] * bool(first) + restorer_tables(restored, shown)


def _cell(setting: Setting, column: Column, best: float | None) -> GridCell:
    value = column.value(setting)
    sort = "" if value is None or math.isnan(value) else repr(float(value))
    is_best = value is not None and value == best and setting.codec not in CONTROLS
    return GridCell(column.text(setting), sort, is_best)


def _best(settings: Sequence[Setting], column: Column) -> float | None:
    values = [v for s in settings if s.codec not in CONTROLS and (v := column.value(s)) is not None]
    if not values or not column.better:
        return None
    return max(values) if column.better == "higher" else min(values)
