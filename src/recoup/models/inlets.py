"""What a model takes: a picture of free size, and perhaps numbers that it is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from recoup.errors import ModelError
from recoup.models.session import Floats


def numbers(told: tuple[float, ...], facts: int) -> Floats:
    """What a model is told, as it takes it, (1, facts). Raises ModelError if it takes others.

    Examples
    --------
    >>> numbers((1.0, 0.5), 2).shape
    (1, 2)
    """
    if len(told) != facts:
        raise ModelError(f"a model that is told {facts} numbers is not told {len(told)}")
    return np.array([told], np.float32)


def check_counts(name: str, inputs: Sequence[Any], outputs: Sequence[Any], expected: int) -> None:
    """Refuse a model that takes more than a picture and facts, or returns another number.

    Examples
    --------
    >>> check_counts("a.onnx", ["picture"], ["one", "other"], 1)
    Traceback (most recent call last):
    recoup.errors.ModelError: a.onnx: has 1 inputs and 2 outputs; ...
    """
    if len(inputs) not in (1, 2) or len(outputs) != expected:
        raise ModelError(
            f"{name}: has {len(inputs)} inputs and {len(outputs)} outputs; recoup runs models "
            f"with one (or two: a picture and what is told of it) and {expected}"
        )


def facts_of(name: str, shapes: list[list[int | None]]) -> int:
    """Return how many numbers the second input takes, 0 if there is none.

    Examples
    --------
    >>> facts_of("a.onnx", [[1, 12]])
    12
    """
    if not shapes:
        return 0
    shape = shapes[0]
    if len(shape) != 2 or shape[0] not in (None, 1) or shape[1] is None:
        raise ModelError(f"{name}: its second input is not (1, numbers) float32; export it so")
    return shape[1]


def channels_of(
    name: str,
    shape: list[int | None],
    is_float: bool,  # noqa: FBT001
    allowed: tuple[int, ...],
) -> int:
    """Return the input's channels; refuse an input that recoup cannot feed.

    Examples
    --------
    >>> channels_of("a.onnx", [1, 3, None, None], True, (1, 3))
    3
    """
    if len(shape) != 4 or not is_float or shape[0] not in (None, 1) or shape[1] not in allowed:
        several = " or ".join(map(str, allowed))
        raise ModelError(
            f"{name}: its input is not (1, {several}, height, width) float32; export it so"
        )
    if shape[2] is not None or shape[3] is not None:
        raise ModelError(
            f"{name}: takes pictures of {shape[3]}x{shape[2]} only; "
            "export it with free height and width"
        )
    return shape[1]
