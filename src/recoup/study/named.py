"""The pictures that somebody named to measure on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recoup.errors import PictureError
from recoup.picture import find


def named(paths: Sequence[str | Path]) -> list[Path]:
    """Files that paths stand for.

    Parameters
    ----------
    paths
        Files, folders and globs.

    Raises
    ------
    PictureError
        If there is none.

    Examples
    --------
    >>> named([])
    Traceback (most recent call last):
    recoup.errors.PictureError: no pictures to measure on; name files, folders or globs
    """
    files = [found.path for found in find([str(path) for path in paths])]
    if not files:
        raise PictureError("no pictures to measure on; name files, folders or globs")
    return files
