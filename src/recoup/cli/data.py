"""``recoup data``: picture sets, fetched, divided, checked for leaks and degraded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

data = typer.Typer(help="Picture sets to train and test on.", no_args_is_help=True)


Set = Annotated[str, typer.Argument(help="A set's name, or a folder, file or glob of yours.")]
Sets = Annotated[list[str], typer.Argument(help="Sets' names; folders, files and globs of yours.")]


@data.command("list")
def list_sets(
    name: Annotated[str | None, typer.Argument(help="Tell all about this set.")] = None,
) -> None:
    """List the sets that are known: size, licence, whether shipped weights may learn from them."""
    from recoup.cli import sets, show
    from recoup.datasets import CATALOGUE, folder
    from recoup.datasets.get import known

    if name is None:
        show.print_table(sets.table(CATALOGUE.values(), folder()))
        show.note(f"sets are kept in {folder()}; RECOUP_DATA names another folder")
    else:
        show.print_table(sets.about(known(name)))


@data.command("get")
def get_set(
    names: Annotated[list[str], typer.Argument(help="Names from the list.")],
) -> None:
    """Fetch sets; stopped at any moment, the same command goes on where it was."""
    from recoup.cli import sets, show
    from recoup.datasets import CATALOGUE, get, resolve

    for name in names:
        with show.stoppable(), sets.bytes_bar() as progress:
            place = get(name, progress=progress)
        show.note(f"{name}: {len(resolve(name))} pictures in {place}")
        show.note(f"{name}: {CATALOGUE[name].licence}; {CATALOGUE[name].terms}")


@data.command("split")
def split_set(
    pictures: Sets,
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="The split file.")] = Path("split.json"),
    shares: Annotated[str, typer.Option(help="Of training, validation and test.")] = "70/20/10",
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another split.")] = 0,
    verify: Annotated[
        bool, typer.Option("--verify", help="Only check that an existing split file still holds.")
    ] = False,
) -> None:
    """Divide pictures into parts by their content, and write which is where."""
    from recoup.cli import show
    from recoup.datasets import DataError, parts, resolve, split

    if verify:
        made = parts(out, *pictures)
    else:
        try:
            given = tuple(int(share) for share in shares.split("/"))
        except ValueError as error:
            raise DataError(f"--shares {shares}: write three numbers: 70/20/10") from error
        made = split(resolve(*pictures), out, shares=given, seed=seed)
    counts = ", ".join(f"{len(paths)} {part}" for part, paths in made.items())
    show.note(f"{out}: {counts}")


@data.command("check")
def check_sets(
    train: Set,
    test: Annotated[list[str], typer.Argument(help="Sets or folders that must not be in it.")],
) -> None:
    """Find pictures of other sets in a training set: copies, crops and mirrored ones.

    Prints each on one line; the exit code is 1 if there is any.
    """
    from recoup.cli import sets, show
    from recoup.datasets import leaks, resolve

    known, asked = resolve(train), resolve(*test)
    with sets.counted() as progress:
        found = leaks(known, asked, progress=progress)
    for leak in found:
        typer.echo(show.printable(leak.text))
    show.note(f"{len(found)} of {len(known) * len(asked)} pairs show the same")
    raise typer.Exit(1 if found else 0)


@data.command("degrade")
def degrade_set(
    pictures: Set,
    *,
    chain: Annotated[
        str, typer.Option("--chain", help="Filters and codecs: 'seed-recipe | jpeg:quality=40'.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the PNG files.")],
) -> None:
    """Put every picture through filters and codecs; each gets random numbers of its own.

    A setting called seed is mixed with each picture's content, so that no two get the same noise
    and a run can be repeated. Stopped at any moment, the same command goes on where it was.
    """
    from recoup.cli import sets, show
    from recoup.datasets import degrade, resolve

    paths = resolve(pictures)
    root = Path(pictures) if Path(pictures).is_dir() else None
    count = iter(range(1, len(paths) + 1))
    with show.stoppable(), sets.counted() as progress:
        done = degrade(
            paths, chain, out, root=root, progress=lambda _: progress(next(count), len(paths))
        )
    failed = [one.error for one in done if one.error]
    for error in failed:
        show.error(error)
    kept = sum(one.kept for one in done)
    made, cut = len(done) - len(failed) - kept, sum(one.cut for one in done)
    cuts = f" ({cut} of them cut at the right and bottom first, to fit the chain)" if cut else ""
    show.note(f"{out}: {made} made{cuts}, {kept} kept, {len(failed)} failed")
    raise typer.Exit(1 if failed else 0)
