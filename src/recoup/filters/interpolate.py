"""Changes of size without antialiasing, as pictures meet them on their way: for degradations.

The kinds are those that Real-ESRGAN draws from, PyTorch's ``interpolate`` of that name: ``area``
(mean over whole pixels), ``bilinear``, and ``bicubic`` with a = -0.75. When shrinking, the last
two read only the 2 or 4 nearest pixels, so that they alias; :mod:`recoup.filters.resample` does
not.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recoup.filters.planes import Values

Kind = Literal["area", "bilinear", "bicubic"]
KINDS: tuple[Kind, ...] = ("area", "bilinear", "bicubic")
_A = -0.75  # of the cubic, as in PyTorch and OpenCV

Taps = tuple[NDArray[np.intp], NDArray[np.float64]]


def interpolated(values: Values, height: int, width: int, kind: Kind) -> Values:
    """Change the size of each channel.

    Parameters
    ----------
    values
        Shape (rows, columns, channels).
    height, width
        Of the result, 1 or more.
    kind
        ``area``, ``bilinear`` or ``bicubic`` (which may overshoot).

    Examples
    --------
    >>> interpolated(np.array([[[0.0], [8.0]]]), 1, 4, "bilinear").ravel()
    array([0., 2., 6., 8.])
    """
    tall = _along(values, height, kind).swapaxes(0, 1)
    return np.ascontiguousarray(_along(tall, width, kind).swapaxes(0, 1))


def _along(values: Values, new: int, kind: Kind) -> Values:
    """Give the first axis ``new`` places: each a weighted sum of a few old ones."""
    if values.shape[0] == new:
        return values
    index, weights = _taps(values.shape[0], new, kind)
    values = np.ascontiguousarray(values)
    total = np.zeros((new, *values.shape[1:]), values.dtype)
    for places, weight in zip(index, weights.astype(values.dtype), strict=True):
        total += values[places] * weight[:, np.newaxis, np.newaxis]
    return total


def _taps(old: int, new: int, kind: Kind) -> Taps:
    """Which of ``old`` samples each of ``new`` is made of, and with what weights: (taps, new)."""
    place = np.arange(new)
    if kind == "area":
        first, end = place * old // new, -(-(place + 1) * old // new)
        index = first + np.arange((end - first).max())[:, np.newaxis]
        return np.minimum(index, old - 1), (index < end) / (end - first)
    centre = (place + 0.5) * (old / new) - 0.5
    if kind == "bilinear":
        centre = np.maximum(centre, 0)
        reach, steps = 0, 2
    else:
        reach, steps = 1, 4
    index = np.floor(centre).astype(np.intp) - reach + np.arange(steps)[:, np.newaxis]
    distance = np.abs(centre - index)
    weights = 1 - distance if kind == "bilinear" else _cubic(distance)
    return np.clip(index, 0, old - 1), weights


def _cubic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cubic convolution (Keys, 1981) for distances up to 2."""
    near = ((_A + 2) * x - (_A + 3)) * x**2 + 1
    far = ((x - 5) * x + 8) * x * _A - 4 * _A
    return np.where(x <= 1, near, far)
