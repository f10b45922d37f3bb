"""Entropy tables as symbols really are, rather than as the logistic distribution has them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recoup.codecs.choose import encode_slice
from recoup.codecs.latents import PARTS, SCALES
from recoup.codecs.learned import header_of, latents_of
from recoup.codecs.prior import Prior
from recoup.codecs.rans import Ints, Tables
from recoup.image import Image
from recoup.models.autoencoder import Autoencoder

_QUALITIES = (1.0, 2.5, 4.0, 5.5, 7.0, 8.0)
_BELIEF = 40.0
_SUM = 1 << 16


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
    [2, 65531, 2, 1]
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
