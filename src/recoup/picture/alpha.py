"""Premultiplied alpha."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recoup.image import Samples


def divided(samples: NDArray[Any], bits: int) -> Samples:
    """Return samples (height, width, colours + alpha) with the alpha divided out of the colours.

    Where alpha is 0 the colours are 0. To the nearest level; what is above the peak is cut.

    Examples
    --------
    >>> divided(np.array([[[64, 128]]], np.uint8), 8).tolist()
    [[[128, 128]]]
    """
    peak = (1 << bits) - 1
    alpha = samples[..., -1:].astype(np.uint64)
    colours = (samples[..., :-1].astype(np.uint64) * peak * 2 + alpha) // np.maximum(2 * alpha, 1)
    colours = np.where(alpha > 0, np.minimum(colours, peak), 0)
    return np.concatenate([colours.astype(samples.dtype), samples[..., -1:]], axis=2)
