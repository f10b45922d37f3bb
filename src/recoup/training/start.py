"""Where a run starts: sizes that fit, first weights, and whether a checkpoint is its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from torch import Tensor, nn

from recoup.errors import ModelError, TrainingError
from recoup.picture import shown
from recoup.training.checkpoint import State, read_checkpoint
from recoup.training.nets.plain import PlainRes
from recoup.training.recipe import Recipe
from recoup.training.weights import load_state

_SUFFIXES = (".safetensors", ".pth", ".pt")


def check(recipe: Recipe, *, scale: int, multiple: int, ranks: int = 1) -> None:
    """Refuse sizes that the net or the processes cannot take.

    Parameters
    ----------
    recipe
        With crop, margin and batch.
    scale, multiple
        Of the net.
    ranks
        Processes that share each batch.

    Raises
    ------
    TrainingError
        Naming what must be a multiple of what.

    Examples
    --------
    >>> check(Recipe(name="a", task="", net="srvgg", data=("a",), crop=50), scale=4, multiple=1)
    Traceback (most recent call last):
    recoup.errors.TrainingError: crop must be a multiple of 4 and margin of 4 for net = 'srvgg', ...
    """
    if recipe.coded and scale != 1:
        raise TrainingError(f"coded needs a net that keeps the size, not net = {recipe.net!r}")
    unit = scale * multiple
    if recipe.crop % unit or recipe.margin % scale:
        raise TrainingError(
            f"crop must be a multiple of {unit} and margin of {scale} for net = {recipe.net!r}, "
            f"not {recipe.crop} and {recipe.margin}"
        )
    if recipe.batch % ranks:
        raise TrainingError(f"batch = {recipe.batch} cannot be shared by {ranks} processes")


def begin(net: nn.Module, start: str, folder: Path) -> None:
    """Give a net the weights that a recipe starts from.

    Parameters
    ----------
    net
        Gets them.
    start
        A weights file, or the name of a run beside this one.
    folder
        Of this run.

    Raises
    ------
    TrainingError
        If they are not there, or another net's.

    Examples
    --------
    >>> begin(nn.Linear(1, 1), "first", Path("runs/second"))
    Traceback (most recent call last):
    recoup.errors.TrainingError: runs/first/best.safetensors: the weights to start from are not ...
    """
    is_file = weights_file(start)
    path = Path(start) if is_file else folder.parent / start / "best.safetensors"
    if not path.exists():
        way = "" if is_file else f"; first: recoup train {start} --out {shown(path.parent)}"
        raise TrainingError(f"{shown(path)}: the weights to start from are not there{way}")
    try:
        state = load_state(path)
        net.load_state_dict(net.retold(state) if isinstance(net, PlainRes) else state)
    except ModelError as error:
        raise TrainingError(str(error)) from error
    except RuntimeError as error:  # names or shapes that do not fit, each on a line of its own
        raise TrainingError(f"{shown(path)}: not the weights of this recipe's net") from error


def weights_file(start: str) -> bool:
    """Whether what a recipe starts from is a weights file, and not a run beside its own.

    Examples
    --------
    >>> weights_file("first"), weights_file("swinir.pth")
    (False, True)
    """
    return Path(start).suffix in _SUFFIXES


def standing(
    paths: Sequence[Path], recipe: Recipe, pictures: str
) -> tuple[State, dict[str, Tensor]] | None:
    """The first checkpoint that a run can go on from; None if there is none at all.

    Parameters
    ----------
    paths
        Where checkpoints may be, the best first.
    recipe, pictures
        This run's recipe, and the hash of its training pictures.

    Raises
    ------
    TrainingError
        If there are checkpoints, but all of another run; or one is damaged.

    Examples
    --------
    >>> standing([], Recipe(name="a", task="", net="plain", data=("b",)), "") is None
    True
    """
    wrong = ""
    for path in paths:
        if path.exists():
            state, tensors = read_checkpoint(path)
            why = stranger(state, recipe, pictures)
            if not why:
                state = replace(state, recipe=recipe.sha256, start=recipe.start)
                return replace(state, steps=recipe.steps), tensors
            wrong = wrong or f"{shown(path.parent)}: a run with another {why}"
    if wrong:
        raise TrainingError(f"{wrong}; give another folder with --out")
    return None


def made(folder: Path) -> None:
    """Make the folder of a run. Raises TrainingError if it cannot be made.

    Examples
    --------
    >>> made(Path("."))
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TrainingError(f"{shown(folder)}: cannot be made: {error.strerror}") from error


def stranger(state: State, recipe: Recipe, pictures: str) -> str:
    """In what a checkpoint is another run's; empty if it is this one's.

    A run with another number of steps is this one's up to where the two differ.

    Parameters
    ----------
    state
        Of the checkpoint.
    recipe, pictures
        This run's recipe, and the hash of its training pictures.

    Examples
    --------
    >>> recipe = Recipe(name="a", task="", net="plain", data=("b",))
    >>> stranger(State(0, "", "one", 0.0, 0, 0.0, 0.0), recipe, "another")
    'choice of training pictures'
    """
    if state.pictures != pictures:
        return "choice of training pictures"
    if state.recipe == recipe.sha256:
        return ""
    other = replace(recipe, steps=state.steps or recipe.steps)
    steady = other.steady(state.step) and recipe.steady(state.step)
    return "" if steady and other.sha256 == state.recipe else "recipe"
