"""What the commands print: progress on standard error, results on standard output."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, TextIO

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from recoup.cli.options import INTERRUPTED
from recoup.contracts import Metric
from recoup.errors import FlatteringWarning
from recoup.models import Card
from recoup.results.row import Measurement

if TYPE_CHECKING:
    from pathlib import Path

    from recoup.doctor import Findings
    from recoup.restore import Progress as Restoring
    from recoup.sweep import Plan
    from recoup.sweep.files import Scored
    from recoup.sweep.run import Progress

_MOST_FAILURES = 20
_UNSEEN_WIDTH = 160  # columns of a table that goes to a file or pipe


def print_table(table: Table) -> None:
    """Print a table on standard output, as wide as the terminal or, in a pipe, wide enough."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_UNSEEN_WIDTH)
    console.print(table)


def note(text: str) -> None:
    """Print one line for people on standard error."""
    _console().print(Text(printable(text)), soft_wrap=True)


def error(text: str) -> None:
    """Print one line about something that failed."""
    _console().print(Text("failed: ", style="bold red") + Text(printable(text)), soft_wrap=True)


def additions(plan: Plan) -> None:
    """Print which chains are measured without having been asked for."""
    for chain in plan.added:
        note(f"added: {chain.text} (nothing restored: the line to beat)")


@contextmanager
def stoppable(left: str = "the same command goes on from here") -> Iterator[None]:
    """Turn an interruption into a note of what is left, and an exit code."""
    try:
        yield
    except KeyboardInterrupt:
        note(f"stopped; {left}")
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def warned() -> Iterator[None]:
    """Print as notes what recoup warns of; other warnings go where they would."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", FlatteringWarning)
        others = warnings.showwarning

        def tell(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if issubclass(category, FlatteringWarning):
                note(str(message))
            else:
                others(message, category, filename, lineno, file, line)

        warnings.showwarning = tell
        yield


def failures(rows: Sequence[Measurement]) -> None:
    """Print one line per failure, the first ones of many."""
    for row in rows[:_MOST_FAILURES]:
        error(f"{row.error}" + (f" [{row.image} through {row.chain}]" if row.chain else ""))
    if len(rows) > _MOST_FAILURES:
        error(f"and {len(rows) - _MOST_FAILURES} more; the report lists them all")


def printable(text: str) -> str:
    r"""Escape what would break a line or cannot be encoded.

    Examples
    --------
    >>> printable("two\nlines")
    'two\\nlines'
    """
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    encoding = sys.stderr.encoding or "utf-8"
    return shown.encode(encoding, "backslashreplace").decode(encoding)


class _Rate(ProgressColumn):
    """Rows a second."""

    def render(self, task: Task) -> Text:
        """Write the rate, a dash before the first row."""
        return Text(f"{task.speed:.1f} rows/s" if task.speed else "- rows/s")


@contextmanager
def bar() -> Iterator[Callable[[Progress], None]]:
    """Show a live bar: rows done, rate, time left, pictures, failures so far."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failed]}"),
    )
    bars = Bars(*columns, console=_console(), refresh_per_second=4)
    task = bars.add_task("", total=None, failed="")

    def update(state: Progress) -> None:
        bars.start()
        kept = f" (+{state.kept} from before)" if state.kept else ""
        bars.update(
            task,
            description=f"picture {state.opened}/{state.pictures}{kept}",
            completed=state.done,
            total=state.total,
            failed=f"[red]{state.failed} failed" if state.failed else "none failed",
        )

    try:
        yield update
    finally:
        bars.stop()


@contextmanager
def megapixels() -> Iterator[Callable[[Restoring], None]]:
    """Show a live bar: megapixels done, the file in work, time left."""
    done = TextColumn("{task.completed:.1f}/{task.total:.1f} MP")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), done)
    bars = Bars(*columns, TimeRemainingColumn(), console=_console(), refresh_per_second=4)
    task = bars.add_task("", total=0)

    def update(state: Restoring) -> None:
        bars.start()
        name = escape(printable(state.source))
        bars.update(task, description=name, completed=state.done_mp, total=state.total_mp)

    try:
        yield update
    finally:
        bars.stop()


def models(table: Mapping[str, Path], cards: Mapping[str, Card]) -> Table:
    """List installed models."""
    columns = ("name", "architecture", "task", "scale", "weights", "licence", "file")
    shown = Table(*columns, title="Installed models", show_lines=True)
    for name, path in table.items():
        card = cards[name]
        facts = (name, card.architecture, card.task, f"x{card.scale}", f"{card.parameters:,}")
        shown.add_row(*map(Text, (*facts, card.licence, str(path))))
    return shown


def scores(several: Sequence[Scored]) -> Table:
    """Lay out scores of pictures against an original."""
    names = list(dict.fromkeys(name for one in several for name in one.scores))
    table = Table("picture", *names, title="Scores")
    for one in several:
        values = [one.scores.get(name) for name in names]
        table.add_row(
            Text(printable(one.name)), *("-" if v is None else f"{v:.4f}" for v in values)
        )
    return table


def steps(title: str, table: Mapping[str, type[Any]]) -> Table:
    """List codecs or filters: settings with defaults, documentation's first line, version."""
    shown = Table("name", "settings", "what", "version", title=title, show_lines=True)
    for name, cls in table.items():
        settings = [
            f.name + ("" if f.default is MISSING else f"={str(f.default).lower()}")
            for f in fields(cls)
        ]
        summary = (cls.__doc__ or "").strip().partition("\n")[0].replace("``", "")
        needed = any(f.default is MISSING for f in fields(cls))
        made_by = "" if needed else cls().version()
        shown.add_row(*map(Text, (name, ", ".join(settings), summary, made_by)))
    return shown


def metrics(table: Mapping[str, Metric]) -> Table:
    """List metrics: name, unit, direction, definition, source."""
    shown = Table(
        "name", "unit", "better", "definition", "source", title="Metrics", show_lines=True
    )
    for metric in table.values():
        cells = (metric.name, metric.unit, metric.better, metric.definition, metric.source)
        shown.add_row(*map(Text, cells))
    return shown


def doctor(found: Findings) -> None:
    """Print what was found about this installation."""
    for title, pairs in found.sections.items():
        table = Table("what", "state", title=title, title_justify="left")
        for name, state in pairs:
            table.add_row(Text(name), Text(state))
        print_table(table)


def _console() -> Console:
    return Console(stderr=True, highlight=False)
