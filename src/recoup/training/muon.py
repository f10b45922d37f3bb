"""Muon: momentum made orthogonal, for the kernels of convolutions and linear layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

_STEPS = 5
_A, _B, _C = 3.4445, -4.7750, 2.0315


class Muon(torch.optim.Optimizer):
    """Nesterov momentum whose update of each kernel has all its singular values near 1.

    Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024. PyTorch's own
    ``torch.optim.Muon`` takes matrices only; here a kernel of any dimensions is taken as the
    matrix (outputs, everything else). The update is multiplied by
    ``sqrt(max(1, outputs / inputs))``.

    Parameters
    ----------
    params
        Tensors of two or more dimensions.
    lr
        Above 0; 0.006 to 0.009 did best for small restorers, twice that breaks them.
    momentum
        0..1.

    Examples
    --------
    >>> weights = torch.nn.Parameter(torch.eye(2))
    >>> (weights * torch.tensor([[3.0, 0.0], [0.0, 1.0]])).sum().backward()
    >>> Muon([weights], lr=0.1).step()
    >>> [round(v, 1) for v in weights.diagonal().tolist()]
    [0.9, 0.9]
    """

    def __init__(self, params: Iterable[Any], *, lr: float, momentum: float = 0.95) -> None:
        """Hold the tensors to be trained."""
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Take one step along the gradients there are; ``closure`` is called first if given."""
        if closure is not None:
            with torch.enable_grad():
                closure()
        for group in self.param_groups:
            for weights in group["params"]:
                if weights.grad is None:
                    continue
                state = self.state[weights]
                if not state:
                    state["momentum"] = torch.zeros_like(weights)
                kept = state["momentum"]
                kept.mul_(group["momentum"]).add_(weights.grad)
                ahead = weights.grad.add(kept, alpha=group["momentum"])
                update = orthogonal(ahead.reshape(len(weights), -1))
                update *= max(1.0, update.shape[0] / update.shape[1]) ** 0.5
                weights.add_(update.view_as(weights), alpha=-group["lr"])


def orthogonal(matrix: Tensor) -> Tensor:
    """Bring the singular values of a matrix near 1 by five Newton-Schulz steps.

    Parameters
    ----------
    matrix
        Shape (rows, columns).

    Returns
    -------
    Tensor
        Same shape; singular values between about 0.7 and 1.2.

    Examples
    --------
    >>> bool((torch.linalg.svdvals(orthogonal(torch.diag(torch.tensor([9.0, 1.0])))) > 0.6).all())
    True
    """
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = torch.div(x, x.norm() + 1e-7)
    for _ in range(_STEPS):
        gram = x @ x.T
        x = _A * x + (_B * gram + _C * gram @ gram) @ x
    return x.T if tall else x
