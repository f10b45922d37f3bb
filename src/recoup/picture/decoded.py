"""What a format's reader hands to ``load``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Decoded:
    """Samples as stored, with what is still to be done to them.

    Attributes
    ----------
    format
        Name of the format.
    samples
        Shape (height, width) or (height, width, channels), ``uint8`` or ``uint16``; grey or RGB,
        and after it alpha if ``alpha``.
    bits
        Depth, 8 to 16.
    alpha
        Whether the last channel is opacity.
    orientation
        EXIF orientation 1 to 8 still to be applied.
    icc, exif, xmp, notes
        As in Picture.
    """

    format: str
    samples: NDArray[Any]
    bits: int = 8
    alpha: bool = False
    orientation: int = 1
    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    notes: tuple[str, ...] = ()
