"""IMDN: information multi-distillation, a light super-resolver."""

from __future__ import annotations

import math
from itertools import count
from typing import ClassVar, Self

import torch
from torch import Tensor, nn

from recoup.errors import ModelError
from recoup.training.weights import State, fill, shape_of


class IMDN(nn.Module):
    """Blocks that set a quarter of the features aside at each step and join them at the end.

    ::

        x ─ conv ─┬─ [block] x blocks ─ conv ─(+)─ conv ─ pixel shuffle ─ out
                  └───────────────────────────┘

        block: f ─ conv ─┬─ 3/4 ─ conv ─┬─ 3/4 ─ conv ─┬─ 3/4 ─ conv ─┐     LeakyReLU 0.05
                         └─ 1/4 ────────┴─ 1/4 ────────┴─ 1/4 ────────┴─ 1x1 conv ─(+ f)

    Hui et al., "Lightweight Image Super-Resolution with Information Multi-distillation Network",
    ACM MM 2019, in the simplified form (no channel attention) that won AIM 2019 and is the
    baseline of the NTIRE 2022 efficient super-resolution challenge; names (``model.1.sub.N``) as
    there.

    Parameters
    ----------
    channels
        1 or 3, in and out.
    scale
        Whole number.
    blocks
        Distillation blocks.
    width
        Features, a multiple of 4.

    Notes
    -----
    Parameters: 893 936 at scale 4 with 8 blocks.

    Examples
    --------
    >>> IMDN(3, scale=2, blocks=1, width=4)(torch.zeros(1, 3, 5, 7)).shape
    torch.Size([1, 3, 10, 14])
    """

    multiple: ClassVar[int] = 1

    def __init__(
        self, channels: int = 3, *, scale: int = 4, blocks: int = 8, width: int = 64
    ) -> None:
        """Build the net with PyTorch's own start values."""
        super().__init__()
        self.channels = channels
        self.scale = scale
        trunk = [_Block(width) for _ in range(blocks)]
        self.model = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=1),
            _Shortcut(nn.Sequential(*trunk, nn.Conv2d(width, width, 3, padding=1))),
            nn.Conv2d(width, channels * scale**2, 3, padding=1),
            nn.PixelShuffle(scale),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, height, width) to (batch, channels, scale x height, scale x width)."""
        enlarged: Tensor = self.model(x)
        return enlarged

    @classmethod
    def recognises(cls, state: State) -> bool:
        """Whether the names are an IMDN's.

        Examples
        --------
        >>> IMDN.recognises(IMDN(blocks=1, width=4).state_dict())
        True
        """
        return "model.1.sub.0.conv1x1.weight" in state

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Build the net that the weights belong to. Raises ModelError if they do not fit.

        Examples
        --------
        >>> IMDN.from_state(IMDN(scale=3, blocks=1, width=4).state_dict()).scale
        3
        """
        width, channels, *_ = shape_of(state, "model.0.weight", 4)
        leaves = shape_of(state, "model.2.weight", 4)[0]
        scale = math.isqrt(leaves // channels)
        if channels not in (1, 3) or channels * scale**2 != leaves or width % 4:
            raise ModelError(
                f"no IMDN takes {channels} channels, has {width} features and returns {leaves}"
            )
        blocks = next(n for n in count() if f"model.1.sub.{n}.conv1x1.weight" not in state)
        return fill(lambda: cls(channels, scale=scale, blocks=blocks, width=width), state)


class _Block(nn.Module):
    """Distils a quarter of the features three times."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.aside = width // 4
        goes_on = width - self.aside
        self.conv1 = _conv(width, width)
        self.conv2 = _conv(goes_on, width)
        self.conv3 = _conv(goes_on, width)
        self.conv4 = nn.Conv2d(goes_on, self.aside, 3, padding=1)
        self.conv1x1 = nn.Conv2d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, width, height, width of the picture) to the same."""
        kept = []
        rest = x
        for conv in (self.conv1, self.conv2, self.conv3):
            features = conv(rest)
            kept.append(features[:, : self.aside])
            rest = features[:, self.aside :]
        joined: Tensor = self.conv1x1(torch.cat((*kept, self.conv4(rest)), dim=1))
        return x + joined


class _Shortcut(nn.Module):
    """Adds its input to what ``sub`` makes of it."""

    def __init__(self, sub: nn.Module) -> None:
        super().__init__()
        self.sub = sub

    def forward(self, x: Tensor) -> Tensor:
        """Any shape to the same."""
        added: Tensor = self.sub(x)
        return x + added


def _conv(enters: int, leaves: int) -> nn.Sequential:
    """A 3x3 convolution and LeakyReLU with a slope of 0.05."""
    return nn.Sequential(nn.Conv2d(enters, leaves, 3, padding=1), nn.LeakyReLU(0.05))
