"""Checkpoints: back as they were, whole or not at all."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from recoup.errors import TrainingError
from recoup.training.checkpoint import (
    Point,
    State,
    optimiser_tensors,
    read_checkpoint,
    read_state,
    restore_optimisers,
    write_checkpoint,
)
from recoup.training.optimise import Optimiser, optimisers

STATE = State(3, "r", "p", -math.inf, 0, 1.5, 0.5, 9, (Point(2, 0.1, 0.5, 30.0, 0.9, 28.0),))


def test_round_trip(tmp_path: Path) -> None:
    """Tensors to the bit, the state with its curve; the JSON beside says the same."""
    path = tmp_path / "last.safetensors"
    tensors = {"a": torch.randn(2, 3, 4, 5).contiguous(memory_format=torch.channels_last)}
    tensors |= {"b": torch.tensor(7), "c": torch.tensor([math.inf, math.nan])}
    write_checkpoint(path, STATE, tensors)
    state, back = read_checkpoint(path)
    assert state == STATE
    assert back.keys() == tensors.keys()
    assert all(torch.equal(back[n].nan_to_num(), tensors[n].nan_to_num()) for n in tensors)
    assert json.loads(path.with_suffix(".json").read_text())["step"] == 3
    assert sorted(p.name for p in tmp_path.iterdir()) == ["last.json", "last.safetensors"]


def test_states_from_before_are_read(tmp_path: Path) -> None:
    """Checkpoints that lack the number of steps and the curve are still good."""
    from safetensors.torch import save_file

    path = tmp_path / "old.safetensors"
    old = {"step": 3, "recipe": "r", "pictures": "p", "best": -math.inf, "best_step": 0}
    text = json.dumps(old | {"seconds": 1.5, "cpu_seconds": 0.5})
    save_file({"a": torch.ones(1)}, path, {"recoup": text})
    assert read_checkpoint(path)[0] == State(3, "r", "p", -math.inf, 0, 1.5, 0.5)


def test_json_has_no_infinity(tmp_path: Path) -> None:
    """Before the first validation, and of crops without any error: null, which is read again."""

    def refused(name: str) -> float:
        raise ValueError(name)

    path = tmp_path / "last.safetensors"
    perfect = Point(2, 0.1, 0.5, math.inf, 1.0, math.inf)
    unknown = replace(STATE.curve[0], cost=1.0, saved=math.nan)
    for state in (
        replace(STATE, curve=()),
        replace(STATE, curve=(perfect,), threads=2, start="first"),
        replace(STATE, best=1.0, curve=(unknown,)),
    ):
        write_checkpoint(path, state, {"a": torch.ones(1)})
        json.loads(path.with_suffix(".json").read_text(), parse_constant=refused)
        curve = tuple(replace(p, saved=None) for p in state.curve)
        assert read_checkpoint(path)[0] == read_state(path.with_suffix(".json"))
        assert read_checkpoint(path)[0] == replace(state, curve=curve)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"step": 1}', "\xff"])
def test_no_state_to_read(text: str, tmp_path: Path) -> None:
    """None, whatever the file is."""
    (tmp_path / "last.json").write_bytes(text.encode("latin-1"))
    assert read_state(tmp_path / "last.json") is None


@given(cut=st.floats(0, 0.999))
@settings(max_examples=15, deadline=None)
def test_damage_is_refused(cut: float, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Cut short anywhere, or no checkpoint at all: one line."""
    path = tmp_path_factory.mktemp("cut") / "last.safetensors"
    write_checkpoint(path, STATE, {"a": torch.ones(30)})
    data = path.read_bytes()
    path.write_bytes(data[: int(cut * len(data))])
    with pytest.raises(TrainingError, match=r"last\.safetensors: no checkpoint that can be read"):
        read_checkpoint(path)


def test_unwritable(tmp_path: Path) -> None:
    """The way out is in the message."""
    with pytest.raises(TrainingError, match="the last checkpoint stands, the new one failed: "):
        write_checkpoint(tmp_path / "no folder" / "last.safetensors", STATE, {})


@pytest.mark.parametrize("kind", ["adam", "adamw", "muon"])
def test_optimisers_remember(kind: Optimiser) -> None:
    """One that was put back takes the same next step."""
    first, second = _trained(kind, 5), _trained(kind, 0)
    second[0].load_state_dict(first[0].state_dict())
    kept = {name: value.clone() for name, value in optimiser_tensors(first[1]).items()}
    restore_optimisers(second[1], kept)
    for net, several in (first, second):
        _step(net, several, 5)
    for one, two in zip(first[0].parameters(), second[0].parameters(), strict=True):
        assert torch.equal(one, two)


def _trained(kind: Optimiser, steps: int) -> tuple[nn.Module, list[torch.optim.Optimizer]]:
    """A small net and its optimisers after some steps."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.PReLU(4), nn.Conv2d(4, 3, 3))
    several = optimisers(net, kind, rate=1e-2, rest=1e-2)
    for step in range(steps):
        _step(net, several, step)
    return net, several


def _step(net: nn.Module, several: list[torch.optim.Optimizer], step: int) -> None:
    """One step on seeded noise."""
    x = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(step))
    net(x).square().mean().backward()
    for one in several:
        one.step()
        one.zero_grad()
