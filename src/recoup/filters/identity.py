"""The filter that does nothing: the control beside every restorer."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from recoup.image import Image


@dataclass(frozen=True)
class Identity:
    """Return the image itself.

    Examples
    --------
    >>> import numpy as np
    >>> image = Image(np.zeros((2, 3), np.uint8))
    >>> Identity().apply(image) is image
    True
    """

    name: ClassVar[str] = "identity"

    @property
    def scale(self) -> Fraction:
        """Output side over input side: 1."""
        return Fraction(1)

    def apply(self, image: Image) -> Image:
        """Return ``image``."""
        return image

    def version(self) -> str:
        """Version of the algorithm."""
        return "1"
