"""What a picture looks like, in few numbers that survive a resize, a codec and some noise.

A picture or a window of it is stretched to a square, grey; its lowest cosine coefficients without
the mean (the DCT behind pHash: Zauner, *Implementation and Benchmarking of Perceptual Image Hash
Functions*, 2010), each to the power 1/2 so that no few of them decide alone, scaled to length 1.
Two signatures are compared by their inner product: 1 for the same picture, about 0 for others.
Instead of a hash's signs the values are kept, since windows are searched for and every bit counts.
"""

from __future__ import annotations

import os
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from recoup.blas import one_thread
from recoup.image import Image
from recoup.picture.load import MAX_PIXELS, load

Floats = NDArray[np.float32]
Span = tuple[float, float]
Window = tuple[Span, Span]
"""(top, bottom), (left, right) as shares of the sides."""

SIDE = 128
"""Samples along a side of a thumbnail."""
WHOLE: Window = ((0.0, 1.0), (0.0, 1.0))
COARSE, FINE = 8, 16
"""Coefficients along a side: to search with, to decide with."""
TURNS = ("", "mirrored", "upside down", "turned by 180 degrees")
_STEPS = 24
_LEAST_AREA = 0.48
_FLAT = 0.004


def thumbnail(path: str | os.PathLike[str], *, max_pixels: int = MAX_PIXELS) -> Floats:
    """Load a picture and return its grey thumbnail.

    Parameters
    ----------
    path
        A picture file.
    max_pixels
        Larger pictures are refused.

    Returns
    -------
    ndarray
        Shape (128, 128), float32, 0 to 1: means of equal areas, luma by BT.601, stretched to a
        square.

    Raises
    ------
    PictureError
        As ``recoup.picture.load`` raises it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b"P5 2 1 255 " + bytes([0, 255])), file.flush()
    ...     small = thumbnail(file.name)
    >>> small.shape, small.min(), small.max()
    ((128, 128), np.float32(0.0), np.float32(1.0))
    """
    image = load(path, max_pixels=max_pixels).image
    with one_thread():
        return (_area_means(_shrunk(image)) / image.peak).astype(np.float32)


def _shrunk(image: Image) -> Floats:
    """Grey samples; of large pictures, means of whole blocks, which is quicker."""
    block = max(1, min(image.height, image.width) // (4 * SIDE))
    high, wide = image.height // block, image.width // block
    rows = image.samples[: high * block, : wide * block].reshape(high, block, -1)
    # Whole rows first: sums along the last axis of three channels are ten times slower.
    sums = rows.sum(1, dtype=np.uint32).reshape(high, wide, block, -1).sum(2, dtype=np.uint32)
    weights = [0.299, 0.587, 0.114] if image.channels == 3 else [1]
    return np.asarray(sums @ (np.array(weights) / block**2), np.float32)


def _area_means(grey: Floats) -> Floats:
    """Means of SIDE x SIDE equal areas."""
    down, across = (_areas(side) for side in grey.shape)
    return np.asarray(down @ grey @ across.T, np.float32)


@lru_cache(maxsize=64)
def _areas(side: int) -> Floats:
    """Rows of weights: the share of each sample in each of SIDE equal parts of a side."""
    edges = np.linspace(0, side, SIDE + 1)
    samples = np.arange(side)
    overlap = np.minimum(edges[1:, None], samples + 1) - np.maximum(edges[:-1, None], samples)
    return (overlap.clip(0) * (SIDE / side)).astype(np.float32)


def signature(small: Floats, window: Window = WHOLE, count: int = FINE) -> Floats:
    """Return the signature of a window of a thumbnail.

    Parameters
    ----------
    small
        As :func:`thumbnail` returns it, or a smaller square.
    window
        (top, bottom), (left, right) in shares of the sides.
    count
        Coefficients along a side.

    Returns
    -------
    ndarray
        Shape (count, count), float32, of length 1 with a first value of 0; all 0 if the window
        is too flat to be told from another.

    Examples
    --------
    >>> ramp = np.tile(np.linspace(0, 1, SIDE, dtype=np.float32), (SIDE, 1))
    >>> round(float(np.sum(signature(ramp) * signature(ramp, ((0.2, 1), (0.5, 1))))), 3)
    1.0
    """
    rows, columns = (_cosines(*span, count, len(small)) for span in window)
    return _levelled((rows @ small @ columns.T).astype(np.float32))


def turned(signatures: Floats) -> Floats:
    """Return signatures, shape (..., count, count), under every one of TURNS: a new first axis.

    Examples
    --------
    >>> turned(np.ones((2, 2), np.float32))[1]
    array([[ 1., -1.],
           [ 1., -1.]], dtype=float32)
    """
    sign = (1 - 2 * (np.arange(signatures.shape[-1]) % 2)).astype(np.float32)
    mirrored, upside = signatures * sign, signatures * sign[:, None]
    return np.stack([signatures, mirrored, upside, upside * sign])


@lru_cache(maxsize=1)
def windows() -> tuple[Window, ...]:
    """Return the windows that are searched: edges on a grid of 1/24, about half the area and more.

    Examples
    --------
    >>> len(windows())
    2720
    """
    spans = _spans()
    return tuple((spans[i], spans[j]) for i, j in np.argwhere(_large()))


def window_signatures(small: Floats) -> Floats:
    """Return the coarse signatures of all ``windows()`` of a thumbnail, of any side.

    Returns
    -------
    ndarray
        Shape (windows, 8, 8), float32.

    Examples
    --------
    >>> window_signatures(np.zeros((SIDE, SIDE), np.float32)).shape
    (2720, 8, 8)
    """
    spans = _spans()
    basis = np.concatenate([_cosines(*span, COARSE, len(small)) for span in spans])
    products = (basis @ small @ basis.T).reshape(len(spans), COARSE, len(spans), COARSE)
    return _levelled(products.transpose(0, 2, 1, 3)[_large()])


@lru_cache(maxsize=1)
def _spans() -> tuple[Span, ...]:
    """Every part of a side, at least half of it, with ends on the grid."""
    return tuple(
        (start / _STEPS, (start + length) / _STEPS)
        for length in range(_STEPS // 2, _STEPS + 1)
        for start in range(_STEPS - length + 1)
    )


@lru_cache(maxsize=1)
def _large() -> NDArray[np.bool_]:
    """Which pairs of spans enclose enough of the area."""
    sides = np.array([end - start for start, end in _spans()])
    out: NDArray[np.bool_] = sides[:, None] * sides >= _LEAST_AREA
    return out


@lru_cache(maxsize=4096)
def _cosines(start: float, end: float, count: int, side: int) -> Floats:
    """Cosines of 0 to count - 1 half waves over a span, integrated over each of side samples."""
    edges = (np.clip(np.arange(side + 1) / side, start, end) - start) / (end - start)
    waves = np.arange(1, count)[:, None] * np.pi
    integrals = np.concatenate([edges[None], np.sin(waves * edges) / waves * np.sqrt(2)])
    return np.diff(integrals, axis=1).astype(np.float32)


def _levelled(products: Floats) -> Floats:
    """Coefficients of shape (..., count, count) to signatures."""
    count = products.shape[-1]
    frequency = np.hypot(*np.ogrid[:count, :count]).astype(np.float32)
    strength = np.sqrt((products**2).sum((-2, -1)) - products[..., 0, 0] ** 2)
    values = np.sign(products) * np.sqrt(np.abs(products) * np.sqrt(frequency))
    values /= np.maximum(np.linalg.norm(values, axis=(-2, -1), keepdims=True), 1e-12)
    out: Floats = values * (strength >= _FLAT)[..., None, None]
    return out
