"""SRVGGNetCompact: a small stack of convolutions that enlarges at its end."""

from __future__ import annotations

import math
import re
from itertools import count
from typing import ClassVar, Self

from torch import Tensor, nn
from torch.nn import functional

from recoup.errors import ModelError
from recoup.training.weights import State, fill, shape_of

_NAME = re.compile(r"body\.\d+\.(weight|bias)")


class SRVGGNetCompact(nn.Module):
    """Adds what it learnt to the nearest-neighbour enlargement.

    ::

        x ─┬─ conv ─ PReLU ─ [conv ─ PReLU] x convs ─ conv ─ pixel shuffle ─(+)─ out
           └───────────────── nearest neighbour ─────────────────────────────┘

    Released with Real-ESRGAN (Wang et al., 2021), v0.2.3 and later. Names (``body.N``) as there.

    Parameters
    ----------
    channels
        1 or 3, in and out.
    scale
        Whole number.
    convs
        Convolutions between the first and the last: 32 in realesr-general-x4v3, 16 in
        realesr-animevideov3.
    width
        Features in between.

    Notes
    -----
    Parameters: general-x4v3 1 213 296, animevideov3 621 424. An output pixel depends on
    ``convs + 2`` pixels of input around it.

    Examples
    --------
    >>> import torch
    >>> SRVGGNetCompact(3, scale=2, convs=1, width=4)(torch.zeros(1, 3, 5, 7)).shape
    torch.Size([1, 3, 10, 14])
    """

    multiple: ClassVar[int] = 1

    def __init__(
        self, channels: int = 3, *, scale: int = 4, convs: int = 32, width: int = 64
    ) -> None:
        """Build the stack with PyTorch's own start values."""
        super().__init__()
        self.channels = channels
        self.scale = scale
        stack: list[nn.Module] = [nn.Conv2d(channels, width, 3, padding=1), nn.PReLU(width)]
        for _ in range(convs):
            stack += [nn.Conv2d(width, width, 3, padding=1), nn.PReLU(width)]
        self.body = nn.Sequential(*stack, nn.Conv2d(width, channels * scale**2, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, height, width) to (batch, channels, scale x height, scale x width)."""
        added = functional.pixel_shuffle(self.body(x), self.scale)
        return functional.interpolate(x, scale_factor=self.scale, mode="nearest") + added

    @classmethod
    def recognises(cls, state: State) -> bool:
        """Whether every name is ``body.N.weight`` or ``.bias``.

        Examples
        --------
        >>> SRVGGNetCompact.recognises(SRVGGNetCompact(convs=1, width=2).state_dict())
        True
        """
        return bool(state) and all(_NAME.fullmatch(name) for name in state)

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Build the net that the weights belong to. Raises ModelError if they do not fit.

        Examples
        --------
        >>> net = SRVGGNetCompact(scale=3, convs=1, width=2)
        >>> SRVGGNetCompact.from_state(net.state_dict()).scale
        3
        """
        width, channels, *_ = shape_of(state, "body.0.weight", 4)
        convs = next(n for n in count() if f"body.{2 * n + 3}.weight" not in state)
        leaves = shape_of(state, f"body.{2 * convs + 2}.weight", 4)[0]
        scale = math.isqrt(leaves // channels)
        if channels not in (1, 3) or channels * scale**2 != leaves:
            raise ModelError(f"no SRVGGNetCompact takes {channels} channels and returns {leaves}")
        return fill(lambda: cls(channels, scale=scale, convs=convs, width=width), state)
