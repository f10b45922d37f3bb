"""How likely each symbol is, by nets of whole numbers: a hyperprior and what is decoded already.

Trained with straight-through rounding from the first step, so that the integers that ship are what
was trained. docs/rcp.md describes what a decoder computes.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from recoup.codecs.latents import (
    FEATURES,
    HIDDEN,
    HYPER,
    MOST,
    PARTS,
    SCALES,
    SIDE,
    centres,
    groups,
    loudness,
    scale_values,
)

_SIXTEENTH = 16  # activations are in sixteenths
_TINY = 2.0**-17
_KERNELS = (5, 5, 3, 3)
_FARTHEST = 1 << 10


class Prior(nn.Module):
    """Scale hyperprior with context: Ballé et al., 2018; groups and chequers as in ELIC, 2022.

    The hyper-latent is decoded to features by a net of integers. Channels are taken in groups from
    low to high frequencies, and each group in two passes: first the black squares of a chequer
    board, from the features and the groups before; then the white ones, from these and the black
    ones. Each symbol gets a mean, in eighths, and one of 64 scales of a logistic distribution.

    Parameters
    ----------
    start, slope
        Scale index of each channel that it starts from: at the lowest quality, and what one of
        126 steps of the quality adds.
    """

    def __init__(self, start: Tensor, slope: float) -> None:
        """Nets at small random values; their last layers start at nothing."""
        super().__init__()
        self.first = Whole(SIDE, HIDDEN, 3, shift=2)
        self.second = Whole(HIDDEN, FEATURES * HYPER**2, 1, shift=7)
        self.groups = nn.ModuleList(
            Group(kernel, first, start[first:last], slope)
            for kernel, (first, last) in zip(_KERNELS, groups(), strict=True)
        )
        self.side_mean = nn.Parameter(torch.zeros(SIDE))
        self.side_scale = nn.Parameter(torch.zeros(SIDE))
        self.loudness: Tensor
        self.scales: Tensor
        self.centres: Tensor
        self.register_buffer("loudness", torch.tensor(loudness()).float(), persistent=False)
        self.register_buffer("scales", torch.tensor(scale_values()).float(), persistent=False)
        self.register_buffer("centres", torch.tensor(centres()), persistent=False)

    def forward(self, values: Tensor, side: Tensor, quality: Tensor) -> tuple[Tensor, Tensor]:
        """Bits, and the latents that a decoder has.

        Parameters
        ----------
        values
            Latents in quantiser steps, (batch, CHANNELS, height, width), sides multiples of 4.
        side
            Hyper-latent, (batch, SIDE, height / 4, width / 4).
        quality
            (batch, 1, 1, 1), whole, 0..126.

        Returns
        -------
        tuple of Tensor
            Bits of each picture, (batch,); decoded latents, as ``values``.
        """
        symbols = values.detach().round()
        scale, mean = self.expected(symbols, side, quality)
        sigma = self.scales[0] * torch.exp(scale * math.log(self.scales[1] / self.scales[0]))
        bits = _cost(self._noisy(values) - mean, sigma).flatten(1).sum(1)
        own = _cost(
            self._noisy(side) - self.side_mean[:, None, None],
            self.side_scale.exp()[:, None, None],
        )
        decoded = symbols + self.shift(symbols, scale.detach(), mean.detach())
        return bits + own.flatten(1).sum(1), values + (decoded - values).detach()

    def expected(self, symbols: Tensor, side: Tensor, quality: Tensor) -> tuple[Tensor, Tensor]:
        """Scale index and mean of every symbol, both as a decoder finds them."""
        features = self.features(through(side))
        signed = symbols.clamp(-MOST, MOST)
        loud = self.loudness[signed.abs().long()]
        found = [group(features, signed, loud, quality) for group in self.groups]
        scale, mean = (torch.cat(parts, 1) for parts in zip(*found, strict=True))
        return scale, mean

    def features(self, side: Tensor) -> Tensor:
        """Decode the hyper-latent: (batch, SIDE, h, w) to (batch, FEATURES, 4 h, 4 w)."""
        hidden = self.first(side.clamp(-MOST, MOST))
        return functional.pixel_shuffle(self.second(hidden), HYPER)

    def shift(self, symbols: Tensor, scale: Tensor, mean: Tensor) -> Tensor:
        """How far from the symbol its bin's centre of gravity lies, in quantiser steps."""
        nearest = (mean + 0.5).floor()
        part = ((mean - nearest) * PARTS).long() + PARTS // 2
        away = (symbols - nearest).clamp(-2, 2).long() + 2
        flat = (scale.long() * PARTS + part) * 5 + away
        return self.centres.flatten()[flat]

    def _noisy(self, values: Tensor) -> Tensor:
        """Values as the rate is estimated from: with noise to train, rounded to judge."""
        return values + torch.rand_like(values) - 0.5 if self.training else values.round()


class Whole(nn.Module):
    """A convolution of whole numbers, and the way down to 0..127 after it.

    ``floor((sum + bias) / 2**shift)``, with weights of at most 127, so that float32 holds every
    sum exactly.

    Parameters
    ----------
    inputs, outputs, side
        Of the kernel.
    shift
        A weight of 1 is stored as ``2**shift``.

    Examples
    --------
    >>> layer = Whole(1, 1, 1, shift=7)
    >>> layer(torch.full((1, 1, 1, 1), 100.0)).frac().abs().max().item()
    0.0
    """

    def __init__(self, inputs: int, outputs: int, side: int, *, shift: int) -> None:
        """Start with weights of a usual size."""
        super().__init__()
        self.shift, self.side = shift, side
        self.weight = nn.Parameter(
            torch.randn(outputs, inputs, side, side) / math.sqrt(inputs) / side
        )
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Tensor) -> Tensor:
        """Whole numbers in, whole numbers 0..127 out."""
        return self.down(self.sums(x))

    def sums(self, x: Tensor) -> Tensor:
        """Whole numbers before they are brought down."""
        return functional.conv2d(x, *self.whole(), padding=self.side // 2)

    def down(self, sums: Tensor) -> Tensor:
        """Sums to activations."""
        return halved(sums, self.shift).clamp(0, MOST)

    def whole(self) -> tuple[Tensor, Tensor]:
        """The weights and biases, as the integers that ship."""
        unit = 2**self.shift
        return (
            through((self.weight * unit).clamp(-MOST, MOST)),
            through(self.bias * (unit * _SIXTEENTH)),
        )


class Group(nn.Module):
    """Mean and scale of one group's symbols."""

    def __init__(self, kernel: int, first: int, start: Tensor, slope: float) -> None:
        """Start with nothing in the last layers."""
        super().__init__()
        own = len(start)
        self.first, self.last = first, first + own
        self.before = Whole(FEATURES + 2 * first, HIDDEN, 3, shift=8)
        self.beside = Whole(2 * own, HIDDEN, kernel, shift=8)
        self.middle = Whole(HIDDEN, HIDDEN, 1, shift=7)
        self.out = Whole(HIDDEN, 2 * own, 1, shift=7)
        self.straight = Whole(own, own, kernel, shift=8)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.straight.weight)
        self.fast = nn.Parameter(torch.zeros(HIDDEN))
        self.start = nn.Parameter(start / 8)
        self.slope = nn.Parameter(torch.full((own,), slope * 32))

    def forward(
        self, features: Tensor, signed: Tensor, loud: Tensor, quality: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Scale indices 0..63 and means in steps, each (batch, own, height, width)."""
        white = chequers(features)
        low = torch.cat((features, signed[:, : self.first], loud[:, : self.first]), 1)
        own = signed[:, self.first : self.last] * (1 - white)
        near = torch.cat((own, loud[:, self.first : self.last] * (1 - white)), 1)
        fast, start, slope = (values[:, None, None] for values in self.added().values())
        sums = self.before.sums(low) + fast * quality + self.beside.sums(near) * white
        scale, mean = self.out.sums(self.middle(self.before.down(sums))).chunk(2, 1)
        scale = halved(scale, 7) + halved(start + slope * quality, 9)
        with torch.autocast(features.device.type, enabled=False):
            mean = halved(mean.float(), 8) + halved(self.straight.sums(own.float()) * white, 5)
        return limited(scale, 0, SCALES - 1), limited(mean, -_FARTHEST, _FARTHEST) / PARTS

    def added(self) -> dict[str, Tensor]:
        """What is added to sums beside biases, as the integers that ship."""
        return {
            "fast": through(self.fast * 256),
            "start": through(self.start * 4096),
            "slope": through(self.slope * 16),
        }


class _Instead(torch.autograd.Function):
    """A value in place of another, whose gradient passes; adding their difference would round."""

    @staticmethod
    def forward(_context: Any, _value: Tensor, instead: Tensor) -> Tensor:  # noqa: ANN401
        """Return the second."""
        return instead

    @staticmethod
    def backward(_context: Any, gradient: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401
        """Give the first all of it."""
        return gradient, None


def chequers(like: Tensor) -> Tensor:
    """1 on the white squares, where row + column is odd; shape (height, width).

    Examples
    --------
    >>> chequers(torch.zeros(2, 3))
    tensor([[0., 1., 0.],
            [1., 0., 1.]])
    """
    rows, columns = (torch.arange(side, device=like.device) for side in like.shape[-2:])
    return ((rows[:, None] + columns) % 2).to(like.dtype)


def through(x: Tensor) -> Tensor:
    """Round; gradients pass as if nothing had been done (Bengio et al., 2013).

    Examples
    --------
    >>> through(torch.tensor(0.7))
    tensor(1.)
    """
    found: Tensor = _Instead.apply(x, x.round())  # type: ignore[no-untyped-call]
    return found


def halved(x: Tensor, times: int) -> Tensor:
    """``floor(x / 2**times)``; gradients pass.

    Examples
    --------
    >>> halved(torch.tensor(-5.0), 2)
    tensor(-2.)
    """
    x = x * 2.0**-times
    found: Tensor = _Instead.apply(x, x.floor())  # type: ignore[no-untyped-call]
    return found


def limited(x: Tensor, least: int, most: int) -> Tensor:
    """Clamp; gradients pass, so that what lies outside can come back.

    Examples
    --------
    >>> limited(torch.tensor(9.0), 0, 3)
    tensor(3.)
    """
    found: Tensor = _Instead.apply(x, x.clamp(least, most))  # type: ignore[no-untyped-call]
    return found


def _cost(away: Tensor, scale: Tensor) -> Tensor:
    """Bits of a value so far from the mean of a logistic distribution, in a bin of width 1."""
    away = -away.abs()
    likely = ((away + 0.5) / scale).sigmoid() - ((away - 0.5) / scale).sigmoid()
    return -(likely + _TINY).log2()
