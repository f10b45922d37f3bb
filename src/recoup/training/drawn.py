"""How pictures are coded for training: which codecs, how often, at which settings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np

from recoup.codecs import Avif, Jpeg, Jpeg2000, JpegXl, WebP
from recoup.contracts import Codec
from recoup.image import Samples

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

EFFORTS: Mapping[int, float] = MappingProxyType({3: 0.1, 4: 0.2, 5: 0.2, 7: 0.5})
"""Of JPEG XL: how often each; 7, its default, quantises adaptively and the lower ones do not."""

GRAIN = 0.4
"""Share of pictures that get grain before they are coded."""

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
        return None, JpegXl(
            distance, effort=int(draw.choice(list(EFFORTS), p=list(EFFORTS.values())))
        )
    return None, Jpeg2000(round(draw.uniform(26, 48), 1))


def _jpeg(draw: np.random.Generator) -> Jpeg:
    """JPEG as cameras, programs and recoup write it."""
    low, high = (5, 60) if draw.random() < 0.75 else (60, 95)
    quality = int(draw.integers(low, high + 1))
    kind = _SUBSAMPLINGS[draw.choice(3, p=_JPEG_CHROMA)]
    smaller = bool(draw.random() < 0.5)
    return Jpeg(quality, kind, optimize=smaller, progressive=smaller)


def grained(samples: Samples, draw: np.random.Generator) -> Samples:
    """Add the grain of film and sensors, which averaging took from the training pictures.

    A net that never saw grain takes it for damage. Standard deviation 1 to 7 of 255, mostly in
    brightness; half of it as coarse as a scan has it.

    Parameters
    ----------
    samples
        (height, width, channels) uint8.
    draw
        Where the randomness comes from.

    Examples
    --------
    >>> flat = np.full((64, 64, 3), 100, np.uint8)
    >>> 0.5 < float(grained(flat, np.random.default_rng(1)).std()) < 8
    True
    """
    height, width, channels = samples.shape
    light = draw.standard_normal((height + 1, width + 1, 1), np.float32)
    tint = draw.standard_normal((height + 1, width + 1, channels), np.float32)
    noise = 0.9 * light + 0.44 * tint
    if draw.random() < 0.5:
        noise[:-1, :-1] = (noise[:-1, :-1] + noise[1:, :-1] + noise[:-1, 1:] + noise[1:, 1:]) / 2
    added = samples + noise[:-1, :-1] * draw.uniform(1, 7)
    out: Samples = np.clip(np.rint(added), 0, 255).astype(np.uint8)
    return out
