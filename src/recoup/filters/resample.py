"""Changes of size by Pillow, whose bicubic is the field's reference beside MATLAB's.

All are antialiased: when shrinking, the kernel is as wide as the pixels that it merges. Images of
8 bits are Pillow's own result, which is rounded between its two passes; above, each channel is
resized in float32 and rounded once.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from PIL.Image import Resampling

from recoup.errors import ChainError, NotApplicableError
from recoup.filters.planes import by_pillow, pillow_version
from recoup.image import Image


@dataclass(frozen=True)
class Bicubic:
    """Cubic convolution with a = -0.5 (Keys, 1981).

    Parameters
    ----------
    factor
        Output side over input side, above 0; ``Fraction(1, 4)`` shrinks.

    Raises
    ------
    ChainError
        If the factor is not above 0.

    Examples
    --------
    >>> import numpy as np
    >>> Bicubic(Fraction(1, 4)).apply(Image(np.full((8, 12), 7, np.uint8))).samples.ravel()
    array([7, 7, 7, 7, 7, 7], dtype=uint8)
    """

    factor: Fraction

    name: ClassVar[str] = "bicubic"

    def __post_init__(self) -> None:
        """Refuse a factor that no image can have."""
        _check_factor(self.name, self.factor)

    @property
    def scale(self) -> Fraction:
        """Output side over input side: the factor."""
        return Fraction(self.factor)

    def apply(self, image: Image) -> Image:
        """Return the resized image. Raises NotApplicableError if a side would be no integer."""
        return _resized(image, self.name, self.scale, Resampling.BICUBIC)

    def version(self) -> str:
        """Pillow's version."""
        return pillow_version()


@dataclass(frozen=True)
class Lanczos:
    """Windowed sinc with three lobes (Duchon, 1979).

    Parameters
    ----------
    factor
        Output side over input side, above 0; ``Fraction(1, 4)`` shrinks.

    Raises
    ------
    ChainError
        If the factor is not above 0.

    Examples
    --------
    >>> import numpy as np
    >>> Lanczos(Fraction(2)).apply(Image(np.full((2, 1), 7, np.uint16), 10)).samples.shape
    (4, 2, 1)
    """

    factor: Fraction

    name: ClassVar[str] = "lanczos"

    def __post_init__(self) -> None:
        """Refuse a factor that no image can have."""
        _check_factor(self.name, self.factor)

    @property
    def scale(self) -> Fraction:
        """Output side over input side: the factor."""
        return Fraction(self.factor)

    def apply(self, image: Image) -> Image:
        """Return the resized image. Raises NotApplicableError if a side would be no integer."""
        return _resized(image, self.name, self.scale, Resampling.LANCZOS)

    def version(self) -> str:
        """Pillow's version."""
        return pillow_version()


@dataclass(frozen=True)
class Area:
    """Mean of the pixels that each new one covers; enlarging by whole factors, the nearest.

    Parameters
    ----------
    factor
        Output side over input side, above 0; ``Fraction(1, 4)`` shrinks.

    Raises
    ------
    ChainError
        If the factor is not above 0.

    Examples
    --------
    >>> import numpy as np
    >>> Area(Fraction(1, 2)).apply(Image(np.array([[1, 3], [3, 5]], np.uint8))).samples.item()
    3
    """

    factor: Fraction

    name: ClassVar[str] = "area"

    def __post_init__(self) -> None:
        """Refuse a factor that no image can have."""
        _check_factor(self.name, self.factor)

    @property
    def scale(self) -> Fraction:
        """Output side over input side: the factor."""
        return Fraction(self.factor)

    def apply(self, image: Image) -> Image:
        """Return the resized image. Raises NotApplicableError if a side would be no integer."""
        return _resized(image, self.name, self.scale, Resampling.BOX)

    def version(self) -> str:
        """Pillow's version."""
        return pillow_version()


def _check_factor(name: str, factor: Fraction) -> None:
    """Refuse a factor that is not above 0."""
    if factor <= 0:
        raise ChainError(f"{name}: factor must be above 0 (4, or 1/4), not {factor}")


def _resized(image: Image, name: str, factor: Fraction, kernel: Resampling) -> Image:
    """Resize by Pillow to exactly ``factor`` times each side."""
    width, height = image.width * factor, image.height * factor
    if width.denominator > 1 or height.denominator > 1:
        raise NotApplicableError(
            f"{name}:{factor} needs sides that are multiples of {factor.denominator}, "
            f"not {image.width}x{image.height}: crop the image first"
        )
    size = int(width), int(height)
    return by_pillow(image, lambda plane: plane.resize(size, kernel), "F")
