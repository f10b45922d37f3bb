"""U-Net: down, across and up again, with the details carried over."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar, Self

import torch
from torch import Tensor, nn

from recoup.errors import ModelError
from recoup.training.weights import State, fill, shape_of


class UNet(nn.Module):
    """The U-Net of the seed study: four halvings, transposed convolutions up, skips.

    ::

        x ── 64 ─────────────────────────── skip ─────────────────────────── 64 ── 1x1 ── out
              └ pool ─ 128 ──────────────── skip ──────────────── 128 ─ up ┘
                         └ pool ─ 256 ───── skip ───── 256 ─ up ┘
                                    └ pool ─ 512 ─ 512 ─ up ┘
                                               └ pool ─ 1024 ─ up ┘

        each number: (conv 3x3 ─ batch norm ─ ReLU) twice with that many features

    Ronneberger et al., "U-Net: Convolutional Networks for Biomedical Image Segmentation", 2015,
    with padded convolutions and batch normalisation. Names (``downs.N.conv``, ``bottleneck``,
    ``ups.N``, ``final_conv``) as in Aladdin Persson's well-known version.

    Parameters
    ----------
    channels
        1 or 3, in and out.
    features
        Of each level, finest first, each twice the one before; the bottleneck doubles once more.

    Notes
    -----
    Parameters: 31 037 763 in colour. Sides must be multiples of ``2 ** len(features)``: 16.
    An output pixel depends on up to 107 pixels around it.

    Examples
    --------
    >>> UNet(1, features=[2, 4]).eval()(torch.zeros(1, 1, 8, 12)).shape
    torch.Size([1, 1, 8, 12])
    """

    scale: ClassVar[int] = 1

    def __init__(self, channels: int = 3, *, features: Sequence[int] = (64, 128, 256, 512)) -> None:
        """Build the levels with PyTorch's own start values."""
        super().__init__()
        self.channels = channels
        self.multiple = 2 ** len(features)
        self.pool = nn.MaxPool2d(2)
        enters = (channels, *features[:-1])
        self.downs = nn.ModuleList(map(_Twice, enters, features))
        self.bottleneck = _Twice(features[-1], 2 * features[-1])
        self.ups = nn.ModuleList()
        for width in reversed(features):
            self.ups.append(nn.ConvTranspose2d(2 * width, width, 2, stride=2))
            self.ups.append(_Twice(2 * width, width))
        self.final_conv = nn.Conv2d(features[0], channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the restored picture: (batch, channels, height, width) to the same.

        Raises ValueError unless both sides are multiples of ``multiple``.
        """
        fits = all(side % self.multiple == 0 for side in x.shape[2:])
        if not fits:
            raise ValueError(
                f"sides must be multiples of {self.multiple}, not {tuple(x.shape[2:])}"
            )
        skips = []
        for down in self.downs:
            x = down(x)
            skips.append(x)
            x = self.pool(x)
        x = self.bottleneck(x)
        for n, skip in enumerate(reversed(skips)):
            x = self.ups[2 * n](x)
            x = self.ups[2 * n + 1](torch.cat((skip, x), dim=1))
        restored: Tensor = self.final_conv(x)
        return restored

    @classmethod
    def recognises(cls, state: State) -> bool:
        """Whether the names are a U-Net's.

        Examples
        --------
        >>> UNet.recognises(UNet(features=[2]).state_dict())
        True
        """
        return "downs.0.conv.0.weight" in state and "bottleneck.conv.0.weight" in state

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Build the net that the weights belong to. Raises ModelError if they do not fit.

        Examples
        --------
        >>> UNet.from_state(UNet(1, features=[2, 4]).state_dict()).multiple
        4
        """
        features: list[int] = []
        while f"downs.{len(features)}.conv.0.weight" in state:
            features.append(shape_of(state, f"downs.{len(features)}.conv.0.weight", 4)[0])
        channels = shape_of(state, "downs.0.conv.0.weight", 4)[1]
        leaves = shape_of(state, "final_conv.weight", 4)[0]
        if leaves != channels or channels not in (1, 3):
            raise ModelError(
                f"a U-Net that restores takes and returns 1 or 3 channels, not {channels} and "
                f"{leaves}"
            )
        if any(wider != 2 * width for width, wider in pairwise(features)):
            raise ModelError(f"a U-Net doubles its features at each level, unlike {features}")
        return fill(lambda: cls(channels, features=features), state)


class _Twice(nn.Module):
    """Convolution, normalisation and ReLU, twice."""

    def __init__(self, enters: int, leaves: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(enters, leaves, 3, padding=1, bias=False),
            nn.BatchNorm2d(leaves),
            nn.ReLU(),
            nn.Conv2d(leaves, leaves, 3, padding=1, bias=False),
            nn.BatchNorm2d(leaves),
            nn.ReLU(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(batch, enters, height, width) to (batch, leaves, height, width)."""
        features: Tensor = self.conv(x)
        return features
