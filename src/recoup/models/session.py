"""An open model: one picture in, one picture out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recoup.errors import ModelError
from recoup.picture import shown

Floats = NDArray[np.float32]

_NO_ROOM = ("alloc", "out of memory", "not enough memory")


@dataclass(frozen=True, eq=False)
class Session:
    """A model ready to run; may be shared by threads, which take turns.

    Attributes
    ----------
    name
        File name of the model, for messages.
    channels
        Of the input.
    engine
        Library and version: ``openvino 2026.4.1``.
    bytes_per_pixel
        Estimate of the memory that one pixel of input needs while the model runs, or 0 if the
        engine does not tell.
    facts
        How many numbers the model is told beside the picture; 0 for most.
    """

    name: str
    channels: int
    engine: str
    bytes_per_pixel: float
    _infer: Callable[..., Any] = field(repr=False)
    facts: int = 0
    _turn: Lock = field(default_factory=Lock, init=False, repr=False)

    def run(self, array: Floats, told: Floats | None = None) -> Floats:
        """Run the model on one picture.

        Parameters
        ----------
        array
            Shape (1, channels, height, width), float32, in 0..1, C-contiguous.
        told
            What the model is told, shape (1, facts), float32; None for nothing known.

        Returns
        -------
        ndarray
            Shape (1, channels, scale * height, scale * width), float32; a new array every time.

        Raises
        ------
        MemoryError
            If the engine could not get the memory that it needs.
        ModelError
            If the model fails, or gives anything but such an array of finite numbers.
        """
        out = self.run_all(array, told)[0]
        if out.ndim != 4 or out.shape[0] != 1:
            raise ModelError(f"{self.name}: gives an array of shape {out.shape}, not a picture")
        return out

    def run_all(self, array: Floats, told: Floats | None = None) -> list[Floats]:
        """Run the model on one picture, as ``run``, and return all its outputs of any shape."""
        beside = np.zeros((1, self.facts), np.float32) if told is None else told
        inputs = (array, beside) if self.facts else (array,)
        try:
            with self._turn:
                found = self._infer(*inputs)
                several = found if isinstance(found, list) else [found]
                outs = [np.array(out, np.float32) for out in several]
        except (RuntimeError, ValueError) as error:
            raise failure(self.name, "failed", error) from error
        if not all(np.isfinite(out).all() for out in outs):
            raise ModelError(f"{self.name}: gives values that are no numbers; it is damaged")
        return outs


def failure(name: str, what: str, error: Exception) -> Exception:
    """Return MemoryError where an engine ran out of memory, ModelError with its reason else.

    Examples
    --------
    >>> failure("a.onnx", "failed", RuntimeError("bad_alloc"))
    MemoryError('a.onnx: not enough memory')
    """
    text = str(error)
    if any(word in text.lower() for word in _NO_ROOM):
        return MemoryError(f"{name}: not enough memory")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    reason = next((s for s in lines if not s.startswith(("Exception from", "Check '"))), "unknown")
    return ModelError(f"{name}: {what} ({shown(reason)[:160]})")
