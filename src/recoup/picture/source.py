"""Bytes of a regular file, read once and whole, without ever waiting for them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from recoup.errors import TooLargeError, UnreadableError

_KINDS = {
    stat.S_IFIFO: "a pipe (FIFO)",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def read(path: str | os.PathLike[str], most: int) -> bytes:
    """Return the file's bytes.

    Parameters
    ----------
    path
        File to read.
    most
        Largest size in bytes that is read at all.

    Raises
    ------
    UnreadableError
        If there is no such file, it is not a regular file, it may not be read, it is empty, or
        it changed while it was read. The message does not name the file; ``load`` does.
    TooLargeError
        If the file is larger than ``most``.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
    except (OSError, ValueError) as error:
        raise UnreadableError(_why(path, error)) from error
    try:
        return _content(handle, most)
    finally:
        os.close(handle)


def _content(handle: int, most: int) -> bytes:
    """Bytes of an open handle, if it is a regular file that stays as it is."""
    before = os.fstat(handle)
    _regular(before)
    with os.fdopen(handle, "rb", closefd=False) as file:
        if before.st_size > most:
            raise TooLargeError(
                f"the file has {before.st_size} bytes, more than any picture within the limit "
                "needs; --max-pixels N lifts it"
            )
        try:
            data = file.read(most + 1)
        except OSError as error:
            raise UnreadableError(f"cannot be read: {error.strerror}") from error
        after = os.fstat(handle)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise UnreadableError("changed while it was read; try again when it is complete")
    if not data:
        raise UnreadableError("is empty")
    return data


_BINARY: int = getattr(os, "O_BINARY", 0)


def _regular(info: os.stat_result) -> None:
    """Raise UnreadableError unless this is a regular file."""
    if stat.S_ISDIR(info.st_mode):
        raise UnreadableError("is a folder; give a file in it, or find pictures in it first")
    if not stat.S_ISREG(info.st_mode):
        kind = _KINDS.get(stat.S_IFMT(info.st_mode), "no regular file")
        raise UnreadableError(f"is {kind}, not a file; save its content to a file first")


def _why(path: str | os.PathLike[str], error: OSError | ValueError) -> str:
    """Say in words why a file cannot be opened."""
    if isinstance(error, ValueError):
        return "is no file name (it holds a zero byte)"
    if isinstance(error, FileNotFoundError):
        if Path(path).is_symlink():
            return "is a link to a file that does not exist"
        return "no such file"
    if isinstance(error, PermissionError):
        return "may not be read (permission denied)"
    if isinstance(error, IsADirectoryError):
        return "is a folder"
    return f"cannot be opened: {error.strerror}"
