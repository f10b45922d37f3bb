"""Sets on this machine: fetched whole or not at all, and found by name or by folder."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

from recoup.datasets.catalogue import CATALOGUE, Entry
from recoup.datasets.unpack import unpack
from recoup.download import alone, download
from recoup.errors import DataError, MissingError
from recoup.picture import find, shown

Progress = Callable[[str, int, int | None], None]
"""Called with the file in work, the bytes of the set that are here, and its bytes in all."""

_ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".deb")


def folder() -> Path:
    """Where fetched sets lie; it need not exist.

    ``RECOUP_DATA`` if that is set, else ``recoup/data`` in the user's data folder
    (``XDG_DATA_HOME``, ``LOCALAPPDATA`` on Windows, ``~/.local/share``).

    Examples
    --------
    >>> folder().is_absolute()
    True
    """
    if own := os.environ.get("RECOUP_DATA"):
        return Path(own).expanduser().absolute()
    data = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_DATA_HOME", "")
    # The XDG specification says to ignore a relative path.
    home = Path(data) if Path(data).is_absolute() else Path.home() / ".local" / "share"
    return home / "recoup" / "data"


def get(name: str, *, progress: Progress | None = None) -> Path:
    """Fetch a set of the catalogue; its folder appears only when it is whole.

    Until then everything lies in a hidden folder ``.NAME.part`` beside it, and the next call goes
    on from there. A set that is here already is left alone, without a look at the network.

    Parameters
    ----------
    name
        Of the catalogue.
    progress
        Told while files come.

    Returns
    -------
    Path
        The set's folder in :func:`folder`.

    Raises
    ------
    DataError
        If there is no such set, it cannot be fetched by a program, its archive is damaged or
        hostile, or its folder does not hold as many pictures as the catalogue says.
    DownloadError
        As ``recoup.download`` raises it.

    Examples
    --------
    >>> get("set6")
    Traceback (most recent call last):
    recoup.errors.DataError: no set is called 'set6'; did you mean set5...?
    """
    entry = known(name)
    return fetch(entry, folder() / name, progress=progress)


def fetch(entry: Entry, place: Path, *, progress: Progress | None = None) -> Path:
    """Fetch a set into a folder; what :func:`get` does with a set of the catalogue.

    Parameters
    ----------
    entry
        What to fetch.
    place
        The folder that appears.
    progress
        Told while files come.

    Raises
    ------
    DataError, DownloadError
        As :func:`get` does.

    Examples
    --------
    >>> fetch(CATALOGUE["live1"], Path("live1"))
    Traceback (most recent call last):
    recoup.errors.DataError: live1: its makers ask for a form ...
    """
    if place.is_dir():
        _check_count(entry, place, place)
        return place
    if entry.by_hand:
        raise DataError(
            f"{entry.name}: {entry.by_hand}; fetch it from {entry.home} and name your folder "
            "wherever a set's name is asked for"
        )
    work = place.with_name(f".{place.name}.part")
    try:
        work.mkdir(parents=True, exist_ok=True)
        with (work / "lock").open("ab") as lock, alone(lock, entry.name):
            pictures = _gather(entry, work, progress)
            _check_count(entry, pictures, work)
            pictures.replace(place)
        shutil.rmtree(work)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = "the disk is full" if full else f"cannot be written: {error.strerror}"
        raise DataError(
            f"{shown(place)}: {reason}; what came is kept in {shown(work)}: "
            f"{'make room' if full else 'mend that'} and run the same command again"
        ) from error
    return place


def resolve(*names_or_folders: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Return the pictures of sets of the catalogue, and of folders, files and globs of the user's.

    A name of the catalogue means that set; write ``./kodak`` for a folder of the same name.

    Returns
    -------
    tuple of Path
        Those of each argument, at least one, sorted, as ``recoup.picture.find`` finds them; a file
        that several arguments mean is there once.

    Raises
    ------
    MissingError
        If the set is known, but was not fetched; names the command.
    DataError
        If there is no such set or folder, or it holds no pictures.

    Examples
    --------
    >>> resolve("no such set")
    Traceback (most recent call last):
    recoup.errors.DataError: no set is called 'no such set', and no folder or file; ...
    """
    seen: set[Path] = set()
    out = []
    for name_or_folder in names_or_folders:
        for path in _pictures(name_or_folder):
            if (key := path.parent.resolve() / path.name) not in seen:
                seen.add(key)
                out.append(path)
    return tuple(out)


def _pictures(name_or_folder: str | os.PathLike[str]) -> list[Path]:
    """What one argument means."""
    text = located(name_or_folder)
    found = find([text])
    wrong = [one for one in found if one.error]
    if wrong and not os.path.lexists(wrong[0].path) and not set(text) & set("*?["):
        raise DataError(f"no set is called {shown(text)!r}, and no folder or file; {_hint(text)}")
    if wrong:
        raise DataError(f"{wrong[0].name}: {wrong[0].error}; name a folder with pictures")
    return sorted(one.path for one in found)


def located(name_or_folder: str | os.PathLike[str]) -> str:
    """Return the folder of a set of the catalogue; anything else as it was given.

    Raises
    ------
    MissingError
        If the set is known, but was not fetched; names the command.

    Examples
    --------
    >>> located("./kodak")
    './kodak'
    """
    text = os.fspath(name_or_folder)
    if text not in CATALOGUE:
        return text
    place = folder() / text
    if not place.is_dir():
        own = f"; for your own folder write ./{text}" if Path(text).exists() else ""
        raise MissingError(f"the set {text} is not on this machine: recoup data get {text}{own}")
    return str(place)


def known(name: str) -> Entry:
    """Return a set of the catalogue.

    Raises
    ------
    DataError
        If there is none of that name; says which are like it.

    Examples
    --------
    >>> known("kodak").pictures
    24
    """
    if name not in CATALOGUE:
        raise DataError(f"no set is called {shown(name)!r}; {_hint(name)}")
    return CATALOGUE[name]


def _hint(name: str) -> str:
    close = get_close_matches(name, CATALOGUE, n=3, cutoff=0.5)
    return f"did you mean {', '.join(close)}?" if close else "recoup data list names them"


def _gather(entry: Entry, work: Path, progress: Progress | None) -> Path:
    """Fetch everything and lay the pictures out; return their folder."""
    pictures, total, here = work / "pictures", entry.size, 0
    archives = [file for file in entry.files if file.name.endswith(_ARCHIVES)]
    if archives and pictures.exists():
        shutil.rmtree(pictures)  # of a run that was stopped while unpacking
    for file in entry.files:
        before = here

        def tell(done: int, _all: int | None, name: str = file.name, before: int = before) -> None:
            if progress is not None:
                progress(name, before + done, total)

        target = (work if file in archives else pictures) / file.name
        download(file.url, target, sha256=file.sha256, size=file.size, progress=tell)
        here += target.stat().st_size
        tell(here - before, None)
    for file in archives:
        unpack(work / file.name, pictures, inside=entry.inside)
    return pictures


def _check_count(entry: Entry, place: Path, remove: Path) -> None:
    """Refuse a set that is not whole."""
    count = sum(1 for one in find([str(place)]) if not one.error)
    if count == 0 or (entry.pictures is not None and count != entry.pictures):
        raise DataError(
            f"{shown(place)}: holds {count} pictures where {entry.name} has "
            f"{entry.pictures or 'some'}; delete {shown(remove)} and get it again"
        )
