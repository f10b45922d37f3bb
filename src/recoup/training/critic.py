"""The adversary: a discriminator that learns to tell restored crops from clean ones."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from recoup.training.checkpoint import optimiser_tensors, part, restore_optimisers
from recoup.training.losses import adversarial
from recoup.training.nets.discriminator import UNetDiscriminatorSN
from recoup.training.ranks import Ranks, laid_out

MULTIPLE = 8
"""Sides of crops must be multiples of this."""


class Critic:
    """A U-Net discriminator with spectral normalisation and the Adam that trains it.

    As in Real-ESRGAN (Wang et al., 2021): it is shown the net's crops and the clean ones after
    each step of the net, and the net is then asked to make crops that it takes for clean.

    Parameters
    ----------
    width
        Features of its finest level.
    rate
        Learning rate at full pace.
    seed
        Of its start values.
    ranks
        Processes that train together.
    """

    def __init__(self, *, width: int, rate: float, seed: int, ranks: Ranks) -> None:
        """Build the discriminator."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.net = UNetDiscriminatorSN(3, width=width)
        laid_out(self.net, torch.device(ranks.device))
        self.rate, self._ranks = rate, ranks
        self.optimiser = torch.optim.Adam(self.net.parameters(), lr=rate, betas=(0.9, 0.99))

    def loss(self, restored: Tensor) -> Tensor:
        """How far the crops are from being taken for clean ones."""
        self.net.requires_grad_(requires_grad=False)
        judged: Tensor = self.net(restored)
        return adversarial(judged, real=True)

    def learn(self, restored: Tensor, wanted: Tensor, pace: float) -> None:
        """Take one step towards telling them apart; ``restored`` without gradients."""
        self.net.requires_grad_(requires_grad=True)
        self.optimiser.param_groups[0]["lr"] = self.rate * pace
        for crops, real in ((wanted, True), (restored, False)):
            adversarial(self.net(crops), real=real).backward()  # type: ignore[no-untyped-call]
        self._ranks.average(self.net.parameters())
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)

    def tensors(self) -> dict[str, Tensor]:
        """Everything it remembers, by name."""
        weights = {f"net.{name}": value for name, value in self.net.state_dict().items()}
        return weights | optimiser_tensors([self.optimiser])

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Remember what :meth:`tensors` gave."""
        self.net.load_state_dict(part("net.", tensors))
        restore_optimisers([self.optimiser], tensors)
