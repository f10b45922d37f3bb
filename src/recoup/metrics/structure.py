"""The work that SSIM and MS-SSIM share, done once.

The original's windowed means and its smaller versions are kept on the original for each further
decode; what a pair scored at full size is kept on the distorted image for the other metric.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recoup.image import Image

WINDOW = 11
KEPT_SAMPLES = 1 << 24
"""Largest original, in samples, whose statistics are kept: at most 7 bytes a sample (112 MB).

Above it means are made anew for strips of rows, and smaller versions for each pair: 2.5 bytes a
sample while MS-SSIM runs, nothing afterwards.
"""
_STRIP_SAMPLES = 1 << 22
_SMALLER = 4  # scales of MS-SSIM below full size

Plane = NDArray[Any]


class Similarity(NamedTuple):
    """Means over all windows, one value per channel, each in [-1, 1].

    Attributes
    ----------
    ssim
        The structural similarity.
    contrast
        Its factor without luminance: contrast times structure.
    """

    ssim: NDArray[np.float64]
    contrast: NDArray[np.float64]


class Scale(NamedTuple):
    """An original at one scale: samples (height, width, channels) and, if kept, their means."""

    samples: Plane
    means: NDArray[np.float32] | None


def full_size(reference: Image, distorted: Image) -> Similarity:
    """Similarity at full size; kept on ``distorted`` for this very ``reference``.

    Parameters
    ----------
    reference, distorted
        Images of one shape and depth, both sides at least 11.

    Examples
    --------
    >>> image = Image(np.eye(11, dtype=np.uint8))
    >>> full_size(image, image).ssim
    array([1.])
    """
    pair = ("structure", reference.kept("structure: me", object))
    return distorted.kept(pair, lambda: _full_size(reference, distorted))


def smaller_sizes(reference: Image, distorted: Image) -> Iterator[Similarity]:
    """Similarity at 1/2, 1/4, 1/8 and 1/16 of the size, one after the other.

    Parameters
    ----------
    reference, distorted
        Images of one shape and depth, both sides at least 161.

    Examples
    --------
    >>> image = Image(np.eye(161, dtype=np.uint8))
    >>> [float(s.contrast[0]) for s in smaller_sizes(image, image)]
    [1.0, 1.0, 1.0, 1.0]
    """
    gain = np.float32(255 / reference.peak)
    for scale, other in zip(_smaller(reference), _halvings(distorted.samples), strict=True):
        yield _similarity(scale, other, gain)


def full_size_map(reference: Image, distorted: Image) -> NDArray[np.float32]:
    """SSIM of every window, mean over channels, as (height - 10, width - 10).

    Parameters
    ----------
    reference, distorted
        Images of one shape and depth, both sides at least 11.

    Examples
    --------
    >>> image = Image(np.eye(12, dtype=np.uint8))
    >>> full_size_map(image, image).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    from recoup.metrics.map_loops import similarities  # not above: it imports numba

    gain = np.float32(255 / reference.peak)
    height, width = reference.height - WINDOW + 1, reference.width - WINDOW + 1
    found = np.empty((height, width), np.float32)
    step = max(1, _STRIP_SAMPLES // (reference.width * reference.channels))
    for top in range(0, height, step):
        rows = slice(top, min(top + step, height) + WINDOW - 1)
        part = reference.samples[rows]
        similarities(
            part, distorted.samples[rows], _means(part, gain), gain, found[top : top + step]
        )
    return found


def _full_size(reference: Image, distorted: Image) -> Similarity:
    """Similarity of the samples as they are."""
    gain = np.float32(255 / reference.peak)
    means = None
    if _keeps(reference):
        means = reference.kept("structure: means", lambda: _means(reference.samples, gain))
    return _similarity(Scale(reference.samples, means), distorted.samples, gain)


def _keeps(image: Image) -> bool:
    """Whether this original's statistics are small enough to stay."""
    return image.samples.size <= KEPT_SAMPLES


def _smaller(reference: Image) -> Iterator[Scale]:
    """Return the original's smaller scales, kept if they are small enough to stay."""
    if not _keeps(reference):
        return (Scale(samples, None) for samples in _halvings(reference.samples))
    gain = np.float32(255 / reference.peak)
    kept: list[Scale] = reference.kept(
        "structure: smaller",
        lambda: [Scale(small, _means(small, gain)) for small in _halvings(reference.samples)],
    )
    return iter(kept)


def _halvings(samples: Plane) -> Iterator[Plane]:
    """Half the size, half of that, and so on, as float32 in the unit of the samples."""
    from recoup.metrics.loops import halve  # not above: it imports numba

    for _ in range(_SMALLER):
        height, width, channels = samples.shape
        half = np.empty(((height + 1) // 2, (width + 1) // 2, channels), np.float32)
        halve(samples, half)
        half.setflags(write=False)
        samples = half
        yield samples


def _means(samples: Plane, gain: np.float32) -> NDArray[np.float32]:
    """Windowed means, centred, as (height - 10, (width - 10) * channels)."""
    from recoup.metrics.loops import mean_map  # not above: it imports numba

    height, width, channels = samples.shape
    means = np.empty((height - WINDOW + 1, (width - WINDOW + 1) * channels), np.float32)
    mean_map(samples, gain, means)
    means.setflags(write=False)
    return means


def _similarity(scale: Scale, distorted: Plane, gain: np.float32) -> Similarity:
    """Similarity of one scale, strip by strip where the means are not kept."""
    from recoup.metrics.loops import loss_sums  # not above: it imports numba

    height, width, channels = distorted.shape
    rows = height - WINDOW + 1
    step = max(WINDOW, _STRIP_SAMPLES // (width * channels)) if scale.means is None else rows
    losses = np.zeros((2, channels))
    for top in range(0, rows, step):
        strip = slice(top, min(top + step, rows) + WINDOW - 1)
        part = scale.samples[strip]
        means = _means(part, gain) if scale.means is None else scale.means
        losses += loss_sums(part, distorted[strip], means, gain)
    ssim, contrast = 1 - losses / (rows * (width - WINDOW + 1))
    return Similarity(ssim, contrast)
