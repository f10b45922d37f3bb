"""``recoup analyse``: what the rows say, as tables for people and programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from recoup.analysis.table import Format, Table

_SUFFIXES = {"csv": "csv", "latex": "tex", "json": "json"}


def analyse(
    results: Annotated[Path, typer.Argument(help="A results folder, as compare made it.")],
    *,
    metric: Annotated[
        list[str] | None,
        typer.Option("--metric", "-m", help="Analyse this; repeatable. PSNR if not given."),
    ] = None,
    anchor: Annotated[
        str | None,
        typer.Option(
            "--anchor",
            "-a",
            help="Compare with this line: jpeg, encoder=jpegli. JPEG if not given.",
        ),
    ] = None,
    table: Annotated[
        Literal["all", "bd", "matrix", "pairs", "frontier"],
        typer.Option("--table", "-t", help="Which results."),
    ] = "all",
    overlap: Annotated[
        float, typer.Option(min=0, max=1, help="Refuse curves that share less of their range.")
    ] = 0.5,
    format_: Annotated[
        Literal["text", "csv", "latex", "json"], typer.Option("--format", "-f", help="How.")
    ] = "text",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="File, or without a suffix a folder: a file a table."),
    ] = None,
) -> None:
    """Print BD-rates with intervals, matched pairs and Pareto frontiers of a results folder."""
    from recoup.analysis import analyse as run
    from recoup.errors import StoreError

    found = run(results, metrics=metric, anchor=anchor, least_overlap=overlap)
    people = format_ in {"text", "latex"}
    every = [one.brief() if people else one for one in found.tables(square=people)]
    tables = [one for one in every if table in ("all", one.name.partition("-")[0])]
    if format_ == "text":
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
            _write(out / f"{one.name}.{_SUFFIXES[format_]}", [one], format_)
        return
    if format_ == "csv" and len(tables) > 1:
        names = ", ".join(one.name for one in tables)
        raise StoreError(f"a CSV file holds one of {names}: add --table, or --out FOLDER for all")
    _write(out, tables, format_)


def _show(tables: list[Table]) -> None:
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


def _write(file: Path | None, tables: list[Table], kind: Format) -> None:
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
