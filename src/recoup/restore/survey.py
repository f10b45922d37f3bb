"""Which files there are to restore, how large they are, and where each goes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from recoup.errors import PictureError
from recoup.picture import Found, find
from recoup.picture.sniff import sniff
from recoup.picture.source import read
from recoup.restore.ledger import Entry, intact

_SLACK = 64 << 20


@dataclass(frozen=True)
class Source:
    """One file to restore.

    Attributes
    ----------
    name, path
        As shown; as found.
    sha256
        Of the file.
    pixels
        As its header states; 0 where that cannot be read.
    error
        Why it cannot be restored, or None.
    """

    name: str
    path: Path
    sha256: str = ""
    pixels: int = 0
    error: str | None = None

    @property
    def where(self) -> str:
        """Absolute path, as the ledger has it.

        Examples
        --------
        >>> Path(Source("a.png", Path("a.png")).where).is_absolute()
        True
        """
        return str(self.path.absolute())


def survey(
    paths: Sequence[str], out: Path, ledger: Mapping[str, Entry], max_pixels: int
) -> list[Source]:
    """Find the pictures, pass over what was restored into ``out`` before, and read their headers.

    Parameters
    ----------
    paths
        Files, folders and globs.
    out
        Folder of the results.
    ledger
        Its entries by output.
    max_pixels
        Larger files are not read.

    Examples
    --------
    >>> survey(["no such.png"], Path("out"), {}, 1000)[0].error
    'no such.png: no such file or folder'
    """
    ours = {out.resolve() / name for name in ledger}
    return [
        _read(found, max_pixels)
        for found in find([os.fspath(path) for path in paths])
        if found.error or found.path.resolve() not in ours
    ]


def place(
    source: Source,
    model: str,
    suffix: str,
    out: Path,
    ledger: Mapping[str, Entry],
    taken: AbstractSet[str],
) -> str:
    """Return a file name in ``out`` that replaces nothing but this model's older result.

    ``NAME.png``, or ``NAME-2.png`` and so on where that is taken in this run or by a file that
    is not the same source's through the same model, or was changed since.

    Parameters
    ----------
    source
        What is restored.
    model
        By which model.
    suffix
        ``.png``, ``.tif``.
    out, ledger
        The folder and its entries.
    taken
        Names given in this run, in lower case.

    Examples
    --------
    >>> place(Source("a.jpg", Path("a.jpg")), "m", ".png", Path("no such"), {}, {"a.png"})
    'a-2.png'
    """
    number = 1
    while True:
        tail = f"-{number}" if number > 1 else ""
        name = f"{source.path.stem}{tail}{suffix}"
        entry = ledger.get(name)
        mine = entry and (entry.source, entry.model) == (source.where, model)
        if name.lower() not in taken and (
            not os.path.lexists(out / name) or (entry and mine and intact(out, entry))
        ):
            return name
        number += 1


def _read(found: Found, max_pixels: int) -> Source:
    """Hash a file and read its size."""
    if found.error:
        return Source(found.name, found.path, error=f"{found.name}: {found.error}")
    try:
        data = read(found.path, 8 * max_pixels + _SLACK)
    except PictureError as error:
        return Source(found.name, found.path, error=f"{found.name}: {error}")
    return Source(found.name, found.path, hashlib.sha256(data).hexdigest(), _pixels(data))


def _pixels(data: bytes) -> int:
    """Return width times height by the header; 0 if there is none, for loading says why."""
    try:
        width, height = import_module(f"recoup.picture.formats.{sniff(data)}").size(data)
    except Exception:  # noqa: BLE001  (whatever a damaged file makes a parser raise)
        return 0
    return int(width * height)
