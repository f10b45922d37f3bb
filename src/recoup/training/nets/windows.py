"""Attention within windows: SwinIR's blocks. Pictures here are (batch, height, width, features)."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

_FAR = -100.0  # added to scores between pixels that only the shift made neighbours


def ring(size: int, multiple: int, device: torch.device) -> Tensor:
    """Indices 0, 1, ..., size - 1, ..., 1, 0, 1, ... up to the next multiple: mirror padding.

    Unlike ``pad(mode="reflect")`` it mirrors as often as a small side needs.

    Examples
    --------
    >>> ring(3, 8, torch.device("cpu"))
    tensor([0, 1, 2, 1, 0, 1, 2, 1])
    """
    there = torch.arange(size, device=device)
    and_back = torch.cat((there, there.flip(0)[1:-1]))
    padded = (size + multiple - 1) // multiple * multiple
    return and_back[torch.arange(padded, device=device) % and_back.shape[0]]


def windows(x: Tensor, side: int) -> Tensor:
    """Cut (batch, height, width, f) into windows: (batch x windows, side x side, f).

    Examples
    --------
    >>> windows(torch.arange(4.0).view(1, 2, 2, 1), 1).flatten()
    tensor([0., 1., 2., 3.])
    """
    batch, height, width, features = x.shape
    x = x.reshape(batch, height // side, side, width // side, side, features)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, side * side, features)


def joined(cut: Tensor, like: Tensor, side: int) -> Tensor:
    """Put windows back together into the shape of ``like``.

    Examples
    --------
    >>> x = torch.rand(2, 4, 6, 3)
    >>> torch.equal(joined(windows(x, 2), x, 2), x)
    True
    """
    batch, height, width, features = like.shape
    x = cut.reshape(batch, height // side, width // side, side, side, features)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(batch, height, width, features)


def region_mask(x: Tensor, side: int) -> Tensor:
    """What keeps shifted windows from looking across the picture's edge.

    Parameters
    ----------
    x
        (batch, features, height, width) with whole windows; only its size matters.
    side
        Of a window; the shift is half of it.

    Returns
    -------
    Tensor
        (windows, 1, side x side, side x side): 0 within a region, -100 between two.

    Examples
    --------
    >>> region_mask(torch.zeros(1, 1, 2, 2), 2).flatten()
    tensor([   0., -100., -100., -100., -100.,    0., -100., -100., -100., -100.,
               0., -100., -100., -100., -100.,    0.])
    """
    rows, columns = (_regions(x.shape[n], side, x.device) for n in (2, 3))
    places = windows((3 * rows[:, None] + columns[None, :])[None, :, :, None], side)
    apart = places != places.transpose(1, 2)
    return torch.where(apart, _FAR, 0.0).to(x.dtype).unsqueeze(1)


def _regions(size: int, side: int, device: torch.device) -> Tensor:
    """0 up to the last window, 1 in its first part, 2 in what the shift brought around."""
    place = torch.arange(size, device=device)
    return (place >= size - side).long() + (place >= size - side // 2).long()


def relative(side: int) -> Tensor:
    """For each two pixels of a window, the row of the bias table: (side x side, side x side).

    Examples
    --------
    >>> relative(1)
    tensor([[0]])
    """
    place = torch.arange(side * side)
    row, column = place // side, place % side
    down = row[:, None] - row[None, :] + side - 1
    right = column[:, None] - column[None, :] + side - 1
    return down * (2 * side - 1) + right


def tail(width: int, residual: Literal["1conv", "3conv"]) -> nn.Module:
    """The convolution, or three, after attention; (batch, width, height, width).

    Examples
    --------
    >>> len(list(tail(8, "3conv").parameters()))
    6
    """
    if residual == "1conv":
        return nn.Conv2d(width, width, 3, padding=1)
    return nn.Sequential(
        nn.Conv2d(width, width // 4, 3, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(width // 4, width // 4, 1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(width // 4, width, 3, padding=1),
    )


class Group(nn.Module):
    """Blocks, every second one shifted, then a convolution, and the input added."""

    def __init__(
        self,
        width: int,
        depth: int,
        heads: int,
        side: int,
        hidden: int,
        residual: Literal["1conv", "3conv"],
    ) -> None:
        super().__init__()
        blocks = [
            _Block(width, heads, side, hidden, side // 2 if n % 2 else 0) for n in range(depth)
        ]
        self.residual_group = nn.ModuleDict({"blocks": nn.ModuleList(blocks)})
        self.conv = tail(width, residual)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(batch, height, width, features) to the same; the mask is region_mask's."""
        features = x
        for block in self.residual_group["blocks"].children():
            features = block(features, mask)
        added: Tensor = self.conv(features.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return x + added


class _Block(nn.Module):
    """Attention within windows, then two linear layers, each with its input added."""

    def __init__(self, width: int, heads: int, side: int, hidden: int, shift: int) -> None:
        super().__init__()
        self.side = side
        self.shift = shift
        self.norm1 = nn.LayerNorm(width)
        self.attn = _Attention(width, heads, side)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.ModuleDict({"fc1": _linear(width, hidden), "fc2": _linear(hidden, width)})

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(batch, height, width, features) to the same."""
        normed = self.norm1(x)
        if self.shift:
            normed = normed.roll((-self.shift, -self.shift), (1, 2))
        seen = self.attn(windows(normed, self.side), mask if self.shift else None)
        seen = joined(seen, x, self.side)
        if self.shift:
            seen = seen.roll((self.shift, self.shift), (1, 2))
        x = x + seen
        told: Tensor = self.mlp["fc2"](functional.gelu(self.mlp["fc1"](self.norm2(x))))
        return x + told


class _Attention(nn.Module):
    """Multi-head attention within one window, with a learnt bias for each relative position."""

    relative_position_index: Tensor

    def __init__(self, width: int, heads: int, side: int) -> None:
        super().__init__()
        self.heads = heads
        self.factor = (width // heads) ** -0.5
        table = torch.empty((2 * side - 1) ** 2, heads)
        self.relative_position_bias_table = nn.Parameter(nn.init.trunc_normal_(table, std=0.02))
        self.register_buffer("relative_position_index", relative(side))
        self.qkv = _linear(width, 3 * width)
        self.proj = _linear(width, width)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """(batch x windows, pixels, features) to the same."""
        pixels, width = x.shape[1], x.shape[2]
        split = self.qkv(x).reshape(-1, pixels, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4).unbind(0)
        bias = self.relative_position_bias_table[self.relative_position_index].permute(2, 0, 1)
        scores = (query * self.factor) @ key.transpose(-2, -1) + bias
        if mask is not None:
            by_window = scores.reshape(-1, mask.shape[0], self.heads, pixels, pixels) + mask
            scores = by_window.reshape(-1, self.heads, pixels, pixels)
        seen = (scores.softmax(-1) @ value).transpose(1, 2).reshape(-1, pixels, width)
        projected: Tensor = self.proj(seen)
        return projected


def _linear(enters: int, leaves: int) -> nn.Linear:
    """A linear layer from a truncated normal of 0.02, without offset at first."""
    layer = nn.Linear(enters, leaves)
    nn.init.trunc_normal_(layer.weight, std=0.02)
    nn.init.zeros_(layer.bias)
    return layer
