"""What a card says of weights that were trained here: on what, how long, how well, by what."""

from __future__ import annotations

import math
import shlex
from dataclasses import dataclass
from pathlib import Path

import torch

from recoup import __version__
from recoup.datasets import CATALOGUE
from recoup.training.checkpoint import Point, State, read_state
from recoup.training.data import sets
from recoup.training.ranks import Ranks
from recoup.training.recipe import Recipe
from recoup.training.start import weights_file

_POINTS = 8


@dataclass(frozen=True)
class Provenance:
    """Entries of a card.

    Attributes
    ----------
    task, data, licence, source
        See :class:`recoup.models.Card`.
    measured
        The validation curve and the time.
    """

    task: str
    data: str
    licence: str
    source: str
    measured: tuple[str, ...]


def command(name: str, asked: Recipe, recipe: Recipe, *, threads: int, ranks: Ranks) -> str:
    """The command that trains a recipe again.

    Parameters
    ----------
    name
        Of the recipe, or its file.
    asked
        The recipe of that name.
    recipe
        What was trained: the same, or with other data or steps.
    threads
        Of the processor.
    ranks
        Processes that trained together, and on what.

    Examples
    --------
    >>> asked = Recipe(name="a", task="noise", net="plain", data=("b",))
    >>> trained = Recipe(name="a", task="noise", net="plain", data=("my own",), steps=9)
    >>> command("a.toml", asked, trained, threads=1, ranks=Ranks())
    "recoup train a.toml --data 'my own' --steps 9 --threads 1"
    """
    words = ["recoup", "train", name]
    if recipe.data != asked.data:
        words += [word for one in recipe.data for word in ("--data", one)]
    if recipe.split != asked.split:
        words += ["--split", recipe.split]
    if recipe.steps != asked.steps:
        words += ["--steps", str(recipe.steps)]
    if _on_card(ranks):
        words += ["--device", "cuda"]
    text = shlex.join([*words, "--threads", str(threads)])
    return text if ranks.count == 1 else f"torchrun --nproc-per-node {ranks.count} -m {text}"


def provenance(
    recipe: Recipe,
    state: State,
    *,
    by: str,
    pictures: int,
    held_out: int,
    threads: int,
    ranks: Ranks,
    machine: str,
    folder: Path,
) -> Provenance:
    """Say where weights come from.

    Parameters
    ----------
    recipe
        What they were trained by.
    state
        Of the run that made them.
    by
        The command: see :func:`command`.
    pictures, held_out
        Trained on, those held out among them; how many were held out.
    threads
        Of the processor.
    ranks
        Processes that trained together, and on what.
    machine
        The processor, in words; a graphics card is asked for its name.
    folder
        Of the run; runs that it started from lie beside it.

    Examples
    --------
    >>> recipe = Recipe(name="a", task="noise", net="plain", data=("cid22-train",))
    >>> state = State(100, "", "", 30.0, 100, 60.0, 50.0, 100)
    >>> said = provenance(
    ...     recipe, state, by="recoup train a", pictures=209, held_out=12, threads=1,
    ...     ranks=Ranks(), machine="a processor", folder=Path("a"),
    ... )
    >>> said.data
    'CID22 training (CC BY-SA 4.0); 209 pictures, 12 of them held out for validation'
    >>> said.measured[1]
    'trained for 50 CPU seconds with 1 thread(s) on a processor'
    """
    names = sets(recipe.data)
    titles = "; ".join(
        f"{CATALOGUE[name].title} ({CATALOGUE[name].licence})" if name in CATALOGUE else name
        for name in names
    )
    before, file = _stages(recipe.start, folder)
    last = "" if not state.best_step else f", weights of step {state.best_step}"
    first = f", from the best weights of recoup train {recipe.start}" if recipe.start else ""
    if weights_file(recipe.start):
        first = f", from {recipe.start}"
    where = f"with {threads} thread(s) on {machine}"
    if ranks.count > 1:
        where = f"in each of {ranks.count} processes, {where}"
    if _on_card(ranks):
        many = f"{ranks.count} x " if ranks.count > 1 else ""
        where = f"on {many}{torch.cuda.get_device_name(ranks.device)}"
    stages = "; ".join(f"recoup train {name}, {_time(one, ranks)}" for name, one in before.items())
    return Provenance(
        task=recipe.task,
        data=f"{titles}; {pictures} pictures, {held_out} of them held out for validation",
        licence=_licence(names, file),
        source=(
            f"{by} (recoup {__version__}): {recipe.net}, seed {recipe.seed}, "
            f"{state.steps or recipe.steps} steps of {recipe.batch} crops of {recipe.crop} "
            f"pixels{last}{first}; recipe {recipe.sha256[:16]}..."
        ),
        measured=(
            f"validation on the held-out training pictures: {_curve(state, recipe.judge)}",
            f"{_stopped(state)}trained for {_seconds(state, ranks)} {where}",
            *([f"before that {stages}"] if stages else []),
        ),
    )


def _on_card(ranks: Ranks) -> bool:
    """Whether a graphics card trained."""
    return ranks.device.startswith("cuda")


def _stages(start: str, folder: Path) -> tuple[dict[str, State], str]:
    """Runs before this one, the latest first; and the weights file that the earliest began from."""
    found: dict[str, State] = {}
    while start and start not in found and not weights_file(start):
        state = read_state(folder.parent / start / "last.json")
        if state is None:
            break
        found[start], start = state, state.start
    return found, start if weights_file(start) else ""


def _licence(names: tuple[str, ...], file: str) -> str:
    """Of the weights: ours, if the pictures allow it and nobody else's weights are in them."""
    free = all(name in CATALOGUE and CATALOGUE[name].trainable for name in names)
    others = f"; started from {file}, whose licence holds too" if file else ""
    return (
        f"MIT{others}; the pictures keep their own licences"
        if free
        else (f"as the pictures allow{others}")
    )


def _time(state: State, ranks: Ranks) -> str:
    """Steps and seconds of a run."""
    return f"{_stopped(state) or f'{state.step} steps, '}{_seconds(state, ranks)}"


def _stopped(state: State) -> str:
    """Where a run was stopped before its end; empty if it was not."""
    return f"stopped at step {state.step} of {state.steps}, " if state.step < state.steps else ""


def _seconds(state: State, ranks: Ranks) -> str:
    """Of the processor, or of the clock where a graphics card computes."""
    if _on_card(ranks):
        return f"{state.seconds:.0f} seconds"
    return f"{state.cpu_seconds:.0f} CPU seconds"


def _curve(state: State, judge: str) -> str:
    """A few points of the validation curve, the last among them."""
    if not state.curve:
        return f"{state.best:.2f}"
    step = max(1, len(state.curve) // _POINTS)
    chosen = state.curve[::-step][::-1]
    kept = [point for point in chosen if point.saved is not None and math.isfinite(point.saved)]
    points = ", ".join(f"{_scores(point, judge)} at step {point.step}" for point in kept or chosen)
    if kept:
        return f"of JPEG's bytes (4:2:0, baseline) at equal PSNR, estimated: {points}"
    return f"{points} (what the net is shown: {state.curve[-1].shown:.2f} dB)"


def _scores(point: Point, judge: str) -> str:
    """A codec's share of JPEG's bytes, else PSNR; and LPIPS where that says which are best."""
    saved = point.saved
    good = f"{point.psnr:.2f} dB" if saved is None else f"{100 * (1 - saved):.1f} %"
    seen = judge == "lpips" and point.lpips is not None
    return f"{good}, LPIPS {point.lpips:.4f}" if seen else good
