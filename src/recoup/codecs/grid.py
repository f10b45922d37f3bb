"""Planes of latents: with zeros around them, and as a chequer board."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_PAD = 2


@dataclass(frozen=True)
class Grid:
    """Planes with two positions of zeros around them, row after row in one line."""

    height: int
    width: int

    @property
    def stride(self) -> int:
        """From one row to the next."""
        return self.width + 2 * _PAD

    @property
    def size(self) -> int:
        """Of a plane."""
        return (self.height + 2 * _PAD) * self.stride

    @property
    def run(self) -> int:
        """From the first inner position to the last."""
        return self.height * self.stride - 2 * _PAD

    def at(self, down: int, across: int) -> int:
        """Where a run starts, moved so far."""
        return (_PAD + down) * self.stride + _PAD + across

    def inner(self, planes: Floats) -> Floats:
        """(channels, height, width), a view."""
        whole = planes.reshape(len(planes), self.height + 2 * _PAD, self.stride)
        return whole[:, _PAD:-_PAD, _PAD:-_PAD]

    def padded(self, planes: Floats) -> Floats:
        """(channels, height, width) with zeros around: (channels, size)."""
        out = np.zeros((len(planes), self.size), np.float32)
        self.inner(out)[:] = planes
        return out

    @property
    def whole(self) -> int:
        """Of the rows between the zeros above and below."""
        return self.height * self.stride

    def rows(self, runs: Floats) -> Floats:
        """Runs of inner positions, ``whole`` long, as (channels, height, width)."""
        return runs.reshape(len(runs), self.height, self.stride)[:, :, : self.width]


@dataclass(frozen=True, eq=False)
class Squares:
    """The black or the white squares of a chequer board.

    Attributes
    ----------
    white
        Which.
    where
        As (height, width).
    flat, padded
        Their places in a plane, and in one with zeros around it, in the order of rows.
    """

    white: bool
    where: NDArray[np.bool_]
    flat: NDArray[np.intp]
    padded: NDArray[np.intp]

    @classmethod
    def both(cls, grid: Grid) -> tuple[Squares, Squares]:
        """The black ones, where row + column is even, and the white ones.

        Examples
        --------
        >>> [one.flat.tolist() for one in Squares.both(Grid(2, 3))]
        [[0, 2, 4], [1, 3, 5]]
        """
        rows, columns = np.indices((grid.height, grid.width))
        inside = (rows + _PAD) * grid.stride + columns + _PAD
        black, white = ((rows + columns) % 2 == parity for parity in (0, 1))
        return tuple(
            cls(where is white, where, np.flatnonzero(where), inside[where])
            for where in (black, white)
        )  # type: ignore[return-value]  # two
