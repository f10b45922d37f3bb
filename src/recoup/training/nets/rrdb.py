"""RRDBNet: residual-in-residual dense blocks, the generator of ESRGAN and Real-ESRGAN."""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from recoup.errors import ModelError
from recoup.training.weights import State, fill, shape_of

_UNSHUFFLED = {1: 4, 2: 2, 4: 1}  # scale: by how much the input is folded first


class RRDBNet(nn.Module):
    """Enlarges by 4 at heart; smaller scales fold the input into channels first.

    ::

        x ─ (unshuffle) ─ conv ─┬─ [RRDB] x blocks ─ conv ─(+)─ x2 conv ─ x2 conv ─ conv ─ conv
                                └───────────────────────────┘   (nearest neighbour, LeakyReLU 0.2)

        RRDB:  f ─ dense ─ dense ─ dense ─ x 0.2 ─(+ f)
        dense: five 3x3 convolutions, each seeing all before it; LeakyReLU 0.2; x 0.2 ─(+ its input)

    Wang et al., "ESRGAN", 2018; Wang et al., "Real-ESRGAN: Training Real-World Blind
    Super-Resolution with Pure Synthetic Data", 2021, which added unshuffling for scales 2 and 1.
    Names (``body.N.rdb1.conv1``, ``conv_up1``, ``conv_hr``, ...) as in BasicSR.

    Parameters
    ----------
    channels
        1 or 3, in and out.
    scale
        4, 2 (unshuffled by 2) or 1 (by 4).
    blocks
        23 in x4plus and x2plus, 6 in x4plus_anime_6B.
    width, growth
        Features of the trunk and of each dense convolution.

    Notes
    -----
    Parameters: x4plus 16 697 987, x2plus 16 703 171, anime 6B 4 467 779.

    Examples
    --------
    >>> RRDBNet(3, blocks=1, width=4, growth=2)(torch.zeros(1, 3, 5, 7)).shape
    torch.Size([1, 3, 20, 28])
    """

    def __init__(
        self,
        channels: int = 3,
        *,
        scale: int = 4,
        blocks: int = 23,
        width: int = 64,
        growth: int = 32,
    ) -> None:
        """Build the net; dense convolutions start at a tenth of He's values, as the paper says."""
        super().__init__()
        if scale not in _UNSHUFFLED:
            raise ValueError(f"scale must be 1, 2 or 4, not {scale}")
        self.channels = channels
        self.scale = scale
        self.multiple = _UNSHUFFLED[scale]
        self.conv_first = nn.Conv2d(channels * self.multiple**2, width, 3, padding=1)
        self.body = nn.Sequential(*(_Block(width, growth) for _ in range(blocks)))
        self.conv_body = nn.Conv2d(width, width, 3, padding=1)
        self.conv_up1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv_up2 = nn.Conv2d(width, width, 3, padding=1)
        self.conv_hr = nn.Conv2d(width, width, 3, padding=1)
        self.conv_last = nn.Conv2d(width, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, height, width) to (batch, channels, scale x height, scale x width).

        Sides must be multiples of ``multiple``.
        """
        if self.multiple > 1:
            x = functional.pixel_unshuffle(x, self.multiple)
        first = self.conv_first(x)
        features = first + self.conv_body(self.body(first))
        features = _leaky(self.conv_up1(_doubled(features)))
        features = _leaky(self.conv_up2(_doubled(features)))
        enlarged: Tensor = self.conv_last(_leaky(self.conv_hr(features)))
        return enlarged

    @classmethod
    def recognises(cls, state: State) -> bool:
        """Whether the names are an RRDBNet's as BasicSR has them.

        Examples
        --------
        >>> RRDBNet.recognises(RRDBNet(blocks=1, width=2, growth=2).state_dict())
        True
        """
        return "body.0.rdb1.conv1.weight" in state

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Build the net that the weights belong to. Raises ModelError if they do not fit.

        Examples
        --------
        >>> net = RRDBNet(scale=2, blocks=1, width=2, growth=2)
        >>> RRDBNet.from_state(net.state_dict()).scale
        2
        """
        width, folded, *_ = shape_of(state, "conv_first.weight", 4)
        growth = shape_of(state, "body.0.rdb1.conv1.weight", 4)[0]
        channels = shape_of(state, "conv_last.weight", 4)[0]
        scales = [s for s, fold in _UNSHUFFLED.items() if channels * fold**2 == folded]
        if not scales or channels not in (1, 3):
            raise ModelError(f"no RRDBNet takes {folded} channels and returns {channels}")
        blocks = next(n for n in count() if f"body.{n}.rdb1.conv1.weight" not in state)
        build = partial(cls, channels, scale=scales[0], blocks=blocks, width=width, growth=growth)
        return fill(build, state)


class _Dense(nn.Module):
    """Five convolutions, each seeing the input and all results before it."""

    def __init__(self, width: int, growth: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, growth, 3, padding=1)
        self.conv2 = nn.Conv2d(width + growth, growth, 3, padding=1)
        self.conv3 = nn.Conv2d(width + 2 * growth, growth, 3, padding=1)
        self.conv4 = nn.Conv2d(width + 3 * growth, growth, 3, padding=1)
        self.conv5 = nn.Conv2d(width + 4 * growth, width, 3, padding=1)
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4, self.conv5):
            nn.init.kaiming_normal_(conv.weight)
            with torch.no_grad():
                conv.weight.mul_(0.1)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, width, height, width of the picture) to the same."""
        seen = x
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            seen = torch.cat((seen, _leaky(conv(seen))), dim=1)
        return torch.add(x, self.conv5(seen), alpha=0.2)


class _Block(nn.Module):
    """Three dense blocks with a residual around them."""

    def __init__(self, width: int, growth: int) -> None:
        super().__init__()
        self.rdb1 = _Dense(width, growth)
        self.rdb2 = _Dense(width, growth)
        self.rdb3 = _Dense(width, growth)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, width, height, width of the picture) to the same."""
        return torch.add(x, self.rdb3(self.rdb2(self.rdb1(x))), alpha=0.2)


def _leaky(x: Tensor) -> Tensor:
    """LeakyReLU with a slope of 0.2."""
    return functional.leaky_relu(x, 0.2)


def _doubled(x: Tensor) -> Tensor:
    """Twice the sides, by the nearest neighbour."""
    return functional.interpolate(x, scale_factor=2, mode="nearest")
