"""Which test pictures show what a model was trained on, without its training set.

``trained_on.npz`` ships: the name and a grey thumbnail, 64 x 64 and 8 bits, of every picture in the
sets that shipped weights may be trained on, those held out to choose weights by among them. The
pictures and their thumbnails keep their licences, which ``recoup data list`` tells. ``make
thumbs`` writes the file again from the sets.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recoup.datasets.catalogue import CATALOGUE
from recoup.datasets.get import folder, resolve
from recoup.datasets.leak import Leak, Seen, alike
from recoup.datasets.signature import thumbnail
from recoup.models import Card
from recoup.picture import write
from recoup.results.row import FLATTERS

FILE = Path(__file__).with_name("trained_on.npz")
"""The file that ships."""

SIDE = 64
"""Samples along a side of its thumbnails."""

_BATCH = 256  # test pictures compared at a time, which bounds memory


@dataclass(frozen=True)
class Flattered:
    """A test picture that shows what models were trained on.

    Attributes
    ----------
    leak
        What was found; the training picture is named ``SET/FILE``.
    models
        Names of the models that were trained on its set.
    """

    leak: Leak
    models: tuple[str, ...]

    @property
    def text(self) -> str:
        """One line for people."""
        return self._said(self.leak.text, self.models)

    def note(self, models: Iterable[str]) -> str:
        """The same without the picture's name, for those of some models; empty if for none."""
        mine = tuple(name for name in self.models if name in set(models))
        return self._said(self.leak.finding, mine) if mine else ""

    @staticmethod
    def _said(what: str, models: Sequence[str]) -> str:
        were = "was" if len(models) == 1 else "were"
        return f"{what}, which {' and '.join(models)} {were} trained on: {FLATTERS}"


def flattered(test: Iterable[Seen], cards: Iterable[Card]) -> Iterator[Flattered]:
    """Find test pictures that show what models were trained on.

    Parameters
    ----------
    test
        Pictures; none is asked for unless a card names a set whose thumbnails ship.
    cards
        Of the models.

    Yields
    ------
    Flattered
        One for each pair of a test and a training picture, with the models it concerns.

    Examples
    --------
    >>> from recoup.models import find
    >>> one = Seen(Path("copy.png"), known(["cid22-train"])[7].small[:, ::-1])
    >>> [hit] = flattered([one], [find("deblock")[0], find("dncnn")[0]])
    >>> hit.text
    'copy.png shows the same as cid22-train/110472.png (mirrored, distance 0.00),
     which deblock and dncnn were trained on: its scores flatter'
    """
    learned = {card.name: sets_of(card) for card in cards}
    shipped = known({name for sets in learned.values() for name in sets})
    several = iter(test)
    while shipped and (batch := tuple(islice(several, _BATCH))):
        for leak in alike(shipped, batch):
            set_ = leak.train.parts[0]
            yield Flattered(leak, tuple(name for name, sets in learned.items() if set_ in sets))


def sets_of(card: Card) -> tuple[str, ...]:
    """Names of the catalogue's sets that a card says a model was trained on.

    Examples
    --------
    >>> from recoup.models import find
    >>> sets_of(find("deblock")[0])
    ('cid22-train', 'lomiri-wallpapers-16.04', 'lomiri-wallpapers-20.04')
    """
    titles = {part.partition(" (")[0] for part in card.data.split("; ")}
    return tuple(name for name, entry in CATALOGUE.items() if entry.title in titles)


def known(sets: Iterable[str]) -> tuple[Seen, ...]:
    """Read the thumbnails of sets; of sets that are not in the file, none.

    Examples
    --------
    >>> len(known(["cid22-train", "lomiri-wallpapers-20.04", "kodak"]))
    213
    """
    wanted = set(sets)
    if not wanted:
        return ()
    with np.load(FILE) as held:
        names, thumbnails = held["names"].tolist(), held["thumbnails"]
    return tuple(
        Seen(Path(name), small.astype(np.float32) / 255)
        for name, small in zip(names, thumbnails, strict=True)
        if name.partition("/")[0] in wanted
    )


def make(file: str | os.PathLike[str] = FILE) -> int:
    """Write the thumbnails of all sets that shipped weights may be trained on.

    Parameters
    ----------
    file
        To make or replace.

    Returns
    -------
    int
        Pictures in it.

    Raises
    ------
    MissingError
        If a set is not on this machine; names the command.

    Examples
    --------
    >>> make()  # doctest: +SKIP
    228
    """
    paths = {
        f"{name}/{path.relative_to(folder() / name).as_posix()}": path
        for name, entry in CATALOGUE.items()
        if entry.trainable
        for path in resolve(name)
    }
    thumbnails = np.stack([shrunk(path) for path in paths.values()])
    data = io.BytesIO()
    np.savez_compressed(data, names=np.array(list(paths)), thumbnails=thumbnails)
    write(data.getvalue(), file)
    return len(paths)


def shrunk(path: Path) -> NDArray[np.uint8]:
    """The thumbnail of a picture as the file has it: SIDE x SIDE, 8 bits.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b"P5 2 1 255 " + bytes([7, 90])), file.flush()
    ...     small = shrunk(Path(file.name))
    >>> small.shape, small[0, 0], small[0, 63]
    ((64, 64), np.uint8(7), np.uint8(90))
    """
    small = thumbnail(path)
    block = len(small) // SIDE
    means = small.reshape(SIDE, block, SIDE, block).mean((1, 3))
    out: NDArray[np.uint8] = np.rint(255 * means).astype(np.uint8)
    return out
