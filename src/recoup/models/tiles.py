"""Pictures of any size through a model piece by piece, in memory that does not grow with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Span:
    """One tile's extent along one side of the picture.

    Attributes
    ----------
    start, size
        In pixels of the input.
    weights
        Shape (size,), how much each pixel of the tile counts in the result; over all tiles they
        sum to 1 at every pixel of the side.
    """

    start: int
    size: int
    weights: Floats

    @property
    def stop(self) -> int:
        """First pixel after it."""
        return self.start + self.size


def spans(length: int, tile: int, overlap: int, unused: int, multiple: int = 1) -> list[Span]:
    """Cover one side with tiles of one size.

    Every tile is up to ``tile`` pixels and ``overlap`` more at each end for context: as many
    tiles as that takes, made as small as their number allows, all of one size, so that an engine
    sees one shape. Where two meet, the ``unused`` outermost pixels of each do not count and the
    rest fades linearly from one to the other. At the picture's own ends every pixel counts.

    Parameters
    ----------
    length
        Of the side, a multiple of ``multiple``.
    tile, overlap
        Raised to multiples of ``multiple``, so that strided layers see the grid that they would
        see in the whole picture.
    unused
        At most ``overlap``. With the model's margin the result is that of the whole picture.
    multiple
        Of the model's input sides.

    Examples
    --------
    >>> [(span.start, span.stop) for span in spans(100, 40, 8, 8)]
    [(0, 44), (28, 72), (56, 100)]
    >>> spans(100, 40, 2, 1)[1].weights[:4]
    array([0.  , 0.25, 0.75, 1.  ], dtype=float32)
    """
    reach = -(-overlap // multiple) * multiple
    count = -(-(length - 2 * reach) // max(tile, 1))
    if count <= 1:
        return [Span(0, length, np.ones(length, np.float32))]
    step = -(-(length - 2 * reach) // (count * multiple)) * multiple
    size = step + 2 * reach
    starts = [*range(0, length - size, step), length - size]
    if reach == unused:
        fade = (np.arange(size) >= unused).astype(np.float64)
    else:
        fade = np.clip((np.arange(size) + 0.5 - unused) / (2 * (reach - unused)), 0, 1)
    total, parts = np.zeros(length), []
    for start in starts:
        part = np.minimum(fade if start else 1.0, fade[::-1] if start + size < length else 1.0)
        total[start : start + size] += part
        parts.append(part)
    return [
        Span(start, size, (part / total[start : start + size]).astype(np.float32))
        for start, part in zip(starts, parts, strict=True)
    ]


def stream(
    rows: Sequence[Span],
    columns: Sequence[Span],
    result: Callable[[Span, Span], Floats],
    emit: Callable[[int, Floats], None],
) -> None:
    """Blend the results of all tiles and hand them on from top to bottom.

    Memory holds one row of tiles. Every tile's result is new, so what fails is never shown as
    the tile before.

    Parameters
    ----------
    rows, columns
        From :func:`spans`, those of the height and of the width.
    result
        Gives a tile's result, a new array (it is changed) of shape (channels, scale * rows,
        scale * columns).
    emit
        Is given the first row and shape (channels, any rows, scale * width), which is only good
        until it returns.

    Examples
    --------
    >>> tiles = spans(5, 2, 1, 1)
    >>> parts = []
    >>> picture = np.arange(25, dtype=np.float32).reshape(1, 5, 5)
    >>> def crop(row, column):
    ...     return picture[:, row.start : row.stop, column.start : column.stop].copy()
    >>> stream(tiles, tiles, crop, lambda top, part: parts.append(part.copy()))
    >>> bool((np.concatenate(parts, axis=1) == picture).all())
    True
    """
    strip = np.zeros((0, 0, 0), np.float32)
    for at, row in enumerate(rows):
        for column in columns:
            tile = result(row, column)
            scale = tile.shape[1] // row.size
            if not strip.size:
                strip = np.zeros((*tile.shape[:2], columns[-1].stop * scale), np.float32)
            down, across = (np.repeat(span.weights, scale) for span in (row, column))
            tile *= down[:, np.newaxis] * across
            strip[:, :, column.start * scale : column.stop * scale] += tile
        done = (rows[at + 1].start if at + 1 < len(rows) else row.stop) - row.start
        emit(row.start * scale, strip[:, : done * scale])
        strip[:, : (row.size - done) * scale] = strip[:, done * scale :]
        strip[:, (row.size - done) * scale :] = 0
