"""Bit depths: to 8 bits from fewer, and to 16 bits and back by bit replication."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recoup.image import Samples


def scaled(samples: NDArray[Any], peak: int) -> tuple[Samples, int]:
    """Return the samples in the smallest depth from 8 bits that holds ``peak``, and that depth.

    A peak that fills its depth (255, 1023, ...) changes nothing; otherwise ``peak`` becomes the
    depth's own peak, to the nearest level.

    Raises
    ------
    ValueError
        If a sample is above ``peak`` or ``peak`` needs more than 16 bits.

    Examples
    --------
    >>> scaled(np.array([[0, 1, 3]], np.uint8), 3)
    (array([[  0,  85, 255]], dtype=uint8), 8)
    """
    if samples.size and int(samples.max()) > peak:
        raise ValueError(f"a sample is {int(samples.max())}, more than the largest stated, {peak}")
    bits = max(8, peak.bit_length())
    if bits > 16:
        raise ValueError(f"{bits} bits a sample; 16 is the most")
    dtype = np.uint8 if bits == 8 else np.uint16
    full = (1 << bits) - 1
    if peak == full:
        return samples.astype(dtype, copy=False), bits
    table = ((np.arange(peak + 1, dtype=np.uint64) * full * 2 + peak) // (2 * peak)).astype(dtype)
    return table[samples], bits


def widened(samples: Samples, bits: int) -> Samples:
    """Return ``bits``-bit samples as 16 bits, by left bit replication (PNG, 3rd ed., 12.4).

    Examples
    --------
    >>> widened(np.array([[0, 1, 1023]], np.uint16), 10)
    array([[    0,    64, 65535]], dtype=uint16)
    """
    wide = samples.astype(np.uint16)
    out: Samples = (wide << np.uint16(16 - bits)) | (wide >> np.uint16(2 * bits - 16))
    return out


def narrowed(samples: Samples, bits: int) -> Samples | None:
    """Return the ``bits``-bit samples that ``widened`` made these of; None if it did not.

    Examples
    --------
    >>> narrowed(np.array([[0, 64, 65535]], np.uint16), 10)
    array([[   0,    1, 1023]], dtype=uint16)
    >>> narrowed(np.array([[1]], np.uint16), 10) is None
    True
    """
    short: Samples = samples >> np.uint16(16 - bits)
    return short if np.array_equal(widened(short, bits), samples) else None
