"""The discrete cosine transform (DCT-II, orthonormal) along the first axis, by NumPy's Fourier.

Its waves are mirrored at the edges of a picture, so that a symmetric filter becomes one factor a
wave, and nothing wraps round from one edge to the other. By one complex transform of the same
length (Makhoul, 1980).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Lines = NDArray[np.floating[Any]]


def cosine(lines: Lines) -> Lines:
    """Transform the first axis of two.

    Examples
    --------
    >>> cosine(np.array([[3.0], [3.0], [3.0], [3.0]])).ravel().round(9)
    array([6., 0., 0., 0.])
    """
    order = np.concatenate([lines[::2], lines[1::2][::-1]])
    return np.asarray((np.fft.fft(order, axis=0) * _turn(len(lines))).real)


def from_cosine(waves: Lines) -> Lines:
    """Transform back the first axis of two.

    Examples
    --------
    >>> from_cosine(np.array([[6.0], [0.0], [0.0], [0.0]])).ravel().round(9)
    array([3., 3., 3., 3.])
    """
    length = len(waves)
    mirrored = np.zeros_like(waves)
    mirrored[1:] = waves[:0:-1]
    order = np.fft.ifft((waves - 1j * mirrored) / _turn(length), axis=0).real
    lines = np.empty_like(waves)
    lines[::2] = order[: (length + 1) // 2]
    lines[1::2] = order[(length + 1) // 2 :][::-1]
    return lines


def _turn(length: int) -> NDArray[np.complex128]:
    """Phase of half a sample and orthonormal scale for each wave, as a column."""
    wave = np.arange(length)[:, np.newaxis]
    scale = np.where(wave == 0, 1, np.sqrt(2)) / np.sqrt(length)
    return np.asarray(scale * np.exp(-0.5j * np.pi * wave / length))
