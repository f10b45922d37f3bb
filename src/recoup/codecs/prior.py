"""How likely each symbol of the learned codec is: nets of whole numbers, in NumPy.

Weights are at most 127, activations too, and no sum reaches 2**24, so that float32 holds every
one exactly: the order in which a machine adds them does not matter (docs/rcp.md).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recoup.blas import one_thread
from recoup.codecs.grid import Grid, Squares
from recoup.codecs.latents import (
    CHANNELS,
    FEATURES,
    HYPER,
    MOST,
    PARTS,
    SCALES,
    centres,
    groups,
    loudness,
)
from recoup.codecs.rans import Ints, Tables
from recoup.errors import ModelError

Floats = NDArray[np.float32]
Take = Callable[[slice, NDArray[np.bool_], Ints, Ints], Ints]

SIDE_TABLE = SCALES * PARTS
_EXACT = 1 << 24
_FARTHEST = 1 << 10
_LAYERS = ("before", "beside", "middle", "out", "straight")


@dataclass(frozen=True, eq=False)
class Prior:
    """The integer nets and tables, as exported.

    Attributes
    ----------
    arrays
        By name; docs/rcp.md lists them.
    """

    arrays: Mapping[str, NDArray[Any]]

    @classmethod
    def read(cls, data: bytes) -> Prior:
        """Read a ``.npz`` file.

        Raises
        ------
        ModelError
            If it is none, or its sums could be inexact.
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                prior = cls({name: file[name] for name in file.files})
            prior.check()
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise ModelError(f"learned codec: its integer nets are damaged ({error})") from error
        return prior

    def check(self) -> None:
        """Refuse weights whose sums float32 might round. Raises ModelError."""
        for name in [n for n in self.arrays if n.endswith(".weight")]:
            weight = np.abs(self.arrays[name].astype(np.int64))
            rest = np.abs(self.arrays[name.replace("weight", "bias")].astype(np.int64))
            most = weight.sum(axis=(1, 2, 3)) * MOST + rest
            if name.endswith(("before.weight", "beside.weight")):  # these two are added
                other = name.replace("before", "*").replace("beside", "*")
                both = [other.replace("*", one) for one in _LAYERS[:2]]
                most = sum(
                    np.abs(self.arrays[one].astype(np.int64)).sum(axis=(1, 2, 3)) * MOST
                    + np.abs(self.arrays[one.replace("weight", "bias")].astype(np.int64))
                    for one in both
                ) + MOST * np.abs(self.arrays[other.replace("*.weight", "fast")].astype(np.int64))
            if weight.max() > MOST or most.max() >= _EXACT:
                raise ModelError(f"learned codec: sums of {name} could be inexact")

    @cached_property
    def tables(self) -> Tables:
        """Of symbols by scale and part, and then of each channel of the hyper-latent."""
        found = (
            self.arrays[f"table.{name}"].astype(np.int32) for name in ("start", "low", "count")
        )
        return Tables(*found)

    @cached_property
    def centres(self) -> Floats:
        """See :func:`recoup.codecs.latents.centres`."""
        return centres()

    def walk(
        self, side: Ints, quality: int, height: int, width: int, take: Take
    ) -> tuple[NDArray[np.int16], Floats]:
        """Go through all symbols in the order of the stream.

        Parameters
        ----------
        side
            Hyper-latent, (SIDE, ceil(height / 4), ceil(width / 4)).
        quality
            As stored, 0..252.
        height, width
            Of the latents.
        take
            Gives the symbols of one pass, (channels of the group * positions,), from the group's
            channels, the positions as (height, width), and each symbol's scale index and mean in
            eighths. The encoder chooses them, the decoder reads them.

        Returns
        -------
        tuple of ndarray
            Symbols, (CHANNELS, height, width); where in its bin each most likely lies, the same
            shape.
        """
        with one_thread():
            return self._walk(side, quality, Grid(height, width), take)

    def _walk(
        self, side: Ints, quality: int, grid: Grid, take: Take
    ) -> tuple[NDArray[np.int16], Floats]:
        """Go through them on one thread."""
        height, width = grid.height, grid.width
        features = grid.padded(self._features(side)[:, :height, :width])
        signed = np.zeros((CHANNELS, grid.size), np.float32)
        loud = np.zeros((CHANNELS, grid.size), np.float32)
        symbols = np.zeros((CHANNELS, height * width), np.int16)
        decoded = np.zeros((CHANNELS, height * width), np.float32)
        heard = loudness().astype(np.float32)
        passes = Squares.both(grid)
        for n, (first, last) in enumerate(groups()):
            seen = np.zeros((2 * (last - first), grid.size), np.float32)
            known = np.concatenate((features, signed[:first], loud[:first]))
            base = self._base(n, known, grid, quality)
            for squares in passes:
                ids, means = self._expected(n, base, seen, grid, quality, squares)
                found = take(slice(first, last), squares.where, ids, means)
                part = found.reshape(last - first, -1)
                symbols[first:last, squares.flat] = part
                centred = self._shift(found, ids, means)
                centred += found
                decoded[first:last, squares.flat] = centred.reshape(part.shape)
                clipped = np.clip(part, -MOST, MOST)
                seen[: last - first, squares.padded] = clipped
                seen[last - first :, squares.padded] = heard[np.abs(clipped)]
            signed[first:last], loud[first:last] = np.split(seen, 2)
        shape = (CHANNELS, height, width)
        return symbols.reshape(shape), decoded.reshape(shape)

    def _features(self, side: Ints) -> Floats:
        """The hyper-decoder: (SIDE, h, w) to (FEATURES, 4 h, 4 w)."""
        _, height, width = side.shape
        grid = Grid(height, width)
        given = np.clip(side, -MOST, MOST).astype(np.float32)
        hidden = _down(self._sums("first", grid.padded(given), grid), 2)
        wide = _down(self._plain("second", hidden), 7)
        blocks = wide.reshape(FEATURES, HYPER, HYPER, height, width).transpose(0, 3, 1, 4, 2)
        return np.ascontiguousarray(blocks).reshape(FEATURES, HYPER * height, HYPER * width)

    def _base(self, n: int, known: Floats, grid: Grid, quality: int) -> Floats:
        """What a group's first layer sums of the groups before it."""
        sums = self._sums(f"group{n}.before", known, grid)
        sums += self._column(f"group{n}.fast") * np.float32(quality // 2)
        return sums

    def _expected(
        self, n: int, base: Floats, seen: Floats, grid: Grid, quality: int, where: Squares
    ) -> tuple[Ints, Ints]:
        """Scale indices and means in eighths of a group's pass, each (channels * positions,)."""
        own = len(seen) // 2
        sums = base[:, where.flat]
        if where.white:
            sums += self._sums(f"group{n}.beside", seen, grid, beside=True)[:, where.flat]
        hidden = _down(self._plain(f"group{n}.middle", _down(sums, 8)), 7)
        out = self._plain(f"group{n}.out", hidden)
        start = self._column(f"group{n}.start") + self._column(f"group{n}.slope") * (quality // 2)
        scale = np.floor(out[:own] * np.float32(2.0**-7)) + np.floor(start * np.float32(2.0**-9))
        mean = np.floor(out[own:] * np.float32(2.0**-8))
        if where.white:
            straight = self._sums(f"group{n}.straight", seen[:own], grid, beside=True)
            mean += np.floor(straight[:, where.flat] * np.float32(2.0**-5))
        limited = np.clip(scale, 0, SCALES - 1), np.clip(mean, -_FARTHEST, _FARTHEST)
        return limited[0].astype(np.int32).ravel(), limited[1].astype(np.int32).ravel()

    def _shift(self, symbols: Ints, scale: Ints, mean: Ints) -> Floats:
        """How far from each symbol its bin's centre of gravity lies, (count,)."""
        nearest, which = table_of(scale, mean)
        found: Floats = self.centres.reshape(-1, 5)[which, np.clip(symbols - nearest, -2, 2) + 2]
        return found

    def _sums(self, name: str, given: Floats, grid: Grid, *, beside: bool = False) -> Floats:
        """A convolution on a padded grid: (outputs, height * width).

        ``beside`` takes only what lies on the other squares: what is given is 0 on those of the
        square itself.
        """
        weight = self._taps(name)
        side = len(weight)
        total = np.zeros((weight.shape[2], grid.whole), np.float32)
        run = total[:, : grid.run]
        for down in range(side):
            for across in range(side):
                if beside and (down + across) % 2 == 0:
                    continue
                at = grid.at(down - side // 2, across - side // 2)
                run += weight[down, across] @ given[:, at : at + grid.run]
        total += self._column(f"{name}.bias")
        return grid.rows(total).reshape(len(total), -1)

    def _plain(self, name: str, given: Floats) -> Floats:
        """A convolution of side 1: (inputs, positions) to (outputs, positions)."""
        out: Floats = self._float(f"{name}.weight")[:, :, 0, 0] @ given
        out += self._column(f"{name}.bias")
        return out

    def _taps(self, name: str) -> Floats:
        """Weights of a convolution as (side, side, outputs, inputs), converted once."""
        kept, key = self._floats, f"{name}.taps"
        if key not in kept:
            taps = self.arrays[f"{name}.weight"].transpose(2, 3, 0, 1)
            kept[key] = np.ascontiguousarray(taps, np.float32)
        return kept[key]

    def _column(self, name: str) -> Floats:
        return self._float(name)[:, np.newaxis]

    def _float(self, name: str) -> Floats:
        """An array as float32, converted once."""
        kept = self._floats
        if name not in kept:
            kept[name] = np.ascontiguousarray(self.arrays[name], np.float32)
        return kept[name]

    @cached_property
    def _floats(self) -> dict[str, Floats]:
        return {}


def table_of(scale: Ints, mean: Ints) -> tuple[Ints, Ints]:
    """Whole number nearest each mean, and the number of the table for what is beside it.

    Parameters
    ----------
    scale, mean
        Scale indices and means in eighths, (count,).

    Examples
    --------
    >>> table_of(np.array([2], np.int32), np.array([11], np.int32))
    (array([1], dtype=int32), array([23], dtype=int32))
    """
    nearest = (mean + PARTS // 2) >> 3
    return nearest, scale * PARTS + mean - PARTS * nearest + PARTS // 2


def _down(sums: Floats, shift: int) -> Floats:
    """Sums to activations, 0..127."""
    out: Floats = np.floor(sums * np.float32(2.0**-shift))
    return np.clip(out, 0, MOST, out=out)
