"""The seed study's recipe: what harms a picture in the experiment that recoup repeats."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from PIL.Image import Resampling
from PIL.ImageFilter import GaussianBlur

from recoup.errors import NotApplicableError
from recoup.filters.draw import check_seed, numpy_version
from recoup.filters.noise import Noise
from recoup.filters.planes import Plane, by_pillow, pillow_version
from recoup.image import Image

__all__ = ["Noise", "SeedRecipe"]


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
    >>> import numpy as np
    >>> SeedRecipe().apply(Image(np.zeros((9, 16, 3), np.uint8))).samples.shape
    (2, 4, 3)
    """

    seed: int = 0

    name: ClassVar[str] = "seed-recipe"

    def __post_init__(self) -> None:
        """Refuse a negative seed."""
        check_seed(self.name, self.seed)

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

        return Noise(10, self.seed).apply(by_pillow(image, shrink, "F"))

    def version(self) -> str:
        """Pillow's and NumPy's versions."""
        return f"{pillow_version()}, {numpy_version()}"
