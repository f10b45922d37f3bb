"""``recoup decompress``: files of the learned codec back to pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recoup.cli.options import Jobs, MaxPixels


def decompress(
    paths: Annotated[list[str], typer.Argument(help="Files that end in .rcp, folders and globs.")],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path(
        "decompressed"
    ),
    jobs: Jobs = None,
    max_pixels: MaxPixels = 200_000_000,
) -> None:
    """Write files of the learned codec as PNG, with all that they carry."""
    from recoup.cli import show
    from recoup.compress import decompress as run
    from recoup.sweep.core import cores

    with show.stoppable("what is written is whole"):
        done = run(paths, out=out, jobs=jobs or len(cores()), max_pixels=max_pixels)
    for one in done:
        if one.out:
            show.note(f"{one.source}: {one.out}")
        else:
            show.error(str(one.error))
    raise typer.Exit(1 if any(one.error for one in done) else 0)
