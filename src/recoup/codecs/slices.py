"""One slice of the learned codec: its symbols chosen, those worth their bits, and read again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recoup.codecs.latents import CHANNELS, HYPER, MOST, QUALITIES, SIDE, STEPS, channels
from recoup.codecs.prior import SIDE_TABLE, Floats, Prior, table_of
from recoup.codecs.rans import FARTHEST, Decoder, Encoder, Ints, compiled
from recoup.codecs.rcp import checksum
from recoup.errors import CodecError

_SQUARES = (1.0, 1.086, 0.825)  # mean over R, G, B of what an error of 1 in Y, Cb, Cr does
_LARGEST = FARTHEST // 4


def encode_slice(prior: Prior, values: Floats, side: Floats, quality: int) -> tuple[int, Encoder]:
    """Choose the symbols of one slice.

    Rate-distortion optimised quantisation as in H.264's reference encoder: of the nearest whole
    number and those on the way from it to the mean, the one for which squared error and bits
    together cost least. What that does to the symbols that follow is not looked at.

    Parameters
    ----------
    prior
        Of the model.
    values
        Latents in quantiser steps, (CHANNELS, height, width).
    side
        Hyper-latent, (SIDE, ceil(height / 4), ceil(width / 4)).
    quality
        As stored.

    Returns
    -------
    tuple
        CRC-32 of the symbols; what codes them.
    """
    whole = np.clip(np.rint(side), -MOST, MOST).astype(np.int32)
    limited = np.clip(values, -_LARGEST, _LARGEST)
    worth = bit_worth(prior, quality)
    coder = Encoder(prior.tables)
    coder.put(np.repeat(np.arange(SIDE, dtype=np.int32) + SIDE_TABLE, whole[0].size), whole.ravel())
    t = prior.tables

    def take(part: slice, where: NDArray[np.bool_], scale: Ints, mean: Ints) -> Ints:
        wanted = limited[part][:, where]
        nearest, which = table_of(scale, mean)
        symbols = _chosen(
            wanted.ravel(),
            np.repeat(worth[part], wanted.shape[1]),
            scale,
            nearest,
            which,
            t.start,
            t.low,
            t.bits,
            prior.centres.reshape(-1, 5),
        )
        coded = scale > 0
        coder.put(which[coded], (symbols - nearest)[coded])
        return symbols

    symbols, _ = prior.walk(whole, quality, values.shape[1], values.shape[2], take)
    return checksum(whole, symbols), coder


def read_slice(
    prior: Prior, content: bytes, check: int, height: int, width: int, quality: int
) -> tuple[NDArray[np.int16], Floats]:
    """Read the symbols of one slice.

    Parameters
    ----------
    prior
        Of the model.
    content, check
        As in the file: coded symbols, and the CRC-32 of what they are.
    height, width
        Of its latents.
    quality
        As stored.

    Returns
    -------
    tuple of ndarray
        Symbols and latents, (CHANNELS, height, width).

    Raises
    ------
    CodecError
        If they are not those that were encoded.
    """
    reader = Decoder(prior.tables, content)
    shape = (SIDE, -(-height // HYPER), -(-width // HYPER))
    count = shape[1] * shape[2]
    side = reader.take(np.repeat(np.arange(SIDE, dtype=np.int32) + SIDE_TABLE, count)).reshape(
        shape
    )

    def take(_channels: slice, _where: NDArray[np.bool_], scale: Ints, mean: Ints) -> Ints:
        symbols, which = table_of(scale, mean)
        coded = scale > 0
        symbols[coded] += reader.take(which[coded])
        return symbols

    symbols, latents = prior.walk(side, quality, height, width, take)
    if not reader.ended or checksum(side, symbols) != check:
        raise CodecError("the symbols are not those that were encoded: the file is damaged")
    return symbols, latents


def bit_worth(prior: Prior, quality: int) -> Floats:
    """Bits that one squared quantiser step of error is worth in each channel, (CHANNELS,).

    ``lambda`` at this quality times the step's square: see :class:`recoup.codecs.learned.Learned`.
    """
    table = prior.arrays["gains"].reshape(QUALITIES, CHANNELS).astype(np.float64)
    at = quality / STEPS
    hats = np.maximum(0, 1 - np.abs(at - np.arange(QUALITIES)))
    gain = np.exp(hats @ table)
    each = 0.0018 * 100 ** (at / (QUALITIES - 1))
    squares = np.array([_SQUARES[plane] for plane, _ in channels()])
    return np.asarray(each * squares / gain**2, np.float32)


@compiled
def _chosen(
    values: Floats,
    worth: Floats,
    scale: Ints,
    nearest: Ints,
    which: Ints,
    start: Ints,
    low: Ints,
    bits: Floats,
    centres: Floats,
) -> Ints:
    """The symbols, (count,); where the scale is the first, the whole number nearest the mean."""
    chosen = np.empty(len(values), np.int32)
    for at in range(len(values)):
        middle = nearest[at]
        if scale[at] == 0:
            chosen[at] = middle
            continue
        table = which[at]
        tried = np.int32(np.rint(values[at]))
        toward = np.int32(1) if tried < middle else np.int32(-1)
        best, least = tried, np.float32(np.inf)
        for _ in range(3):
            away = tried - middle
            entry = min(max(start[table] + away - low[table], start[table]), start[table + 1] - 1)
            centre = centres[table, min(max(away, -2), 2) + 2]
            error = values[at] - tried - centre
            cost = error * error * worth[at] + bits[entry]
            if cost < least:
                best, least = tried, cost
            if tried == middle:
                break
            tried += toward
        chosen[at] = best
    return chosen
