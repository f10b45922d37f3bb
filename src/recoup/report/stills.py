"""Pictures as a browser shows them: originals, decodes and error maps as files in memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recoup.chain import Chain, Passed
from recoup.image import Image
from recoup.picture import load

GAIN = 10
"""Error maps show the absolute error times this; errors of 255 / GAIN and above saturate."""
STEPS = 16
"""Colours in an error map: few, so that maps stay small."""
SHOWN_AS_THEY_ARE = frozenset({"jpeg", "png", "webp", "avif"})
"""Formats that every current browser shows."""
WEBP_SIDE = 16_383
_ANCHORS = ((13, 8, 48), (84, 15, 109), (187, 55, 84), (249, 142, 9), (252, 255, 164))
"""Matplotlib's inferno at five points (Smith and van der Walt, 2015; CC0)."""


@dataclass(frozen=True)
class Still:
    """One file that a browser shows.

    Attributes
    ----------
    data, media_type
        The file and its IANA type.
    note
        What was done so that it can be shown; empty if nothing was.
    """

    data: bytes
    media_type: str
    note: str = ""


def decode_still(chain: Chain, passed: Passed) -> Still:
    """The file itself where browsers show what was measured, else the decode without loss.

    Examples
    --------
    >>> image = Image(np.zeros((8, 8), np.uint8))
    >>> decode_still(chain := Chain.parse("raw"), chain.run(image)).media_type
    'image/webp'
    """
    itself = chain.codec.name in SHOWN_AS_THEY_ARE and not chain.after
    if itself and passed.decoded.bits == 8:
        return Still(passed.encoded, chain.codec.media_type)
    return exact_still(passed.decoded)


def original_still(original: Image, source: Path) -> Still:
    """The original: its own file where that is what browsers show and is smaller, else exact."""
    exact = exact_still(original)
    suffix_types = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}
    data = source.read_bytes() if original.bits == 8 and source.is_file() else b""
    media = next((m for magic, m in suffix_types.items() if data.startswith(magic)), "")
    if media and len(data) < len(exact.data) and _plain(source, original):
        return Still(data, media)
    return exact


def exact_still(image: Image) -> Still:
    """Lossless WebP (PNG where a side is too long for WebP), reduced to 8 bits if need be.

    Examples
    --------
    >>> exact_still(Image(np.zeros((2, 2), np.uint16), 12)).note
    'shown with 8 of its 12 bits'
    """
    note = f"shown with 8 of its {image.bits} bits" if image.bits > 8 else ""
    seen = Image((image.samples >> (image.bits - 8)).astype(np.uint8)) if note else image
    fits = max(seen.width, seen.height) <= WEBP_SIDE
    codec = Chain.parse("webp:lossless=true,method=0,quality=25" if fits else "png:level=6").codec
    return Still(codec.encode(seen), codec.media_type, note)


def error_still(original: Image, decoded: Image) -> Still:
    """Absolute error times :data:`GAIN`, the greatest over channels, black to yellow.

    Examples
    --------
    >>> image = Image(np.zeros((8, 8), np.uint8))
    >>> error_still(image, image).media_type
    'image/webp'
    """
    off = np.abs(original.samples.astype(np.int32) - decoded.samples.astype(np.int32)).max(axis=2)
    scaled = off * (GAIN * (STEPS - 1) / original.peak)
    at = np.minimum(np.rint(scaled), STEPS - 1).astype(np.intp)
    return exact_still(Image(np.ascontiguousarray(palette()[at])))


def palette() -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """The error map's colours from no error to saturation, shape (STEPS, 3), sRGB.

    Examples
    --------
    >>> palette().shape
    (16, 3)
    """
    at = np.linspace(0, len(_ANCHORS) - 1, STEPS)
    known = np.arange(len(_ANCHORS))
    channels = [np.interp(at, known, [c[i] for c in _ANCHORS]) for i in range(3)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)


def _plain(source: Path, original: Image) -> bool:
    """Whether a file shows exactly these samples: no rotation, profile, alpha or CMYK."""
    held = load(source, max_pixels=original.pixels)
    beside = held.icc is not None or held.alpha is not None or held.notes
    return not beside and held.image == original
