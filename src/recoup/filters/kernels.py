"""Blur kernels of Real-ESRGAN (Wang et al., 2021, section 3.1), as formulae.

All are square with an odd side, point-symmetric about the middle, and sum to 1.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kernel = NDArray[np.float64]
Shape = Literal["gaussian", "plateau"]


def bell(
    size: int,
    sigma: tuple[float, float],
    angle: float = 0.0,
    beta: float = 1.0,
    shape: Shape = "gaussian",
) -> Kernel:
    """Gaussian, generalised Gaussian or plateau of two widths, turned by an angle.

    With d the squared distance from the middle in units of sigma (Mahalanobis), the weights are
    ``exp(-d**beta / 2)`` (Gaussian at beta 1, else generalised: Pascal et al., 2013) or
    ``1 / (1 + d**beta)`` (plateau), taken at the middle of each pixel.

    Parameters
    ----------
    size
        Side in pixels, odd.
    sigma
        Widths in pixels, above 0, along the first axis and across it.
    angle
        Of the first axis, in degrees from the rows (0) towards the columns downward.
    beta
        Above 0: how sharply the weights fall; Real-ESRGAN draws 0.5 to 4, for plateaus 1 to 2.
    shape
        ``gaussian`` or ``plateau``.

    Examples
    --------
    >>> bell(3, (0.5, 0.5)).round(3)
    array([[0.011, 0.084, 0.011],
           [0.084, 0.619, 0.084],
           [0.011, 0.084, 0.011]])
    """
    down, right = _offsets(size)
    turn = math.radians(angle)
    along = (right * math.cos(turn) + down * math.sin(turn)) / sigma[0]
    across = (down * math.cos(turn) - right * math.sin(turn)) / sigma[1]
    power = (along**2 + across**2) ** beta
    weights = np.exp(-power / 2) if shape == "gaussian" else 1 / (1 + power)
    return np.asarray(weights / weights.sum())


def sinc(size: int, cutoff: float) -> Kernel:
    """Ideal circular low-pass, cut to a square: it rings, as over-sharpened pictures do.

    ``cutoff * J1(cutoff * r) / (2 * pi * r)`` with J1 the Bessel function (Wang et al., 2021,
    equation 6), divided by its sum.

    Parameters
    ----------
    size
        Side in pixels, odd.
    cutoff
        In radians per pixel, above 0, at most pi.

    Examples
    --------
    >>> sinc(3, 2.0).round(3)
    array([[0.064, 0.13 , 0.064],
           [0.13 , 0.225, 0.13 ],
           [0.064, 0.13 , 0.064]])
    """
    down, right = _offsets(size)
    radius = np.hypot(down, right)
    radius[size // 2, size // 2] = 1
    weights = _bessel_j1(cutoff * radius) / radius
    weights[size // 2, size // 2] = cutoff / 2
    return np.asarray(weights / weights.sum())


def _offsets(size: int) -> tuple[Kernel, Kernel]:
    """Distance of each pixel from the middle, downward (a column) and to the right (a row)."""
    line = np.arange(size, dtype=np.float64) - size // 2
    return line[:, np.newaxis], line[np.newaxis, :]


def _bessel_j1(x: Kernel) -> Kernel:
    """Bessel function of the first kind, order 1, by its integral (Abramowitz, 9.1.21).

    The integrand is periodic and smooth, so the trapezoidal rule is exact to rounding once it
    has more nodes than the integrand has waves.
    """
    nodes = np.pi * (np.arange(int(x.max()) + 40) + 0.5) / (int(x.max()) + 40)
    return np.asarray(np.cos(nodes - x[..., np.newaxis] * np.sin(nodes)).mean(axis=-1))
