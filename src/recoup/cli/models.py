"""``recoup models``: what is installed, what can be had, and how weights come in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from recoup.models import Card, Entry

models = typer.Typer(help="Models that restore pictures.", no_args_is_help=True)


@models.command("list")
def list_models() -> None:
    """List the models that are installed, and the published ones that can be had."""
    from recoup.cli import show
    from recoup.errors import ModelError
    from recoup.models import CATALOGUE, find, installed

    here = installed()
    cards = {}
    for name in here:
        try:
            cards[name] = find(name)[0]
        except ModelError as error:
            show.error(str(error))
    show.print_table(show.models({name: here[name] for name in cards}, cards))
    for name, entry in CATALOGUE.items():
        if name not in here:
            show.note(f"{name}: {entry.architecture}, {entry.task}; weights: {entry.url}")
    show.note("recoup models get NAME brings one of these")


@models.command("get")
def get_models(
    names: Annotated[list[str], typer.Argument(help="Names from the list.")],
    *,
    file: Annotated[
        Path | None, typer.Option(help="Take the weights from here; nothing is downloaded.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Also if it is installed.")] = False,
) -> None:
    """Fetch published weights and make models of them; an interrupted download goes on."""
    from recoup.cli import sets, show
    from recoup.errors import ModelError
    from recoup.models import get, installed

    if file and len(names) > 1:
        raise ModelError("--file holds the weights of one model: name only that")
    for entry in [get.entry(name) for name in names]:
        if entry.name in installed() and not again:
            show.note(f"{entry.name}: is installed; --again makes it anew")
            continue
        build = _builder(entry)
        with sets.bytes_bar() as progress:
            told = partial(progress, entry.name)
            card = get.get(entry, build, file=file, note=show.note, progress=told)
        _tell(card)


@models.command("verify")
def verify(
    names: Annotated[list[str] | None, typer.Argument(help="Models; all if none.")] = None,
) -> None:
    """Check installed models against their cards. The exit code is 1 if one is not sound."""
    from recoup.cli import show
    from recoup.errors import ModelError
    from recoup.models import find, installed

    unsound = 0
    for name in names or installed():
        try:
            card, path = find(name)
        except ModelError as error:
            unsound += 1
            show.error(str(error))
        else:
            typer.echo(f"{name}: sound, SHA-256 {card.sha256}, {path}")
    raise typer.Exit(1 if unsound else 0)


@models.command("path")
def path() -> None:
    """Print the folder where models are kept."""
    from recoup.models import folder

    typer.echo(folder())


@models.command("import")
def import_weights(
    file: Annotated[Path, typer.Argument(help="Published weights: .pth or .safetensors.")],
    *,
    name: Annotated[
        str | None, typer.Option(help="What chains will call it; by default, the file's name.")
    ] = None,
    task: Annotated[str | None, typer.Option(help="What it restores, for the card.")] = None,
    data: Annotated[str | None, typer.Option(help="What it was trained on, for the card.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence of the weights.")] = None,
    source: Annotated[str | None, typer.Option(help="Where the weights come from.")] = None,
) -> None:
    """Turn published weights into a model; the architecture is read from the weights.

    Of weights that the list knows, the card's entries that are not given are filled in from there.
    """
    from recoup.models import folder
    from recoup.models.fetch import about

    export = _training("export", "export")
    given = {"task": task, "data": data, "licence": licence, "source": source}
    said = about(file) | {what: text for what, text in given.items() if text is not None}
    _tell(export(file, out=folder(), name=name, **said))


@models.command("quantise")
def quantise(
    name: Annotated[str, typer.Argument(help="An installed model.")],
    *,
    recipe: Annotated[
        str | None, typer.Option(help="What it was trained by; the recipe of its name if absent.")
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option("--data", "-d", help="Set or folder, not the recipe's own; repeatable."),
    ] = None,
    most: Annotated[float, typer.Option(min=0, help="dB that may be lost.")] = 0.1,
) -> None:
    """Make an int8 variant, NAME-int8, and measure what it loses; refused if that is too much.

    Scales are found on training pictures, the loss is measured on the held-out ones.
    """
    from recoup.cli import show
    from recoup.models import find, folder

    make, pairs = _training("quantise", "quantise"), _training("quantise", "pairs_for")
    read, pictures = _training("recipe", "recipe"), _training("data", "sources")
    taught = read(recipe or name)
    files = pictures(data or taught.data, "" if data else taught.split)
    crops = pairs(taught, files.train, files.valid, scale=find(name)[0].scale)
    card = make(name, *crops, out=folder(), most=most)
    show.note(f"{card.name}: {'; '.join(card.measured)}")


def _builder(entry: Entry) -> Callable[..., Card]:
    """Return what makes a model of these weights, before anything is downloaded for nothing."""
    from recoup.models.get import lpips

    made: Callable[..., Card] = (
        lpips if entry.architecture.startswith("LPIPS") else _training("published", "build")
    )
    return made


def _training(module: str, name: str) -> Any:  # noqa: ANN401  (whichever function it is)
    """Return a function of the layer that needs PyTorch."""
    from importlib import import_module

    from recoup.errors import MissingError

    try:
        return getattr(import_module(f"recoup.training.{module}"), name)
    except ModuleNotFoundError as error:
        raise MissingError(
            f"importing weights needs {error.name}: pip install 'recoup[train]'"
        ) from error


def _tell(card: Card) -> None:
    """Say what was made."""
    from recoup.cli import show

    show.note(f"{card.name}: {card.architecture}, x{card.scale}, {card.parameters:,} weights")
    show.note(f"source: {card.source}")
    if card.checked:
        show.note(f"checked: {card.checked}")
