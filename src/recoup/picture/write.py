"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Container
from pathlib import Path

from recoup.errors import PictureError
from recoup.picture.names import shown


def write(data: bytes, path: str | os.PathLike[str]) -> None:
    """Write a file so that its name always holds either the old content or the new.

    The bytes go to a new file beside it, are flushed to the disk, and are then renamed. A link
    stays a link: what it points to is replaced.

    Parameters
    ----------
    data
        The whole content.
    path
        File to make or replace.

    Raises
    ------
    PictureError
        If it cannot be written; the old content is untouched.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(b"picture", f"{folder}/a.png")
    ...     os.listdir(folder)
    ['a.png']
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise PictureError(f"{shown(path)}: is a folder; name a file in it")
    aside = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        _put(data, aside)
        if target.exists():
            aside.chmod(target.stat().st_mode & 0o777)
        aside.replace(target)
        _flush_folder(target.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
        raise PictureError(f"{shown(path)}: cannot be written: {error.strerror}") from error


def write_new(
    data: bytes, folder: Path, stem: str, suffix: str, taken: Container[Path] = ()
) -> Path:
    """Write a file into a folder and replace nothing: ``NAME.png``, or ``NAME-2.png`` and so on.

    A file that holds these very bytes is left and returned, so that doing the same again changes
    nothing.

    Parameters
    ----------
    data
        The whole content.
    folder, stem, suffix
        Where, and of which name.
    taken
        Paths, resolved, that are not to be used whatever they hold.

    Raises
    ------
    PictureError
        If it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     [write_new(data, Path(name), "a", ".png").name for data in (b"1", b"2", b"1")]
    ['a.png', 'a-2.png', 'a.png']
    """
    number = 1
    while True:
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}{suffix}"
        if path.resolve() not in taken and _free(path, data):
            return path
        number += 1


def _free(path: Path, data: bytes) -> bool:
    """Write where there is nothing; whether the file now holds the data."""
    if not os.path.lexists(path):
        write(data, path)
        return True
    with contextlib.suppress(OSError):
        return path.stat().st_size == len(data) and path.read_bytes() == data
    return False


def _put(data: bytes, path: Path) -> None:
    """Write a new file and wait until the disk has it."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Wait until the disk has the new name, where folders can be opened."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
