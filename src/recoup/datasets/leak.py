"""Test pictures that the training set shows too, whole or in large part.

Found: copies that were resized (also with another aspect ratio), coded again, made grey, had
their contrast changed or noise added; crops that keep half of the area or more, wherever they were
cut and whatever was done to them after; each of them also mirrored, upside down or turned by 180
degrees. Either of the two pictures may be the crop.

Not found: crops that keep less, turns by 90 degrees, two crops of one photograph that overlap
only in part, another photograph of the same scene, and pictures with next to nothing in them
(an even sky). docs/data.md has the rates of hits and false alarms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from recoup.blas import one_thread
from recoup.datasets.signature import (
    COARSE,
    FINE,
    TURNS,
    WHOLE,
    Floats,
    Window,
    signature,
    thumbnail,
    turned,
    window_signatures,
    windows,
)
from recoup.errors import UnreadableError
from recoup.picture import shown

Progress = Callable[[int, int], None]
"""Called with pictures done and pictures in all."""

_LOOK = 0.72  # coarse likeness from which a pair is looked at closely
_SAME = 0.75  # fine likeness from which it is a hit
_EDGE = 0.03  # a window that leaves no more than this at each edge is the whole picture
_FINEST = 1 / 768


@dataclass(frozen=True)
class Leak:
    """A training picture and a test picture that show the same.

    Attributes
    ----------
    train, test
        The files.
    kind
        ``file``: byte for byte the same; ``copy``: the same picture; ``crop``: one is a part of
        the other.
    whole
        Of a crop, the one that holds the other.
    turn
        How one is turned against the other: empty, ``mirrored``, ``upside down`` or ``turned by
        180 degrees``.
    distance
        1 - likeness of the signatures, 0 to 0.25; 0 is the same.
    """

    train: Path
    test: Path
    kind: Literal["file", "copy", "crop"]
    whole: Literal["train", "test", ""] = ""
    turn: str = ""
    distance: float = 0.0

    @property
    def text(self) -> str:
        """One line for people."""
        return f"{shown(self.test)} {self.finding}"

    @property
    def finding(self) -> str:
        """The same without the name of the test picture."""
        what = {
            "file": "is the same file as",
            "copy": "shows the same as",
            "crop": "is a part of" if self.whole == "train" else "holds",
        }[self.kind]
        how = ", ".join(filter(None, [self.turn, f"distance {self.distance:.2f}"]))
        return f"{what} {shown(self.train)} ({how})"


def leaks(
    train: Sequence[Path], test: Sequence[Path], *, progress: Progress | None = None
) -> tuple[Leak, ...]:
    """Find test pictures that the training pictures show too.

    Every picture is loaded once; then each costs some hundredths of a second.

    Parameters
    ----------
    train, test
        Picture files, in any order.
    progress
        Told after each picture that was loaded or compared.

    Returns
    -------
    tuple of Leak
        One for each pair, the likest first.

    Raises
    ------
    PictureError
        If a file cannot be loaded.

    Examples
    --------
    >>> leaks([], [])
    ()
    """
    total = 2 * (len(train) + len(test))
    done = iter(range(1, total + 1))

    def tell() -> None:
        count = next(done)
        if progress is not None:
            progress(count, total)

    known = [_looked_at(path, tell) for path in train]
    asked = [_looked_at(path, tell) for path in test]
    return alike(known, asked, tell)


@dataclass(frozen=True)
class Seen:
    """What is kept of a picture to compare it.

    Attributes
    ----------
    path
        What it is called.
    small
        Grey thumbnail as :func:`recoup.datasets.signature.thumbnail` makes it; any side will do.
    digest
        SHA-256 of the file; empty if it is not known.
    """

    path: Path
    small: Floats
    digest: bytes = b""


def alike(
    train: Sequence[Seen], test: Sequence[Seen], tell: Callable[[], None] = lambda: None
) -> tuple[Leak, ...]:
    """Find test pictures that the training pictures show too, by thumbnails; see :func:`leaks`.

    Parameters
    ----------
    train, test
        Pictures, in any order.
    tell
        Called after each picture.

    Examples
    --------
    >>> waves = np.sin(np.add.outer(np.arange(64) / 3, np.arange(64) ** 2 / 90), dtype=np.float32)
    >>> [leak] = alike([Seen(Path("a.png"), waves)], [Seen(Path("b.png"), waves[:, ::-1])])
    >>> leak.text
    'b.png shows the same as a.png (mirrored, distance 0.00)'
    """
    hits: dict[tuple[int, int], Leak] = {}
    with one_thread():
        for i, j, similarity, window, turn in _parts(train, test, tell):
            leak = _leak(train[i].path, test[j].path, "train", similarity, window, turn)
            _keep(hits, (i, j), leak)
        for j, i, similarity, window, turn in _parts(test, train, tell):
            leak = _leak(train[i].path, test[j].path, "test", similarity, window, turn)
            _keep(hits, (i, j), leak)
    for i, picture in enumerate(train):
        for j, other in enumerate(test):
            if picture.digest and picture.digest == other.digest:
                hits[i, j] = Leak(picture.path, other.path, "file")
    return tuple(sorted(hits.values(), key=lambda leak: (leak.distance, leak.test, leak.train)))


def _looked_at(path: Path, tell: Callable[[], None]) -> Seen:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise UnreadableError(f"{shown(path)}: cannot be read: {error.strerror}") from error
    seen = Seen(path, thumbnail(path), digest)
    tell()
    return seen


def _keep(hits: dict[tuple[int, int], Leak], pair: tuple[int, int], leak: Leak) -> None:
    """Of two findings about a pair keep the nearer."""
    if pair not in hits or leak.distance < hits[pair].distance:
        hits[pair] = leak


def _leak(
    train: Path,
    test: Path,
    whole: Literal["train", "test"],
    similarity: float,
    window: Window,
    turn: int,
) -> Leak:
    """Say what was found in words."""
    left_out = max(max(start, 1 - end) for start, end in window)
    distance = max(0.0, round(1 - similarity, 4))
    if left_out <= _EDGE:
        return Leak(train, test, "copy", "", TURNS[turn], distance)
    return Leak(train, test, "crop", whole, TURNS[turn], distance)


def _parts(
    large: Sequence[Seen], small: Sequence[Seen], tell: Callable[[], None]
) -> Iterator[tuple[int, int, float, Window, int]]:
    """Yield (large, small, likeness, window, turn) where a window of one is the whole other."""
    if not small:
        return
    wholes = turned(np.stack([signature(one.small, WHOLE, COARSE) for one in small]))
    columns = wholes.reshape(-1, COARSE * COARSE).T
    for i, one in enumerate(large):
        likeness = window_signatures(one.small).reshape(-1, COARSE * COARSE) @ columns
        best = likeness.argmax(0)
        top = likeness.max(0).reshape(len(TURNS), len(small))
        for j in map(int, np.flatnonzero(top.max(0) >= _LOOK)):
            turn = int(top[:, j].argmax())
            start = windows()[int(best[turn * len(small) + j])]
            similarity, window = _fitted(one.small, small[j].small, start, turn)
            if similarity >= _SAME:
                yield i, j, similarity, window, turn
        tell()


def _fitted(large: Floats, small: Floats, window: Window, turn: int) -> tuple[float, Window]:
    """Move the edges of the window until it fits best; return the likeness there."""
    target = turned(signature(small, WHOLE, FINE))[turn]

    def likeness(at: Window) -> float:
        return float(np.vdot(signature(large, at, FINE), target))

    best, step = likeness(window), 1 / 48
    while step > _FINEST:
        tried = max(((likeness(at), at) for at in _moved(window, step)), default=(0.0, window))
        if tried[0] > best:
            best, window = tried
        else:
            step /= 2
    return best, window


def _moved(window: Window, step: float) -> Iterator[Window]:
    """Windows with one or both edges of one direction moved a step."""
    for axis in (0, 1):
        start, end = window[axis]
        for first, last in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1)):
            low, high = max(0.0, start + first * step), min(1.0, end + last * step)
            if high - low >= 0.45 and (low, high) != (start, end):
                yield ((low, high), window[1]) if axis == 0 else (window[0], (low, high))
