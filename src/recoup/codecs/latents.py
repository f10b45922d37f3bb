"""What the learned codec's latents are: channels, groups, scales, and the tables both sides share.

Everything here is a whole number or fixed by a formula that rounds to one; docs/rcp.md has it all.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

BLOCK = 8
"""Pixels of the picture to a side of one latent position."""
HYPER = 4
"""Latent positions to a side of one hyper-latent position."""
LUMA, CHROMA = 64, 28
"""Coefficients of the 8x8 DCT that are kept, in zigzag order."""
CHANNELS = LUMA + 2 * CHROMA
SIDE = 24
"""Channels of the hyper-latent."""
FEATURES = 32
"""Of what the hyper-decoder gives each latent position, whole numbers 0..127."""
HIDDEN = 64
"""Features of each group's net."""
MOST = 127
"""Largest magnitude of a weight or an activation of the integer nets."""
SCALES = 64
"""Scales that a symbol can have; the first means that it is not coded."""
PARTS = 8
"""Parts of a quantiser step in which means are counted."""
QUALITIES = 8
"""Whole qualities, 1 the smallest file; between them values are interpolated."""
STEPS = 36
"""Steps of the stored quality from one whole quality to the next."""

_CUTS = ((0, 6, 15, 28, 64), (0, 1, 6, 15, 28))
_LEAST, _LARGEST = 0.05, 64.0


def zigzag() -> list[tuple[int, int]]:
    """Frequencies (down, across) of an 8x8 DCT in the order of ITU-T T.81 (1992), figure 5.

    Examples
    --------
    >>> zigzag()[:6]
    [(0, 0), (0, 1), (1, 0), (2, 0), (1, 1), (0, 2)]
    """

    def place(at: tuple[int, int]) -> tuple[int, int]:
        diagonal = at[0] + at[1]
        return diagonal, at[0] if diagonal % 2 else at[1]

    return sorted(((v, u) for v in range(BLOCK) for u in range(BLOCK)), key=place)


def channels() -> list[tuple[int, int]]:
    """Plane (0 Y, 1 Cb, 2 Cr) and place in zigzag order of every channel, group after group.

    Examples
    --------
    >>> channels()[5:8], len(channels())
    ([(0, 5), (1, 0), (2, 0)], 120)
    """
    return [
        (plane, at)
        for group in range(len(_CUTS[0]) - 1)
        for plane, cut in enumerate((_CUTS[0], _CUTS[1], _CUTS[1]))
        for at in range(cut[group], cut[group + 1])
    ]


def groups() -> list[tuple[int, int]]:
    """First channel of each group, and the first after it; each is coded knowing those before.

    Examples
    --------
    >>> groups()
    [(0, 8), (8, 27), (27, 58), (58, 120)]
    """
    luma, chroma = _CUTS
    return list(pairwise(y + 2 * c for y, c in zip(luma, chroma, strict=True)))


def scale_values() -> NDArray[np.float64]:
    """Scales of the logistic distribution of each scale index, in quantiser steps.

    Examples
    --------
    >>> scale_values()[[0, -1]].round(3).tolist()
    [0.05, 64.0]
    """
    return np.geomspace(_LEAST, _LARGEST, SCALES)


def loudness() -> NDArray[np.int64]:
    """Magnitude 0..127 to ``16 log2(1 + magnitude)``, rounded, 0..112: what contexts see.

    Examples
    --------
    >>> loudness()[[0, 1, 3, 127]]
    array([  0,  16,  32, 112])
    """
    return np.array([round(16 * math.log2(1 + m)) for m in range(MOST + 1)])


def usual() -> NDArray[np.float64]:
    """Usual standard deviation of each channel in photographs, samples 0..255, roughly.

    Examples
    --------
    >>> usual()[:2].round()
    array([350., 110.])
    """
    order = zigzag()
    found = []
    for plane, at in channels():
        v, u = order[at]
        sigma = 110 * (u * u + v * v) ** -0.75 if at else 350.0
        found.append(sigma * (0.25 if plane else 1.0))
    return np.array(found)


def transform() -> NDArray[np.float64]:
    """DCT of YCbCr: shape (channels, 3, 8, 8), kernels on RGB of 0..255 less 128.

    An orthonormal DCT-II of ITU-R BT.601's Y, Cb and Cr in full range, as in JFIF (ITU-T T.871).

    Examples
    --------
    >>> round(float(transform()[0].sum()), 6)
    8.0
    """
    to_ycc = np.linalg.inv(_TO_RGB)
    return np.array(
        [to_ycc[plane][:, None, None] * _wave(at) for plane, at in channels()], np.float64
    )


def inverse() -> NDArray[np.float64]:
    """What one unit of each channel adds to the picture: shape (channels, 3, 8, 8).

    Examples
    --------
    >>> round(float((transform()[0] * inverse()[0]).sum()), 6)
    1.0
    """
    return np.array(
        [_TO_RGB[:, plane][:, None, None] * _wave(at) for plane, at in channels()], np.float64
    )


_TO_RGB = np.array([[1, 0, 1.402], [1, -0.344136286, -0.714136286], [1, 1.772, 0]])


def _wave(at: int) -> NDArray[np.float64]:
    """One basis function of the DCT, (8, 8)."""
    v, u = zigzag()[at]
    places = (2 * np.arange(BLOCK) + 1) * np.pi / (2 * BLOCK)
    down, across = (np.cos(places * k) * math.sqrt((2 if k else 1) / BLOCK) for k in (v, u))
    return np.outer(down, across)


def centres() -> NDArray[np.float32]:
    """Where in its bin a symbol's value lies on average, less the symbol, in quantiser steps.

    Shape (SCALES, PARTS, 5): by scale index, by the mean's part of a step (0 for half a step below
    the nearest whole number, 4 for exactly there), by how far the symbol is from that number, -2
    or less to 2 or more.

    Examples
    --------
    >>> centres()[30, 4].round(2)
    array([ 0.03,  0.02,  0.  , -0.02, -0.03], dtype=float32)
    """
    inner = (np.arange(200) + 0.5) / 200 - 0.5
    scale = scale_values()[:, None, None, None]
    mean = ((np.arange(PARTS) - PARTS // 2) / PARTS)[:, None, None]
    symbol = np.arange(-2.0, 3.0)[:, None]
    away = np.abs(symbol + inner - mean) / scale
    density = -away - 2 * np.log1p(np.exp(-away))
    density = np.exp(density - density.max(axis=-1, keepdims=True))
    return np.asarray((density * inner).sum(-1) / density.sum(-1), np.float32)
