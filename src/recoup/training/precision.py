"""Whether to compute in bfloat16: where the device multiplies it, and only if that is quicker."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import Tensor

_ROUNDS = 3


def pays(loss: Callable[[bool], Tensor], device: torch.device) -> bool:
    """Whether a loss and its slopes are quicker in bfloat16.

    Processors that multiply it can still be slower than in float32: AVX-512 without AMX does as
    many multiplications a cycle in either on some of Intel's, and twice as many on some of AMD's.
    Hence both ways are timed, by what this thread computes, which other programs disturb less than
    the clock; graphics cards that have it are always quicker.

    Parameters
    ----------
    loss
        Computes it once, in bfloat16 if given True.
    device
        Where.

    Examples
    --------
    >>> pays(lambda half: torch.ones(1, requires_grad=True).sum(), torch.device("meta"))
    False
    """
    if not multiplies_bf16(device) or device.type != "cpu":
        return multiplies_bf16(device)
    taken: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(_ROUNDS):
        for half, times in taken.items():
            begun = time.thread_time()
            loss(half).backward()  # type: ignore[no-untyped-call]
            times.append(time.thread_time() - begun)
    return min(taken[True]) < min(taken[False])


def multiplies_bf16(device: torch.device) -> bool:
    """Whether a device multiplies bfloat16 itself; emulated, it is slower than float32.

    Examples
    --------
    >>> multiplies_bf16(torch.device("meta"))
    False
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    known = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return any(known.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))
