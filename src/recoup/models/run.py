"""An image through a model: padding, channels, tiles and how large they may be."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from recoup.errors import ModelError
from recoup.image import Image, Samples
from recoup.models.card import Card
from recoup.models.session import Floats, Session
from recoup.models.tiles import Span, spans, stream

Progress = Callable[[int], None]
Feed = Callable[[Floats], Floats]

_MOST_CONTEXT = 192
_ATTENTION, _DEEP = 32, 64  # pixels, from measured seams: docs/restorers.md
_LARGEST, _SMALLEST = 1024, 32
_LIBRARIES = 300e6
_UNTOLD = 2048


def fitting_tile(image: Image, card: Card, session: Session, memory: int) -> int:
    """Largest tile, from 32 to 1024 pixels, for which a budget should do.

    Counted are 300 MB for the interpreter and the libraries, the weights twice, the image before
    and after, and for tiles fed with a side of f pixels: f² times what the engine estimates for a
    pixel (a quarter more, for what it aligns; 2 kB times the scale squared if it does not tell)
    and the tile's own arrays, and f rows of the result as float32, twice.

    Parameters
    ----------
    image, card, session
        What is to be restored with what.
    memory
        Bytes.

    Examples
    --------
    >>> session = Session("", 3, "", 512.0, lambda array: array)
    >>> image = Image(np.zeros((4000, 6000, 3), np.uint8))
    >>> fitting_tile(image, Card(name="dncnn", architecture="DnCNN", margin=20), session, 10**9)
    760
    """
    area = card.scale**2
    held = image.samples.nbytes * (1 + area) + 8 * card.parameters + _LIBRARIES
    for_pixel = 1.25 * session.bytes_per_pixel or _UNTOLD * area
    for_pixel += 4 * max(image.channels, session.channels) * (1 + 3 * area)
    for_row = 8 * image.channels * area * image.width
    room = max(0, memory - held)
    side = (sqrt(for_row**2 + 4 * for_pixel * room) - for_row) / (2 * for_pixel)
    return min(_LARGEST, max(_SMALLEST, int(side) - 2 * _context(card, None)))


def restored(
    image: Image,
    card: Card,
    session: Session,
    *,
    tile: int,
    overlap: int | None = None,
    told: Floats | None = None,
    strength: float = 1.0,
    progress: Progress | None = None,
) -> Image:
    """Run a model over an image tile by tile.

    Parameters
    ----------
    image
        Any; a grey one goes through a colour model as three equal channels whose results are
        averaged, a colour one through a grey model channel by channel.
    card, session
        The model. Where the card's margin is at most the overlap, the result is that of the
        whole image.
    tile
        Largest side of what one run adds; halved, and all begun again, when memory runs out.
    overlap
        Context at each side of a tile; None takes the card's margin, 32 where there is none
        (attention), 64 where it is above 192.
    told
        What the model is told beside the picture, shape (1, facts); None for nothing known.
    strength
        How much of what the model adds to the image is added; only for models that keep the size.
    progress
        Called with the pixels of input done.

    Returns
    -------
    Image
        ``scale`` times as wide and high, same channels and depth, rounded once.

    Raises
    ------
    ModelError
        If the model does not fit its card, fails, or memory is not enough for the smallest tile.

    Examples
    --------
    >>> session = Session("", 3, "", 0.0, lambda array: 1 - array)
    >>> image = Image(np.array([[0, 100, 255]], np.uint8))
    >>> restored(image, Card(name="n", architecture="Negative"), session, tile=2).samples.ravel()
    array([255, 155,   0], dtype=uint8)
    """
    if session.channels != card.channels:
        raise ModelError(
            f"{session.name}: takes {session.channels} channels, its card says {card.channels}"
        )

    def feed(planes: Floats) -> Floats:
        out = _fed(card, session, planes, told)
        if strength != 1:
            out = planes + np.float32(strength) * (out - planes)
        return out

    if strength != 1 and card.scale != 1:
        raise ModelError(f"{card.name}: enlarges, so that its strength cannot be chosen")
    while True:
        try:
            return _once(image, card, feed, tile, _context(card, overlap), progress)
        except MemoryError as error:
            if tile <= _SMALLEST:
                raise ModelError(
                    f"{card.name}: not enough memory, even for tiles of {tile} pixels"
                ) from error
            tile = max(_SMALLEST, tile // 2)


def _context(card: Card, overlap: int | None) -> int:
    """Pixels that a tile is given at each side beyond its own."""
    if overlap is not None:
        return overlap
    if card.margin is None:
        return _ATTENTION
    return _DEEP if card.margin > _MOST_CONTEXT else card.margin


def _once(
    image: Image, card: Card, feed: Feed, tile: int, overlap: int, progress: Progress | None
) -> Image:
    """Restore with tiles of this size."""
    exact = card.margin is not None and card.margin <= overlap
    unused = card.margin if exact and card.margin is not None else overlap // 2
    across, down = (_mirrored(side, card.multiple) for side in (image.width, image.height))
    columns = spans(len(across), tile, overlap, unused, card.multiple)
    rows = spans(len(down), tile, overlap, unused, card.multiple)
    height, width = image.height * card.scale, image.width * card.scale
    out = np.empty((height, width, image.channels), image.samples.dtype)
    count = len(rows) * len(columns)
    done = 0

    def result(row: Span, column: Span) -> Floats:
        nonlocal done
        part = image.samples[down[row.start : row.stop]][:, across[column.start : column.stop]]
        values = _run(card, feed, part, image.peak)
        done += 1
        if progress:
            progress(image.pixels * done // count)
        return values

    def emit(top: int, strip: Floats) -> None:
        strip = strip[:, : out.shape[0] - top, : out.shape[1]]
        strip *= image.peak
        np.clip(np.rint(strip, out=strip), 0, image.peak, out=strip)
        out[top : top + strip.shape[1]] = strip.transpose(1, 2, 0)

    stream(rows, columns, result, emit)
    return Image(out, image.bits)


def _mirrored(length: int, multiple: int) -> NDArray[np.intp]:
    """Indices of one side, continued by reflection to a multiple."""
    return np.pad(np.arange(length), (0, -length % multiple), mode="reflect")


def _run(card: Card, feed: Feed, part: Samples, peak: int) -> Floats:
    """Result of one tile, shape (channels of the tile, height, width), in 0..1."""
    planes = np.ascontiguousarray(part.transpose(2, 0, 1), np.float32)
    planes /= peak
    if len(planes) == card.channels:
        return feed(planes)
    if len(planes) == 1:
        out = feed(np.repeat(planes, 3, axis=0))
        return np.asarray(out.mean(axis=0, keepdims=True), np.float32)
    return np.concatenate([feed(plane[np.newaxis]) for plane in planes])


def _fed(card: Card, session: Session, planes: Floats, told: Floats | None) -> Floats:
    """Run the model; refuse a result that is not as large as the card says."""
    out: Floats = session.run(planes[np.newaxis], told)[0]
    _, height, width = planes.shape
    expected = (card.channels, height * card.scale, width * card.scale)
    if out.shape != expected:
        raise ModelError(
            f"{session.name}: gives {out.shape} where its card says {expected} "
            "(channels, height, width); import it again"
        )
    return out
