"""EXIF orientation: read it, apply it, and say that it has been applied."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TAG = 0x0112


def upright(samples: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn stored samples the way they are meant to be seen.

    Parameters
    ----------
    samples
        Shape (height, width, ...).
    orientation
        1 to 8, as in EXIF 2.32, 4.6.4 A.

    Raises
    ------
    ValueError
        If the orientation is not 1 to 8.

    Examples
    --------
    >>> upright(np.array([[1, 2], [3, 4]]), 6)
    array([[3, 1],
           [4, 2]])
    """
    if orientation not in range(1, 9):
        raise ValueError(f"orientation is {orientation}, not 1 to 8")
    if orientation >= 5:
        samples = samples.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        samples = samples[::-1]
    if orientation in (2, 3, 6, 7):
        samples = samples[:, ::-1]
    return np.ascontiguousarray(samples)


def stated(exif: bytes | None) -> int:
    """Return the orientation that an EXIF block states; 1 if it states none that makes sense.

    Examples
    --------
    >>> stated(None)
    1
    """
    at = _entry(exif) if exif else None
    if exif is None or at is None:
        return 1
    (value,) = struct.unpack_from(_order(exif) + "H", exif, at + 8)
    return int(value) if value in range(1, 9) else 1


def reset(exif: bytes) -> bytes:
    """Return the EXIF block with its orientation, if any, set to 1: it has been applied.

    Examples
    --------
    >>> reset(b"no exif")
    b'no exif'
    """
    at = _entry(exif)
    if at is None:
        return exif
    # A SHORT with one value: type and count are set too, for a tag may be written as LONG.
    entry = struct.pack(_order(exif) + "HHIHH", _TAG, 3, 1, 1, 0)
    return exif[:at] + entry + exif[at + 12 :]


def _order(exif: bytes) -> str:
    """Byte order as ``struct`` writes it."""
    return ">" if exif[:2] == b"MM" else "<"


def _entry(exif: bytes) -> int | None:
    """Offset of the orientation's 12-byte entry in the first directory, or None."""
    if exif[:4] not in (b"II*\0", b"MM\0*") or len(exif) < 8:
        return None
    order = _order(exif)
    (start,) = struct.unpack_from(order + "I", exif, 4)
    if start + 2 > len(exif):
        return None
    (count,) = struct.unpack_from(order + "H", exif, start)
    for at in range(start + 2, min(start + 2 + 12 * count, len(exif) - 11), 12):
        if struct.unpack_from(order + "H", exif, at) == (_TAG,):
            return at
    return None
