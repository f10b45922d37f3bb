"""The compiled loops of the metrics; only score functions import this module.

Importing numba costs a process about 0.3 s, its first score 0.6 s (docs/adr/0001).

Samples stay interleaved, so a row is one contiguous run of ``width * channels`` samples and its
neighbour in x is ``channels`` samples away. Every inner loop is written so that LLVM vectorises
it: contiguous slices, no modulo, no negative index. All values are brought to [-128, 127]
whatever the depth, because the variance is a difference of squares and float32 has 24 bits.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Loop = TypeVar("Loop", bound=Callable[..., Any])
Floats = NDArray[np.float32]

TAPS = 11
MARGIN = TAPS - 1
TILE = 1536  # samples: eleven rows of three maps are 200 kB, in the second-level cache
PIXELS = 4096  # luma differences summed in float32 at a time
CHUNK = 32768  # samples: the most 8-bit squares that an int32 holds
F32 = np.float32
MIDDLE = F32(128)
LUMINANCE = F32((0.01 * 255) ** 2)
CONTRAST = F32((0.03 * 255) ** 2)
_BELL = np.exp(-0.5 * (np.arange(-5, 1) / 1.5) ** 2)
_BELL /= 2 * _BELL.sum() - 1
G1, G2, G3, G4, G5 = (F32(weight) for weight in _BELL[1:])
# The smallest weight takes up the others' rounding: a sum of 1 + 3e-8 would bias every variance.
G0 = F32((1 - float(G5)) / 2 - float(G1) - float(G2) - float(G3) - float(G4))


def compiled(loop: Loop) -> Loop:
    """Compile at the first call with each type, and keep the machine code between processes."""
    return _compiled(loop, fastmath=True)


def rounded(loop: Loop) -> Loop:
    """Compile as :func:`compiled`, but round every step as it is written."""
    return _compiled(loop, fastmath=False)


def fused(loop: Loop) -> Loop:
    """Compile as :func:`rounded`, but round a product and the sum that it goes into once."""
    return _compiled(loop, fastmath={"contract"})


def _compiled(loop: Loop, *, fastmath: bool | set[str]) -> Loop:
    """Compile with the settings that all loops have."""
    options = partial(njit, fastmath=fastmath, nogil=True, error_model="numpy")
    try:
        return cast("Loop", options(cache=True)(loop))
    except RuntimeError:  # neither the package nor the user's cache folder can be written
        return cast("Loop", options(cache=False)(loop))


@compiled
def squared_error(first: NDArray[Any], second: NDArray[Any]) -> float:
    """Sum of squared differences of two flat arrays of integers, exact to 2**53."""
    total = 0.0
    for start in range(0, first.size, CHUNK):
        one, two = first[start : start + CHUNK], second[start : start + CHUNK]
        if first.itemsize == 1:
            small = np.int32(0)
            for i in range(one.size):
                step = np.int16(np.int16(one[i]) - np.int16(two[i]))
                small = np.int32(small + np.int32(step) * np.int32(step))
            total += small
        else:
            large = 0.0
            for i in range(one.size):
                gap = np.float64(one[i]) - np.float64(two[i])
                large += gap * gap
            total += large
    return total


@compiled
def luma_squared_error(first: NDArray[Any], second: NDArray[Any]) -> float:
    """Sum of squared luma differences of two flat RGB arrays; luma weights sum to 219."""
    total = 0.0
    gaps = np.empty(PIXELS * 3, np.float32)
    for start in range(0, first.size, gaps.size):
        one, two = first[start : start + gaps.size], second[start : start + gaps.size]
        for i in range(one.size):
            gaps[i] = F32(np.int32(one[i]) - np.int32(two[i]))
        part = F32(0)
        for i in range(one.size // 3):
            warm = F32(65.481) * gaps[3 * i] + F32(128.553) * gaps[3 * i + 1]
            luma = warm + F32(24.966) * gaps[3 * i + 2]
            part += luma * luma
        total += float(part)
    return total


@compiled
def _blur_across(line: Floats, s: int, out: Floats) -> None:
    for i in range(out.size):
        total = G0 * (line[i] + line[i + 10 * s]) + G1 * (line[i + s] + line[i + 9 * s])
        total += G2 * (line[i + 2 * s] + line[i + 8 * s]) + G3 * (line[i + 3 * s] + line[i + 7 * s])
        out[i] = total + G4 * (line[i + 4 * s] + line[i + 6 * s]) + G5 * line[i + 5 * s]


@compiled
def blur_across(line: Floats, channels: int, out: Floats) -> None:
    """Eleven Gaussian taps along a row of interleaved channels."""
    if channels == 3:  # steps known when compiled: without them nothing is vectorised
        _blur_across(line, 3, out)
    else:
        _blur_across(line, 1, out)


@compiled
def blur_down(ring: Floats, oldest: int, out: Floats) -> None:
    """Eleven Gaussian taps across the rows of a ring that begins at ``oldest``."""
    a, b, c = oldest % 11, (oldest + 1) % 11, (oldest + 2) % 11
    d, e, f = (oldest + 3) % 11, (oldest + 4) % 11, (oldest + 5) % 11
    g, h, j = (oldest + 6) % 11, (oldest + 7) % 11, (oldest + 8) % 11
    k, m = (oldest + 9) % 11, (oldest + 10) % 11
    for i in range(out.size):
        total = G0 * (ring[a, i] + ring[m, i]) + G1 * (ring[b, i] + ring[k, i])
        total += G2 * (ring[c, i] + ring[j, i]) + G3 * (ring[d, i] + ring[h, i])
        out[i] = total + G4 * (ring[e, i] + ring[g, i]) + G5 * ring[f, i]


@compiled
def centre(row: NDArray[Any], gain: np.float32, out: Floats) -> None:
    """Bring samples to [-128, 127]."""
    for i in range(row.size):
        out[i] = F32(row[i]) * gain - MIDDLE


@compiled
def products(
    one: NDArray[Any], two: NDArray[Any], gain: np.float32, d: Floats, dd: Floats, squares: Floats
) -> None:
    """Give d = y - x, d² and x² + y² of two rows x and y, centred."""
    for i in range(one.size):
        x = F32(one[i]) * gain - MIDDLE
        y = F32(two[i]) * gain - MIDDLE
        d[i] = y - x
        dd[i] = (y - x) * (y - x)
        squares[i] = x * x + y * y


@compiled
def add_losses(
    means: Floats, d: Floats, dd: Floats, squares: Floats, ssim: Floats, contrast: Floats
) -> None:
    """Add 1 - SSIM and 1 - contrast factor, sample by sample, from windowed means.

    With d = y - x the factors of Wang (2004) are 1 - E[d]² / (E[x]² + E[y]² + C1) and
    1 - var(d) / (var(x) + var(y) + C2): what is small is computed as such, not as a difference.
    """
    for i in range(means.size):
        x, y = means[i], means[i] + d[i]
        step = d[i] * d[i]
        energy = squares[i] - x * x - y * y + CONTRAST
        x, y = x + MIDDLE, y + MIDDLE
        dark = step / (x * x + y * y + LUMINANCE)
        loss = (dd[i] - step) / energy
        contrast[i] += loss
        ssim[i] += loss + dark - loss * dark


@compiled
def mean_map(samples: NDArray[Any], gain: np.float32, out: Floats) -> None:
    """Windowed means of (height, width, channels), to (height - 10, (width - 10) * channels)."""
    height, width, channels = samples.shape
    rows = samples.reshape(height, width * channels)
    margin = MARGIN * channels
    ring = np.empty((TAPS, TILE), np.float32)
    line = np.empty(TILE + margin, np.float32)
    for left in range(0, out.shape[1], TILE):
        size = min(TILE, out.shape[1] - left)
        for top in range(height):
            centre(rows[top, left : left + size + margin], gain, line)
            blur_across(line, channels, ring[top % TAPS, :size])
            if top >= MARGIN:
                blur_down(ring, top + 1, out[top - MARGIN, left : left + size])


@compiled
def loss_sums(
    first: NDArray[Any], second: NDArray[Any], means: Floats, gain: np.float32
) -> NDArray[np.float64]:
    """Sums over all windows of 1 - SSIM and 1 - contrast factor, as (2, channels)."""
    height, _, channels = first.shape
    ones, twos = first.reshape(height, -1), second.reshape(height, -1)
    margin = MARGIN * channels
    sums = np.zeros((2, channels))
    rings = np.empty((3, TAPS, TILE), np.float32)
    lines = np.empty((3, TILE + margin), np.float32)
    maps = np.empty((3, TILE), np.float32)
    scores = np.zeros((2, TILE), np.float32)
    for left in range(0, means.shape[1], TILE):
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
            add_losses(mean_x, maps[0], maps[1], maps[2], scores[0], scores[1])
            if top % 64 == 63 or top == height - 1:  # before float32 sums lose digits
                for k in range(2):
                    for i in range(size):
                        sums[k, (left + i) % channels] += scores[k, i]
                scores[:] = 0
    return sums


@compiled
def halve(samples: NDArray[Any], out: Floats) -> None:
    """Means of 2 x 2 pixels; an odd side gets a line of zeros before its first, in the mean too."""
    height, width, channels = samples.shape
    rows = samples.reshape(height, width * channels)
    above, before = height % 2, width % 2 * channels
    line = np.zeros(width * channels + before, np.float32)
    for top in range(out.shape[0]):
        lower = rows[2 * top - above + 1]
        upper = rows[max(2 * top - above, 0)]
        weight = F32(0) if 2 * top < above else F32(1)
        inner = line[before:]
        for i in range(lower.size):
            inner[i] = F32(lower[i]) + weight * F32(upper[i])
        for left in range(out.shape[1]):
            for k in range(channels):
                at = 2 * left * channels + k
                out[top, left, k] = F32(0.25) * (line[at] + line[at + channels])
