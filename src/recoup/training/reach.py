"""How far a net looks, found by trying rather than by counting layers."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import nn

_WIDEST = 1 << 12


def reach(net: nn.Module, *, channels: int, scale: int, multiple: int) -> int:
    """Pixels of input to either side of an output pixel that it depends on.

    One column of a strip is made NaN; what of the output turns NaN depends on it. That is exact
    where NaN is never swallowed: convolution, pooling, activation, addition, resampling. Every
    place that the column can have within ``multiple`` is tried.

    Parameters
    ----------
    net
        Set to evaluate; without attention. A copy of it is run in float64, since the transforms of
        fast float32 convolutions spread a NaN over their whole tile.
    channels, scale, multiple
        Of the net.

    Raises
    ------
    ValueError
        If it depends on more than 2048 pixels.

    Examples
    --------
    >>> reach(nn.Conv2d(1, 1, 5, padding=2), channels=1, scale=1, multiple=1)
    2
    """
    exact = deepcopy(net).double()
    width = 16 * multiple
    while width <= _WIDEST:
        columns = width // 2 + torch.arange(multiple)
        strips = torch.zeros(multiple, channels, multiple, width, dtype=torch.float64)
        strips[range(multiple), :, :, columns] = torch.nan
        with torch.inference_mode():
            touched = exact(strips).isnan().any(dim=1).any(dim=1).nonzero()
        farthest = int((touched[:, 1] // scale - columns[touched[:, 0]]).abs().max())
        if farthest < width // 2 - multiple:
            return farthest
        width *= 2  # it touched the strip's end and may go on
    raise ValueError(f"depends on more than {_WIDEST // 2} pixels to either side")
