"""``recoup decompress``: files of the learned codec back to pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def decompress(
    paths: Annotated[list[Path], typer.Argument(help="Files that end in .rcp.")],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path(
        "decompressed"
    ),
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Threads; one per core if not given.")
    ] = None,
    max_pixels: Annotated[
        int, typer.Option(help="Refuse pictures with more pixels than this.", min=1)
    ] = 200_000_000,
) -> None:
    """Write files of the learned codec as PNG, with all that they carry."""
    from recoup.cli import show
    from recoup.codecs.rcp_picture import whole
    from recoup.errors import PictureError, RecoupError
    from recoup.picture import save, shown
    from recoup.sweep.core import cores

    failed = 0
    taken: set[Path] = set()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PictureError(f"{shown(out)}: folder cannot be made: {error.strerror}") from error
    for path in paths:
        made = _free(out, path.stem, taken)
        try:
            picture = whole(path.read_bytes(), threads=jobs or len(cores()), max_pixels=max_pixels)
            save(picture, made)
            taken.add(made)
            show.note(f"{shown(path)}: {picture.image.width}x{picture.image.height}, {shown(made)}")
        except OSError as error:
            failed += 1
            show.error(f"{shown(path)}: cannot be read: {error.strerror}")
        except RecoupError as error:
            failed += 1
            show.error(f"{shown(path)}: {error}")
    raise typer.Exit(1 if failed else 0)


def _free(out: Path, stem: str, taken: set[Path]) -> Path:
    """A name that no file of this run has."""
    path, number = out / f"{stem}.png", 1
    while path in taken:
        number += 1
        path = out / f"{stem}-{number}.png"
    return path
