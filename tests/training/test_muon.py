"""Muon: against PyTorch's own on matrices, and by its law on kernels."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from recoup.training.muon import Muon, orthogonal


@given(
    rows=st.integers(1, 40), columns=st.integers(1, 40), seed=st.integers(0, 99),
    scale=st.sampled_from([1e-6, 1.0, 1e6]),
)  # fmt: skip
@settings(max_examples=30, deadline=None)
def test_singular_values_come_near_1(rows: int, columns: int, seed: int, scale: float) -> None:
    """Whatever the size of the gradient; the singular vectors stay."""
    draw = torch.Generator().manual_seed(seed)
    left, _ = torch.linalg.qr(torch.randn(rows, rows, generator=draw))
    right, _ = torch.linalg.qr(torch.randn(columns, columns, generator=draw))
    count = min(rows, columns)
    values = torch.rand(count, generator=draw) * 0.9 + 0.1
    matrix = scale * left[:, :count] @ values.diag() @ right[:, :count].T
    out = orthogonal(matrix)
    ours = (left[:, :count].T @ out @ right[:, :count]).diagonal()
    assert out.shape == matrix.shape
    assert float(ours.min()) > 0.3
    assert float(ours.max()) < 1.3


def test_zero_gradient_moves_nothing() -> None:
    """And is no division by zero."""
    assert torch.equal(orthogonal(torch.zeros(3, 4)), torch.zeros(3, 4))


def test_equals_pytorchs_own_on_matrices() -> None:
    """Several steps with momentum; PyTorch's computes in bfloat16."""
    draw = torch.Generator().manual_seed(0)
    start = torch.randn(12, 8, generator=draw)
    ours, theirs = (torch.nn.Parameter(start.clone()) for _ in range(2))
    steps = (
        (ours, Muon([ours], lr=0.02)),
        (theirs, torch.optim.Muon([theirs], lr=0.02, momentum=0.95, weight_decay=0)),
    )
    for _ in range(5):
        gradient = torch.randn(12, 8, generator=draw)
        for weights, optimiser in steps:
            weights.grad = gradient.clone()
            optimiser.step()
    moved, apart = (ours - start).norm(), (ours - theirs).norm()
    assert bool(apart < 0.02 * moved)


def test_kernels_are_matrices_of_their_outputs() -> None:
    """A kernel moves as the matrix (outputs, everything else) would."""
    gradient = torch.randn(6, 2, 3, 3, generator=torch.Generator().manual_seed(1))
    kernel, matrix = (torch.nn.Parameter(torch.zeros(shape)) for shape in ((6, 2, 3, 3), (6, 18)))
    kernel.grad, matrix.grad = gradient, gradient.reshape(6, 18)
    Muon([kernel, matrix], lr=0.1).step()
    assert torch.equal(kernel.reshape(6, 18), matrix)


def test_closure_is_called_with_gradients() -> None:
    """As every optimiser of PyTorch does; weights without a gradient stay."""
    weights, still = torch.nn.Parameter(torch.ones(2, 2)), torch.nn.Parameter(torch.ones(2, 2))

    def closure() -> float:
        loss = weights.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.item()

    Muon([weights, still], lr=0.1).step(closure)
    assert weights.sum().item() == pytest.approx(4 - 0.1 * 2, abs=0.1)
    assert torch.equal(still, torch.ones(2, 2))
