"""Convolution with a kernel by Fourier transform, the picture mirrored at its edges."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from recoup.filters.kernels import Kernel
from recoup.filters.planes import Values

_STRIP_ROWS = 512  # worked on at a time, so that memory does not grow with the height


def convolved(values: Values, kernel: Kernel) -> Values:
    """Convolve each channel with ``kernel``.

    Beyond an edge lies the mirrored picture, the edge pixel once (NumPy's ``reflect``).

    Parameters
    ----------
    values
        Shape (height, width, channels); float32 is worked on and returned in float32, which is
        good to about 1e-5 of the largest value.
    kernel
        Square with an odd side.

    Examples
    --------
    >>> convolved(np.array([[[0.0], [3.0], [6.0]]]), np.full((3, 3), 1 / 9)).ravel().round(6)
    array([2., 3., 4.])
    """
    height, width, channels = values.shape
    reach = kernel.shape[0] // 2
    rows = np.pad(np.arange(height), reach, mode="reflect")
    columns = np.pad(np.arange(width), reach, mode="reflect")
    strip = min(height, max(_STRIP_ROWS, 8 * reach))
    size = _fast(strip + 2 * reach), _fast(width + 2 * reach)
    response = np.fft.rfft2(kernel, size).astype(np.result_type(values, np.complex64))
    out = np.empty_like(values)
    for top in range(0, height, strip):
        bottom = min(top + strip, height)
        lines = rows[top : bottom + 2 * reach]
        for channel in range(channels):
            padded = values[:, :, channel][lines][:, columns]
            whole = np.fft.irfft2(np.fft.rfft2(padded, size) * response, size)
            out[top:bottom, :, channel] = whole[
                2 * reach : 2 * reach + bottom - top, 2 * reach : 2 * reach + width
            ]
    return out


@lru_cache(maxsize=256)
def _fast(length: int) -> int:
    """The next even length that is a product of 2, 3 and 5: transforms are fastest there."""
    while True:
        rest = length
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1 and length % 2 == 0:
            return length
        length += 1
