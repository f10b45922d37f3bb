"""The compiled loops of the maps; see ``loops`` for how they are written."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recoup.metrics.loops import (
    F32,
    MARGIN,
    TAPS,
    TILE,
    Floats,
    add_losses,
    blur_across,
    blur_down,
    compiled,
    products,
)


@compiled
def similarities(
    first: NDArray[Any], second: NDArray[Any], means: Floats, gain: np.float32, out: Floats
) -> None:
    """SSIM of every window, mean over channels, to (height - 10, width - 10)."""
    height, _, channels = first.shape
    ones, twos = first.reshape(height, -1), second.reshape(height, -1)
    margin = MARGIN * channels
    rings = np.empty((3, TAPS, TILE), np.float32)
    lines = np.empty((3, TILE + margin), np.float32)
    maps = np.empty((3, TILE), np.float32)
    losses = np.empty((2, TILE), np.float32)
    for left in range(0, means.shape[1], TILE):  # TILE holds whole pixels
        size = min(TILE, means.shape[1] - left)
        span = slice(left, left + size + margin)
        for top in range(height):
            products(ones[top, span], twos[top, span], gain, lines[0], lines[1], lines[2])
            for k in range(3):
                blur_across(lines[k], channels, rings[k, top % TAPS, :size])
            if top < MARGIN:
                continue
            for k in range(3):
                blur_down(rings[k], top + 1, maps[k, :size])
            mean_x = means[top - MARGIN, left : left + size]
            losses[:] = 0
            add_losses(mean_x, maps[0], maps[1], maps[2], losses[0], losses[1])
            row = out[top - MARGIN, left // channels : (left + size) // channels]
            for i in range(row.size):
                loss = F32(0)
                for k in range(channels):
                    loss += losses[0, i * channels + k]
                row[i] = F32(1) - loss / F32(channels)


@compiled
def largest_error(first: NDArray[Any], second: NDArray[Any], gain: np.float32, out: Floats) -> None:
    """Largest absolute difference over channels, times ``gain``."""
    height, width, channels = first.shape
    for y in range(height):
        for x in range(width):
            most = np.int32(0)
            for k in range(channels):
                most = max(most, abs(np.int32(first[y, x, k]) - np.int32(second[y, x, k])))
            out[y, x] = F32(most) * gain


@compiled
def add_enlarged(small: Floats, out: Floats) -> None:
    """Add a map, enlarged bilinearly: pixels are areas, values beyond the outermost repeat."""
    height, width = out.shape
    rows, columns = small.shape
    line = np.empty(columns, np.float32)
    for y in range(height):
        at = min(max((y + 0.5) * rows / height - 0.5, 0.0), rows - 1.0)
        upper = int(at)
        lower, part = min(upper + 1, rows - 1), F32(at - upper)
        for i in range(columns):
            line[i] = small[upper, i] + part * (small[lower, i] - small[upper, i])
        for x in range(width):
            at = min(max((x + 0.5) * columns / width - 0.5, 0.0), columns - 1.0)
            before = int(at)
            after = min(before + 1, columns - 1)
            out[y, x] += line[before] + F32(at - before) * (line[after] - line[before])
