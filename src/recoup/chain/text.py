"""Settings to text and back: ``avif:quality=30..90:10,speed=6``.

Grammar, the same for codecs and filters::

    step     = name [":" setting {"," setting}]
    setting  = [field "="] values          the first setting may leave its field's name out
    values   = value | start..stop[:step] | "[" value {"," value} "]"
    value    = number | fraction | true | false | none | word | "quoted text"
"""

from __future__ import annotations

import json
import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import product
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from recoup.errors import ChainError

Settings = TypeVar("Settings")
_MOST_VALUES = 10_000


def split(text: str, separator: str) -> list[str]:
    """Split at ``separator`` outside double quotes and square brackets; parts are stripped.

    Examples
    --------
    >>> split('a | command:"x | y" | b', "|")
    ['a', 'command:"x | y"', 'b']
    """
    parts, depth, quoted, start = [], 0, False, 0
    for at, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif not quoted and char in "[]":
            depth += 1 if char == "[" else -1
        elif not quoted and not depth and char == separator:
            parts.append(text[start:at].strip())
            start = at + 1
    if quoted or depth:
        raise ChainError(f"a quote or bracket is not closed in {text!r}")
    return [*parts, text[start:].strip()]


def parse(step: str, table: Mapping[str, type[Settings]], kind: str) -> list[Settings]:
    """Every value that one step of a chain stands for: more than one where it has ranges or lists.

    Parameters
    ----------
    step
        ``name:settings``.
    table
        Classes by name.
    kind
        What the table holds, for messages: ``codec``.

    Raises
    ------
    ChainError
        If the name, a field or a value is not understood, or a setting without a default is
        missing; says which.
    """
    name, _, rest = step.partition(":")
    name = name.strip()
    if name not in table:
        raise ChainError(f"no {kind} is called {name!r}; there are: {', '.join(sorted(table))}")
    cls = table[name]
    given = dict(_settings(name, cls, rest)) if rest.strip() else {}
    if missing := [f"{field}=…" for field in _needed(cls) if field not in given]:
        raise ChainError(f"{name} needs {' and '.join(missing)}")
    try:
        return [
            cls(**dict(zip(given, values, strict=True)))
            for values in _bounded(step, list(given.values()))
        ]
    except (TypeError, ValueError) as error:
        raise ChainError(f"{step}: {error}") from error


def write(step: Any, *, always: int = 1) -> str:  # noqa: ANN401  (any frozen dataclass)
    """Write a codec or filter as text that :func:`parse` reads back, as short as that allows.

    The first ``always`` settings are written even where they are the default.
    """
    first = {field.name for field in fields(step)[:always]}
    values = {field.name: getattr(step, field.name) for field in fields(step)}
    for field in fields(step):
        without = {name: value for name, value in values.items() if name != field.name}
        optional = _default(field) is not MISSING
        if optional and (field.name not in first or values[field.name] is None):
            values = without if _stands_for(without, step) else values
    shown = ",".join(f"{name}={_word(value)}" for name, value in values.items())
    return f"{step.name}:{shown}" if shown else str(step.name)


def _stands_for(values: Mapping[str, Any], step: Any) -> bool:  # noqa: ANN401  (any frozen dataclass)
    """Whether these settings alone, the others at their defaults, make ``step``."""
    try:
        return bool(type(step)(**values) == step)
    except ChainError:  # a range, say, of which the default of one end excludes the other
        return False


def settings_json(step: Any) -> str:  # noqa: ANN401  (any frozen dataclass)
    """Every setting as JSON with sorted keys; fractions as text.

    Examples
    --------
    >>> from recoup.filters.identity import Identity
    >>> settings_json(Identity())
    '{}'
    """
    return json.dumps(
        {f.name: getattr(step, f.name) for f in fields(step)}, sort_keys=True, default=str
    )


def _settings(name: str, cls: type[Any], rest: str) -> Iterator[tuple[str, list[Any]]]:
    """Yield (field, values) for each setting in ``rest``."""
    hints = get_type_hints(cls)
    names = [f.name for f in fields(cls)]
    for at, setting in enumerate(split(rest, ",")):
        key, equals, text = (p.strip() for p in _partition(setting))
        if not equals:
            if at or not names:
                raise ChainError(
                    f"{name}: write {setting!r} as name=value; settings: {_listed(names)}"
                )
            key, text = names[0], setting
        if key not in names:
            raise ChainError(f"{name} has no setting {key!r}; settings: {_listed(names)}")
        yield key, [_value(f"{name}:{key}", t, hints[key]) for t in _values(text)]


def _needed(cls: type[Any]) -> list[str]:
    """Settings without a default."""
    return [field.name for field in fields(cls) if _default(field) is MISSING]


def _partition(setting: str) -> tuple[str, str, str]:
    """Split at the first ``=`` outside quotes."""
    head, *tail = split(setting, "=")
    return (head, "=", setting.partition("=")[2]) if tail else (setting, "", "")


def _listed(names: list[str]) -> str:
    return ", ".join(names) if names else "none"


def _bounded(step: str, values: list[list[Any]]) -> Iterator[tuple[Any, ...]]:
    count = 1
    for several in values:
        count *= len(several)
    if count > _MOST_VALUES:
        raise ChainError(f"{step} stands for {count} settings; {_MOST_VALUES} is the most")
    return product(*values)


def _values(text: str) -> list[str]:
    """Spell out a range or list; anything else is one value."""
    if text.startswith("[") and text.endswith("]"):
        return split(text[1:-1], ",")
    start, dots, rest = text.partition("..")
    if not dots or text.startswith('"'):
        return [text]
    stop, _, step = rest.partition(":")
    try:
        low, high, by = Decimal(start), Decimal(stop), Decimal(step or "1")
    except InvalidOperation as error:
        raise ChainError(f"{text!r} is no range; write start..stop or start..stop:step") from error
    if by <= 0 or high < low or not (high - low) / by < _MOST_VALUES:
        raise ChainError(f"{text!r} is an empty or endless range; write start..stop:step, step > 0")
    return [str(low + by * i) for i in range(int((high - low) / by) + 1)]


def _value(where: str, text: str, hint: Any) -> Any:  # noqa: ANN401  (of the type that hint names)
    """Read ``text`` as the type ``hint``."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        options = [h for h in get_args(hint) if h is not type(None)]
        if text.lower() == "none" and len(options) < len(get_args(hint)):
            return None
        return _value(where, text, options[0])
    if origin is Literal:
        for choice in get_args(hint):
            if str(choice) == text.strip('"'):
                return choice
        raise ChainError(f"{where} is one of {', '.join(map(str, get_args(hint)))}, not {text!r}")
    if hint is bool:
        if text.lower() in ("true", "false"):
            return text.lower() == "true"
        raise ChainError(f"{where} is true or false, not {text!r}")
    if hint is str:
        return text.strip('"')
    try:
        return hint(text)
    except (ValueError, ZeroDivisionError) as error:
        kind = {int: "a whole number", float: "a number", Fraction: "a number or fraction"}
        raise ChainError(f"{where} is {kind.get(hint, hint)}, not {text!r}") from error


def _default(field: Field[Any]) -> Any:  # noqa: ANN401  (of the field's type)
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _word(value: Any) -> str:  # noqa: ANN401  (a setting of any type)
    """One setting's value as text."""
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    text = str(value)
    return f'"{text}"' if isinstance(value, str) and set(text) & set(',|[]"= ') else text
