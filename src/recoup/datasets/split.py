"""Which pictures train, validate and test: drawn once by content, and written down."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from pathlib import Path

from recoup.datasets.get import located
from recoup.errors import DataError
from recoup.picture import find, shown, write

PARTS = ("train", "valid", "test")
_FORMAT = 1


def split(
    pictures: Sequence[Path],
    file: str | os.PathLike[str],
    *,
    shares: Sequence[int] = (70, 20, 10),
    seed: int = 0,
) -> dict[str, tuple[Path, ...]]:
    """Divide pictures into parts and write that to a split file.

    Who goes where depends on the seed and on the files' content alone, not on their names or
    order: pictures are sorted by the SHA-256 of seed and content, and cut where the shares say
    (rounded to the nearest picture: 630, 180 and 90 of 900).

    Parameters
    ----------
    pictures
        Files.
    file
        JSON file to make or replace: seed, shares, and name and SHA-256 of each picture.
    shares
        Of training, validation and test; their sum is the whole.
    seed
        0 or more.

    Returns
    -------
    dict
        Files of ``train``, ``valid`` and ``test``, each sorted.

    Raises
    ------
    DataError
        If the shares make no sense, there are too few pictures for them, or two files are the
        same to the byte.
    PictureError
        If the split file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = [Path(folder, f"{i}.png") for i in range(10)]
    ...     sizes = [path.write_bytes(path.name.encode()) for path in paths]
    ...     made = split(paths, Path(folder, "split.json"))
    >>> [len(part) for part in made.values()]
    [7, 2, 1]
    """
    counts = _counts(len(pictures), shares)
    by_hash = _by_hash(pictures)
    order = sorted(by_hash, key=lambda digest: _key(seed, digest))
    cuts = [0, *accumulate(counts)]
    chosen = {
        part: sorted(order[start:end], key=lambda digest: by_hash[digest])
        for part, (start, end) in zip(PARTS, pairwise(cuts), strict=True)
    }
    listed = {
        part: [{"name": by_hash[digest].name, "sha256": digest} for digest in digests]
        for part, digests in chosen.items()
    }
    content = {"format": _FORMAT, "seed": seed, "shares": list(shares), "parts": listed}
    write((json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode(), file)
    return {part: tuple(by_hash[d] for d in digests) for part, digests in chosen.items()}


def parts(
    file: str | os.PathLike[str], *places: str | os.PathLike[str]
) -> dict[str, tuple[Path, ...]]:
    """Read a split file and find its pictures by their content.

    Files that were renamed or moved within the places are found; files that the split does not
    list are in no part.

    Parameters
    ----------
    file
        As :func:`split` wrote it.
    places
        Where the pictures lie: sets of the catalogue, folders (at any depth), files and globs.

    Returns
    -------
    dict
        Files of ``train``, ``valid`` and ``test``, each sorted.

    Raises
    ------
    DataError
        If the file is no split file, or a picture of it is missing or was changed.
    MissingError
        If a set is known, but was not fetched; names the command.

    Examples
    --------
    >>> parts("no such file.json", ".")
    Traceback (most recent call last):
    recoup.errors.DataError: no such file.json: cannot be read: ...
    """
    listed = _read(Path(file))
    there = [one.path for one in find([located(place) for place in places]) if not one.error]
    by_hash = {_digest(path): path for path in there}
    lost = [
        name for part in listed.values() for digest, name in part.items() if digest not in by_hash
    ]
    if lost:
        more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
        raise DataError(
            f"{shown(file)}: {shown(lost[0])}{more} cannot be found in "
            f"{' or '.join(map(shown, places)) or 'no folder'} or was changed; bring the files "
            "back, or make a new split"
        )
    return {part: tuple(sorted(by_hash[d] for d in digests)) for part, digests in listed.items()}


def _counts(pictures: int, shares: Sequence[int]) -> list[int]:
    """Pictures in each part: the cuts between parts, rounded."""
    whole = sum(shares)
    if len(shares) != len(PARTS) or min(shares) < 0 or whole == 0:
        raise DataError(
            f"shares are three whole numbers, none below 0, not {'/'.join(map(str, shares))}; "
            "write 70/20/10"
        )
    cuts = [0, *((2 * sum_ * pictures + whole) // (2 * whole) for sum_ in accumulate(shares))]
    counts = [end - start for start, end in pairwise(cuts)]
    for part, share, count in zip(PARTS, shares, counts, strict=True):
        if share and not count:
            raise DataError(
                f"{pictures} pictures are too few for a split of {'/'.join(map(str, shares))}: "
                f"none is left for {part}; add pictures, or give it a share of 0"
            )
    return counts


def _by_hash(pictures: Sequence[Path]) -> dict[str, Path]:
    """Files by the SHA-256 of their content, each content once."""
    out: dict[str, Path] = {}
    for path in pictures:
        digest = _digest(path)
        if digest in out:
            raise DataError(
                f"{shown(path)}: is the same file as {shown(out[digest])}, and could end up in "
                "another part; delete one of them"
            )
        out[digest] = path
    return out


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{shown(path)}: cannot be read: {error.strerror}") from error


def _key(seed: int, digest: str) -> str:
    """Where in the order a picture stands."""
    return hashlib.sha256(f"recoup split {seed} {digest}".encode()).hexdigest()


def _read(file: Path) -> Mapping[str, Mapping[str, str]]:
    """Read the hashes and names of each part."""
    try:
        content = json.loads(file.read_text("utf-8"))
        if content["format"] != _FORMAT:
            raise DataError(
                f"{shown(file)}: is a split of format {shown(str(content['format']))}, which this "
                "recoup does not know; make a new split"
            )
        return {
            part: {str(one["sha256"]): str(one["name"]) for one in content["parts"][part]}
            for part in PARTS
        }
    except OSError as error:
        raise DataError(f"{shown(file)}: cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{shown(file)}: is no split file; recoup data split makes one") from error
