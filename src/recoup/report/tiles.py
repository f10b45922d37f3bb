"""The worst tiles of a decode: small squares that lose most, with their place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recoup.image import Image
from recoup.metrics.maps import Map

SIDE = 64
"""Pixels of a tile's side, less where the picture is smaller."""
STEP = 16
"""Tiles are looked for at every so many-th pixel."""
COUNT = 5
_NOTHING = 1e-9  # what sums of no error may leave


@dataclass(frozen=True)
class Tile:
    """A square of the picture.

    Attributes
    ----------
    x, y, width, height
        Its left upper corner and its size, pixels.
    psnr
        Over its samples, dB.
    ssim, lpips
        Means of the maps over it; None where there is no map.
    """

    x: int
    y: int
    width: int
    height: int
    psnr: float
    ssim: float | None = None
    lpips: float | None = None


def worst_tiles(
    original: Image, decoded: Image, maps: Mapping[str, Map]
) -> dict[str, tuple[Tile, ...]]:
    """For each layer the tiles that lose most by it, the worst first, none upon another.

    Parameters
    ----------
    original, decoded
        Images of one shape and depth.
    maps
        By layer (:func:`recoup.report.maps.maps`): ``error`` ranks by the mean squared error,
        the others by the mean of their map.

    Returns
    -------
    dict
        By layer five tiles at most; only such as lose anything.

    Examples
    --------
    >>> one = np.zeros((96, 96), np.uint8)
    >>> two = one.copy()
    >>> two[70:74, 8:12] = 200
    >>> maps = {"error": np.abs(two - one).astype(np.float32)}
    >>> [(t.x, t.y, round(t.psnr, 1)) for t in worst_tiles(Image(one), Image(two), maps)["error"]]
    [(0, 16, 26.2)]
    """
    size = min(SIDE, original.height), min(SIDE, original.width)
    losses = {"error": _squared_error(original, decoded)}
    losses |= {
        name: 1 - map_ if name == "ssim" else map_ for name, map_ in maps.items() if name != "error"
    }
    means = {name: _means(loss, size) for name, loss in losses.items()}
    return {
        name: tuple(_tile(x, y, size, means, original.peak) for x, y in _worst(means[name], size))
        for name in maps
    }


def _worst(means: NDArray[np.float64], size: tuple[int, int]) -> list[tuple[int, int]]:
    """Corners (x, y) of the windows with the greatest means that do not overlap."""
    tall, wide = size
    rows, columns = (_places(n) for n in means.shape)
    ranked = means[np.ix_(rows, columns)]
    found: list[tuple[int, int]] = []
    for at in np.argsort(-ranked, axis=None, kind="stable"):
        i, j = divmod(int(at), len(columns))
        x, y = int(columns[j]), int(rows[i])
        if len(found) == COUNT or ranked[i, j] <= _NOTHING:
            break
        if all(abs(x - a) >= wide or abs(y - b) >= tall for a, b in found):
            found.append((x, y))
    return found


def _tile(
    x: int, y: int, size: tuple[int, int], means: Mapping[str, NDArray[np.float64]], peak: int
) -> Tile:
    here = {name: float(values[y, x]) for name, values in means.items()}
    psnr = 10 * math.log10(peak**2 / here["error"]) if here["error"] > _NOTHING else math.inf
    ssim = 1 - here["ssim"] if "ssim" in here else None
    return Tile(x, y, size[1], size[0], psnr, ssim, here.get("lpips"))


def _squared_error(original: Image, decoded: Image) -> NDArray[np.float32]:
    """Mean over channels, (height, width), in squared levels of the picture's own depth."""
    off = original.samples.astype(np.float32) - decoded.samples
    return np.asarray(np.einsum("yxc,yxc->yx", off, off) / original.channels, np.float32)


def _means(values: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float64]:
    """Means over all windows of a size (height, width), by the corner."""
    tall, wide = size
    sums = np.zeros((values.shape[0] + 1, values.shape[1] + 1))
    np.cumsum(np.cumsum(values, axis=0, dtype=float), axis=1, out=sums[1:, 1:])
    inside = sums[tall:, wide:] - sums[:-tall, wide:] - sums[tall:, :-wide] + sums[:-tall, :-wide]
    return np.asarray(inside / (tall * wide))


def _places(count: int) -> NDArray[np.intp]:
    """Of so many corners along a side those that are looked at: every 16th, and the last."""
    return np.unique([*range(0, count, STEP), count - 1]).astype(np.intp)
