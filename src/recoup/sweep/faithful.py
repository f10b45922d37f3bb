"""How far a restored picture moves from its input beyond what the degradation explains."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recoup.chain import Chain
from recoup.chain.chain import apply
from recoup.contracts import Filter
from recoup.image import Image

BLOCKS = (1, 2, 4, 8, 16)
"""Sides, in pixels, of the blocks over which differences are averaged."""
_OTHER_SEED = 7919  # added to every seed, so that noise is drawn anew
_FEWEST_BLOCKS = 64


def unexplained(chain: Chain, original: Image, given: Image, restored: Image) -> float:
    """Put the restored picture through the degradation again and compare with what was given.

    What a picture and its degraded version differ by is known from the original: the original,
    degraded once more with other random numbers, is as far from the input as the degradation
    explains. What the restored picture, degraded with the same numbers, is further away than that
    is not explained: a detail or a brightness that the input does not have, or one that it has and
    the restored picture has not. Noise is averaged away to see what it hides: both differences
    are averaged over blocks of 1, 2, 4, 8 and 16 pixels a side, and the block counts at which most
    is unexplained.

    ``max over blocks of sqrt(max(0, mean square of [D(restored) - given]
    - mean square of [D(original) - given]))`` with D the filters before the codec and the codec,
    all seeds changed. Without random filters D(original) is ``given`` itself, and this is the
    distance (root mean square) of D(restored) from ``given``; with noise of a standard deviation
    s it says by how much the residual, given - restored, is more than s.

    Parameters
    ----------
    chain
        What both went through.
    original
        As the chain took it.
    given
        What its codec gave: the input of the filters after it.
    restored
        What those made of it.

    Returns
    -------
    float
        In levels of 0 to 255, whatever the depth; 0 and up.

    Raises
    ------
    CodecError, NotApplicableError
        As the steps of the chain raise them.

    Examples
    --------
    >>> chain = Chain.parse("bicubic:1/2 | raw | bicubic:2")
    >>> original = Image(np.full((8, 8), 100, np.uint8))
    >>> brighter = Image(np.full((8, 8), 110, np.uint8))
    >>> given = Image(np.full((4, 4), 100, np.uint8))
    >>> unexplained(chain, original, given, original), unexplained(chain, original, given, brighter)
    (0.0, 10.0)
    """
    before = _reseeded(chain.before)
    again = _difference(_degraded(chain, before, restored), given)
    if before == chain.before:
        return math.sqrt(_mean_square(again))
    expected = _difference(_degraded(chain, before, original), given)
    excess = 0.0
    for block in BLOCKS:
        ours, theirs = _averaged(again, block), _averaged(expected, block)
        if ours.shape[0] * ours.shape[1] < _FEWEST_BLOCKS and block > 1:
            break
        excess = max(excess, _mean_square(ours) - _mean_square(theirs))
    return math.sqrt(excess)


def _degraded(chain: Chain, before: Iterable[Filter], image: Image) -> Image:
    return chain.codec.decode(chain.codec.encode(apply(before, image)))


def _reseeded(several: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """The same filters with other random numbers."""
    return tuple(_with_other_seed(step) for step in several)


def _with_other_seed(step: Any) -> Any:  # noqa: ANN401  (any filter, the same kind back)
    seeded = is_dataclass(step) and any(field.name == "seed" for field in fields(step))
    return replace(step, seed=step.seed + _OTHER_SEED) if seeded else step


def _difference(image: Image, given: Image) -> NDArray[np.float32]:
    """Samples of one less those of the other, in levels of 0 to 255."""
    off = image.samples.astype(np.float32) - given.samples.astype(np.float32)
    off *= np.float32(255 / given.peak)
    return off


def _averaged(values: NDArray[np.float32], block: int) -> NDArray[np.float32]:
    """Means over whole blocks of so many pixels a side."""
    high, wide = (side // block for side in values.shape[:2])
    whole = values[: high * block, : wide * block]
    return np.asarray(whole.reshape(high, block, wide, block, -1).mean(axis=(1, 3)))


def _mean_square(values: NDArray[np.float32]) -> float:
    return float(np.mean(np.square(values), dtype=np.float64)) if values.size else 0.0
