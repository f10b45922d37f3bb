"""PlainRes: plain residual blocks of 3x3 convolutions at half resolution, the CPU's favourite."""

from __future__ import annotations

import math
from itertools import count
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from recoup.errors import ModelError
from recoup.training.nets.start import silenced
from recoup.training.weights import State, fill, shape_of

_HIDDEN = 32


class PlainRes(nn.Module):
    """Adds to a picture what residual blocks at a fraction of its resolution learnt.

    ::

        x ─┬─ head, stride f ─ [block] x blocks ─ tail ─ pixel shuffle f ─(+)─ out
           └──────────────────────────────────────────────────────────────┘
        block:  h ─ conv 3x3 ─ (scale, shift) ─ ReLU ─ conv 3x3 ─(+ h)
        facts ─ linear ─ ReLU ─ linear ─ scale and shift of every block

    The head, a convolution of side 3f with stride f, is a pixel unshuffle followed by a 3x3
    convolution, in one step. What is known of the picture (the strength of its noise, how it was
    coded) scales and shifts the features of each block (FiLM: Perez et al., 2018). Blocks
    without normalisation as in EDSR (Lim et al., 2017); half resolution as in FFDNet (Zhang et
    al., 2018). The tail starts at zero, so that an untrained net returns the picture as it is.

    Parameters
    ----------
    channels
        1 or 3, in and out.
    width, blocks
        Features; blocks of two convolutions.
    factor
        The fraction of the resolution: 2 is half.
    facts
        Numbers told beside the picture; 0 if none are.

    Notes
    -----
    Multiply-adds for a pixel: about ``(18 blocks width**2) / factor**2``. Parameters with 3
    channels, width 64, 5 blocks, half resolution, 2 facts: 404 396. An output pixel depends on
    about ``factor * (2 * blocks + 2)`` pixels around it.

    Examples
    --------
    >>> net = PlainRes(1, width=4, blocks=1, facts=2)
    >>> net(torch.ones(1, 1, 4, 6), torch.zeros(1, 2)).mean().item()
    1.0
    """

    scale = 1

    def __init__(
        self,
        channels: int = 3,
        *,
        width: int = 64,
        blocks: int = 5,
        factor: int = 2,
        facts: int = 0,
    ) -> None:
        """Build the blocks; the tail starts at zero, the rest at PyTorch's start values."""
        super().__init__()
        self.channels, self.multiple, self.facts = channels, factor, facts
        self.head = nn.Conv2d(channels, width, 3 * factor, stride=factor, padding=factor)
        self.blocks = nn.ModuleList(_Block(width) for _ in range(blocks))
        if facts:
            last = nn.Linear(_HIDDEN, 2 * width * blocks)
            self.film = nn.Sequential(nn.Linear(facts, _HIDDEN), nn.ReLU(), silenced(last))
        self.tail = silenced(nn.Conv2d(width, channels * factor**2, 3, padding=1))

    def forward(self, x: Tensor, facts: Tensor | None = None) -> Tensor:
        """Return the restored picture: (batch, channels, height, width) to the same.

        ``facts`` has the shape (batch, facts); None means zeros, nothing known. Sides must be
        multiples of ``factor``.
        """
        features = self.head(x)
        modulation: list[Tensor] = []
        if self.facts:
            told = x.new_zeros(x.shape[0], self.facts) if facts is None else facts
            # Split before the shape is set, so that the graph has no size fixed in it.
            modulation = list(self.film(told)[:, :, None, None].chunk(2 * len(self.blocks), 1))
        for n, block in enumerate(self.blocks):
            features = block(features, *modulation[2 * n : 2 * n + 2])
        added = functional.pixel_shuffle(self.tail(features), self.multiple)
        return x + added

    @torch.no_grad()
    def retold(self, state: State) -> dict[str, Tensor]:
        """Weights of a net that is told other facts, or has fewer blocks, for this one to start.

        What the blocks do when nothing is told is kept, and is at first what they do whatever is
        told; blocks that are new do nothing at first.

        Examples
        --------
        >>> two, three = (PlainRes(1, width=2, blocks=1, facts=facts) for facts in (2, 3))
        >>> three.retold(two.state_dict())["film.0.weight"].shape
        torch.Size([32, 3])
        """
        out = self._deeper(dict(state))
        own = self.state_dict()
        first = out.get("film.0.weight")
        if first is None or "film.0.weight" not in own:
            return out
        if first.shape == own["film.0.weight"].shape:
            return out
        untold = torch.relu(out["film.0.bias"])
        shift = out["film.2.weight"] @ untold + out["film.2.bias"]
        out |= {name: own[name] for name in ("film.0.weight", "film.0.bias")}
        return out | {"film.2.weight": torch.zeros_like(own["film.2.weight"]), "film.2.bias": shift}

    def _deeper(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """Add the blocks that the weights lack."""
        own = self.state_dict()
        new = {name for name in own if name.startswith("blocks.") and name not in state}
        for name in new:
            state[name] = torch.zeros_like(own[name]) if ".second." in name else own[name]
        for name in ("film.2.weight", "film.2.bias") if new else ():
            if name in state and name in own:
                grown = torch.zeros_like(own[name])
                grown[: len(state[name])] = state[name]
                state[name] = grown
        return state

    @classmethod
    def recognises(cls, state: State) -> bool:
        """Whether the names are a PlainRes's.

        Examples
        --------
        >>> PlainRes.recognises(PlainRes(width=2, blocks=1).state_dict())
        True
        """
        return "head.weight" in state and "blocks.0.first.weight" in state and "tail.bias" in state

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Build the net that the weights belong to. Raises ModelError if they do not fit.

        Examples
        --------
        >>> net = PlainRes(1, width=2, blocks=3, factor=4, facts=2)
        >>> PlainRes.from_state(net.state_dict()).multiple
        4
        """
        width, channels, _, side = shape_of(state, "head.weight", 4)
        blocks = next(n for n in count() if f"blocks.{n}.first.weight" not in state)
        leaves = shape_of(state, "tail.weight", 4)[0]
        factor = math.isqrt(leaves // channels) if channels else 0
        if channels not in (1, 3) or channels * factor**2 != leaves or side != 3 * factor:
            raise ModelError(f"no PlainRes takes {channels} channels and returns {leaves}")
        facts = shape_of(state, "film.0.weight", 2)[1] if "film.0.weight" in state else 0
        return fill(
            lambda: cls(channels, width=width, blocks=blocks, factor=factor, facts=facts), state
        )


class _Block(nn.Module):
    """Convolution, modulation, ReLU, convolution, and the way past them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(
        self, x: Tensor, scale: Tensor | None = None, shift: Tensor | None = None
    ) -> Tensor:
        """(batch, width, height, width) to the same."""
        features = self.first(x)
        if scale is not None and shift is not None:
            features = features * (1 + scale) + shift
        added: Tensor = self.second(torch.relu(features))
        return x + added
