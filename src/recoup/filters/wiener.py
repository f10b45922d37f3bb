"""Wiener filters: the classical opponents of the nets, for noise and for the seed recipe."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from recoup.errors import ChainError
from recoup.filters.cosine import cosine, from_cosine
from recoup.filters.planes import pillow_version, quantised
from recoup.filters.resample import Bicubic
from recoup.image import Image

_OPPONENT = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]]) / np.sqrt([[3], [2], [6]])
"""Orthonormal: white noise stays white, and the channels of photographs become uncorrelated."""
_RINGS = 128  # of equal frequency per cycle a pixel, in which the spectrum is fitted
_KNEE = 0.01  # cycles per pixel below which the spectrum stops growing
_SLOPES = np.arange(1.0, 4.01, 0.1)
_POWERS = np.geomspace(1e-6, 1e4, 161)

Grid = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Wiener:
    """Wiener filter against white Gaussian noise (Wiener, 1949), whole picture at once.

    The picture's power spectrum is taken as ``power / (f**2 + 0.01**2)**(slope / 2)``, the law of
    natural images (Field, 1987), whose two numbers are fitted to each opponent channel by
    maximum likelihood (Whittle, 1953). In the cosine domain, so that edges do not wrap round.
    Needs about 100 bytes of memory a pixel.

    Parameters
    ----------
    sigma
        Standard deviation of the noise on the scale 0..255 whatever the depth; 0 or more.

    Raises
    ------
    ChainError
        If sigma is negative or not finite.

    Examples
    --------
    >>> Wiener(25).apply(Image(np.array([[90, 110], [110, 90]], np.uint8))).samples[:, :, 0]
    array([[100, 100],
           [100, 100]], dtype=uint8)
    """

    sigma: float

    name: ClassVar[str] = "wiener"

    def __post_init__(self) -> None:
        """Refuse a sigma that is no width."""
        if not 0 <= self.sigma < math.inf:
            raise ChainError(f"wiener: sigma must be 0 or more, not {self.sigma}")

    @property
    def scale(self) -> Fraction:
        """Output side over input side: 1."""
        return Fraction(1)

    def apply(self, image: Image) -> Image:
        """Return the denoised image."""
        return _restored(image, self.sigma, np.ones((image.height, image.width)))

    def version(self) -> str:
        """Version of the algorithm."""
        return "1"


@dataclass(frozen=True)
class WienerSeed:
    """Undo the seed recipe as far as that is linear: Wiener deconvolution, then bicubic by 4.

    It knows the recipe's blur (Pillow's ``GaussianBlur(2)``) and noise (10), and fits the rest as
    :class:`Wiener` does. What it estimates is the small picture before blur and noise.

    Examples
    --------
    >>> WienerSeed().apply(Image(np.full((2, 3), 7, np.uint8))).samples.shape
    (8, 12, 1)
    """

    name: ClassVar[str] = "wiener-seed-x4"

    @property
    def scale(self) -> Fraction:
        """Output side over input side: 4."""
        return Fraction(4)

    def apply(self, image: Image) -> Image:
        """Return the restored image, four times as wide and high."""
        blur = blur_response(_frequencies(image.height))[:, np.newaxis]
        blur = blur * blur_response(_frequencies(image.width))
        return Bicubic(Fraction(4)).apply(_restored(image, 10, blur))

    def version(self) -> str:
        """Version of the algorithm, and Pillow's."""
        return f"1, {pillow_version()}"


def blur_response(frequency: Grid) -> Grid:
    """What Pillow's ``GaussianBlur(2)`` leaves of a wave along one axis.

    It is three box blurs of radius 1.375: five pixels of which the outer two weigh 0.375, the
    extended box of the same variance (Gwosdek et al., 2011).

    Parameters
    ----------
    frequency
        In cycles per pixel, up to 0.5.

    Examples
    --------
    >>> blur_response(np.array([0.0, 0.1, 0.2])).round(4)
    array([1.    , 0.4389, 0.0196])
    """
    inner, outer = (2 * np.cos(2 * np.pi * k * frequency) for k in (1, 2))
    return np.asarray(((1 + inner + 0.375 * outer) / 3.75) ** 3)


def _restored(image: Image, sigma: float, response: Grid) -> Image:
    """Estimate the image before a blur of this frequency ``response`` and noise ``sigma``."""
    unit = 255 / image.peak
    values = image.samples * unit
    if image.channels == 3:
        values = values @ _OPPONENT.T
    for channel in range(image.channels):
        values[:, :, channel] = _filtered(values[:, :, channel], sigma, response)
    if image.channels == 3:
        values = values @ _OPPONENT
    return quantised(values / unit, image.bits)


def _filtered(plane: Grid, sigma: float, response: Grid) -> Grid:
    """Wiener filter of one channel; its mean is kept."""
    height, width = plane.shape
    squared = _frequencies(height)[:, np.newaxis] ** 2 + _frequencies(width) ** 2
    waves = cosine(cosine(plane).T).T
    power, slope = _spectrum(waves**2, squared, response**2, sigma**2)
    clean = power * (squared + _KNEE**2) ** (-slope / 2)
    gain = response * clean / (response**2 * clean + sigma**2)
    gain[0, 0] = 1
    return from_cosine(from_cosine((waves * gain).T).T)


def _spectrum(seen: Grid, squared: Grid, through: Grid, noise: float) -> tuple[float, float]:
    """Power and slope of the clean spectrum under which the one ``seen`` is likeliest."""
    ring = (np.sqrt(squared) * _RINGS).astype(np.intp).ravel()
    ring[0] = 0  # the mean alone tells nothing of the spectrum
    count = np.bincount(ring)
    used = count > 0
    used[0] = False
    count = count[used]
    seen, squared, through = (
        np.bincount(ring, grid.ravel())[used] / count for grid in (seen, squared, through)
    )
    shapes = through * (squared + _KNEE**2) ** (-_SLOPES[:, np.newaxis] / 2)
    expected = shapes * _POWERS[:, np.newaxis, np.newaxis] + noise
    unlikely = (count * (np.log(expected) + seen / expected)).sum(axis=-1)
    best = np.unravel_index(unlikely.argmin(), unlikely.shape)
    return float(_POWERS[best[0]]), float(_SLOPES[best[1]])


def _frequencies(length: int) -> Grid:
    """Frequency of each cosine of a line, in cycles per pixel."""
    return np.arange(length) / (2 * length)
