"""A long run at work: its line on the terminal, and the signals that stop it after a step."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from recoup.training.progress import Progress


@dataclass
class Caught:
    """The signal that came.

    Attributes
    ----------
    number
        0 for none.
    """

    number: int = field(default=0)


@contextmanager
def signals() -> Iterator[Caught]:
    """Note Ctrl-C and SIGTERM instead of falling over; a second one acts as ever."""
    caught = Caught()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def note(number: int, _frame: FrameType | None) -> None:
        caught.number = number
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, note)
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def watched() -> Iterator[Callable[[Progress], None]]:
    """Show a live line on a terminal; print one line for each validation."""
    if not sys.stdout.isatty():
        yield lambda progress: _say(progress.line) if progress.scores else None
        return
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (SpinnerColumn(), BarColumn(bar_width=20), TextColumn("{task.description}"))
    bars = Bars(*columns, console=Console(highlight=False), refresh_per_second=4)
    task = bars.add_task("the first step", total=None)
    scores = None

    def update(progress: Progress) -> None:
        nonlocal scores
        bars.start()
        if progress.scores:
            scores = progress.scores
            bars.console.print(progress.line)
        line = replace(progress, scores=scores).line
        bars.update(task, description=line, completed=progress.step, total=progress.steps)

    try:
        yield update
    finally:
        bars.stop()


def _say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    typer.echo(line)
    sys.stdout.flush()
