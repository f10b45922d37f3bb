"""Tables of results on their way out: to people, to a file, to a folder of files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recoup.analysis.table import Format, Table

Style = Literal["text", "csv", "latex", "json"]
StyleOption = Annotated[Style, typer.Option("--format", "-f", help="How.")]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="File, or without a suffix a folder: a file a table."),
]
_SUFFIXES = {"csv": "csv", "latex": "tex", "json": "json"}


def put(tables: Sequence[Table], style: Style, out: Path | None) -> None:
    """Print tables, or write them.

    Parameters
    ----------
    tables
        Those asked for.
    style
        ``text`` is for the terminal, the others for programs.
    out
        A file; a folder where it has no suffix; None for standard output.

    Raises
    ------
    StoreError
        If text is to go into a file, CSV of several tables into one, or nothing can be written.
    """
    from recoup.errors import StoreError

    if style == "text":
        if out:
            raise StoreError(f"{out}: text is for the terminal; add --format csv, latex or json")
        _show(tables)
        return
    if out and not out.suffix:
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{out}: cannot be made: {error.strerror}") from error
        for one in tables:
            _write(out / f"{one.name}.{_SUFFIXES[style]}", [one], style)
        return
    if style == "csv" and len(tables) > 1:
        names = ", ".join(one.name for one in tables)
        raise StoreError(f"a CSV file holds one of {names}: add --table, or --out FOLDER for all")
    _write(out, tables, style)


def _show(tables: Sequence[Table]) -> None:
    """Print tables for people; what a reader must know follows each."""
    from rich.table import Table as Shown
    from rich.text import Text

    from recoup.cli import show

    for one in tables:
        shown = Shown(title=one.title, caption=one.note, caption_justify="left")
        for column in one.columns:
            side: Literal["left", "right"] = "left" if column.digits is None else "right"
            shown.add_column(Text(column.heading), justify=side, overflow="fold")
        for row in one.texts():
            shown.add_row(*map(Text, row))
        show.print_table(shown)


def _write(file: Path | None, tables: Sequence[Table], kind: Format) -> None:
    """Write tables to a file, aside and renamed, or to standard output."""
    from recoup.analysis.table import written
    from recoup.cli import show
    from recoup.picture.write import write

    text = written(tables, kind)
    if file is None:
        sys.stdout.buffer.write(text.encode())
        return
    write(text.encode(), file)
    show.note(f"written: {file}")
