"""Which optimiser trains which tensors, and how fast at each step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

from recoup.training.muon import Muon

Optimiser = Literal["muon", "adam", "adamw"]
Schedule = Literal["constant", "cosine"]


@dataclass(frozen=True)
class Pace:
    """Learning rate by step: a linear warm-up, then constant or cosine, then to zero.

    ``constant`` stays at full rate and falls linearly over the last ``decay`` of the steps, so
    that a run can be prolonged from before its decay (Hu et al., "MiniCPM", 2024); ``cosine``
    falls from the end of the warm-up on (Loshchilov and Hutter, 2017).

    Parameters
    ----------
    steps
        Of the whole run.
    warmup, decay
        Shares of the steps, 0..1.

    Examples
    --------
    >>> pace = Pace(100, warmup=0.1, decay=0.2)
    >>> [round(pace.at(step), 2) for step in (0, 9, 50, 79, 89, 99)]
    [0.1, 1.0, 1.0, 1.0, 0.55, 0.05]
    """

    steps: int
    warmup: float = 0.03
    decay: float = 0.2
    schedule: Schedule = "constant"

    def at(self, step: int) -> float:
        """Return the share of the full rate at a step, above 0 and at most 1."""
        rising = min(1.0, (step + 1) / max(1.0, self.warmup * self.steps))
        left = max(1, self.steps - step) / self.steps
        if self.schedule == "cosine":
            done = max(0.0, (1 - left - self.warmup) / max(1e-9, 1 - self.warmup))
            return rising * float(torch.cos(torch.tensor(done * torch.pi)) + 1) / 2
        return rising * min(1.0, left / self.decay if self.decay else 1.0)


def optimisers(
    net: nn.Module, kind: Optimiser, *, rate: float, rest: float
) -> list[torch.optim.Optimizer]:
    """Return the optimisers that share a net's parameters between them.

    Parameters
    ----------
    net
        What is trained.
    kind
        ``muon`` takes the kernels (two and more dimensions) and leaves biases and gains to AdamW;
        ``adam`` and ``adamw`` take everything.
    rate, rest
        Learning rate of the first, and of AdamW beside Muon.

    Examples
    --------
    >>> [type(one).__name__ for one in optimisers(nn.Conv2d(1, 1, 3), "muon", rate=1, rest=1)]
    ['Muon', 'AdamW']
    """
    everything = [weights for weights in net.parameters() if weights.requires_grad]
    if kind == "adam":
        return [torch.optim.Adam(everything, lr=rate)]
    if kind == "adamw":
        return [torch.optim.AdamW(everything, lr=rate, betas=(0.9, 0.99), weight_decay=1e-4)]
    kernels = [weights for weights in everything if weights.ndim >= 2]
    others = [weights for weights in everything if weights.ndim < 2]
    found: list[torch.optim.Optimizer] = [Muon(kernels, lr=rate)]
    if others:
        found.append(torch.optim.AdamW(others, lr=rest, betas=(0.9, 0.99), weight_decay=0))
    return found


@contextmanager
def flushed() -> Iterator[None]:
    """Take denormal numbers for zero while it lasts, in this thread and those that it starts.

    The momentum of units that have died decays into them, and Muon took ten times as long.

    Examples
    --------
    >>> with flushed():
    ...     float(torch.tensor(1e-30) * 1e-10)
    0.0
    """
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


@torch.no_grad()
def follow(mean: nn.Module, net: nn.Module, *, decay: float) -> None:
    """Move a running mean of the weights towards those of a net.

    Parameters
    ----------
    mean, net
        The same net, twice; the first is changed.
    decay
        Share of the mean that stays, 0..1.

    Examples
    --------
    >>> mean, net = nn.Linear(1, 1), nn.Linear(1, 1)
    >>> follow(mean, net, decay=0.0)
    >>> bool(mean.weight == net.weight)
    True
    """
    pairs = zip(mean.state_dict().values(), net.state_dict().values(), strict=True)
    for kept, new in pairs:
        if kept.is_floating_point():
            kept.lerp_(new, 1 - decay)
        else:
            kept.copy_(new)
