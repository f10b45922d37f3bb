"""The state of a run on disk: tensors as safetensors, with what else there is as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from recoup.errors import PictureError, TrainingError
from recoup.picture import shown
from recoup.picture.write import write

_KEY = "recoup"


@dataclass(frozen=True)
class Point:
    """One validation.

    Attributes
    ----------
    step, cpu_seconds
        When.
    loss
        Of that step.
    psnr, ssim, shown, lpips, gains, cost, saved
        As in :class:`recoup.training.validate.Scores`.
    """

    step: int
    cpu_seconds: float
    loss: float
    psnr: float
    ssim: float
    shown: float
    lpips: float | None = None
    gains: dict[str, float] = field(default_factory=dict)
    cost: float | None = None
    saved: float | None = None


@dataclass(frozen=True)
class State:
    """Where a run stands.

    Attributes
    ----------
    step
        Steps done.
    recipe, pictures
        SHA-256 of the recipe and of all training pictures, which must be the same on resuming.
    best
        Best validation score so far (see ``Recipe.judge``), and the step that reached it.
    seconds, cpu_seconds
        Spent so far, all runs together.
    steps
        Of the whole run; 0 in checkpoints from before this was kept.
    curve
        One point for each validation.
    threads
        Of PyTorch on the processor, most recently; 0 in checkpoints from before this was kept.
    start
        What the run began from, as its recipe says; empty for nothing, or if that was not kept.
    half
        Whether it computes in bfloat16; None before the first step. It goes on as it began.
    """

    step: int
    recipe: str
    pictures: str
    best: float
    best_step: int
    seconds: float
    cpu_seconds: float
    steps: int = 0
    curve: tuple[Point, ...] = ()
    threads: int = 0
    start: str = ""
    half: bool | None = None


def write_checkpoint(path: Path, state: State, tensors: Mapping[str, Tensor]) -> None:
    """Write a checkpoint, whole or not at all, and its state beside it as ``.json``.

    Raises
    ------
    TrainingError
        If it cannot be written; the one before is untouched.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "last.safetensors")
    >>> write_checkpoint(path, State(1, "", "", 0.0, 0, 0.0, 0.0), {"a": torch.ones(2)})
    >>> read_checkpoint(path)[0].step, read_checkpoint(path)[1]["a"].sum().item()
    (1, 2.0)
    """
    text = json.dumps(_finite(asdict(state)), allow_nan=False)
    kept = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    try:
        write(save(kept, {_KEY: text}), path)
        write(text.encode() + b"\n", path.with_suffix(".json"))
    except PictureError as error:
        raise TrainingError(f"the last checkpoint stands, the new one failed: {error}") from error


def read_checkpoint(path: Path) -> tuple[State, dict[str, Tensor]]:
    """Read a checkpoint.

    Raises
    ------
    TrainingError
        If it is damaged or none.

    Examples
    --------
    >>> read_checkpoint(Path("none.safetensors"))
    Traceback (most recent call last):
    recoup.errors.TrainingError: none.safetensors: no checkpoint that can be read; ...
    """
    try:
        with safe_open(path, "pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (not a mapping)
            return _state((file.metadata() or {})[_KEY]), tensors
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise TrainingError(
            f"{shown(path)}: no checkpoint that can be read; start again in another folder"
        ) from error


def read_state(path: Path) -> State | None:
    """Read the state that lies beside a checkpoint as ``.json``; None if there is none to read.

    Examples
    --------
    >>> read_state(Path("none.json")) is None
    True
    """
    try:
        return _state(path.read_text("utf-8"))
    except (OSError, KeyError, TypeError, ValueError):
        return None


def _finite(value: Any) -> Any:  # noqa: ANN401  (values as JSON has them)
    """The same with None for what JSON has no number for."""
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _state(text: str) -> State:
    """Read the state's JSON."""
    values = json.loads(text)
    curve = tuple(_point(point) for point in values.pop("curve", ()))
    best = -math.inf if values["best"] is None else values["best"]
    return State(**values | {"best": best}, curve=curve)


def _point(values: dict[str, Any]) -> Point:
    """Read a point; where there was no error at all, its decibels are no number in JSON."""
    decibels = {name: math.inf for name in ("psnr", "shown") if values[name] is None}
    return Point(**values | decibels)


def part(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Those tensors whose names begin so, without it.

    Examples
    --------
    >>> list(part("net.", {"net.weight": torch.ones(1), "mean.weight": torch.ones(1)}))
    ['weight']
    """
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}


def optimiser_tensors(optimisers: list[torch.optim.Optimizer]) -> dict[str, Tensor]:
    """Every tensor that optimisers remember, by name.

    Examples
    --------
    >>> optimiser_tensors([torch.optim.Adam([torch.nn.Parameter(torch.ones(1))])])
    {}
    """
    return {
        f"optimiser.{n}.{at}.{key}": value
        for n, one in enumerate(optimisers)
        for at, kept in one.state_dict()["state"].items()
        for key, value in kept.items()
    }


def restore_optimisers(
    optimisers: list[torch.optim.Optimizer], tensors: Mapping[str, Tensor]
) -> None:
    """Give optimisers back what they remembered.

    Examples
    --------
    >>> restore_optimisers([], {})
    """
    for n, one in enumerate(optimisers):
        whole = one.state_dict()
        prefix = f"optimiser.{n}."
        for name, value in tensors.items():
            if name.startswith(prefix):
                at, key = name.removeprefix(prefix).split(".", 1)
                whole["state"].setdefault(int(at), {})[key] = value
        one.load_state_dict(whole)
