"""BMP, as Pillow reads it: 1 to 32 bits a pixel, run-length coded, with alpha."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import BmpImagePlugin

from recoup.errors import UnreadableError
from recoup.picture.decoded import Decoded


def size(data: bytes) -> tuple[int, int]:
    """Width and height from the header."""
    (head,) = struct.unpack_from("<I", data.ljust(18, b"\0"), 14)
    if len(data) < 26 or head < 12:
        raise UnreadableError("is truncated or damaged (no BMP header)")
    width, height = struct.unpack_from("<HH" if head == 12 else "<ii", data, 18)
    return abs(width), abs(height)


def decode(data: bytes) -> Decoded:
    """Decode to 8-bit grey, RGB or RGBA."""
    # The class itself, not Image.open, whose own pixel limit --max-pixels could not lift.
    with BmpImagePlugin.BmpImageFile(io.BytesIO(data)) as image:
        image.load()
        notes = ("palette expanded to RGB",) if image.mode == "P" else ()
        mode = {"1": "L", "L": "L", "RGBA": "RGBA"}.get(image.mode, "RGB")
        samples = np.asarray(image.convert(mode))
    return Decoded(
        format="BMP",
        samples=samples,
        alpha=mode == "RGBA",
        icc=_profile(data),
        notes=notes,
    )


def _profile(data: bytes) -> bytes | None:
    """ICC profile embedded in a version 5 header."""
    if len(data) < 14 + 124 or struct.unpack_from("<I", data, 14) < (124,):
        return None
    (space,) = struct.unpack_from("<I", data, 14 + 56)
    start, length = struct.unpack_from("<II", data, 14 + 112)
    if space != int.from_bytes(b"MBED", "big") or not length or 14 + start + length > len(data):
        return None
    return data[14 + start : 14 + start + length]
