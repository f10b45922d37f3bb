"""What a net is told of how a picture was coded, as numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from recoup.contracts import FileFacts, Subsampling

CODECS = ("jpeg", "webp", "avif", "jpegxl", "jpeg2000")
"""Formats that a net can be told of."""

FACTS = (*CODECS, "quantiser-told", "quantiser", "bpp-told", "bpp", "4:2:0", "4:4:4", "4:0:0")
"""What each number stands for."""

_RANGES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"jpeg": (0, 8), "webp": (0, 127), "avif": (0, 255), "jpegxl": (-2, 3)}
)
"""Quantisers that are told as 0 and as 1. JPEG 2000 has none: OpenJPEG always writes the same."""

_CHROMA: Mapping[Subsampling | None, tuple[float, float, float]] = MappingProxyType(
    {
        "4:2:0": (1.0, 0.0, 0.0),
        "4:2:2": (0.5, 0.5, 0.0),
        "4:4:4": (0.0, 1.0, 0.0),
        "4:0:0": (0.0, 0.0, 1.0),
    }
)
_LEAST_BPP, _MOST_BPP = 1 / 64, 64.0


def vector(facts: FileFacts | None) -> NDArray[np.float32]:
    """Put facts into the numbers that a net is trained with.

    Nothing known is all zeros. A number whose zero would mean something (quantiser, bits per
    pixel) has another before it that says whether it is told; of the codecs and of the
    subsamplings one is 1, or none if it is not told (4:2:2 is halfway between its neighbours).

    Parameters
    ----------
    facts
        Of the file; None for a picture of unknown past, and so for one without loss.

    Returns
    -------
    ndarray
        float32, shape ``(len(FACTS),)``: the codec; the quantiser from 0 (finest) to about 1;
        log2 of the bits per pixel over 4; the subsampling.

    Examples
    --------
    >>> told = vector(FileFacts("webp", bpp=2.0, quantiser=63.5, subsampling="4:2:0"))
    >>> [name for name, value in zip(FACTS, told, strict=True) if value]
    ['webp', 'quantiser-told', 'quantiser', 'bpp-told', 'bpp', '4:2:0']
    >>> told[[6, 8]].tolist(), bool(vector(None).any())
    ([0.5, 0.25], False)
    """
    out = np.zeros(len(FACTS), np.float32)
    if facts is None or facts.lossless:
        return out
    if facts.codec in CODECS:
        out[CODECS.index(facts.codec)] = 1
    if facts.quantiser is not None and facts.codec in _RANGES:
        low, high = _RANGES[facts.codec]
        out[5:7] = 1, (facts.quantiser - low) / (high - low)
    if facts.bpp > 0 and math.isfinite(facts.bpp):
        out[7:9] = 1, math.log2(min(max(facts.bpp, _LEAST_BPP), _MOST_BPP)) / 4
    out[9:] = _CHROMA.get(facts.subsampling, (0.0, 0.0, 0.0))
    return out


def forget(told: NDArray[np.float32], *, codec: bool = False) -> NDArray[np.float32]:
    """Numbers without the quantiser, and without the codec too if asked: what is left is blind to.

    Parameters
    ----------
    told
        As :func:`vector` returns them.
    codec
        Whether the codec is forgotten as well; bits per pixel and subsampling are kept.

    Examples
    --------
    >>> told = vector(FileFacts("avif", bpp=1.0, quantiser=100.0, subsampling="4:4:4"))
    >>> [FACTS[n] for n in forget(told, codec=True).nonzero()[0]]
    ['bpp-told', '4:4:4']
    """
    out = told.copy()
    out[5:7] = 0
    if codec:
        out[: len(CODECS)] = 0
    return out
