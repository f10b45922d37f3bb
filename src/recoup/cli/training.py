"""``recoup train``: a recipe in, weights out; stopped at any moment, it goes on from there."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from recoup.cli.options import INTERRUPTED

if TYPE_CHECKING:
    from recoup.training.data import Sources
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
    split: Annotated[
        str | None,
        typer.Option(help="File of recoup data split: which pictures train, which validate."),
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
    feeders: Annotated[
        int | None, typer.Option(min=1, help="Threads for pictures; 1, with cuda all cores but 1.")
    ] = None,
    export: Annotated[
        str | None, typer.Option(metavar="NAME", help="When it ends, install the best as a model.")
    ] = None,
) -> None:
    """Train a net by a recipe, and go on where a run in the folder stands.

    The folder gets last.safetensors, best.safetensors, sheet.png and events for TensorBoard. No
    training picture may show what a fetched evaluation set shows. With several GPUs:
    torchrun --nproc-per-node 4 -m recoup train RECIPE --device cuda.
    """
    _require_torch()
    from recoup.training.data import sources
    from recoup.training.ranks import joined
    from recoup.training.recipe import recipe as read

    asked = read(name)
    recipe = replace(
        asked,
        data=tuple(data or asked.data),
        split=split or asked.split,
        steps=steps or asked.steps,
    )
    _check_export(export)
    with joined(device) as ranks:
        files = sources(recipe.data, recipe.split)
        run = _opened(recipe, files, out or RUNS / recipe.name, ranks, threads)
        _keep_out(run, keep_out or [], files.test)
        number = _train(run, feeders, minutes)
        _ended(run, number, export, (name, asked))


def _require_torch() -> None:
    """Say what is missing in one line."""
    from recoup.errors import MissingError

    try:
        import recoup.training.run  # noqa: F401  (to see whether it can be imported)
    except ModuleNotFoundError as error:
        raise MissingError(f"training needs {error.name}: pip install 'recoup[train]'") from error


def _check_export(name: str | None) -> None:
    """Refuse before the first step what could not be installed after the last."""
    from recoup.models import folder
    from recoup.training.export import check_export

    if name:
        check_export(name, folder())


def _share(ranks: Ranks) -> int:
    """How many cores each of the processes has to itself."""
    from recoup.sweep.core import cores

    return max(1, len(cores()) // ranks.count)


def _opened(recipe: Recipe, files: Sources, folder: Path, ranks: Ranks, threads: int | None) -> Run:
    """Load everything and say what there is."""
    from recoup.cli import show
    from recoup.training.build import parameters
    from recoup.training.run import Run

    threads = threads or _share(ranks)
    run = Run(recipe, files.train, folder, threads=threads, ranks=ranks, valid=files.valid)
    if ranks.leads:
        pool = run.pairs.pool
        for why in run.left_out[:_MOST]:
            show.note(f"left out: {why}")
        if len(run.left_out) > _MOST:
            show.note(f"and {len(run.left_out) - _MOST} more left out")
        show.note(
            f"{recipe.name}: {recipe.net}, {parameters(run.net):,} weights; {len(pool.pictures)} "
            f"pictures, {pool.pixels / 1e6:.1f} megapixels; {run.held_out} held out"
        )
        if run.state.step:
            show.note(f"going on from step {run.state.step} of {recipe.steps}")
        other = run.state.threads not in (0, threads) and run.device.type == "cpu"
        if other and run.state.step < recipe.steps:
            show.note(
                f"until here with --threads {run.state.threads}, now {threads}: the weights will "
                "differ in their last digits from those of a run with either alone"
            )
        if run.journal.notice:
            show.note(run.journal.notice)
    return run


def _keep_out(run: Run, folders: list[str], apart: tuple[Path, ...]) -> None:
    """Refuse training pictures that results are measured on."""
    if not run.ranks.leads:
        return
    from recoup.cli import sets, show
    from recoup.training.data import kept_out, refuse_leaks

    test = (*kept_out(run.recipe.data, folders), *apart)
    if not test:
        show.note("no evaluation set is here, nothing was compared; --keep-out FOLDER names one")
        return
    with sets.counted() as progress:
        refuse_leaks(run.names, test, run.folder / "leaks.txt", progress)


def _train(run: Run, feeders: int | None, minutes: float | None) -> int:
    """Train to the end, to a signal or until the time is up; return the signal, 0 for none."""
    from recoup.cli import live, show

    default = max(1, _share(run.ranks) - 1) if run.device.type == "cuda" else 1
    told = run.journal.notice
    ends = None if minutes is None else time.monotonic() + 60 * minutes
    with live.signals() as caught, live.watched() as watch:
        state = run.train(
            feeders=feeders or default,
            stop=lambda: bool(caught.number) or (ends is not None and time.monotonic() > ends),
            progress=watch,
        )
    if not run.ranks.leads:
        return caught.number
    if run.journal.notice != told:
        show.note(run.journal.notice)
    if state.step < run.recipe.steps:
        show.note(f"stopped at step {state.step}; the same command goes on from here")
    else:
        show.note(f"best: {run.best}, from step {state.best_step}")
    return caught.number


def _ended(run: Run, number: int, export: str | None, asked: tuple[str, Recipe]) -> None:
    """Install the best, if that was asked for, also of a run that is not finished; exit."""
    from recoup.training.provenance import command

    if run.ranks.leads and export:
        threads = run.state.threads
        _export(run, export, command(*asked, run.recipe, threads=threads, ranks=run.ranks))
    if run.ranks.leads and number and run.state.step < run.recipe.steps:
        raise typer.Exit(INTERRUPTED)


def _export(run: Run, name: str, by: str) -> None:
    """Install the best weights as a model."""
    from recoup.cli import show
    from recoup.models import folder
    from recoup.sweep.core import cores
    from recoup.sweep.measure import machine
    from recoup.training.export import export
    from recoup.training.export_vae import export_vae
    from recoup.training.provenance import provenance
    from recoup.training.rate import middle

    if not run.best.exists():
        every = run.recipe.validate_every
        show.note(f"nothing to install as {name} yet: the first validation is at step {every}")
        return
    if run.state.step < run.recipe.steps:
        show.note(f"the run is not finished: {name} is of step {run.state.best_step}")
    said = provenance(
        run.recipe,
        run.state,
        by=by,
        pictures=len(run.names),
        held_out=run.held_out,
        threads=run.state.threads,
        ranks=run.ranks,
        machine=f"{machine()}, {len(cores())} core(s)",
        folder=run.folder,
    )
    if run.recipe.codes:
        pictures = [middle(one) for one in run.pairs.pool.pictures[:_COUNTED]]
        card = export_vae(run.best, out=folder(), name=name, pictures=pictures, **vars(said))
    else:
        card = export(run.best, out=folder(), name=name, **vars(said))
    show.note(f"{card.name}: {card.architecture}, x{card.scale}, {card.parameters:,} weights")
    show.note(f"checked: {card.checked}")
