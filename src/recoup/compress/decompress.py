"""Files of the learned codec back to pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from recoup.codecs.rcp_picture import whole
from recoup.errors import PictureError, RecoupError
from recoup.picture import Found, find, shown
from recoup.picture.save import png
from recoup.picture.write import write_new

_SUFFIX = ".rcp"


@dataclass(frozen=True)
class Decompressed:
    """What became of one file.

    Attributes
    ----------
    source
        The file read, as shown.
    out
        The PNG file; None on failure.
    error
        One line, on failure.
    """

    source: str
    out: Path | None = None
    error: str | None = None


def decompress(
    paths: Sequence[str | os.PathLike[str]],
    *,
    out: str | os.PathLike[str],
    jobs: int = 1,
    max_pixels: int = 200_000_000,
) -> list[Decompressed]:
    """Write ``.rcp`` files as PNG, with all that they carry.

    One that fails does not stop the others. No file is replaced: a name that is taken gets a
    number, unless the file holds the same bytes.

    Parameters
    ----------
    paths
        Files, globs, and folders, which are searched through for ``.rcp`` files.
    out
        Folder for the results; made if need be.
    jobs
        Processor threads.
    max_pixels
        Larger pictures are refused.

    Raises
    ------
    PictureError
        If the folder cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     decompress(["no such.rcp"], out=folder)[0].error
    'no such.rcp: cannot be read: no such file or folder'
    """
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PictureError(f"{shown(folder)}: folder cannot be made: {error.strerror}") from error
    taken: set[Path] = set()
    results = []
    for found in _files(paths):
        one = _one(found, folder, taken, jobs, max_pixels)
        if one.out:
            taken.add(one.out.resolve())
        results.append(one)
    return results


def _files(paths: Sequence[str | os.PathLike[str]]) -> Iterator[Found]:
    """Files in the order given; those of a folder by name."""
    for path in paths:
        if Path(path).is_dir():
            for file in sorted(Path(path).rglob(f"*{_SUFFIX}")):
                yield Found(shown(file), file)
        else:
            yield from find([os.fspath(path)])


def _one(found: Found, folder: Path, taken: set[Path], jobs: int, max_pixels: int) -> Decompressed:
    """Decompress one file; what goes wrong with it becomes its error."""
    if found.error:
        return Decompressed(found.name, error=f"{found.name}: cannot be read: {found.error}")
    try:
        picture = whole(found.path.read_bytes(), threads=jobs, max_pixels=max_pixels)
        path = write_new(png(picture), folder, found.path.stem, ".png", taken)
    except OSError as error:
        return Decompressed(found.name, error=f"{found.name}: cannot be read: {error.strerror}")
    except RecoupError as error:
        return Decompressed(found.name, error=f"{found.name}: {error}")
    except MemoryError:
        return Decompressed(found.name, error=f"{found.name}: does not fit in memory")
    return Decompressed(found.name, path)
