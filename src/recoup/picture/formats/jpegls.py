"""JPEG-LS, 8 to 16 bits (ISO/IEC 14495-1:1999)."""

from __future__ import annotations

import imagecodecs
import numpy as np

from recoup.errors import UnreadableError, UnsupportedError
from recoup.picture.decoded import Decoded
from recoup.picture.depth import scaled
from recoup.picture.formats import jpeg


def size(data: bytes) -> tuple[int, int]:
    """Width and height from the start-of-frame segment."""
    frame = jpeg.frame(data)
    if 0 in (frame.width, frame.height):
        raise UnsupportedError("is a JPEG-LS file of more than 65535 on a side; convert it first")
    return frame.width, frame.height


def decode(data: bytes) -> Decoded:
    """Decode grey or RGB; depths below 8 bits become 8."""
    frame = jpeg.frame(data)
    if frame.components not in (1, 3):
        raise UnsupportedError(f"has {frame.components} channels; convert it to grey or RGB first")
    if [s.marker for s in jpeg.walk(data, ls=True)][-1:] != [0xD9]:
        raise UnreadableError("is truncated (the file ends before its end-of-image marker)")
    samples = imagecodecs.jpegls_decode(data)
    if frame.components == 3 and samples.shape == (3, frame.height, frame.width):
        samples = np.moveaxis(samples, 0, 2)
    samples, bits = scaled(samples, (1 << frame.bits) - 1)
    return Decoded(format="JPEG-LS", samples=samples, bits=bits)
