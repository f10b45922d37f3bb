"""The pace of learning, and who trains which weights."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from recoup.training.optimise import Optimiser, Pace, Schedule, optimisers

SHARES = st.floats(0, 1)


@given(
    steps=st.integers(1, 1000), warmup=SHARES, decay=SHARES, at=SHARES,
    schedule=st.sampled_from(["constant", "cosine"]),
)  # fmt: skip
def test_pace_is_never_more_than_full(
    steps: int, warmup: float, decay: float, at: float, schedule: Schedule
) -> None:
    """0 to 1, above 0 for the constant schedule."""
    pace = Pace(steps, warmup, decay, schedule).at(min(steps - 1, int(at * steps)))
    assert 0 <= pace <= 1
    assert pace > 0 or schedule == "cosine"


def test_constant_then_down() -> None:
    """Up, level, and down to the last step's share."""
    pace = Pace(1000, warmup=0.03, decay=0.2)
    assert pace.at(0) == pytest.approx(1 / 30)
    assert {pace.at(step) for step in range(30, 800)} == {1.0}
    assert pace.at(900) == pytest.approx(0.5)
    assert pace.at(999) == pytest.approx(1 / 200)


def test_cosine() -> None:
    """The formula of Loshchilov and Hutter between warm-up and end."""
    pace = Pace(1000, warmup=0.1, schedule="cosine")
    for step in (100, 400, 999):
        done = (step - 100) / 900
        assert pace.at(step) == pytest.approx((1 + math.cos(math.pi * done)) / 2, abs=1e-6)


@pytest.mark.parametrize(("kind", "names"), [
    ("adam", ["Adam"]), ("adamw", ["AdamW"]), ("muon", ["Muon", "AdamW"]),
])  # fmt: skip
def test_every_weight_once(kind: Optimiser, names: list[str]) -> None:
    """Frozen weights belong to none."""
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.PReLU(4), nn.Linear(4, 4))
    net[2].requires_grad_(requires_grad=False)
    found = optimisers(net, kind, rate=1e-3, rest=1e-4)
    assert [type(one).__name__ for one in found] == names
    held = [
        id(weights) for one in found for group in one.param_groups for weights in group["params"]
    ]
    assert sorted(held) == sorted(id(w) for w in net.parameters() if w.requires_grad)
    only_kernels = nn.Conv2d(3, 4, 3, bias=False)
    assert len(optimisers(only_kernels, "muon", rate=1e-3, rest=1e-4)) == 1


@pytest.mark.parametrize("kind", ["adam", "adamw", "muon"])
def test_each_makes_a_loss_small(kind: Optimiser) -> None:
    """A straight line is learnt."""
    torch.manual_seed(0)
    net, x = nn.Linear(4, 1), torch.randn(64, 4)
    wanted = x @ torch.tensor([[1.0], [2.0], [-1.0], [0.5]]) + 3
    found = optimisers(net, kind, rate=0.05, rest=0.05)
    losses = []
    for _ in range(200):
        loss = (net(x) - wanted).square().mean()
        loss.backward()
        losses.append(loss.item())
        for one in found:
            one.step()
            one.zero_grad()
    assert losses[-1] < 0.01 * losses[0]
