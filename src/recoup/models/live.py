"""How much memory a model needs while it runs, read off its graph."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import openvino

_PROBE = 64


def bytes_per_pixel(model: openvino.Model, channels: int, facts: int) -> float:
    """Most bytes of results that wait at one time for their last reader, for one pixel of input.

    The engine joins steps and may need less, and aligns and needs more: a 20-layer DnCNN is
    estimated at 524 bytes and measured at 590 to 670 (docs/adr/0004-engine.md).

    Parameters
    ----------
    model
        A copy that may be reshaped.
    channels, facts
        Of its input; numbers told beside it.
    """
    picture = {0: [1, channels, _PROBE, _PROBE]}
    model.reshape(picture | ({1: [1, facts]} if facts else {}))
    steps = [op for op in model.get_ordered_ops() if op.get_type_name() != "Constant"]
    last = {value.get_source_output(): at for at, op in enumerate(steps) for value in op.inputs()}
    leaving: dict[int, int] = {}
    waiting = most = 0
    for at, op in enumerate(steps):
        for out in op.outputs():
            size = prod(out.shape) * out.element_type.size
            waiting += size
            until = last.get(out, at)
            leaving[until] = leaving.get(until, 0) + size
        most = max(most, waiting)
        waiting -= leaving.pop(at, 0)
    return most / (_PROBE * _PROBE)
