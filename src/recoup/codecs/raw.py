"""The control: no coding at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import recoup
from recoup.codecs.pnm import read_pnm, write_pnm
from recoup.contracts import Timed
from recoup.image import Image


@dataclass(frozen=True)
class Raw:
    """The array's own bytes behind a PNM header of about 15 bytes; 8 to 16 bits, grey or RGB.

    What a sweep costs beside the codecs, and what a filter does without one, is measured on it.

    Examples
    --------
    >>> import numpy as np
    >>> image = Image(np.zeros((2, 3, 3), np.uint8))
    >>> len(Raw().encode(image)), Raw().decode(Raw().encode(image)) == image
    (29, True)
    """

    name: ClassVar[str] = "raw"
    title: ClassVar[str] = "raw"
    suffix: ClassVar[str] = ".pnm"
    media_type: ClassVar[str] = "image/x-portable-anymap"
    timed: ClassVar[Timed] = "in-process"

    @property
    def lossless(self) -> bool:
        """Always."""
        return True

    def refusal(self, image: Image) -> str | None:  # noqa: ARG002 - the contract's signature
        """None: it takes every image."""
        return None

    def encode(self, image: Image) -> bytes:
        """Return a PNM file."""
        return write_pnm(image)

    def decode(self, data: bytes) -> Image:
        """Read a PNM file. Raises CodecError."""
        return read_pnm(data)

    def version(self) -> str:
        """Recoup's own."""
        return f"recoup {recoup.__version__}"
