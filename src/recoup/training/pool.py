"""Training pictures, decoded once and held in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recoup.errors import PictureError, TrainingError
from recoup.image import Image
from recoup.picture import load, measured, shown

_LOSSY = (".jpg", ".jpeg", ".webp", ".avif")
_FEWEST = 4


@dataclass(frozen=True, eq=False)
class Pool:
    """Pictures to cut crops from; each is as likely as any other.

    By area, a few large ones would outweigh hundreds of small ones, and they are the smoothest.

    Attributes
    ----------
    pictures
        RGB of 8 bits.
    names
        Their files.
    left_out
        One line for each file that could not be used.
    """

    pictures: tuple[Image, ...]
    names: tuple[Path, ...]
    left_out: tuple[str, ...] = ()

    @property
    def pixels(self) -> int:
        """Of all pictures."""
        return sum(picture.pixels for picture in self.pictures)

    def crop(self, side: int, draw: np.random.Generator, *, zoom: tuple[int, ...] = (1,)) -> Image:
        """Cut a square from a random picture, mirrored and turned at random.

        Parameters
        ----------
        side
            Of the square.
        draw
            Where the randomness comes from.
        zoom
            One of these, at random: so many times as large a square is cut, where the picture is
            large enough, and averaged down.

        Examples
        --------
        >>> pool = Pool((Image(np.zeros((9, 9, 3), np.uint8)),), (Path("a.png"),))
        >>> pool.crop(8, np.random.default_rng(0)).samples.shape
        (8, 8, 3)
        """
        picture = self.pictures[int(draw.integers(len(self.pictures)))]
        times = min(int(draw.choice(zoom)), min(picture.height, picture.width) // side)
        large = side * times
        top, left = (
            int(draw.integers(length - large + 1)) for length in (picture.height, picture.width)
        )
        square = _averaged(picture.samples[top : top + large, left : left + large], times)
        turn = int(draw.integers(8))
        square = square[::-1] if turn & 1 else square
        square = square[:, ::-1] if turn & 2 else square
        square = square.transpose(1, 0, 2) if turn & 4 else square
        return Image(np.ascontiguousarray(square))


def pool(paths: Sequence[Path], *, side: int) -> Pool:
    """Load training pictures.

    A picture that is there twice is taken once, so that none is both trained on and validated
    with. Pictures from lossy files with sides of twice ``side`` and more are halved by averaging,
    once and until the shorter side is below 2000, which takes away the traces of the codec.

    Parameters
    ----------
    paths
        Files.
    side
        Pictures smaller than this are left out.

    Raises
    ------
    TrainingError
        If fewer than 4 pictures can be used; the message names what is wrong with the others.

    Examples
    --------
    >>> pool([], side=64)
    Traceback (most recent call last):
    recoup.errors.TrainingError: training needs at least 4 pictures, there are 0
    """
    pictures: dict[str, Image] = {}
    names, left_out = [], []
    for path in paths:
        try:
            image = _colour(measured(load(path))[0])
        except PictureError as error:
            left_out.append(str(error))
            continue
        if path.suffix.lower() in _LOSSY:
            image = _halved(image, side)
        if min(image.width, image.height) < side:
            left_out.append(f"{shown(path)}: sides of {side} pixels are needed for crops")
            continue
        if image.sha256 in pictures:
            left_out.append(f"{shown(path)}: the same picture is there already")
            continue
        pictures[image.sha256] = image
        names.append(path)
    if len(pictures) < _FEWEST:
        raise TrainingError(
            f"training needs at least {_FEWEST} pictures, there are {len(pictures)}{_why(left_out)}"
        )
    return Pool(tuple(pictures.values()), tuple(names), tuple(left_out))


def pools(
    paths: Sequence[Path], valid: Sequence[Path] = (), *, side: int, held_out: int
) -> tuple[Pool, Pool]:
    """Load pictures to train on and pictures to validate with.

    Parameters
    ----------
    paths
        To train on.
    valid
        To validate with; if there are none, some of ``paths`` are held out by :func:`split`.
    side
        Pictures smaller than this are left out.
    held_out
        How many, without ``valid``.

    Returns
    -------
    tuple of Pool
        Training, validation; ``left_out`` of the first tells of both.

    Raises
    ------
    TrainingError
        As :func:`pool` raises it; or if no picture of either kind can be used.

    Examples
    --------
    >>> pools([], side=64, held_out=12)
    Traceback (most recent call last):
    recoup.errors.TrainingError: training needs at least 4 pictures, there are 0
    """
    whole = pool([*valid, *paths], side=side)  # what is in both is validated with, not trained on
    if not valid:
        return split(whole, held_out=held_out)
    known = set(valid)
    several = range(len(whole.names))
    kept = _part(whole, [at for at in several if whole.names[at] not in known])
    held = _part(whole, [at for at in several if whole.names[at] in known])
    for one, purpose in ((kept, "train on"), (held, "validate with")):
        if not one.pictures:
            raise TrainingError(f"there is no picture to {purpose}{_why(whole.left_out)}")
    return kept, held


def split(whole: Pool, *, held_out: int) -> tuple[Pool, Pool]:
    """Part training from validation pictures, by the order of their hashes.

    Parameters
    ----------
    whole
        All of them.
    held_out
        For validation, but a quarter of all at most.

    Examples
    --------
    >>> pictures = tuple(Image(np.full((8, 8, 3), n, np.uint8)) for n in range(8))
    >>> parts = split(Pool(pictures, tuple(map(Path, "abcdefgh"))), held_out=3)
    >>> [len(part.pictures) for part in parts]
    [6, 2]
    """
    order = sorted(range(len(whole.pictures)), key=lambda at: whole.pictures[at].sha256)
    few = min(held_out, len(order) // 4)
    return _part(whole, order[few:]), _part(whole, order[:few])


def _part(whole: Pool, indices: Sequence[int]) -> Pool:
    """Some of the pictures, in this order."""
    return Pool(
        tuple(whole.pictures[at] for at in indices),
        tuple(whole.names[at] for at in indices),
        whole.left_out,
    )


def _why(left_out: Sequence[str]) -> str:
    """The first reasons why pictures were left out, if any were."""
    return f"; left out: {'; '.join(left_out[:3])}" if left_out else ""


def _colour(image: Image) -> Image:
    """Return RGB of 8 bits."""
    samples = image.samples
    if image.bits > 8:
        samples = np.rint(samples * (255 / image.peak)).astype(np.uint8)
    return Image(np.repeat(samples, 3, axis=2) if image.channels == 1 else samples)


def _halved(image: Image, side: int) -> Image:
    """Halve by averaging, once and until the shorter side is below 2000, but not below ``side``."""
    samples = image.samples
    while min(samples.shape[:2]) >= 2 * side:
        height, width = (length - length % 2 for length in samples.shape[:2])
        samples = _averaged(samples[:height, :width], 2)
        if min(samples.shape[:2]) < 2000:
            break
    return Image(np.ascontiguousarray(samples))


def _averaged(samples: NDArray[Any], times: int) -> NDArray[Any]:
    """Average blocks of ``times`` by ``times``; sides must be multiples."""
    if times == 1:
        return samples
    height, width, channels = samples.shape
    blocks = samples.reshape(height // times, times, width // times, times, channels)
    added = blocks.sum(axis=(1, 3), dtype=np.uint32)
    means: NDArray[Any] = ((added + times**2 // 2) // times**2).astype(samples.dtype)
    return means
