"""``recoup ledger``: after how much use a restorer has paid for itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from recoup.cli.tables import OutOption, StyleOption, put

_PER_GB = (
    "USD for a GB (10^9 bytes) sent. Default: list price of a large content network's first "
    "10 TB a month (CloudFront, North America and Europe, 2026)."
)
_PER_CPU_HOUR = (
    "USD for a core at work for an hour, power included. Default: where such hours are for sale "
    "by themselves (Fargate, 2026)."
)
_ASSUMED = "5"
_WATTS = (
    "Power of one core at work; rapl measures it here. Default: between a server's (3.8) and a "
    "desktop's (8.1) nominal power over their cores."
)


def ledger(
    results: Annotated[Path, typer.Argument(help="A results folder, as compare made it.")],
    *,
    metric: Annotated[
        str | None,
        typer.Option(
            "--metric", "-m", help="Equal quality is in this; SSIMULACRA2 if measured, else PSNR."
        ),
    ] = None,
    per_gb: Annotated[float, typer.Option(help=_PER_GB)] = 0.085,
    per_cpu_hour: Annotated[float, typer.Option(help=_PER_CPU_HOUR)] = 0.04,
    watts: Annotated[str, typer.Option(help=_WATTS)] = _ASSUMED,
    table: Annotated[
        Literal["all", "verdicts", "ledger"], typer.Option("--table", "-t", help="Which results.")
    ] = "all",
    format_: StyleOption = "text",
    out: OutOption = None,
) -> None:
    """Say after how many pictures and views a restorer behind a codec has paid for itself.

    Bytes saved at equal quality, per picture, are set against the weights (sent once to each
    viewer), the encoder's seconds (once for each picture) and the viewer's seconds and energy (at
    each view). The server's account has bytes and the encoder; everybody's has all.
    """
    from recoup.analysis import Prices
    from recoup.analysis import ledger as run
    from recoup.analysis.ledger_words import ledger_table, verdict_table

    prices = Prices(per_gb, per_cpu_hour, *_watts(watts))
    found = run(results, metric=metric, prices=prices)
    if format_ == "text":
        several = [ledger_table([one], people=True).brief() for one in found]
        every = [verdict_table(found), *several]
    else:
        every = [verdict_table(found), ledger_table(found, people=format_ == "latex")]
    put([one for one in every if table in ("all", one.name)], format_, out)


def _watts(text: str) -> tuple[float, str]:
    """A number, or what the processor counts; and which."""
    from recoup.errors import ChainError

    if text.strip().lower() == "rapl":
        from recoup.cli import show
        from recoup.sweep.power import core_watts

        show.note("measuring a core at work for 10 seconds")
        return core_watts(), "measured here, RAPL"
    try:
        return float(text), "assumed" if text == _ASSUMED else "given"
    except ValueError as error:
        raise ChainError(f"watts are a number, or rapl to measure them, not {text!r}") from error
