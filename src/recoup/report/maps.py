"""Where it hurts: maps of a decode's errors as small pictures of few colours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from recoup.errors import MissingError, NotApplicableError
from recoup.image import Image
from recoup.metrics.maps import Map, error_map, lpips_map, ssim_map
from recoup.report.stills import Still, codec_of

STEPS = 16
"""Colours in a map: few, so that maps stay small."""
MOST_PIXELS = 1 << 18
"""Larger maps are reduced by a whole factor; a map's file is therefore at most 131 kB."""
MOST_LPIPS_PIXELS = 1 << 23
"""Above it (8 megapixels) no map of LPIPS is made: a net takes about a second a megapixel."""
_ANCHORS = ((13, 8, 48), (84, 15, 109), (187, 55, 84), (249, 142, 9), (252, 255, 164))
"""Matplotlib's inferno at five points (Smith and van der Walt, 2015; CC0)."""


@dataclass(frozen=True)
class Layer:
    """One kind of map.

    Attributes
    ----------
    name, title
        Key, and what it is called.
    best, worst
        Values of its darkest and its brightest colour.
    low, high
        What these two mean, in words.
    definition
        One sentence.
    made
        Values from an original and its decode, (height, width).
    """

    name: str
    title: str
    best: float
    worst: float
    low: str
    high: str
    definition: str
    made: Callable[[Image, Image], Map]

    def severity(self, values: Map) -> NDArray[np.float32]:
        """Values between the two ends as 0 (best) to 1 (worst, and beyond).

        Examples
        --------
        >>> LAYERS["error"].severity(np.array([[0.0, 12.75, 99.0]], np.float32)).tolist()
        [[0.0, 0.5, 1.0]]
        """
        share = (values - np.float32(self.best)) / np.float32(self.worst - self.best)
        return np.asarray(np.clip(share, 0, 1), np.float32)


LAYERS = MappingProxyType(
    {
        layer.name: layer
        for layer in (
            Layer(
                "error",
                "Absolute error",
                0.0,
                25.5,
                "no error",
                "25.5 of 255 levels and more",
                "Absolute difference to the original, the greatest of the channels.",
                error_map,
            ),
            Layer(
                "ssim",
                "SSIM map",
                1.0,
                0.6,
                "1, the same",
                "0.6 and less",
                "SSIM of the window of 11 x 11 pixels around each pixel, mean over channels.",
                ssim_map,
            ),
            Layer(
                "lpips",
                "LPIPS map",
                0.0,
                0.3,
                "0, the same",
                "0.3 and more",
                "Distance of features in AlexNet around each pixel, summed over its five levels.",
                lpips_map,
            ),
        )
    }
)


def maps(original: Image, decoded: Image, names: Iterable[str] = tuple(LAYERS)) -> dict[str, Map]:
    """The maps that can be made of a pair, by name of their layer.

    LPIPS is absent where its model is not installed or the picture is above 8 megapixels.

    Parameters
    ----------
    original, decoded
        Images of one shape and depth.
    names
        Layers wanted.

    Examples
    --------
    >>> image = Image(np.zeros((8, 8), np.uint8))
    >>> list(maps(image, image))  # too small for a window of SSIM
    ['error']
    """
    found = {}
    for name in names:
        if name == "lpips" and original.pixels > MOST_LPIPS_PIXELS:
            continue
        try:
            found[name] = LAYERS[name].made(original, decoded)
        except (MissingError, NotApplicableError):
            continue
    return found


def map_still(layer: Layer, values: Map, most_pixels: int = MOST_PIXELS) -> Still:
    """A map as a lossless WebP of 16 colours, dark where nothing is lost, bright where much is.

    Parameters
    ----------
    layer, values
        What it shows.
    most_pixels
        A larger map is reduced by a whole factor, each pixel a mean.

    Examples
    --------
    >>> map_still(LAYERS["error"], np.zeros((8, 8), np.float32)).media_type
    'image/webp'
    """
    share = reduced(layer.severity(values)[..., None], most_pixels)[..., 0]
    at = np.minimum(np.rint(share * (STEPS - 1)), STEPS - 1).astype(np.intp)
    codec = codec_of("webp:lossless=true,method=4")
    return Still(codec.encode(Image(np.ascontiguousarray(palette()[at]))), codec.media_type)


def reduced(values: NDArray[np.float32], most_pixels: int) -> NDArray[np.float32]:
    """Means over squares, as large as keeps to so many pixels; (height, width, channels).

    Squares at the right and at the bottom are cut where the picture ends.

    Examples
    --------
    >>> reduced(np.arange(6, dtype=np.float32).reshape(2, 3, 1), 2).tolist()
    [[[2.0], [3.5]]]
    """
    height, width, _ = values.shape
    side = 1
    while -(-height // side) * -(-width // side) > most_pixels:
        side += 1
    if side == 1:
        return values
    down, across = (np.arange(0, n, side) for n in (height, width))
    sums = np.add.reduceat(np.add.reduceat(values, down, axis=0), across, axis=1)
    tall, wide = (np.minimum(at + side, n) - at for at, n in ((down, height), (across, width)))
    return np.asarray(sums / np.outer(tall, wide)[..., None], np.float32)


def palette() -> NDArray[np.uint8]:
    """Colours of the maps from no error to the worst, shape (STEPS, 3), sRGB.

    Examples
    --------
    >>> palette().shape
    (16, 3)
    """
    at = np.linspace(0, len(_ANCHORS) - 1, STEPS)
    known = np.arange(len(_ANCHORS))
    channels = [np.interp(at, known, [c[i] for c in _ANCHORS]) for i in range(3)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)
