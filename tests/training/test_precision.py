"""bfloat16 only where the device multiplies it and gains by it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from recoup.training import precision
from recoup.training.precision import multiplies_bf16, pays

CPU = torch.device("cpu")


def test_only_where_it_is_multiplied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Emulated on AVX2, it takes ten times as long as float32."""
    for name, wanted in (("avx2", False), ("avx512_bf16", True), ("amx_bf16", True)):
        known = {"avx2": True, name: True}
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda known=known: known)
        assert multiplies_bf16(CPU) is wanted


@pytest.mark.parametrize(("seconds", "wanted"), [((2, 1), True), ((1, 2), False)])
def test_the_quicker_way_is_taken(
    *, seconds: tuple[int, int], wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the clock, here one that a computation moves; nothing is timed where it is emulated."""
    now, computed = [0.0], [0]

    def loss(half: bool) -> Tensor:  # noqa: FBT001  (as it is called)
        computed[0] += 1
        now[0] += seconds[half] if computed[0] > 1 else 9  # the first is always slow
        return torch.ones(1, requires_grad=True).sum()

    monkeypatch.setattr(precision, "time", SimpleNamespace(thread_time=lambda: now[0]))
    monkeypatch.setattr(precision, "multiplies_bf16", lambda _: True)
    assert pays(loss, CPU) is wanted
    assert computed[0] > 2
    computed[0] = 0
    monkeypatch.setattr(precision, "multiplies_bf16", lambda _: False)
    assert not pays(loss, CPU)
    assert computed[0] == 0
