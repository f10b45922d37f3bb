"""Blur as in Real-ESRGAN: kernels of several shapes, and one drawn at random."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np

from recoup.errors import ChainError
from recoup.filters.convolve import convolved
from recoup.filters.draw import check_seed, generator, numpy_version
from recoup.filters.kernels import Kernel, Shape, bell, sinc
from recoup.filters.planes import quantised
from recoup.filters.rounds import FIRST, drawn_kernel
from recoup.image import Image


@dataclass(frozen=True)
class KernelBlur:
    """Gaussian, generalised Gaussian or plateau blur, isotropic or not (Wang et al., 2021).

    The formulae are those of :func:`recoup.filters.kernels.bell`. Beyond an edge lies the
    mirrored picture, the edge pixel once.

    Parameters
    ----------
    sigma
        Width of the kernel along its first axis, pixels, above 0.
    across
        Width across it; none takes ``sigma``.
    angle
        Of the first axis in degrees, from the rows (0) towards the columns downward.
    beta
        Above 0; 1 is the Gaussian itself, others the generalised one.
    shape
        ``gaussian`` or ``plateau``.
    size
        Side of the kernel in pixels, odd.

    Raises
    ------
    ChainError
        If a setting is out of range.

    Examples
    --------
    >>> line = Image(np.array([[0, 0, 255, 0, 0]], np.uint8))
    >>> KernelBlur(1, across=0.2).apply(line).samples.ravel()
    array([ 28,  63, 102,  63,  28], dtype=uint8)
    """

    sigma: float
    across: float | None = None
    angle: float = 0.0
    beta: float = 1.0
    shape: Shape = "gaussian"
    size: int = 21

    name: ClassVar[str] = "kernel-blur"

    def __post_init__(self) -> None:
        """Refuse settings out of range."""
        for what in ("sigma", "across", "beta"):
            value = getattr(self, what)
            if value is not None and not 0 < value < math.inf:
                raise ChainError(f"kernel-blur: {what} must be above 0, not {value}")
        if not math.isfinite(self.angle):
            raise ChainError(f"kernel-blur: angle must be a number of degrees, not {self.angle}")
        _check_size(self.name, self.size)

    @property
    def scale(self) -> Fraction:
        """Output side over input side: 1."""
        return Fraction(1)

    @property
    def kernel(self) -> Kernel:
        """Its weights."""
        widths = self.sigma, self.sigma if self.across is None else self.across
        return bell(self.size, widths, self.angle, self.beta, self.shape)

    def apply(self, image: Image) -> Image:
        """Return the blurred image."""
        return _blurred(image, self.kernel)

    def version(self) -> str:
        """Version of the algorithm."""
        return "1"


@dataclass(frozen=True)
class Sinc:
    """Ideal circular low-pass: the ringing of over-sharpened pictures (Wang et al., 2021).

    Beyond an edge lies the mirrored picture, the edge pixel once.

    Parameters
    ----------
    cutoff
        In radians per pixel, above 0, at most pi.
    size
        Side of the kernel in pixels, odd.

    Raises
    ------
    ChainError
        If a setting is out of range.

    Examples
    --------
    >>> edge = Image(np.array([[50, 50, 50, 200, 200, 200]], np.uint8))
    >>> Sinc(1.5).apply(edge).samples.ravel()
    array([ 30,  50,  97, 153, 200, 220], dtype=uint8)
    """

    cutoff: float
    size: int = 21

    name: ClassVar[str] = "sinc"

    def __post_init__(self) -> None:
        """Refuse settings out of range."""
        if not 0 < self.cutoff <= math.pi + 1e-5:
            raise ChainError(f"sinc: cutoff must be above 0 and at most pi, not {self.cutoff}")
        _check_size(self.name, self.size)

    @property
    def scale(self) -> Fraction:
        """Output side over input side: 1."""
        return Fraction(1)

    @property
    def kernel(self) -> Kernel:
        """Its weights."""
        return sinc(self.size, self.cutoff)

    def apply(self, image: Image) -> Image:
        """Return the filtered image."""
        return _blurred(image, self.kernel)

    def version(self) -> str:
        """Version of the algorithm."""
        return "1"


@dataclass(frozen=True)
class RandomBlur:
    """A blur drawn as Real-ESRGAN's first round draws it: any of the kernels, sinc included.

    Parameters
    ----------
    seed
        Of the draw, 0 or more.

    Raises
    ------
    ChainError
        If the seed is negative.

    Examples
    --------
    >>> RandomBlur(seed=4).apply(Image(np.full((1, 4), 9, np.uint8))).samples.ravel()
    array([9, 9, 9, 9], dtype=uint8)
    """

    seed: int = 0

    name: ClassVar[str] = "random-blur"

    def __post_init__(self) -> None:
        """Refuse a negative seed."""
        check_seed(self.name, self.seed)

    @property
    def scale(self) -> Fraction:
        """Output side over input side: 1."""
        return Fraction(1)

    def apply(self, image: Image) -> Image:
        """Return the blurred image."""
        return _blurred(image, drawn_kernel(FIRST, generator(self.seed)))

    def version(self) -> str:
        """NumPy's version, since its random numbers may change with it."""
        return numpy_version()


def _check_size(name: str, size: int) -> None:
    """Refuse a kernel without a middle."""
    if size < 1 or size % 2 == 0:
        raise ChainError(f"{name}: size must be odd (7, 9, ... 21), not {size}")


def _blurred(image: Image, kernel: Kernel) -> Image:
    """Convolve, in float32 for 8 bits and float64 above, and round."""
    kind = np.float32 if image.bits == 8 else np.float64
    return quantised(convolved(image.samples.astype(kind), kernel), image.bits)
