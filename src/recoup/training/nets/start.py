"""Start values of layers."""

from __future__ import annotations

from typing import TypeVar

from torch import nn

Layer = TypeVar("Layer", bound=nn.Module)


def silenced(layer: Layer) -> Layer:
    """Set every weight of a layer to zero, so that what it adds begins as nothing.

    Examples
    --------
    >>> silenced(nn.Linear(1, 1)).weight.item()
    0.0
    """
    for weights in layer.parameters():
        nn.init.zeros_(weights)
    return layer
