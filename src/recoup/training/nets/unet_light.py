"""UNetLight: a U-Net that works at a fraction of the resolution and adds to its input."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import count, pairwise
from typing import ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from recoup.errors import ModelError
from recoup.training.nets.start import silenced
from recoup.training.weights import State, fill, shape_of


class UNetLight(nn.Module):
    """Residual blocks on few levels, the first at 1/f of the picture's resolution.

    ::

        x ─┬─ head, stride f ─ blocks ──────────────(+)─ blocks ─ tail ─ pixel shuffle f ─(+)─ out
           │                     └ down ─ blocks ─ up ┘                                    │
           └────────────────────────────────────────────────────────────────────────────────┘
        down: conv 2x2, stride 2 · up: conv 1x1, pixel shuffle 2
        block: h ─ conv 3x3 ─ ReLU ─ conv 3x3 ─(+ h)

    The shape of the U-Net (Ronneberger et al., 2015) with the residual blocks without
    normalisation and the added skips of DRUNet (Zhang et al., 2021). The head, a convolution of
    side 3f with stride f, is a pixel unshuffle followed by a 3x3 convolution. The tail starts at
    zero, so that an untrained net returns the picture as it is.

    Parameters
    ----------
    channels
        1 or 3, in and out.
    widths
        Features of each level, finest first.
    blocks
        Residual blocks on each level, each way.
    factor
        The fraction of the resolution: 4 is a quarter.

    Notes
    -----
    Parameters with 3 channels, widths 64, 96, 128, 2 blocks, factor 4: 1 753 808. Sides must be
    multiples of ``factor * 2 ** (levels - 1)``.

    Examples
    --------
    >>> UNetLight(1, widths=[4, 4], blocks=1, factor=2)(torch.ones(1, 1, 8, 4)).mean().item()
    1.0
    """

    scale: ClassVar[int] = 1

    def __init__(
        self,
        channels: int = 3,
        *,
        widths: Sequence[int] = (64, 96, 128),
        blocks: int = 2,
        factor: int = 4,
    ) -> None:
        """Build the levels; the tail starts at zero, the rest at PyTorch's start values."""
        super().__init__()
        self.channels, self.factor = channels, factor
        self.multiple = factor * 2 ** (len(widths) - 1)
        self.head = nn.Conv2d(channels, widths[0], 3 * factor, stride=factor, padding=factor)
        self.down = nn.ModuleList(_blocks(width, blocks) for width in widths)
        self.shrink = nn.ModuleList(
            nn.Conv2d(fine, coarse, 2, stride=2) for fine, coarse in pairwise(widths)
        )
        self.enlarge = nn.ModuleList(
            nn.Conv2d(coarse, 4 * fine, 1) for fine, coarse in pairwise(widths)
        )
        self.up = nn.ModuleList(_blocks(width, blocks) for width in widths[:-1])
        self.tail = silenced(nn.Conv2d(widths[0], channels * factor**2, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        """Return the restored picture: (batch, channels, height, width) to the same.

        Sides must be multiples of ``multiple``.
        """
        features = self.head(x)
        skips = []
        for level, blocks in enumerate(self.down):
            features = blocks(features)
            if level < len(self.shrink):
                skips.append(features)
                features = self.shrink[level](features)
        for level in reversed(range(len(skips))):
            larger = functional.pixel_shuffle(self.enlarge[level](features), 2)
            features = self.up[level](larger + skips[level])
        return x + functional.pixel_shuffle(self.tail(features), self.factor)

    @classmethod
    def recognises(cls, state: State) -> bool:
        """Whether the names are a UNetLight's.

        Examples
        --------
        >>> UNetLight.recognises(UNetLight(widths=[2, 2], blocks=1).state_dict())
        True
        """
        return "head.weight" in state and "down.0.0.first.weight" in state

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Build the net that the weights belong to. Raises ModelError if they do not fit.

        Examples
        --------
        >>> net = UNetLight(1, widths=[2, 3], blocks=2, factor=2)
        >>> UNetLight.from_state(net.state_dict()).multiple
        4
        """
        channels = shape_of(state, "head.weight", 4)[1]
        leaves = shape_of(state, "tail.weight", 4)[0]
        factor = math.isqrt(leaves // channels) if channels else 0
        if channels not in (1, 3) or channels * factor**2 != leaves:
            raise ModelError(f"no UNetLight takes {channels} channels and returns {leaves}")
        levels = next(n for n in count() if f"down.{n}.0.first.weight" not in state)
        widths = [shape_of(state, f"down.{n}.0.first.weight", 4)[0] for n in range(levels)]
        blocks = next(n for n in count() if f"down.0.{n}.first.weight" not in state)
        return fill(lambda: cls(channels, widths=widths, blocks=blocks, factor=factor), state)


class _Block(nn.Module):
    """Two convolutions and the way past them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, width, height, width) to the same."""
        added: Tensor = self.second(torch.relu(self.first(x)))
        return x + added


def _blocks(width: int, several: int) -> nn.Sequential:
    """Blocks one after another."""
    return nn.Sequential(*(_Block(width) for _ in range(several)))
