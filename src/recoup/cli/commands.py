"""Every command and its options."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from recoup import __version__
from recoup.cli.analyse import analyse
from recoup.cli.compress import compress
from recoup.cli.data import data
from recoup.cli.decompress import decompress
from recoup.cli.ledger import ledger
from recoup.cli.models import models
from recoup.cli.options import Jobs, MaxPixels, Paths
from recoup.cli.study import study
from recoup.cli.training import train

app = typer.Typer(
    help="Compress hard, recoup the quality, and prove it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(models, name="models")
app.command()(train)
app.command()(decompress)
app.command()(analyse)
app.command()(ledger)
app.command()(compress)
app.add_typer(data, name="data")
app.add_typer(study, name="study")

Results = Annotated[Path, typer.Argument(help="A results folder, as compare made it.")]
ReportSize = Annotated[
    float, typer.Option(help="Room for pictures in the report, in MB (10^6 bytes).", min=0)
]


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"recoup {__version__}")
        raise typer.Exit


@app.callback()
def options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Compress hard, recoup the quality, and prove it."""


@app.command()
def compare(
    paths: Paths,
    *,
    plan: Annotated[
        Literal["quick", "standard", "thorough", "lossless"] | None,
        typer.Option(help="Which codecs and settings; standard if nothing else is asked for."),
    ] = None,
    codec: Annotated[
        list[str] | None,
        typer.Option("--codec", "-c", help="A codec and its settings: 'avif:quality=30..90:10'."),
    ] = None,
    chain: Annotated[
        list[str] | None,
        typer.Option(help="Filters, a codec, filters: 'bicubic:1/2 | webp | bicubic:2'."),
    ] = None,
    metric: Annotated[
        list[str] | None, typer.Option("--metric", "-m", help="Measure only this; repeatable.")
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Results folder; made, or added to.")
    ] = Path("recoup-results"),
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=1, help="Processes; one per core if not given."),
    ] = None,
    repeats: Annotated[
        int, typer.Option(min=1, help="Time each call this often, unless it takes long.")
    ] = 3,
    timeout: Annotated[
        float, typer.Option(min=1, help="Seconds that one picture through one chain may take.")
    ] = 1800,
    max_pixels: MaxPixels = 200_000_000,
    report_size: ReportSize = 40,
) -> None:
    """Measure pictures through codecs and chains, and write a report.

    Plans: quick is four qualities of each format; standard is every format over its useful range,
    and lossless; thorough has each codec's best practice, fast and slow, for BD-rates; lossless is
    every lossless format. --codec and --chain come on top of a plan, or stand alone.

    Stopped at any moment, the same command goes on where it was. The exit code is 1 if something
    failed; the rest is done.
    """
    from recoup.cli import show
    from recoup.report import tables, write_report
    from recoup.sweep import PLANS, Plan
    from recoup.sweep import compare as run

    named = PLANS[plan].chains if plan else ()
    chains = [*named, *(codec or ()), *(chain or ())] or None
    show.additions(Plan.of(chains, metric))
    with show.stoppable(), show.warned(), show.bar() as progress:
        done = run(
            paths,
            chains,
            metrics=metric,
            out=out,
            jobs=jobs,
            repeats=repeats,
            max_pixels=max_pixels,
            timeout_s=timeout,
            progress=progress,
        )
    for each in tables(done.rows):
        show.print_table(each)
    for name, other in done.same:
        show.note(f"{name}: same content as {other}, measured once")
    show.failures(done.failures)
    page = write_report(out, size_mb=report_size, progress=show.note)
    show.note(f"report: {page}")
    raise typer.Exit(1 if done.failures else 0)


@app.command()
def report(
    results: Results,
    *,
    pictures: Annotated[
        Literal["chosen", "all"],
        typer.Option(help="chosen: some, in the page; all: every one, in a folder beside it."),
    ] = "chosen",
    figures: Annotated[
        Path | None,
        typer.Option(help="Also write every figure as SVG and PNG into this folder, for a paper."),
    ] = None,
    report_size: ReportSize = 40,
) -> None:
    """Write the report of a results folder anew."""
    from recoup.cli import show
    from recoup.report import write_figures, write_report

    page = write_report(results, size_mb=report_size, pictures=pictures, progress=show.note)
    if figures:
        files = write_figures(results, figures, progress=show.note)
        show.note(f"figures: {len(files)} files in {figures}")
    show.note(f"report: {page}")


@app.command()
def rows(
    results: Results,
    *,
    format_: Annotated[
        Literal["csv", "json", "parquet"], typer.Option("--format", "-f", help="What to print.")
    ] = "csv",
    all_repeats: Annotated[
        bool, typer.Option("--all-repeats", help="Also the seconds of every repeat.")
    ] = False,
) -> None:
    """Print every row of a results folder, flat."""
    from recoup.results.export import export
    from recoup.results.store import Store

    standing = Store.existing(results).measurements()
    sys.stdout.buffer.write(export(standing, format_, all_repeats=all_repeats))


@app.command()
def measure(
    original: Annotated[str, typer.Argument(help="The picture to compare with.")],
    distorted: Annotated[list[str], typer.Argument(help="Pictures of the same size.")],
    *,
    metric: Annotated[
        list[str] | None, typer.Option("--metric", "-m", help="Measure only this; repeatable.")
    ] = None,
    max_pixels: MaxPixels = 200_000_000,
) -> None:
    """Score pictures against an original."""
    from recoup.cli import show
    from recoup.sweep.files import score_files

    scored = score_files(original, distorted, metric, max_pixels=max_pixels)
    show.print_table(show.scores(scored))
    failed = [one for one in scored if one.error]
    for one in failed:
        show.error(one.error)
    raise typer.Exit(1 if failed else 0)


@app.command()
def restore(
    paths: Paths,
    *,
    with_: Annotated[
        str | None,
        typer.Option(
            "--with",
            "-w",
            help="A model or an ONNX file; as the file promises, or deblock, if absent.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path(
        "restored"
    ),
    tile: Annotated[
        int | None, typer.Option(min=1, help="Side of a tile; as large as memory allows if absent.")
    ] = None,
    memory: Annotated[str, typer.Option(help="What it may need at most: 800M, 2G.")] = "2G",
    jobs: Jobs = None,
    device: Annotated[str, typer.Option(help="cpu, or another that ONNX Runtime has.")] = "cpu",
    precision: Annotated[
        Literal["fp32", "bf16"],
        typer.Option(help="bf16 is several times as fast where the processor has AMX."),
    ] = "fp32",
    max_pixels: MaxPixels = 200_000_000,
) -> None:
    """Put pictures through a restorer; what they carry is kept, and results are not made twice."""
    from recoup.cli import show
    from recoup.restore import restore as run
    from recoup.sweep.core import cores

    threads = jobs or len(cores())
    with show.stoppable(), show.megapixels() as progress:
        done = run(
            paths,
            with_,
            out=out,
            tile=tile,
            memory=memory,
            jobs=threads,
            device=device,
            precision=precision,
            max_pixels=max_pixels,
            progress=progress,
        )
    for one in done:
        if one.status != "failed":
            did = "; ".join(filter(None, (one.how or one.status, *one.notes)))
            show.note(f"{one.source}: {did}, {one.out}")
    failed = [one for one in done if one.error]
    for one in failed:
        show.error(str(one.error))
    raise typer.Exit(1 if failed else 0)


@app.command()
def codecs() -> None:
    """List codecs, their settings and versions."""
    from recoup.cli import show
    from recoup.codecs import codecs as table

    show.print_table(show.steps("Codecs", table()))


@app.command()
def filters() -> None:
    """List filters and their settings."""
    from recoup.chain import all_filters as table
    from recoup.cli import show

    show.print_table(show.steps("Filters", table()))


@app.command()
def metrics() -> None:
    """List metrics with their definitions."""
    from recoup.cli import show
    from recoup.metrics import metrics as table

    show.print_table(show.metrics(table()))


@app.command()
def doctor() -> None:
    """Tell what is installed, and how to get what is not."""
    from recoup.cli import show
    from recoup.doctor import examine

    show.doctor(examine())
