"""Pictures as files that keep everything: PNG and TIFF."""

from __future__ import annotations

import os
from pathlib import PurePath

import imagecodecs
import numpy as np

from recoup.errors import UnsupportedError
from recoup.image import Samples
from recoup.picture.depth import widened
from recoup.picture.embed import embed
from recoup.picture.formats.png import SIGNATURE
from recoup.picture.metadata.png import chunk
from recoup.picture.names import shown
from recoup.picture.picture import Picture
from recoup.picture.write import write

_IHDR_END = len(SIGNATURE) + 25


def save(picture: Picture, path: str | os.PathLike[str]) -> None:
    """Write a PNG or TIFF file, by the suffix; whole or not at all.

    Both keep samples, alpha, ICC profile, EXIF and XMP. In PNG 9 to 15 bits are scaled to 16 by
    bit replication and the depth is recorded in sBIT, from which ``load`` has them back to the
    bit; in TIFF they are packed at their own depth. EXIF orientation is written as 1.

    Parameters
    ----------
    picture
        What to write.
    path
        File to make or replace, ending in .png, .tif or .tiff.

    Raises
    ------
    UnsupportedError
        For any other suffix.
    PictureError
        If it cannot be written; an existing file is untouched.

    Examples
    --------
    >>> import tempfile
    >>> from recoup.image import Image
    >>> from recoup.picture.load import load
    >>> picture = Picture(Image(np.full((1, 2, 3), 1000, np.uint16), 10))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(picture, f"{folder}/a.png")
    ...     load(f"{folder}/a.png").image == picture.image
    True
    """
    suffix = PurePath(path).suffix.lower()
    if suffix == ".png":
        data = png(picture)
    elif suffix in (".tif", ".tiff"):
        from recoup.picture.tiff import packed  # tifffile is slow to import

        data = packed(picture)
    else:
        raise UnsupportedError(
            f"{shown(path)}: pictures can be saved as .png, .tif and .tiff, not "
            f"{shown(suffix) or 'without a suffix'}; for other formats compress with a codec"
        )
    write(data, path)


def stacked(picture: Picture) -> Samples:
    """Return the samples with alpha, if any, as the last channel; (height, width) if grey."""
    if picture.alpha is None:
        # A copy, for imagecodecs refuses the strides that a view of one pixel may have.
        samples = picture.image.samples.copy()
        return samples[:, :, 0] if picture.image.channels == 1 else samples
    return np.concatenate([picture.image.samples, picture.alpha[:, :, np.newaxis]], axis=2)


def png(picture: Picture) -> bytes:
    """Return the picture as the bytes of a PNG file, as :func:`save` writes it.

    Examples
    --------
    >>> from recoup.image import Image
    >>> png(Picture(Image(np.zeros((2, 2, 3), np.uint8))))[1:4]
    b'PNG'
    """
    samples, bits = stacked(picture), picture.image.bits
    short = 8 < bits < 16
    data = bytes(imagecodecs.png_encode(widened(samples, bits) if short else samples))
    if short:
        said = chunk(b"sBIT", bytes([bits]) * (samples.shape[2] if samples.ndim == 3 else 1))
        data = data[:_IHDR_END] + said + data[_IHDR_END:]
    return embed(data, picture)
