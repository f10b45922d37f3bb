"""What ``recoup data`` prints: tables of sets, and progress by bytes and by pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table
from rich.text import Text

from recoup.cli.show import printable
from recoup.datasets import Entry


def table(entries: Iterable[Entry], folder: Path) -> Table:
    """List sets."""
    columns = ("name", "pictures", "MB", "checked by", "licence", "shipped weights", "here")
    shown = Table(*columns, title="Picture sets")
    for entry in entries:
        here = "yes" if (folder / entry.name).is_dir() else ""
        facts = (entry.name, _count(entry), _megabytes(entry), _checked(entry), entry.licence)
        shown.add_row(*map(Text, (*facts, "yes" if entry.trainable else "no", here)))
    return shown


def about(entry: Entry) -> Table:
    """Tell all about one set."""
    shown = Table("what", "", title=entry.title, show_header=False)
    files = entry.files
    address = files[0].url if files else f"none: {entry.by_hand}"
    facts = {
        "name": entry.name,
        "home": entry.home,
        "pictures": _count(entry),
        "address": address + (f" and {len(files) - 1} more" if len(files) > 1 else ""),
        "size": f"{_megabytes(entry)} MB",
        "checked by": _checked(entry),
        "licence": entry.licence,
        "use": entry.terms,
        "citation": entry.citation,
    }
    for what, fact in facts.items():
        shown.add_row(Text(what), Text(fact, overflow="fold"))
    return shown


@contextmanager
def bytes_bar() -> Iterator[Callable[[str, int, int | None], None]]:
    """Show a live bar: file, bytes, rate, time left."""
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    bars = _bars(*columns)
    task = bars.add_task("", total=None)

    def update(name: str, done: int, total: int | None) -> None:
        bars.start()
        bars.update(task, description=escape(printable(name)), completed=done, total=total)

    try:
        yield update
    finally:
        bars.stop()


@contextmanager
def counted() -> Iterator[Callable[[int, int], None]]:
    """Show a live bar: pictures done, time left."""
    bars = _bars(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    task = bars.add_task("pictures", total=None)

    def update(done: int, total: int) -> None:
        bars.start()
        bars.update(task, completed=done, total=total)

    try:
        yield update
    finally:
        bars.stop()


def _bars(*columns: ProgressColumn) -> Progress:
    console = Console(stderr=True, highlight=False)
    return Progress(
        TextColumn("{task.description}"), *columns, console=console, refresh_per_second=4
    )


def _count(entry: Entry) -> str:
    return "" if entry.pictures is None else str(entry.pictures)


def _megabytes(entry: Entry) -> str:
    return "not known" if entry.size is None else f"{entry.size / 1e6:.1f}"


def _checked(entry: Entry) -> str:
    """How a download is checked."""
    sums = [file.sha256 is not None for file in entry.files]
    if not sums:
        return "by hand"
    return "SHA-256" if all(sums) else f"SHA-256 of {sum(sums)} files" if any(sums) else "size"
