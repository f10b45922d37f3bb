"""How pictures are coded for training: which codecs, how often, at which settings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np

from recoup.codecs import Avif, Jpeg, Jpeg2000, JpegXl, WebP
from recoup.contracts import Codec

SHARES: Mapping[str, float] = MappingProxyType(
    {"jpeg": 0.34, "webp": 0.18, "avif": 0.2, "jpegxl": 0.12, "jpeg2000": 0.16}
)
"""How often each codec is drawn."""

GREY = 0.12
"""Share of pictures without colour."""

SINGLE = 0.5
"""Of those, the share that is coded as one channel; the others as three that are alike."""

TWICE = 0.1
"""Share of JPEG pictures that were JPEG before, on a block grid shifted by up to 7 pixels."""

_SUBSAMPLINGS: tuple[Literal["4:2:0", "4:2:2", "4:4:4"], ...] = ("4:2:0", "4:2:2", "4:4:4")
_JPEG_CHROMA, _AVIF_CHROMA = (0.68, 0.04, 0.28), (0.7, 0.0, 0.3)
_SPEEDS = (0.45, 0.15, 0.2, 0.2)
"""Of AVIF: how often 6, 7, 8 and 9; most files are made slower than 9, and 6 costs most."""


def drawn(draw: np.random.Generator) -> tuple[Codec | None, Codec]:
    """Draw what codes a picture, and what did before, mostly nothing.

    JPEG quality 5 to 95, three of four below 60; WebP 1 to 95; AVIF 15 to 90; JPEG XL distance
    0.5 to 8, evenly in its logarithm; JPEG 2000 at 26 to 48 dB.

    Examples
    --------
    >>> drawn(np.random.default_rng(1))
    (None, WebP(quality=90.3, lossless=False, method=2))
    """
    name = str(draw.choice(list(SHARES), p=list(SHARES.values())))
    if name == "jpeg":
        first = draw.random() < TWICE
        return _jpeg(draw) if first else None, _jpeg(draw)
    if name == "webp":
        return None, WebP(round(draw.uniform(1, 95), 1), method=int(draw.integers(2, 5)))
    if name == "avif":
        speed = 6 + int(draw.choice(len(_SPEEDS), p=_SPEEDS))
        kind = _SUBSAMPLINGS[draw.choice(3, p=_AVIF_CHROMA)]
        return None, Avif(int(draw.integers(15, 91)), speed, kind)
    if name == "jpegxl":
        distance = round(0.5 * 16 ** draw.random(), 2)
        return None, JpegXl(distance, effort=int(draw.choice([3, 4, 5], p=[0.3, 0.4, 0.3])))
    return None, Jpeg2000(round(draw.uniform(26, 48), 1))


def _jpeg(draw: np.random.Generator) -> Jpeg:
    """JPEG as cameras, programs and recoup write it."""
    low, high = (5, 60) if draw.random() < 0.75 else (60, 95)
    quality = int(draw.integers(low, high + 1))
    kind = _SUBSAMPLINGS[draw.choice(3, p=_JPEG_CHROMA)]
    smaller = bool(draw.random() < 0.5)
    return Jpeg(quality, kind, optimize=smaller, progressive=smaller)
