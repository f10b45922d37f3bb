"""The pictures that somebody named to measure on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recoup.errors import PictureError
from recoup.models import Card
from recoup.picture import find
from recoup.picture.load import MAX_PIXELS
from recoup.sweep.flattery import trained_on, warn
from recoup.sweep.run import here

_LINE = 4  # of the calls: who called the study


def named(paths: Sequence[str | Path], models: Sequence[Card]) -> list[Path]:
    """Files that paths stand for.

    Parameters
    ----------
    paths
        Files, folders and globs.
    models
        What is measured; a ``FlatteringWarning`` names each picture that one was trained on.

    Raises
    ------
    PictureError
        If there is none.

    Examples
    --------
    >>> named([], [])
    Traceback (most recent call last):
    recoup.errors.PictureError: no pictures to measure on; name files, folders or globs
    """
    files = find([str(path) for path in paths])
    if not files:
        raise PictureError("no pictures to measure on; name files, folders or globs")
    warn(trained_on(files, models, here, MAX_PIXELS), stacklevel=_LINE)
    return [found.path for found in files]
