"""What a card says of weights that were trained here: on what, how long, how well, by what."""

from __future__ import annotations

import platform
from dataclasses import dataclass

from recoup.datasets import CATALOGUE
from recoup.training.checkpoint import State
from recoup.training.data import sets
from recoup.training.recipe import Recipe

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


def provenance(recipe: Recipe, state: State, *, pictures: int, threads: int) -> Provenance:
    """Say where weights come from.

    Parameters
    ----------
    recipe
        What they were trained by.
    state
        Of the run that made them.
    pictures
        Trained on, those held out among them.
    threads
        Of the processor.

    Examples
    --------
    >>> recipe = Recipe(name="a", task="noise", net="plain", data=("cid22-train",))
    >>> state = State(100, "", "", 30.0, 100, 60.0, 50.0, 100)
    >>> said = provenance(recipe, state, pictures=209, threads=1)
    >>> said.data
    'CID22 training (CC BY-SA 4.0); 209 pictures, 12 of them held out for validation'
    """
    names = sets(recipe.data)
    titles = "; ".join(
        f"{CATALOGUE[name].title} ({CATALOGUE[name].licence})" if name in CATALOGUE else name
        for name in names
    )
    free = all(name in CATALOGUE and CATALOGUE[name].trainable for name in names)
    last = "" if not state.best_step else f", weights of step {state.best_step}"
    first = f", from the best weights of recoup train {recipe.start}" if recipe.start else ""
    return Provenance(
        task=recipe.task,
        data=f"{titles}; {pictures} pictures, {recipe.held_out} of them held out for validation",
        licence="MIT; the pictures keep their own licences" if free else "as the pictures allow",
        source=(
            f"recoup train {recipe.name} --threads {threads}: {recipe.net}, seed {recipe.seed}, "
            f"{state.steps or recipe.steps} steps of {recipe.batch} crops of {recipe.crop} "
            f"pixels{last}{first}; recipe {recipe.sha256[:16]}..."
        ),
        measured=(
            f"validation on the held-out training pictures: {_curve(state)}",
            f"trained for {state.cpu_seconds:.0f} CPU seconds with {threads} thread(s), "
            + platform.machine(),
        ),
    )


def _curve(state: State) -> str:
    """A few points of the validation curve, the last among them."""
    if not state.curve:
        return f"{state.best:.2f}"
    step = max(1, len(state.curve) // _POINTS)
    chosen = state.curve[::-step][::-1]
    if state.curve[-1].saved is not None:
        points = ", ".join(
            f"{1 - point.saved:.1%} at step {point.step}".replace("%", " %")
            for point in chosen
            if point.saved is not None
        )
        return f"of JPEG's bytes (4:2:0, baseline) at equal PSNR, estimated: {points}"
    points = ", ".join(f"{point.psnr:.2f} dB at step {point.step}" for point in chosen)
    return f"{points} (what the net is shown: {state.curve[-1].shown:.2f} dB)"
