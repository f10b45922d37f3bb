"""Learned perceptual image patch similarity: LPIPS, AlexNet, version 0.1."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from recoup.contracts import Metric
from recoup.errors import NotApplicableError
from recoup.image import Image
from recoup.metrics.pair import identical, require_alike
from recoup.models import find
from recoup.models.engine import open_model
from recoup.models.session import Session

Levels = list[NDArray[np.float32]]

MODEL = "lpips-alex"
SMALLEST = 31
"""Shorter sides leave nothing after the second pooling."""

AT_ONCE = 1 << 21
"""Pixels that the net is fed: about 200 MB."""

_CELLS = (4, 2, 1, 1, 1)  # places of each level along a side of 16 pixels
_BEFORE, _AFTER = 80, 96  # pixels that places at the fifth level see beyond their own 16
_LEAST = 16 + _BEFORE + _AFTER
_KEPT_PIXELS = 1 << 22  # features of an original are kept up to here: 29 bytes a pixel


def lpips(reference: Image, distorted: Image) -> float:
    """Distance between two pictures' features in AlexNet, weighted as people judged.

    Samples are brought to -1..1, a grey image is three equal channels. Features after each of the
    five ReLUs are divided by their length over channels; squared differences are weighted by the
    linear layers of version 0.1, summed over channels, averaged over places, summed over levels,
    as the ``lpips`` package 0.1.4 does. Large pictures go through in tiles whose overlap is what
    the net sees, so that tiles give what the whole picture would.

    The weights are no part of recoup: ``recoup models get lpips-alex``.

    Parameters
    ----------
    reference, distorted
        Images of one shape and depth; symmetric in the two.

    Returns
    -------
    float
        0 for identical images, and up; above 1 is rare.

    Raises
    ------
    ValueError
        If the images differ in shape or depth.
    NotApplicableError
        If a side is shorter than 31 pixels.
    MissingError
        If the weights or an engine are not installed; names the command.

    References
    ----------
    Zhang, Isola, Efros, Shechtman, Wang: The unreasonable effectiveness of deep features as a
    perceptual metric. CVPR 2018.

    Examples
    --------
    >>> lpips(Image(np.zeros((30, 99), np.uint8)), Image(np.zeros((30, 99), np.uint8)))
    Traceback (most recent call last):
    recoup.errors.NotApplicableError: LPIPS needs sides of 31 pixels or more, not 99x30
    """
    session = opened(reference, distorted)
    if identical(reference, distorted):
        return 0.0
    return distance(reference, distorted, session, AT_ONCE)


def opened(reference: Image, distorted: Image) -> Session:
    """Check that the net can judge a pair, and open it.

    Raises
    ------
    ValueError, NotApplicableError, MissingError
        As :func:`lpips` says.

    Examples
    --------
    >>> opened(Image(np.zeros((9, 31), np.uint8)), Image(np.zeros((9, 31), np.uint8)))
    Traceback (most recent call last):
    recoup.errors.NotApplicableError: LPIPS needs sides of 31 pixels or more, not 31x9
    """
    require_alike(reference, distorted)
    if min(reference.width, reference.height) < SMALLEST:
        raise NotApplicableError(
            f"LPIPS needs sides of {SMALLEST} pixels or more, "
            f"not {reference.width}x{reference.height}"
        )
    return open_model(find(MODEL)[1], threads=_threads(), outputs=len(_CELLS))


def distance(reference: Image, distorted: Image, session: Session, at_once: int) -> float:
    """Sum over levels of the mean over places of the squared distance of features.

    Parameters
    ----------
    reference, distorted
        Images of one shape and depth, sides of 31 pixels or more.
    session
        Gives the five levels; ``recoup.models.alexnet``.
    at_once
        Pixels that the net is fed at most, unless a tile of one cell is already more.

    Examples
    --------
    >>> def levels(x):
    ...     places = [x.shape[2] // 16 * cells for cells in (4, 2, 1, 1, 1)]
    ...     return [np.full((1, 2, n, n), x.mean(), np.float32) for n in places]
    >>> black, white = (Image(np.full((32, 32), v, np.uint8)) for v in (0, 255))
    >>> distance(black, white, Session("", 3, "", 0.0, levels), 1 << 20)
    10.0
    """
    totals, places = np.zeros(len(_CELLS)), np.zeros(len(_CELLS))
    for tile in _tiles(reference.height, reference.width, at_once):
        for level, gaps in enumerate(_gaps(reference, distorted, tile, session)):
            totals[level] += np.vdot(gaps, gaps)
            places[level] += gaps.shape[-2] * gaps.shape[-1]
    return float((totals / places).sum())


def distances(reference: Image, distorted: Image, session: Session, at_once: int) -> Levels:
    """Squared distance of features at every place of every level: their means add up to LPIPS.

    Parameters
    ----------
    reference, distorted, session, at_once
        As for :func:`distance`.

    Returns
    -------
    list
        Five arrays (rows, columns), float32; the first has a place for every four pixels.

    Examples
    --------
    >>> def levels(x):
    ...     return [np.full((1, 2, 3, 3), x.mean(), np.float32) for _ in range(5)]
    >>> black, white = (Image(np.full((31, 31), v, np.uint8)) for v in (0, 255))
    >>> [float(d.mean()) for d in distances(black, white, Session("", 3, "", 0, levels), 1 << 20)]
    [2.0, 2.0, 2.0, 2.0, 2.0]
    """
    strips: list[list[Levels]] = []
    for tile in _tiles(reference.height, reference.width, at_once):
        if tile[1].skip == 0:  # the first of its row
            strips.append([])
        gaps = _gaps(reference, distorted, tile, session)
        strips[-1].append([np.einsum("bcyx,bcyx->yx", gap, gap) for gap in gaps])
    return [
        np.block([[parts[level] for parts in strip] for strip in strips])
        for level in range(len(_CELLS))
    ]


@dataclass(frozen=True)
class _Span:
    """One side of a tile: pixels that are fed, and the cells of 16 pixels that it owns.

    Attributes
    ----------
    start, stop
        Pixels.
    skip, count
        Cells before its own, and its own; the last span owns all that is left.
    """

    start: int
    stop: int
    skip: int
    count: int | None

    def of(self, cells: int) -> slice:
        """What it owns at a level with so many places a cell."""
        end = None if self.count is None else (self.skip + self.count) * cells
        return slice(self.skip * cells, end)


Tile = tuple[_Span, _Span]


def _tiles(height: int, width: int, at_once: int) -> Iterator[Tile]:
    """Cut the longer side of what is fed until that is small enough."""
    down = across = 1
    while True:
        rows, columns = _spans(height, down), _spans(width, across)
        tall, wide = (max(span.stop - span.start for span in side) for side in (rows, columns))
        if tall * wide <= at_once or max(tall, wide) <= _LEAST:
            return product(rows, columns)
        down, across = (down + 1, across) if tall > wide else (down, across + 1)


def _spans(length: int, parts: int) -> list[_Span]:
    """Share the cells of a side equally and add what the net sees around them."""
    cells = (((length - 3) // 4 - 1) // 2 - 1) // 2  # one convolution, two poolings
    cuts = [cells * part // parts for part in range(parts + 1)]
    spans = []
    for first, last in pairwise(cuts):
        start = max(0, 16 * first - _BEFORE)
        stop = min(length, 16 * last + _AFTER) if last < cells else length
        count = last - first if last < cells else None
        spans.append(_Span(start, stop, first - start // 16, count))
    return spans


def _gaps(reference: Image, distorted: Image, tile: Tile, session: Session) -> Levels:
    """What a tile owns of each level: the difference of the features."""
    ones = _kept_features(reference, tile, session)
    twos = _features(distorted, tile, session)
    return [np.subtract(two, one, out=two) for one, two in zip(ones, twos, strict=True)]


def _kept_features(image: Image, tile: Tile, session: Session) -> Levels:
    """Features of an original, which is compared many times; kept if it is not large."""
    if image.pixels > _KEPT_PIXELS:
        return _features(image, tile, session)
    return image.kept((MODEL, tile, session), lambda: _features(image, tile, session))


def _features(image: Image, tile: Tile, session: Session) -> Levels:
    """What a tile owns of each level, each (1, channels, rows, columns); new arrays."""
    rows, columns = tile
    part = image.samples[rows.start : rows.stop, columns.start : columns.stop]
    planes = np.empty((1, 3, *part.shape[:2]), np.float32)
    np.divide(part.transpose(2, 0, 1), np.float32(image.peak), out=planes[0])
    levels = session.run_all(planes)
    return [
        np.ascontiguousarray(level[..., rows.of(cells), columns.of(cells)])
        for level, cells in zip(levels, _CELLS, strict=True)
    ]


def _threads() -> int:
    """Processor cores that this process may use: one in a sweep's workers."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


LPIPS = Metric(
    name="lpips",
    title="LPIPS",
    unit="",
    better="lower",
    perfect=0.0,
    definition=(
        "AlexNet, version 0.1, on RGB in -1..1 (grey as three equal channels), full size, mean "
        "over places, as the lpips package 0.1.4; sides of 31 pixels or more."
    ),
    source="Zhang, Isola, Efros, Shechtman, Wang, CVPR 2018",
    version="1",
    score=lpips,
    needs=MODEL,
)
