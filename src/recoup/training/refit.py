"""Entropy tables: as the net was trained with, and as symbols really are."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recoup.codecs.latents import PARTS, SCALES, scale_values
from recoup.codecs.learned import header_of, latents_of
from recoup.codecs.prior import Prior
from recoup.codecs.rans import Ints, Tables
from recoup.codecs.slices import encode_slice
from recoup.image import Image
from recoup.models.autoencoder import Autoencoder
from recoup.training.nets.vae import DctVae

_QUALITIES = (1.0, 2.5, 4.0, 5.5, 7.0, 8.0)
_BELIEF = 40.0
_SUM = 1 << 16
_WIDEST = 255
_SIDE_WIDEST = 127


def tables(net: DctVae) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Entropy tables: where each starts, the value of its first entry, all frequencies.

    Of logistic distributions: one for each scale and part of a step, then one for each channel of
    the hyper-latent.

    Examples
    --------
    >>> start, low, count = tables(DctVae(width=8, fine=4))
    >>> len(low), int(count[: start[1]].sum())
    (536, 65536)
    """
    kinds = [
        (scale, (part - PARTS // 2) / PARTS, _WIDEST)
        for scale in scale_values()
        for part in range(PARTS)
    ]
    means, scales = (t.detach().double() for t in (net.prior.side_mean, net.prior.side_scale))
    kinds += [
        (math.exp(s), m, _SIDE_WIDEST) for m, s in zip(means.tolist(), scales.tolist(), strict=True)
    ]
    start, low, count = [0], [], []
    for scale, mean, widest in kinds:
        far = min(widest, math.ceil(14 * scale + 2))
        first = round(mean) - far
        values = np.arange(first, first + 2 * far + 1)
        likely = _logistic(values + 0.5, mean, scale) - _logistic(values - 0.5, mean, scale)
        counts = shared(np.append(likely, max(0.0, 1 - likely.sum())))
        low.append(first)
        start.append(start[-1] + len(counts))
        count.append(counts)
    return np.array(start, np.int32), np.array(low, np.int32), np.concatenate(count)


def _logistic(x: NDArray[np.float64], mean: float, scale: float) -> NDArray[np.float64]:
    """The logistic distribution's cumulative function."""
    with np.errstate(over="ignore"):
        found: NDArray[np.float64] = 1 / (1 + np.exp(-(x - mean) / scale))
    return found


def counted(model: Autoencoder, prior: Prior, pictures: Sequence[Image]) -> NDArray[np.int64]:
    """How often each entry of the tables is coded in some pictures at six qualities, (entries,)."""
    found = np.zeros(len(prior.tables.frequency), np.int64)
    for picture in pictures:
        for quality in _QUALITIES:
            header = header_of(picture, quality, model)
            for values, side in latents_of(picture, header, model):
                _, coder = encode_slice(prior, values, side, header.quality)
                found += np.bincount(coder.entries(), minlength=len(found))
    return found


def refitted(tables: Tables, counts: NDArray[np.int64]) -> Ints:
    """Frequencies of what was counted, and of the tables before where little was.

    A table for a mean of a part above a whole number is the mirror image of that for the same part
    below: what is counted of one counts for both. Each table keeps what it said before with the
    weight of 40 symbols.

    Parameters
    ----------
    tables
        As they are.
    counts
        By entry.

    Examples
    --------
    >>> start, low = np.array([0, 4], np.int32), np.array([-1], np.int32)
    >>> tables = Tables(start, low, np.array([16384, 32768, 16383, 1], np.int32))
    >>> refitted(tables, np.array([0, 10**6, 0, 0])).tolist()
    [1, 65533, 1, 1]
    """
    out = []
    for which in range(len(tables.low)):
        own = slice(tables.start[which], tables.start[which + 1])
        seen = counts[own].astype(np.float64)
        scale, part = divmod(which, PARTS)
        if scale < SCALES and part and len(tables.low) > SCALES * PARTS:
            other = scale * PARTS + (PARTS - part)
            theirs = counts[tables.start[other] : tables.start[other + 1]]
            seen[:-1] += theirs[:-1][::-1]
            seen[-1] += theirs[-1]
        before = tables.frequency[own] / _SUM
        out.append(shared((seen + _BELIEF * before) / (seen.sum() + _BELIEF)))
    return np.concatenate(out)


def shared(likely: NDArray[np.float64]) -> Ints:
    """Probabilities as frequencies of at least 1 that sum to 2**16.

    Examples
    --------
    >>> shared(np.array([0.5, 0.5, 0.0])).tolist()
    [32768, 32767, 1]
    """
    counts = 1 + np.floor(likely / likely.sum() * (_SUM - len(likely))).astype(np.int32)
    counts[np.argmax(counts)] += _SUM - counts.sum()
    return np.asarray(counts, np.int32)
