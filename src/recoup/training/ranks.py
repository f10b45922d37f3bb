"""Several processes that train one net, each on its share of every batch."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed, nn
from torch.nn import Parameter

from recoup.errors import TrainingError


@dataclass(frozen=True)
class Ranks:
    """One process among those that train together; alone by default.

    Attributes
    ----------
    rank, count
        Which it is, and how many there are.
    device
        What it computes on: ``cpu``, ``cuda:0``.
    """

    rank: int = 0
    count: int = 1
    device: str = "cpu"

    @property
    def leads(self) -> bool:
        """Whether it validates and writes for all."""
        return self.rank == 0

    @torch.no_grad()
    def average(self, parameters: Iterable[Parameter]) -> None:
        """Replace every gradient by its mean over the processes."""
        if self.count == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
        distributed.all_reduce(flat)
        sizes = [gradient.numel() for gradient in gradients]
        parts = torch.split(flat.div_(self.count), sizes)
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))

    def any(self, flag: bool) -> bool:  # noqa: FBT001  (it is the value itself)
        """Whether the flag is true in any process."""
        if self.count == 1:
            return flag
        told = torch.tensor(float(flag), device=self.device)
        distributed.all_reduce(told)
        return bool(told)


def laid_out(net: nn.Module, device: torch.device) -> None:
    """Move a net to its device, with channels last, which is how convolutions are fastest.

    Examples
    --------
    >>> net = nn.Conv2d(2, 2, 3)
    >>> laid_out(net, torch.device("cpu"))
    >>> net.weight.is_contiguous(memory_format=torch.channels_last)
    True
    """
    net.to(device)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


@contextmanager
def joined(device: str) -> Iterator[Ranks]:
    """Join the processes that ``torchrun`` started, as its environment says; alone without.

    Parameters
    ----------
    device
        ``cpu`` or ``cuda``; each process takes the graphics card of its local rank.

    Raises
    ------
    TrainingError
        If PyTorch finds no graphics card.

    Examples
    --------
    >>> with joined("cpu") as ranks:
    ...     ranks.count, ranks.leads, ranks.any(True)
    (1, True, True)
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    rank = int(os.environ.get("RANK", "0"))
    if device == "cuda" and not torch.cuda.is_available():
        raise TrainingError("PyTorch finds no graphics card here; train with --device cpu")
    if device == "cuda":
        device = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
        torch.cuda.set_device(device)
    if count == 1:
        yield Ranks(0, 1, device)
        return
    distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield Ranks(rank, count, device)
    finally:
        distributed.destroy_process_group()
