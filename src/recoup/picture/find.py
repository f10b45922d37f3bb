"""From what the user typed to the files to load: files, folders and globs."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from recoup.picture.names import shown

SUFFIXES = frozenset(
    {
        *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".avif"),
        *(".jp2", ".j2k", ".j2c", ".jpc", ".jpx", ".jpf", ".jxl", ".jls"),
        *(".tif", ".tiff", ".bmp", ".dib", ".ppm", ".pgm", ".pbm", ".pnm", ".pam"),
    }
)


@dataclass(frozen=True)
class Found:
    """One file to load, or one thing that could not be found.

    Attributes
    ----------
    name
        The path, escaped to one printable line.
    path
        The path as given or found.
    error
        Why there is nothing to load; None for a file.
    """

    name: str
    path: Path
    error: str | None = None


def find(paths: Sequence[str]) -> list[Found]:
    """Return the files that these paths mean, in the order given, each once.

    A file is taken whatever its suffix. A folder is searched with its subfolders, sorted by
    name, for files with a picture's suffix; hidden files and folders are passed over and links
    that lead back are entered once. A glob (``*``, ``?``, ``[...]``, ``**`` for any folders) is
    expanded if no file has that very name; if its last part has no dot, only files with a
    picture's suffix are taken. What matches nothing comes back with an error.

    Parameters
    ----------
    paths
        File, folder and glob names.

    Examples
    --------
    >>> find(["no such file.png"])
    [Found(name='no such file.png', path=...('no such file.png'), error='no such file or folder')]
    """
    seen: set[Path] = set()
    out: list[Found] = []
    for path in paths:
        for found in _expand(path):
            key = found.path if found.error else found.path.parent.resolve() / found.path.name
            if found.error or key not in seen:
                seen.add(key)
                out.append(found)
    return out


def _expand(path: str) -> Iterator[Found]:
    """Files meant by one argument."""
    if not path or "\0" in path:
        yield _nothing(path, "is no file name")
    elif Path(path).is_dir():
        yield from _folder(Path(path))
    elif os.path.lexists(path):
        yield _file(Path(path))
    elif glob.has_magic(path):
        yield from _glob(path)
    else:
        yield _nothing(path, "no such file or folder")


def _glob(pattern: str) -> Iterator[Found]:
    """Files that match a glob; folders that match ``*`` are searched as a shell's would be."""
    any_suffix = "." in Path(pattern).name
    recursive = "**" in Path(pattern).parts
    count = 0
    # glob.glob, not Path.glob, which refuses absolute patterns.
    for path in map(Path, sorted(glob.glob(pattern, recursive=True))):  # noqa: PTH207
        if path.is_dir():
            # ``**`` has listed the files below already.
            for found in () if recursive else _folder(path):
                count += 1
                yield found
        elif any_suffix or path.suffix.lower() in SUFFIXES:
            count += 1
            yield _file(path)
    if not count:
        yield _nothing(pattern, "matches no picture")


def _folder(top: Path) -> Iterator[Found]:
    """Pictures in a folder and below."""
    failed: list[OSError] = []
    entered = {top.resolve()}
    count = 0
    for folder, below, files in os.walk(top, followlinks=True, onerror=failed.append):
        below[:] = sorted(name for name in below if _enter(Path(folder) / name, entered))
        for path in (Path(folder) / name for name in sorted(files)):
            if not path.name.startswith(".") and path.suffix.lower() in SUFFIXES:
                count += 1
                yield _file(path)
    for error in failed:
        yield _nothing(str(error.filename), f"folder cannot be read: {error.strerror}")
    if not count and not failed:
        yield _nothing(str(top), "folder holds no pictures")


def _enter(folder: Path, entered: set[Path]) -> bool:
    """Whether a subfolder is to be searched; each real folder once."""
    real = folder.resolve()
    new = not folder.name.startswith(".") and real not in entered
    if new:
        entered.add(real)
    return new


def _file(path: Path) -> Found:
    """Return something to load."""
    return Found(shown(path), path)


def _nothing(path: str, error: str) -> Found:
    """Return something that is not there."""
    return Found(shown(path), Path(path), error)
