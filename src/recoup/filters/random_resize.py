"""Resize to a random size and on to the wanted one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np

from recoup.errors import ChainError
from recoup.filters.draw import check_seed, generator, numpy_version
from recoup.filters.planes import Values, quantised
from recoup.filters.resample import scaled_size
from recoup.filters.rounds import drawn_resize
from recoup.image import Image


@dataclass(frozen=True)
class RandomResize:
    """Resize by a random factor, then to ``factor``, each time by a random interpolation.

    Area, bilinear or bicubic, without antialiasing (:mod:`recoup.filters.interpolate`), as
    Real-ESRGAN does (Wang et al., 2021); rounded once, at the end.

    Parameters
    ----------
    factor
        Output side over input side, above 0.
    low, high
        Range of the random factor between, above 0; both sides get the same.
    seed
        Of the draw, 0 or more.

    Raises
    ------
    ChainError
        If a setting is out of range.

    Examples
    --------
    >>> RandomResize(Fraction(1, 2)).apply(Image(np.full((4, 6), 9, np.uint8))).samples.shape
    (2, 3, 1)
    """

    factor: Fraction = Fraction(1)
    low: float = 0.15
    high: float = 1.5
    seed: int = 0

    name: ClassVar[str] = "random-resize"

    def __post_init__(self) -> None:
        """Refuse settings out of range."""
        if self.factor <= 0:
            raise ChainError(f"random-resize: factor must be above 0, not {self.factor}")
        if not 0 < self.low <= self.high < math.inf:
            raise ChainError(
                "random-resize: low must be above 0 and high not below low, "
                f"not {self.low} and {self.high}"
            )
        check_seed(self.name, self.seed)

    @property
    def scale(self) -> Fraction:
        """Output side over input side: the factor."""
        return Fraction(self.factor)

    def apply(self, image: Image) -> Image:
        """Return the resized image. Raises NotApplicableError if a side would be no integer."""
        width, height = scaled_size(self.name, self.scale, image)
        draw = generator(self.seed)
        factor = draw.uniform(self.low, self.high)
        values: Values = image.samples.astype(np.float32 if image.bits == 8 else np.float64)
        values = drawn_resize(values, int(image.height * factor), int(image.width * factor), draw)
        return quantised(drawn_resize(values, height, width, draw), image.bits)

    def version(self) -> str:
        """Version of the algorithm, and NumPy's."""
        return f"1, {numpy_version()}"
