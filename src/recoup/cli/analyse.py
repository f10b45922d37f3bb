"""``recoup analyse``: what the rows say, as tables for people and programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from recoup.cli.tables import OutOption, StyleOption, put


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
        Literal["all", "bd", "matrix", "pairs", "frontier", "loop"],
        typer.Option("--table", "-t", help="Which results."),
    ] = "all",
    overlap: Annotated[
        float, typer.Option(min=0, max=1, help="Refuse curves that share less of their range.")
    ] = 0.5,
    format_: StyleOption = "text",
    out: OutOption = None,
) -> None:
    """Print BD-rates with intervals, matched pairs and Pareto frontiers of a results folder."""
    from recoup.analysis import analyse as run

    found = run(results, metrics=metric, anchor=anchor, least_overlap=overlap)
    people = format_ in {"text", "latex"}
    every = [one.brief() if people else one for one in found.tables(square=people)]
    tables = [one for one in every if table in ("all", one.name.partition("-")[0])]
    put(tables, format_, out)
