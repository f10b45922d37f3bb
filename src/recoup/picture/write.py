"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
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
