"""Images to Pillow planes and arrays, and back to an image of the same depth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import PIL
import PIL.Image
from numpy.typing import NDArray

from recoup.image import Image

Plane = PIL.Image.Image
Values = NDArray[np.floating[Any]]
"""Numbers in units of a sample, shape (height, width, channels)."""


def pillow_version() -> str:
    """``Pillow`` and its version.

    Examples
    --------
    >>> pillow_version().split()[0]
    'Pillow'
    """
    return f"Pillow {PIL.__version__}"


def quantised(values: NDArray[Any], bits: int) -> Image:
    """Round (half to even) and clip an array of numbers to an image of ``bits`` bits.

    Parameters
    ----------
    values
        Shape (height, width, channels), in units of a sample.
    bits
        Depth, 8 to 16.

    Examples
    --------
    >>> quantised(np.array([[[-1.0], [1.4], [300.0]]]), 8).samples.ravel()
    array([  0,   1, 255], dtype=uint8)
    """
    clipped = np.clip(np.rint(values), 0, (1 << bits) - 1)
    return Image(clipped.astype(np.uint8 if bits == 8 else np.uint16), bits)


def by_pillow(image: Image, change: Callable[[Plane], Plane], deep: str) -> Image:
    """Put an image through Pillow: 8 bits as they are, above each channel in mode ``deep``.

    Parameters
    ----------
    image
        Any.
    change
        What is done to each Pillow image (mode ``L``, ``RGB`` or ``deep``).
    deep
        ``F`` (float32) or ``I`` (int32), for more than 8 bits.

    Examples
    --------
    >>> image = Image(np.arange(6, dtype=np.uint16).reshape(2, 3), 10)
    >>> by_pillow(image, lambda plane: plane, "F") == image
    True
    """
    if image.bits == 8:
        samples = image.samples[:, :, 0] if image.channels == 1 else image.samples
        return Image(np.array(change(PIL.Image.fromarray(samples))))
    kind = np.float32 if deep == "F" else np.int32
    planes = [
        np.asarray(change(PIL.Image.fromarray(image.samples[:, :, k].astype(kind))))
        for k in range(image.channels)
    ]
    return quantised(np.stack(planes, axis=2), image.bits)
