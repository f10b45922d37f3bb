"""Options that several commands have, and the exit code of those that were interrupted."""

from __future__ import annotations

from typing import Annotated

import typer

INTERRUPTED = 130

Paths = Annotated[list[str], typer.Argument(help="Files, folders (searched through) and globs.")]
MaxPixels = Annotated[int, typer.Option(help="Refuse pictures with more pixels than this.", min=1)]
Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", min=1, help="Threads; one per core if not given.")
]
