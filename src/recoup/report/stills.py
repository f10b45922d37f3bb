"""Pictures as a browser shows them: originals and decodes as files in memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from recoup.chain import Chain, Passed
from recoup.contracts import Codec
from recoup.image import Image
from recoup.picture import load

SHOWN_AS_THEY_ARE = frozenset({"jpeg", "png", "webp", "avif"})
"""Formats that every current browser shows."""
WEBP_SIDE = 16_383


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
    codec = codec_of("webp:lossless=true,method=0,quality=25" if fits else "png:level=6")
    return Still(codec.encode(seen), codec.media_type, note)


@lru_cache
def codec_of(text: str) -> Codec:
    """The codec of a chain's text, understood once.

    Examples
    --------
    >>> codec_of("png").name
    'png'
    """
    return Chain.parse(text).codec


def _plain(source: Path, original: Image) -> bool:
    """Whether a file shows exactly these samples: no rotation, profile, alpha or CMYK."""
    held = load(source, max_pixels=original.pixels)
    beside = held.icc is not None or held.alpha is not None or held.notes
    return not beside and held.image == original
