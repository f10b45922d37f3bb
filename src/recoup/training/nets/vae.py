"""The learned codec: a variational autoencoder that starts as a DCT."""

from __future__ import annotations

import math
from itertools import count
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from recoup.codecs.latents import (
    BLOCK,
    CHANNELS,
    QUALITIES,
    SCALES,
    SIDE,
    STEPS,
    inverse,
    scale_values,
    transform,
    usual,
)
from recoup.errors import ModelError
from recoup.training.losses import worth
from recoup.training.nets.prior import Prior
from recoup.training.nets.start import silenced
from recoup.training.weights import State, shape_of

_HIDDEN = 32
_FINE = 2
_SPREAD = 4.0  # so that the hyper-latent starts with more than zeros


class DctVae(nn.Module):
    """A picture to symbols and back, at any quality, by one set of weights.

    ::

        x ─ DCT ─ gain ─┬───────────────────(+)─ round ─ 1/gain ─┬─ inverse DCT ──(+)─ out
                        └─ residual blocks ──┘                   └─ residual blocks ┘
                        └─ hyper-encoder ─ round ─ Prior

    Analysis and synthesis start as the 8x8 DCT of YCbCr and its inverse, with the same quantiser
    step for all channels, which is best for squared error at high rates; what the blocks add
    starts at zero. Gains for each quality and channel as in Cui et al., "Asymmetric gained deep
    image compression", 2021. Rates as in Ballé et al., 2018: see :class:`Prior`.

    Parameters
    ----------
    width, fine
        Features at 1/8 and at 1/2 of the resolution.
    analysis, synthesis, blocks
        Residual blocks of the encoder and of the decoder at 1/8, and of the decoder at 1/2.

    Examples
    --------
    >>> net = DctVae(width=8, fine=4, analysis=1, synthesis=1, blocks=1).eval()
    >>> out, bits = net(torch.rand(1, 3, 32, 32), torch.tensor([[8.0]]))
    >>> out.shape, bits.shape
    (torch.Size([1, 3, 32, 32]), torch.Size([1]))
    """

    scale = 1
    channels = 3
    multiple = 32

    def __init__(
        self,
        *,
        width: int = 96,
        fine: int = 32,
        analysis: int = 2,
        synthesis: int = 2,
        blocks: int = 2,
    ) -> None:
        """Start as a DCT codec."""
        super().__init__()
        qualities = torch.arange(1, QUALITIES + 1)
        steps = step(qualities)
        self.gains = nn.Parameter((-steps.log())[:, None].repeat(1, CHANNELS).flatten())
        self.analysis = Analysis(width, analysis)
        self.synthesis = Synthesis(width, fine, synthesis, blocks)
        usually = torch.tensor(usual()).float()
        each = math.log(scale_values()[1] / scale_values()[0])
        start = ((usually * 0.4 / steps[0]).log() - math.log(scale_values()[0])) / each
        slope = float((steps[0] / steps[-1]).log()) / each / 126
        self.prior = Prior(start.clamp(0, SCALES - 1), slope)

    def forward(self, x: Tensor, quality: Tensor) -> tuple[Tensor, Tensor]:
        """Code and decode.

        Parameters
        ----------
        x
            (batch, 3, height, width), 0..1, sides multiples of 32.
        quality
            (batch, 1), 1..8.

        Returns
        -------
        tuple of Tensor
            The decoded picture; its bits per pixel, (batch,).
        """
        stored = ((quality - 1) * STEPS).round()
        gain = self.gain(1 + stored / STEPS)
        values, side = self.analysis(x, gain, quality)
        bits, decoded = self.prior(values, side, (stored[:, :, None, None] / 2).floor())
        out = self.synthesis(decoded, gain, quality)
        return out, bits / (x.shape[2] * x.shape[3])

    @classmethod
    def recognises(cls, state: State) -> bool:
        """Whether the names are a DctVae's.

        Examples
        --------
        >>> DctVae.recognises(DctVae(width=8, fine=4).state_dict())
        True
        """
        return "gains" in state and "prior.side_scale" in state

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Build the net that the weights belong to. Raises ModelError if they do not fit.

        Examples
        --------
        >>> net = DctVae(width=8, fine=4, analysis=1, synthesis=3, blocks=1)
        >>> len(DctVae.from_state(net.state_dict()).synthesis.blocks)
        3
        """

        def blocks(name: str) -> int:
            return next(n for n in count() if f"{name}.{n}.first.weight" not in state)

        width = shape_of(state, "analysis.head.weight", 4)[0]
        fine = shape_of(state, "synthesis.tail.weight", 4)[1]
        parts = ("analysis.blocks", "synthesis.blocks", "synthesis.fine_blocks")
        first, second, third = (blocks(name) for name in parts)
        # Not built without memory first, as by ``fill``: the transforms are no weights.
        net = cls(width=width, fine=fine, analysis=first, synthesis=second, blocks=third)
        try:
            net.load_state_dict(dict(state))
        except RuntimeError as error:
            lines = " ".join(str(error).split())
            raise ModelError(f"not the weights of this DctVae: {lines[:200]}") from error
        return net.eval()

    def gain(self, quality: Tensor) -> Tensor:
        """Gains at qualities (batch, 1): (batch, CHANNELS, 1, 1), log-linear between whole ones."""
        whole = torch.arange(1, QUALITIES + 1, device=quality.device)
        hats = (1 - (quality - whole).abs()).clamp(min=0)
        table = hats[:, :, None] * self.gains.view(QUALITIES, CHANNELS)
        return table.sum(1).exp()[:, :, None, None]


class Analysis(nn.Module):
    """Picture to latents in quantiser steps, and the hyper-latent."""

    def __init__(self, width: int, blocks: int) -> None:
        super().__init__()
        self.kernels: Tensor
        self.usual: Tensor
        self.register_buffer("kernels", torch.tensor(transform()).float(), persistent=False)
        self.register_buffer(
            "usual", torch.tensor(usual()).float()[:, None, None], persistent=False
        )
        self.head = nn.Conv2d(CHANNELS, width, 3, padding=1)
        self.blocks = nn.ModuleList(_Block(width) for _ in range(blocks))
        self.tail = silenced(nn.Conv2d(width, CHANNELS, 3, padding=1))
        self.film = _Film(width, blocks)
        self.side_head = nn.Conv2d(2 * CHANNELS, width // 2, 3, padding=1)
        self.side_down = nn.Conv2d(width // 2, width // 2, 4, stride=2, padding=1)
        self.side_tail = nn.Conv2d(width // 2, SIDE, 4, stride=2, padding=1)

    def forward(self, x: Tensor, gain: Tensor, quality: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, 3, height, width) to latents at 1/8 of it and the hyper-latent at 1/32."""
        with torch.autocast(x.device.type, enabled=False):
            plain = functional.conv2d(x.float() * 255 - 128, self.kernels, stride=BLOCK)
        features = self.head(plain / (self.usual + 1 / gain))
        for block, told in zip(self.blocks, self.film(quality), strict=True):
            features = block(features, *told)
        values = plain * gain + self.tail(torch.relu(features)).float()
        loud = (values.abs() + 1).log2() * values.sign()
        side = torch.relu(self.side_head(torch.cat((loud, loud.abs()), 1)))
        side = self.side_tail(torch.relu(self.side_down(side)))
        return values, side.float() * _SPREAD


class Synthesis(nn.Module):
    """Latents to picture."""

    def __init__(self, width: int, fine: int, blocks: int, finest: int) -> None:
        super().__init__()
        kernels = torch.tensor(inverse()).float().flatten(1).T[:, :, None, None] / 255
        self.kernels: Tensor
        self.usual: Tensor
        self.register_buffer("kernels", kernels, persistent=False)
        self.register_buffer(
            "usual", torch.tensor(usual()).float()[:, None, None], persistent=False
        )
        self.head = nn.Conv2d(CHANNELS, width, 3, padding=1)
        self.blocks = nn.ModuleList(_Block(width) for _ in range(blocks))
        self.film = _Film(width, blocks)
        self.up = nn.Conv2d(width, fine * (BLOCK // _FINE) ** 2, 1)
        self.fine_head = nn.Conv2d(3, fine, 3 * _FINE, stride=_FINE, padding=_FINE)
        self.fine_blocks = nn.ModuleList(_Block(fine) for _ in range(finest))
        self.fine_film = _Film(fine, finest)
        self.tail = silenced(nn.Conv2d(fine, 3 * _FINE**2, 3, padding=1))

    def forward(self, decoded: Tensor, gain: Tensor, quality: Tensor) -> Tensor:
        """(batch, CHANNELS, height, width) in steps to (batch, 3, 8 height, 8 width) in 0..1."""
        values = decoded / gain
        with torch.autocast(decoded.device.type, enabled=False):
            plain = functional.conv2d(values, self.kernels)
            plain = functional.pixel_shuffle(plain, BLOCK) + 128 / 255
        features = self.head(values / (self.usual + 1 / gain))
        for block, told in zip(self.blocks, self.film(quality), strict=True):
            features = block(features, *told)
        fine = functional.pixel_shuffle(self.up(torch.relu(features)), BLOCK // _FINE)
        fine = fine + self.fine_head(plain - 0.5)
        for block, told in zip(self.fine_blocks, self.fine_film(quality), strict=True):
            fine = block(fine, *told)
        added = functional.pixel_shuffle(self.tail(fine), _FINE).float()
        return plain + added * (step(quality)[:, :, None, None] / 255)


class _Film(nn.Module):
    """Scales and shifts of blocks' features by the quality."""

    def __init__(self, width: int, blocks: int) -> None:
        super().__init__()
        self.count = blocks
        self.net = nn.Sequential(
            nn.Linear(1, _HIDDEN), nn.ReLU(), silenced(nn.Linear(_HIDDEN, 2 * width * blocks))
        )

    def forward(self, quality: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Of each block: scale and shift, (batch, width, 1, 1)."""
        told = self.net((quality - 4.5) / 3.5)[:, :, None, None].chunk(2 * self.count, 1)
        return list(zip(told[::2], told[1::2], strict=True))


class _Block(nn.Module):
    """Convolution, modulation, ReLU, convolution, and the way past them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        """(batch, width, height, width) to the same."""
        added: Tensor = self.second(torch.relu(self.first(x) * (1 + scale) + shift))
        return x + added


def step(quality: Tensor) -> Tensor:
    """Quantiser step that a quality starts from, samples 0..255.

    Where one more bit is worth what it costs at high rates: ``D = step**2 / 12`` falls by 6 dB a
    bit, in each of three channels; somewhat less, since most coefficients are below one step.

    Examples
    --------
    >>> step(torch.tensor([1.0])).round()
    tensor([52.])
    """
    return (3.4 / (worth(quality) * math.log(2))).sqrt()
