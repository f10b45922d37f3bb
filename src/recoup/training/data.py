"""Which pictures a recipe trains on, and that none of them is one that results are measured on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from recoup.datasets import CATALOGUE, folder, leaks, parts, resolve
from recoup.errors import TrainingError
from recoup.picture import write
from recoup.training.start import made

_MOST = 5


@dataclass(frozen=True)
class Sources:
    """Picture files, by what they are for.

    Attributes
    ----------
    train
        To train on.
    valid
        To validate with; if empty, some of ``train`` are held out.
    test
        Kept for a test: nothing like them may be trained on.
    """

    train: tuple[Path, ...]
    valid: tuple[Path, ...] = ()
    test: tuple[Path, ...] = ()


def sources(names: Sequence[str], split: str = "") -> Sources:
    """Return the pictures of several sets or folders, each file once.

    Parameters
    ----------
    names
        Of the catalogue, or folders. A name that several trainable sets begin with means them
        all: ``lomiri-wallpapers``.
    split
        A split file of these sets, as ``recoup.datasets.split`` writes it; without one all the
        pictures are there to train on.

    Raises
    ------
    DataError, MissingError
        As ``recoup.datasets.resolve`` and ``parts`` raise them.

    Examples
    --------
    >>> sources([])
    Sources(train=(), valid=(), test=())
    """
    if split:
        return Sources(**parts(split, *sets(names)))
    return Sources(tuple(dict.fromkeys(path for name in sets(names) for path in resolve(name))))


def sets(names: Sequence[str]) -> tuple[str, ...]:
    """Spell out names that several trainable sets begin with.

    Examples
    --------
    >>> sets(["cid22-train", "lomiri-wallpapers"])
    ('cid22-train', 'lomiri-wallpapers-16.04', 'lomiri-wallpapers-20.04')
    """
    found: list[str] = []
    for name in names:
        several = [one for one in CATALOGUE if one.startswith(f"{name}-")]
        trainable = [one for one in several if CATALOGUE[one].trainable]
        found += trainable if name not in CATALOGUE and trainable else [name]
    return tuple(found)


def kept_out(trained: Sequence[str], folders: Sequence[str] = ()) -> tuple[Path, ...]:
    """Return the pictures that must not be trained on.

    Parameters
    ----------
    trained
        What is trained on, as given to :func:`sources`.
    folders
        More to be kept out: folders or sets.

    Returns
    -------
    tuple of Path
        Of the folders, and of every fetched set that is for evaluation only, apart from those
        that are trained on knowingly and the training parts of research sets.

    Examples
    --------
    >>> kept_out(list(CATALOGUE))
    ()
    """
    measured = [
        name
        for name, entry in CATALOGUE.items()
        if not (entry.trainable or "-train" in name or name in trained)
        and (folder() / name).is_dir()
    ]
    return tuple(dict.fromkeys(path for name in [*measured, *folders] for path in resolve(name)))


def refuse_leaks(
    train: Sequence[Path],
    test: Sequence[Path],
    record: Path,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Stop if a training picture shows what a test picture shows.

    Parameters
    ----------
    train, test
        Picture files.
    record
        Where a clean outcome is written down, so that the same files are not compared again.
    progress
        Told after each picture.

    Raises
    ------
    TrainingError
        Naming the files; or if the folder of the record cannot be made.
    PictureError
        If a file cannot be loaded, or the record cannot be written.

    Examples
    --------
    >>> refuse_leaks([], [], Path("leaks.txt"))
    """
    if not test:
        return
    digest = _digest(train, test)
    if record.exists() and record.read_text("utf-8").split()[:1] == [digest]:
        return
    if found := leaks(train, test, progress=progress):
        several = "; ".join(leak.text for leak in found[:_MOST])
        more = f"; and {len(found) - _MOST} more" if len(found) > _MOST else ""
        raise TrainingError(f"training would see what is measured: {several}{more}; take them out")
    made(record.parent)
    line = f"{digest} {len(train)} training pictures compared with {len(test)}: no leak\n"
    write(line.encode(), record)


def _digest(*several: Sequence[Path]) -> str:
    """Hash of files' names, sizes and times."""
    digest = hashlib.sha256()
    for paths in several:
        for path in sorted(paths):
            info = path.stat()
            digest.update(f"{path.resolve()}\0{info.st_size}\0{info.st_mtime_ns}\n".encode())
        digest.update(b"\n")
    return digest.hexdigest()
