"""The one array type: samples with their bit depth, so that a peak is never guessed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.unsignedinteger[Any]]
Kept = TypeVar("Kept")


@dataclass(frozen=True, eq=False)
class Image:
    """Grey or RGB samples and the number of bits that each uses.

    Parameters
    ----------
    samples
        Shape (height, width, channels) with 1 or 3 channels, or (height, width) for grey;
        ``uint8`` for 8 bits, ``uint16`` for 9 to 16. Kept C-contiguous and read-only.
    bits
        Bit depth, 8 to 16; 0 (the default) takes the dtype's own.

    Raises
    ------
    ValueError
        If shape, dtype, depth or a sample's value does not fit the above.

    Examples
    --------
    >>> import numpy as np
    >>> image = Image(np.zeros((2, 3, 3), np.uint8))
    >>> image.width, image.height, image.channels, image.bits, image.peak
    (3, 2, 3, 8, 255)
    """

    samples: Samples
    bits: int = 0
    _kept: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Check the samples and make them contiguous and read-only."""
        array = self.samples[:, :, np.newaxis] if self.samples.ndim == 2 else self.samples
        bits = self.bits or array.dtype.itemsize * 8
        _check(array, bits)
        array = _canonical(array).view()
        array.setflags(write=False)
        object.__setattr__(self, "samples", array)
        object.__setattr__(self, "bits", bits)

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.samples.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.samples.shape[1])

    @property
    def channels(self) -> int:
        """1 (grey) or 3 (RGB)."""
        return int(self.samples.shape[2])

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.width * self.height

    @property
    def peak(self) -> int:
        """Largest value a sample can have: ``2**bits - 1``."""
        return (1 << self.bits) - 1

    @cached_property
    def sha256(self) -> str:
        """Hash of shape, depth and samples (little-endian), in hexadecimal."""
        digest = hashlib.sha256(f"{self.samples.shape} {self.bits}".encode())
        little = self.samples.astype(self.samples.dtype.newbyteorder("<"), copy=False)
        digest.update(little.data.cast("B"))
        return digest.hexdigest()

    def kept(self, key: Hashable, compute: Callable[[], Kept]) -> Kept:
        """What ``compute`` returned for this image the first time it was asked for under ``key``.

        Metrics keep an original's statistics here, so that each further decode is cheaper.

        Examples
        --------
        >>> image = Image(np.zeros((1, 1), np.uint8))
        >>> image.kept("mean", lambda: 0.0), image.kept("mean", lambda: 1.0)
        (0.0, 0.0)
        """
        if key not in self._kept:
            self._kept[key] = compute()
        value: Kept = self._kept[key]
        return value

    def __eq__(self, other: object) -> bool:
        """Same shape, depth and samples."""
        if not isinstance(other, Image):
            return NotImplemented
        return self.bits == other.bits and np.array_equal(self.samples, other.samples)

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash(self.sha256)

    def __reduce__(self) -> tuple[type[Image], tuple[Samples, int]]:
        """Pickle the samples and depth, not what was kept."""
        return Image, (self.samples, self.bits)


def _canonical(array: Samples) -> Samples:
    """Contiguous, and with the strides that its shape implies: libraries look at them.

    NumPy calls an array contiguous whatever the stride along a side of 1.
    """
    height, width, channels = array.shape
    size = array.itemsize
    if array.strides == (width * channels * size, channels * size, size):
        return array
    return array.copy(order="C") if height and width else array


def _check(array: Samples, bits: int) -> None:
    """Raise ValueError unless ``array`` can be an image of ``bits`` bits."""
    if array.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"samples must be uint8 or uint16, not {array.dtype}")
    if array.ndim != 3 or array.shape[2] not in (1, 3) or 0 in array.shape:
        raise ValueError(
            f"shape must be (height, width, 1 or 3), none of them 0, not {array.shape}"
        )
    fits = bits == 8 if array.dtype == np.uint8 else 9 <= bits <= 16
    if not fits:
        raise ValueError(
            f"{array.dtype} samples cannot have {bits} bits: uint8 has 8, uint16 9 to 16"
        )
    if bits not in (8, 16) and int(array.max()) >> bits:
        raise ValueError(f"a sample is {int(array.max())}, more than {bits} bits hold")
