"""Checks a codec's settings against its annotations, so that a bad one is refused in one line."""

from __future__ import annotations

import math
from dataclasses import fields
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from recoup.errors import ChainError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def validate(codec: DataclassInstance, **ranges: tuple[float, float]) -> None:
    """Refuse a setting of the wrong type or out of range; make whole numbers given as float.

    Parameters
    ----------
    codec
        A frozen dataclass whose fields are ``int``, ``float``, ``bool``, ``str``,
        ``Literal[...]``, or one of these ``| None``.
    ranges
        Lowest and highest value allowed, by field name.

    Raises
    ------
    ChainError
        Names the codec, the setting and what is allowed.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Toy:
    ...     name = "toy"
    ...     quality: float = 50.0
    ...     def __post_init__(self):
    ...         validate(self, quality=(0, 100))
    >>> Toy(40)
    Toy(quality=40.0)
    >>> Toy(400)
    Traceback (most recent call last):
    recoup.errors.ChainError: toy: quality must be a number from 0 to 100, not 400
    """
    hints = get_type_hints(type(codec))
    for field in fields(codec):
        value, hint = getattr(codec, field.name), hints[field.name]
        optional = NoneType in get_args(hint)
        if optional and value is None:
            continue
        if optional:
            hint = next(arg for arg in get_args(hint) if arg is not NoneType)
        limits = ranges.get(field.name, (-math.inf, math.inf))
        if not _fits(value, hint, limits):
            raise ChainError(
                f"{_name(codec)}: {field.name} must be {_allowed(hint, limits)}"
                f"{' or none' if optional else ''}, not {value!r}"
            )
        if hint is float:
            object.__setattr__(codec, field.name, float(value))


def lossless_without(codec: DataclassInstance, field: str) -> None:
    """Set ``field`` to None if ``codec.lossless``; refuse None if not, and a value if so.

    A value equal to the field's default counts as not given.

    Raises
    ------
    ChainError
        If ``field`` contradicts ``lossless``.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Toy:
    ...     name = "toy"
    ...     quality: int | None = 60
    ...     lossless: bool = False
    ...     def __post_init__(self):
    ...         lossless_without(self, "quality")
    >>> Toy(lossless=True)
    Toy(quality=None, lossless=True)
    """
    value, lossless = getattr(codec, field), getattr(codec, "lossless")  # noqa: B009 - no Protocol
    default = next(f.default for f in fields(codec) if f.name == field)
    if lossless and value not in (default, None):
        raise ChainError(f"{_name(codec)}: lossless=true leaves no {field} to set: drop one")
    if not lossless and value is None:
        raise ChainError(f"{_name(codec)}: give {field} a value, or lossless=true")
    if lossless:
        object.__setattr__(codec, field, None)


def _fits(value: object, hint: Any, limits: tuple[float, float]) -> bool:  # noqa: ANN401 - a type
    """Whether ``value`` is a ``hint`` within ``limits``."""
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if hint not in (int, float):
        return isinstance(value, hint)
    numeric = isinstance(value, int if hint is int else int | float)
    return numeric and not isinstance(value, bool) and limits[0] <= value <= limits[1]  # type: ignore[operator]  # numeric says so


def _allowed(hint: Any, limits: tuple[float, float]) -> str:  # noqa: ANN401 - a type
    """What ``_fits`` accepts, in words."""
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(map(str, get_args(hint)))
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}[hint]
    bounded = hint in (int, float) and limits != (-math.inf, math.inf)
    return f"{words} from {limits[0]:g} to {limits[1]:g}" if bounded else words


def _name(codec: object) -> str:
    """How chains call it."""
    return str(getattr(codec, "name", type(codec).__name__))
