"""``recoup compress``: files made smaller, with a note how to restore them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recoup.cli.options import Jobs, MaxPixels, Paths

if TYPE_CHECKING:
    from rich.table import Table

    from recoup.compress import Compressed
    from recoup.models.promise import Promise


def compress(
    paths: Paths,
    *,
    to: Annotated[
        list[str] | None,
        typer.Option(help="A codec and its settings: jpeg, 'avif:speed=4'; repeatable."),
    ] = None,
    quality: Annotated[
        float | None, typer.Option("--quality", "-q", help="On the codec's own scale.")
    ] = None,
    target: Annotated[
        str | None,
        typer.Option("--target", "-t", help="The smallest file that has this: 'ssimulacra2=70'."),
    ] = None,
    restore: Annotated[
        str | None,
        typer.Option("--restore", "-r", help="Decide for this model, and note it in the file."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path(
        "compressed"
    ),
    strip: Annotated[
        bool, typer.Option("--strip", help="Leave out EXIF, XMP and the profile.")
    ] = False,
    jobs: Jobs = None,
    max_pixels: MaxPixels = 200_000_000,
) -> None:
    """Write smaller files, at a quality or the smallest that meet a target.

    With --restore the encoder, who has the original, tries the restorer, decides how strongly it
    helps, and says so in a few dozen bytes of standard metadata, which recoup restore reads. Where
    it would do harm the file says that it is to be left as it is. Every viewer opens the file.
    """
    from recoup.cli import show
    from recoup.compress import Target
    from recoup.compress import compress as run
    from recoup.sweep.core import cores

    with show.stoppable("what is written is whole"):
        done = run(
            paths,
            to or ["jpeg"],
            out=out,
            quality=quality,
            target=Target.parse(target) if target else None,
            restore=restore,
            strip=strip,
            jobs=jobs or len(cores()),
            max_pixels=max_pixels,
        )
    written = [one for one in done if one.out]
    if written:
        show.print_table(_table(written, scored=target is not None))
    for one in written:
        if one.notes:
            show.note(f"{one.source}: {'; '.join(one.notes)}")
    failed = [one for one in done if one.error]
    for one in failed:
        show.error(str(one.error))
    raise typer.Exit(1 if failed else 0)


def _table(done: list[Compressed], *, scored: bool) -> Table:
    """What was written, a line a file."""
    from rich.table import Table
    from rich.text import Text

    from recoup.cli import show

    table = Table("file", "settings")
    for name in ("bytes", "of before", "bits/pixel", *(["score"] if scored else [])):
        table.add_column(name, justify="right")
    table.add_column("restored by")
    for one in done:
        cells = [show.printable(str(one.out)), one.settings, f"{one.after:,}"]
        cells += [f"{one.after / one.before:.0%}", f"{8 * one.after / one.pixels:.3f}"]
        cells += [f"{one.score:.4g}"] if scored else []
        table.add_row(*(Text(cell) for cell in (*cells, _restored(one.promise))))
    return table


def _restored(promise: Promise | None) -> str:
    """What a file says of its restoring."""
    if promise is None:
        return "-"
    if not promise.strength:
        return "nothing: none helps"
    return f"{promise.model}, strength {promise.strength}/16: +{promise.gain:.2f} dB"
