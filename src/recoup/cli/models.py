"""``recoup models``: what is installed, what can be had, and how weights come in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

models = typer.Typer(help="Models that restore pictures.", no_args_is_help=True)


@models.command("list")
def list_models() -> None:
    """List the models that are installed, and the published ones that can be imported."""
    from recoup.cli import show
    from recoup.models import CATALOGUE, find, installed

    here = installed()
    show.print_table(show.models(here, {name: find(name)[0] for name in here}))
    for name, entry in CATALOGUE.items():
        if name not in here:
            show.note(f"{name}: {entry.architecture}, {entry.task}; weights: {entry.url}")


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
    task: Annotated[str, typer.Option(help="What it restores, for the card.")] = "",
    data: Annotated[str, typer.Option(help="What it was trained on, for the card.")] = "unknown",
    licence: Annotated[str, typer.Option(help="Licence of the weights.")] = "unknown",
    source: Annotated[str, typer.Option(help="Where the weights come from.")] = "",
) -> None:
    """Turn published weights into a model; the architecture is read from the weights."""
    from recoup.cli import show
    from recoup.errors import MissingError
    from recoup.models import folder

    try:
        from recoup.training.export import export
    except ModuleNotFoundError as error:
        raise MissingError(
            f"importing weights needs {error.name}: pip install 'recoup[train]'"
        ) from error
    card = export(
        file, out=folder(), name=name, task=task, data=data, licence=licence, source=source
    )
    show.note(f"{card.name}: {card.architecture}, x{card.scale}, {card.parameters:,} weights")
    show.note(f"checked: {card.checked}")
