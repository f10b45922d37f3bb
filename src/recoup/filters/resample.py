"""Changes of size by Pillow, whose bicubic is the field's reference beside MATLAB's.

All are antialiased: when shrinking, the kernel is as wide as the pixels that it merges. Images of
8 bits are Pillow's own result, which is rounded between its two passes; above, each channel is
resized in float32 and rounded once. (:mod:`recoup.filters.interpolate` has the kinds that are
not antialiased, for degradations.)
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from PIL.Image import Resampling

from recoup.errors import ChainError, NotApplicableError
from recoup.filters.planes import by_pillow, pillow_version
from recoup.image import Image


def scaled_size(name: str, factor: Fraction, image: Image) -> tuple[int, int]:
    """Width and height of ``image`` times ``factor``.

    Raises
    ------
    NotApplicableError
        If a side would be no integer; ``name`` is the filter's, for the message.

    Examples
    --------
    >>> import numpy as np
    >>> scaled_size("bicubic", Fraction(1, 4), Image(np.zeros((8, 12), np.uint8)))
    (3, 2)
    """
    width, height = image.width * factor, image.height * factor
    if width.denominator > 1 or height.denominator > 1:
        raise NotApplicableError(
            f"{name}:{factor} needs sides that are multiples of {factor.denominator}, "
            f"not {image.width}x{image.height}: crop the image first"
        )
    return int(width), int(height)


@dataclass(frozen=True)
class Resample:
    """What every change of size does; the subclasses name the kernel.

    Parameters
    ----------
    factor
        Output side over input side, above 0; ``Fraction(1, 4)`` shrinks.

    Raises
    ------
    ChainError
        If the factor is not above 0.
    """

    factor: Fraction

    name: ClassVar[str]
    kernel: ClassVar[Resampling]

    def __post_init__(self) -> None:
        """Refuse a factor that no image can have."""
        if self.factor <= 0:
            raise ChainError(f"{self.name}: factor must be above 0 (4, or 1/4), not {self.factor}")

    @property
    def scale(self) -> Fraction:
        """Output side over input side: the factor."""
        return Fraction(self.factor)

    def apply(self, image: Image) -> Image:
        """Return the resized image. Raises NotApplicableError if a side would be no integer."""
        size = scaled_size(self.name, self.scale, image)
        return by_pillow(image, lambda plane: plane.resize(size, self.kernel), "F")

    def version(self) -> str:
        """Pillow's version."""
        return pillow_version()


@dataclass(frozen=True)
class Bicubic(Resample):
    """Cubic convolution with a = -0.5 (Keys, 1981).

    Examples
    --------
    >>> import numpy as np
    >>> Bicubic(Fraction(1, 4)).apply(Image(np.full((8, 12), 7, np.uint8))).samples.ravel()
    array([7, 7, 7, 7, 7, 7], dtype=uint8)
    """

    name: ClassVar[str] = "bicubic"
    kernel: ClassVar[Resampling] = Resampling.BICUBIC


@dataclass(frozen=True)
class Bilinear(Resample):
    """Linear interpolation; when shrinking, means under a triangle.

    Examples
    --------
    >>> import numpy as np
    >>> Bilinear(Fraction(2)).apply(Image(np.array([[0, 8]], np.uint8))).samples[0].ravel()
    array([0, 2, 6, 8], dtype=uint8)
    """

    name: ClassVar[str] = "bilinear"
    kernel: ClassVar[Resampling] = Resampling.BILINEAR


@dataclass(frozen=True)
class Lanczos(Resample):
    """Windowed sinc with three lobes (Duchon, 1979).

    Examples
    --------
    >>> import numpy as np
    >>> Lanczos(Fraction(2)).apply(Image(np.full((2, 1), 7, np.uint16), 10)).samples.shape
    (4, 2, 1)
    """

    name: ClassVar[str] = "lanczos"
    kernel: ClassVar[Resampling] = Resampling.LANCZOS


@dataclass(frozen=True)
class Area(Resample):
    """Mean of the pixels that each new one covers; enlarging by whole factors, the nearest.

    Examples
    --------
    >>> import numpy as np
    >>> Area(Fraction(1, 2)).apply(Image(np.array([[1, 3], [3, 5]], np.uint8))).samples.item()
    3
    """

    name: ClassVar[str] = "area"
    kernel: ClassVar[Resampling] = Resampling.BOX
