"""Values of a recipe against the types that they should have."""

from __future__ import annotations

from math import isfinite
from typing import Any, Literal, get_args, get_origin

from recoup.errors import TrainingError


def typed(name: str, value: Any, hint: Any) -> Any:  # noqa: ANN401  (of the type that hint names)
    """Check one value against its type; lists become tuples.

    Raises
    ------
    TrainingError
        If it is of another type.

    Examples
    --------
    >>> typed("crop", 96, int), typed("sigma", [0, 5], tuple[float, float])
    (96, (0.0, 5.0))
    """
    origin = get_origin(hint)
    if origin is tuple and isinstance(value, list):
        inner = get_args(hint)[0]
        return tuple(typed(name, one, inner) for one in value)
    if origin is Literal:
        if value in get_args(hint):
            return value
        raise TrainingError(f"{name} is one of {', '.join(get_args(hint))}, not {value!r}")
    kinds: dict[Any, tuple[type, ...]] = {int: (int,), float: (int, float), str: (str,)}
    fits = kinds.get(hint, ())
    sound = isinstance(value, fits) and not (isinstance(value, float) and not isfinite(value))
    if isinstance(value, bool) or not sound:
        raise TrainingError(f"{name} cannot be {value!r}")
    return hint(value)
