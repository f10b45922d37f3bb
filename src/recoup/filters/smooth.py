"""Smoothing: Gaussian blur and median."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL.ImageFilter import MedianFilter

from recoup.errors import ChainError
from recoup.filters.planes import by_pillow, pillow_version, quantised
from recoup.image import Image

_STRIP_SAMPLES = 1 << 20  # worked on at a time in float64, so that memory does not grow


@dataclass(frozen=True)
class Blur:
    """Gaussian blur, true to the kernel (Pillow's is a chain of box blurs).

    Separable, cut at 4 sigma, the image mirrored at its edges (the edge pixel twice), in
    float64, rounded.

    Parameters
    ----------
    sigma
        Standard deviation in pixels; 0 or more.

    Raises
    ------
    ChainError
        If sigma is negative or not finite.

    Examples
    --------
    >>> dot = np.zeros((3, 3), np.uint8)
    >>> dot[1, 1] = 255
    >>> Blur(0.5).apply(Image(dot)).samples[:, :, 0]
    array([[  3,  21,   3],
           [ 21, 158,  21],
           [  3,  21,   3]], dtype=uint8)
    """

    sigma: float

    name: ClassVar[str] = "blur"

    def __post_init__(self) -> None:
        """Refuse a sigma that is no width."""
        if not 0 <= self.sigma < math.inf:
            raise ChainError(f"blur: sigma must be 0 or more, not {self.sigma}")

    @property
    def scale(self) -> Fraction:
        """Output side over input side: 1."""
        return Fraction(1)

    def apply(self, image: Image) -> Image:
        """Return the blurred image."""
        weights = _bell(self.sigma)
        reach = len(weights) - 1
        rows = np.pad(np.arange(image.height), reach, mode="symmetric")
        columns = np.pad(np.arange(image.width), reach, mode="symmetric")
        out = np.empty_like(image.samples)
        step = max(1, _STRIP_SAMPLES // image.samples[0].size)
        for top in range(0, image.height, step):
            lines = rows[top : min(top + step, image.height) + 2 * reach]
            strip = _weighted(image.samples[lines].astype(np.float64), weights)
            strip = _weighted(strip[:, columns].swapaxes(0, 1), weights).swapaxes(0, 1)
            out[top : top + step] = quantised(strip, image.bits).samples
        return Image(out, image.bits)

    def version(self) -> str:
        """Version of the algorithm."""
        return "1"


@dataclass(frozen=True)
class Median:
    """Median over a square window, each channel on its own, edge pixels repeated.

    Parameters
    ----------
    size
        Side of the window in pixels, odd.

    Raises
    ------
    ChainError
        If the size is even or below 1.

    Examples
    --------
    >>> Median(3).apply(Image(np.array([[1, 1, 9, 1, 1]], np.uint8))).samples.ravel()
    array([1, 1, 1, 1, 1], dtype=uint8)
    """

    size: int

    name: ClassVar[str] = "median"

    def __post_init__(self) -> None:
        """Refuse a size that has no middle."""
        if self.size < 1 or self.size % 2 == 0:
            raise ChainError(f"median: size must be odd (3, 5, ...), not {self.size}")

    @property
    def scale(self) -> Fraction:
        """Output side over input side: 1."""
        return Fraction(1)

    def apply(self, image: Image) -> Image:
        """Return the filtered image."""
        return by_pillow(image, lambda plane: plane.filter(MedianFilter(self.size)), "I")

    def version(self) -> str:
        """Pillow's version."""
        return pillow_version()


def _bell(sigma: float) -> NDArray[np.float64]:
    """Half a Gaussian from its middle to 4 sigma; the whole sums to 1."""
    if sigma == 0:
        return np.ones(1)
    weights = np.exp(-0.5 * (np.arange(int(4 * sigma + 0.5) + 1) / sigma) ** 2)
    return np.asarray(weights / (2 * weights.sum() - 1))


def _weighted(padded: NDArray[Any], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convolve the first axis with a symmetric kernel given by its half; no padding is left."""
    reach = len(weights) - 1
    length = padded.shape[0] - 2 * reach
    total = padded[reach : reach + length] * weights[0]
    for k in range(1, reach + 1):
        before, after = reach - k, reach + k
        total += weights[k] * (padded[before : before + length] + padded[after : after + length])
    return np.asarray(total)
