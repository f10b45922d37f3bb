"""What harms a picture on purpose: noise, and the seed study's recipe."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np
from PIL.Image import Resampling
from PIL.ImageFilter import GaussianBlur

from recoup.errors import ChainError, NotApplicableError
from recoup.filters.planes import Plane, by_pillow, pillow_version, quantised
from recoup.image import Image

_STRIP_SAMPLES = 1 << 20  # worked on at a time in float64, so that memory does not grow


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

    name: ClassVar[str] = "noise"

    def __post_init__(self) -> None:
        """Refuse settings out of range."""
        if not 0 <= self.sigma < math.inf:
            raise ChainError(f"noise: sigma must be 0 or more, not {self.sigma}")
        _check_seed(self.name, self.seed)

    @property
    def scale(self) -> Fraction:
        """Output side over input side: 1."""
        return Fraction(1)

    def apply(self, image: Image) -> Image:
        """Return the image with noise added."""
        return _noisy(image, self.sigma, self.seed)

    def version(self) -> str:
        """NumPy's version, since its normal numbers may change with it."""
        return f"numpy {np.__version__}"


@dataclass(frozen=True)
class SeedRecipe:
    """The degradation of the seed study, so that its experiment can be repeated.

    Pillow's bicubic to a quarter of each side (integer division), Pillow's ``GaussianBlur(2)``,
    Gaussian noise with a standard deviation of 10, rounded and clipped. 8 bits only.

    Parameters
    ----------
    seed
        Of the noise, 0 or more.

    Raises
    ------
    ChainError
        If the seed is negative.

    Examples
    --------
    >>> SeedRecipe().apply(Image(np.zeros((9, 16, 3), np.uint8))).samples.shape
    (2, 4, 3)
    """

    seed: int = 0

    name: ClassVar[str] = "seed-recipe"

    def __post_init__(self) -> None:
        """Refuse a negative seed."""
        _check_seed(self.name, self.seed)

    @property
    def scale(self) -> Fraction:
        """Output side over input side: 1/4."""
        return Fraction(1, 4)

    def apply(self, image: Image) -> Image:
        """Return the degraded image, a quarter as wide and high.

        Raises
        ------
        NotApplicableError
            If the image has more than 8 bits, or a side below 4.
        """
        size = image.width // 4, image.height // 4
        if image.bits != 8 or 0 in size:
            raise NotApplicableError(
                "seed-recipe takes images of 8 bits and sides of 4 pixels or more, not "
                f"{image.width}x{image.height} of {image.bits} bits"
            )

        def shrink(plane: Plane) -> Plane:
            return plane.resize(size, Resampling.BICUBIC).filter(GaussianBlur(2))

        return _noisy(by_pillow(image, shrink, "F"), 10, self.seed)

    def version(self) -> str:
        """Pillow's and NumPy's versions."""
        return f"{pillow_version()}, numpy {np.__version__}"


def _check_seed(name: str, seed: int) -> None:
    """Refuse a seed that the generator does not take."""
    if seed < 0:
        raise ChainError(f"{name}: seed must be 0 or more, not {seed}")


def _noisy(image: Image, sigma: float, seed: int) -> Image:
    """Add Gaussian noise, ``sigma`` on the scale 0..255."""
    draw = np.random.Generator(np.random.PCG64(seed))
    out = np.empty_like(image.samples)
    step = max(1, _STRIP_SAMPLES // image.samples[0].size)
    for top in range(0, image.height, step):
        strip = image.samples[top : top + step]
        noise = draw.standard_normal(strip.shape) * (sigma * image.peak / 255)
        out[top : top + step] = quantised(strip + noise, image.bits).samples
    return Image(out, image.bits)
