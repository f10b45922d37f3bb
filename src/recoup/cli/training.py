"""``recoup train``: a recipe in, weights out; stopped at any moment, it goes on from there."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from recoup.cli.options import INTERRUPTED

if TYPE_CHECKING:
    from recoup.training.progress import Progress
    from recoup.training.ranks import Ranks
    from recoup.training.recipe import Recipe
    from recoup.training.run import Run

RUNS = Path("recoup-training")
_MOST = 5
_COUNTED = 32  # pictures that entropy tables are fitted to


def train(
    name: Annotated[
        str, typer.Argument(metavar="RECIPE", help="A recipe that ships, or a file: mine.toml.")
    ],
    *,
    data: Annotated[
        list[str] | None,
        typer.Option("--data", "-d", help="Set or folder to train on, not the recipe's own."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help=f"Folder of the run; {RUNS}/RECIPE if not given."),
    ] = None,
    keep_out: Annotated[
        list[str] | None,
        typer.Option(help="Set or folder that no training picture may come from; repeatable."),
    ] = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Train so many, not the recipe's own number.")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0, help="Stop after this time; the same command goes on.")
    ] = None,
    device: Annotated[Literal["cpu", "cuda"], typer.Option(help="What computes.")] = "cpu",
    threads: Annotated[
        int | None, typer.Option(min=1, help="Of the net on the processor; one per core if absent.")
    ] = None,
    feeders: Annotated[int, typer.Option(min=1, help="Threads that prepare pictures.")] = 1,
    export: Annotated[
        str | None, typer.Option(metavar="NAME", help="At the end, install the best as this model.")
    ] = None,
) -> None:
    """Train a net by a recipe, and go on where a run in the folder stands.

    The folder gets last.safetensors, best.safetensors, sheet.png and events for TensorBoard. No
    training picture may show what a fetched evaluation set shows. With several GPUs:
    torchrun --nproc-per-node 4 -m recoup train RECIPE --device cuda.
    """
    _require_torch()
    from recoup.sweep.core import cores
    from recoup.training.ranks import joined
    from recoup.training.recipe import recipe as read

    recipe = read(name)
    recipe = replace(recipe, data=tuple(data or recipe.data), steps=steps or recipe.steps)
    folder = out or RUNS / recipe.name
    with joined(device) as ranks:
        run = _opened(recipe, folder, ranks, threads or max(1, len(cores()) // ranks.count))
        if ranks.leads:
            _keep_out(run, recipe, keep_out or [])
        done = _train(run, feeders=feeders, minutes=minutes)
        if done and ranks.leads and export:
            _export(run, export)


def _require_torch() -> None:
    """Say what is missing in one line."""
    from recoup.errors import MissingError

    try:
        import recoup.training.run  # noqa: F401  (to see whether it can be imported)
    except ModuleNotFoundError as error:
        raise MissingError(f"training needs {error.name}: pip install 'recoup[train]'") from error


def _opened(recipe: Recipe, folder: Path, ranks: Ranks, threads: int) -> Run:
    """Load everything and say what there is."""
    from recoup.cli import show
    from recoup.training.build import parameters
    from recoup.training.data import training_pictures
    from recoup.training.run import Run

    run = Run(recipe, training_pictures(recipe.data), folder, threads=threads, ranks=ranks)
    if ranks.leads:
        pool = run.pairs.pool
        for why in run.left_out[:_MOST]:
            show.note(f"left out: {why}")
        if len(run.left_out) > _MOST:
            show.note(f"and {len(run.left_out) - _MOST} more left out")
        show.note(
            f"{recipe.name}: {recipe.net}, {parameters(run.net):,} weights; {len(pool.pictures)} "
            f"pictures, {pool.pixels / 1e6:.1f} megapixels; {len(run.validation.batches)} held out"
        )
        if run.state.step:
            show.note(f"going on from step {run.state.step} of {recipe.steps}")
        if run.journal.notice:
            show.note(run.journal.notice)
    return run


def _keep_out(run: Run, recipe: Recipe, folders: list[str]) -> None:
    """Refuse training pictures that results are measured on."""
    from recoup.training.data import kept_out, refuse_leaks

    refuse_leaks(run.names, kept_out(recipe.data, folders), run.folder / "leaks.txt")


def _train(run: Run, *, feeders: int, minutes: float | None) -> bool:
    """Train to the end, to a signal or until the time is up; return whether it is the end."""
    from recoup.cli import show

    ends = None if minutes is None else time.monotonic() + 60 * minutes
    with _signals() as caught, _watched() as watch:
        state = run.train(
            feeders=feeders,
            stop=lambda: bool(caught.number) or (ends is not None and time.monotonic() > ends),
            progress=watch,
        )
    if not run.ranks.leads:
        return False
    if state.step < run.recipe.steps:
        show.note(f"stopped at step {state.step}; the same command goes on from here")
        if caught.number:
            raise typer.Exit(INTERRUPTED)
        return False
    show.note(f"best: {run.best}, from step {state.best_step}")
    return True


def _export(run: Run, name: str) -> None:
    """Install the best weights as a model."""
    from recoup.cli import show
    from recoup.models import folder
    from recoup.training.export import export
    from recoup.training.export_vae import export_vae
    from recoup.training.provenance import provenance
    from recoup.training.rate import middle

    said = provenance(run.recipe, run.state, pictures=len(run.names), threads=run.threads)
    if run.recipe.codes:
        pictures = [middle(one) for one in run.pairs.pool.pictures[:_COUNTED]]
        card = export_vae(run.best, out=folder(), name=name, pictures=pictures, **vars(said))
    else:
        card = export(run.best, out=folder(), name=name, **vars(said))
    show.note(f"{card.name}: {card.architecture}, x{card.scale}, {card.parameters:,} weights")
    show.note(f"checked: {card.checked}")


@dataclass
class _Caught:
    """The signal that came, 0 for none."""

    number: int = field(default=0)


@contextmanager
def _signals() -> Iterator[_Caught]:
    """Note Ctrl-C and SIGTERM instead of falling over; a second one acts as ever."""
    caught = _Caught()
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
def _watched() -> Iterator[Callable[[Progress], None]]:
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
