"""From a file's bytes to a Picture."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Protocol, cast

import numpy as np

from recoup.errors import PictureError, TooLargeError, UnreadableError, UnsupportedError
from recoup.image import Image
from recoup.picture.decoded import Decoded
from recoup.picture.log import quiet
from recoup.picture.names import shown
from recoup.picture.orientation import reset, upright
from recoup.picture.picture import Picture
from recoup.picture.sniff import sniff
from recoup.picture.source import read

MAX_PIXELS = 200_000_000
_SLACK = 64 << 20


class _Format(Protocol):
    """What every module in ``formats`` has."""

    def size(self, data: bytes) -> tuple[int, int]: ...
    def decode(self, data: bytes) -> Decoded: ...


def load(path: str | os.PathLike[str], *, max_pixels: int = MAX_PIXELS) -> Picture:
    """Read a picture file: PNG, JPEG, WebP, AVIF, JPEG 2000, XL and LS, TIFF, BMP or PNM.

    The format is told by content. Samples come at the depth that the file states (fewer than 8
    bits become 8), upright; nothing is converted without a note, see ``recoup.picture``.

    Parameters
    ----------
    path
        A regular file.
    max_pixels
        Most width times height that is decoded; read from the header first.

    Raises
    ------
    UnreadableError
        Missing, empty, truncated, damaged, not to be read, or no picture.
    UnsupportedError
        Animated, several pages, float, above 16 bits, or a kind that recoup does not know.
    TooLargeError
        More than ``max_pixels``, or more than memory holds.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b"P5 2 1 255 " + bytes([7, 9])), file.flush()
    ...     picture = load(file.name)
    >>> picture.format, picture.image.samples.ravel().tolist()
    ('PGM', [7, 9])
    """
    name = shown(path)
    try:
        return _load(path, max_pixels)
    except PictureError as error:
        raise type(error)(f"{name}: {error}") from error
    except MemoryError as error:
        raise TooLargeError(f"{name}: does not fit in this machine's memory") from error
    except Exception as error:  # whatever a decoder raises, the file is at fault
        raise UnreadableError(f"{name}: is damaged ({_reason(error)})") from error


def _load(path: str | os.PathLike[str], max_pixels: int) -> Picture:
    """Load; messages do not name the file."""
    # No picture within the limit needs more than four channels of 16 bits, and metadata.
    data = read(path, 8 * max_pixels + _SLACK)
    form = cast("_Format", import_module(f"recoup.picture.formats.{sniff(data)}"))
    with quiet():
        width, height = form.size(data)
        if width < 1 or height < 1:
            raise UnreadableError(f"is damaged (its header states {width} x {height} pixels)")
        if width * height > max_pixels:
            raise TooLargeError(
                f"has {width} x {height} pixels, more than {max_pixels}; --max-pixels "
                f"{width * height} lifts the limit"
            )
        decoded = form.decode(data)
    if sorted(decoded.samples.shape[:2]) != sorted((height, width)):
        raise UnreadableError("is damaged (its header and its pixels differ in size)")
    return _picture(decoded)


def _picture(decoded: Decoded) -> Picture:
    """Turn upright, part alpha from colour, and say what was done."""
    samples = decoded.samples
    if samples.ndim == 2:
        samples = samples[:, :, np.newaxis]
    colours = samples.shape[2] - decoded.alpha
    if colours not in (1, 3):
        raise UnsupportedError(f"has {colours} colour channels; convert it to grey or RGB first")
    notes = list(decoded.notes)
    if decoded.orientation != 1:
        samples = upright(samples, decoded.orientation)
        notes.insert(0, f"orientation {decoded.orientation} applied")
    alpha = samples[:, :, colours].copy() if decoded.alpha else None
    # A copy, not ascontiguousarray: that leaves strides as they are where a side is 1, and
    # imagecodecs refuses them.
    colour = samples[:, :, :colours].copy() if decoded.alpha else samples
    return Picture(
        image=Image(colour, decoded.bits),
        alpha=alpha,
        icc=decoded.icc,
        exif=None if decoded.exif is None else reset(decoded.exif),
        xmp=decoded.xmp,
        format=decoded.format,
        notes=tuple(notes),
    )


def _reason(error: Exception) -> str:
    """First line of what a library said, short and printable."""
    text = (str(error).strip() or type(error).__name__).splitlines()[0]
    return shown(text)[:120]
