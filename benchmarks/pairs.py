"""Fifty real pairs for the cross-checks: photographs, and what codecs, noise and blur made of them.

Imported by the benchmarks beside it. Every picture goes through five of twenty ways, from hardly
visible to bad, at full size.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from recoup import load
from recoup.codecs.avif import Avif
from recoup.codecs.jpeg import Jpeg
from recoup.codecs.jpegxl import JpegXl
from recoup.codecs.webp import WebP
from recoup.filters.smooth import Blur
from recoup.image import Image

WAYS = [
    *(Jpeg(quality=quality) for quality in (10, 30, 75, 90)),
    *(Jpeg(quality=quality, subsampling="4:4:4") for quality in (60, 95)),
    *(WebP(quality=quality) for quality in (10, 50, 90)),
    *(Avif(quality=quality, speed=9) for quality in (30, 60, 85)),
    *(JpegXl(distance=distance, effort=3) for distance in (0.4, 1.0, 3.0, 8.0)),
    2.0,
    15.0,
    Blur(0.7),
    Blur(2.0),
]
"""Codecs; standard deviations of noise; blurs."""


class Pair(NamedTuple):
    """An original and what became of it."""

    name: str
    reference: Image
    distorted: Image


def pairs(folders: list[Path]) -> Iterator[Pair]:
    """Five pairs of each of ten pictures, taken from the folders in turn."""
    listed = [sorted(folder.glob("*.png")) for folder in folders]
    longest = max(map(len, listed))
    mixed = chain(*zip(*(files * longest for files in listed), strict=False))
    for number, file in enumerate(list(dict.fromkeys(mixed))[:10]):
        image = load(file).image
        for step in range(5):
            way = WAYS[(number * 5 + step * 9 + number) % len(WAYS)]
            yield Pair(f"{file.stem[:8]} {way}", image, distorted(image, way))


def distorted(image: Image, way: object) -> Image:
    """Send an image one way."""
    if isinstance(way, float):
        noise = np.random.default_rng(0).normal(0, way, image.samples.shape)
        return Image(np.clip(np.rint(image.samples + noise), 0, 255).astype(np.uint8))
    if isinstance(way, Blur):
        return way.apply(image)
    return way.decode(way.encode(image))
