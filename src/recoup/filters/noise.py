"""Noise: Gaussian and Poisson, in each channel its own or grey."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from recoup.errors import ChainError
from recoup.filters.draw import check_seed, generator, numpy_version
from recoup.filters.planes import Values, quantised
from recoup.image import Image

_STRIP_SAMPLES = 1 << 16  # worked on at a time in float64, so that it stays in the cache
_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601


@dataclass(frozen=True)
class Noise:
    """Additive white Gaussian noise, the same for the same seed; rounded and clipped.

    Drawn with NumPy's ``Generator(PCG64(seed))`` in the order rows, columns, channels.

    Parameters
    ----------
    sigma
        Standard deviation on the scale 0..255 whatever the depth; 0 or more.
    seed
        0 or more.
    grey
        The same noise in all channels.

    Raises
    ------
    ChainError
        If a setting is out of range.

    Examples
    --------
    >>> Noise(25, seed=1).apply(Image(np.full((1, 4), 128, np.uint8))).samples.ravel()
    array([137, 149, 136,  95], dtype=uint8)
    """

    sigma: float
    seed: int = 0
    grey: bool = False

    name: ClassVar[str] = "noise"

    def __post_init__(self) -> None:
        """Refuse settings out of range."""
        if not 0 <= self.sigma < math.inf:
            raise ChainError(f"noise: sigma must be 0 or more, not {self.sigma}")
        check_seed(self.name, self.seed)

    @property
    def scale(self) -> Fraction:
        """Output side over input side: 1."""
        return Fraction(1)

    def apply(self, image: Image) -> Image:
        """Return the image with noise added."""
        draw = generator(self.seed)
        out = np.empty_like(image.samples)
        step = max(1, _STRIP_SAMPLES // image.samples[0].size)
        sigma = self.sigma * image.peak / 255
        for top in range(0, image.height, step):
            strip = image.samples[top : top + step]
            noise = gaussian_noise(strip.shape, sigma, draw, grey=self.grey)
            out[top : top + step] = quantised(strip + noise, image.bits).samples
        return Image(out, image.bits)

    def version(self) -> str:
        """NumPy's version, since its normal numbers may change with it."""
        return numpy_version()


@dataclass(frozen=True)
class Poisson:
    """Shot noise as in Real-ESRGAN (Wang et al., 2021, section 3.1); rounded and clipped.

    A sample on the scale 0..1 is taken as a mean of ``sample * levels`` photons, where ``levels``
    is the power of two not below the number of different values that the image has on 8 bits:
    256 for most photographs, but 1 for a flat image, which gets noise to match. What the counted
    photons differ from their mean is multiplied by ``strength``. At 256 levels, strength 1 has a
    standard deviation of 16 at white, 11 at middle grey and 0 at black, on the scale 0..255.

    Parameters
    ----------
    strength
        Of the noise, 0 or more; Real-ESRGAN (where it is called scale) draws 0.05 to 3.
    seed
        0 or more.
    grey
        The same noise in all channels: that of the luma (BT.601).

    Raises
    ------
    ChainError
        If a setting is out of range.

    Examples
    --------
    >>> Poisson(1, seed=1).apply(Image(np.array([[0, 64, 128, 255]], np.uint8))).samples.ravel()
    array([  0, 128, 128, 191], dtype=uint8)
    """

    strength: float = 1.0
    seed: int = 0
    grey: bool = False

    name: ClassVar[str] = "poisson"

    def __post_init__(self) -> None:
        """Refuse settings out of range."""
        if not 0 <= self.strength < math.inf:
            raise ChainError(f"poisson: strength must be 0 or more, not {self.strength}")
        check_seed(self.name, self.seed)

    @property
    def scale(self) -> Fraction:
        """Output side over input side: 1."""
        return Fraction(1)

    def apply(self, image: Image) -> Image:
        """Return the image with noise added."""
        draw, unit = generator(self.seed), 255 / image.peak
        levels = photon_levels(image.samples >> (image.bits - 8))
        out = np.empty_like(image.samples)
        step = max(1, _STRIP_SAMPLES // image.samples[0].size)
        for top in range(0, image.height, step):
            values = image.samples[top : top + step] * unit
            noise = poisson_noise(values, levels, draw, grey=self.grey) * self.strength
            out[top : top + step] = quantised((values + noise) / unit, image.bits).samples
        return Image(out, image.bits)

    def version(self) -> str:
        """NumPy's version, since its Poisson numbers may change with it."""
        return numpy_version()


def gaussian_noise(
    shape: tuple[int, ...], sigma: float, draw: np.random.Generator, *, grey: bool = False
) -> Values:
    """White Gaussian noise.

    Parameters
    ----------
    shape
        (height, width, channels).
    sigma
        Standard deviation.
    draw
        Where the numbers come from.
    grey
        Return one channel, for all.

    Examples
    --------
    >>> gaussian_noise((4, 5, 3), 10, np.random.default_rng(0), grey=True).shape
    (4, 5, 1)
    """
    return draw.standard_normal((*shape[:2], 1) if grey else shape) * sigma


def photon_levels(samples: NDArray[np.integer[Any]]) -> int:
    """The power of two not below the number of different values.

    Parameters
    ----------
    samples
        Any shape, 0..255.

    Examples
    --------
    >>> photon_levels(np.array([[0, 7, 7, 200]], np.uint8))
    4
    """
    different = np.count_nonzero(np.bincount(samples.ravel(), minlength=256))
    return 1 << (int(different) - 1).bit_length()


def poisson_noise(
    values: Values, levels: int, draw: np.random.Generator, *, grey: bool = False
) -> Values:
    """Shot noise of strength 1, as :class:`Poisson` describes.

    Parameters
    ----------
    values
        Shape (height, width, channels), on the scale 0..255; rounded and clipped first.
    levels
        Photons at 255.
    draw
        Where the numbers come from.
    grey
        Return one channel, for all.

    Examples
    --------
    >>> poisson_noise(np.zeros((4, 5, 3)), 256, np.random.default_rng(0)).any()
    np.False_
    """
    if grey and values.shape[2] == 3:
        values = values @ _LUMA[:, np.newaxis]
    means = np.clip(np.rint(values), 0, 255)
    return np.asarray(draw.poisson(means * (levels / 255)) * (255 / levels) - means)
