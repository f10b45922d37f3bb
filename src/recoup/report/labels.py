"""Where the name of a point in a plot has room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple

SIDES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "right": {"align": "left", "dx": 10},
        "upper right": {"align": "left", "dx": 7, "dy": -10},
        "lower right": {"align": "left", "dx": 7, "dy": 11},
        "left": {"align": "right", "dx": -10},
        "upper left": {"align": "right", "dx": -7, "dy": -10},
        "lower left": {"align": "right", "dx": -7, "dy": 11},
    }
)
"""Sides of a point, the best first, with what a text mark needs to stand there."""
PADDING = 34
"""Pixels that the plot leaves free around its points."""

_WIDE, _TALL = 430, 320  # pixels of a plot, about
_LETTER, _LINE = 6.2, 15  # pixels of its letters, about
_OUTSIDE = 60  # how much worse a pixel outside is than a square pixel on something else
_DOT, _RULE = 6, 2  # half the size of a point, half the width of a line, pixels
Box = tuple[float, float, float, float]


class Spot(NamedTuple):
    """A point: its name, its place in any unit (down is more), and whether a step line runs on."""

    name: str
    x: float
    y: float
    joined: bool = False


def sides(spots: Sequence[Spot]) -> list[str]:
    """Choose for each point the side on which its name meets fewest points, lines and names.

    Parameters
    ----------
    spots
        In the order in which they choose. Those that are joined have a line from each to the
        right and then down to the next.

    Returns
    -------
    list of str
        A key of :data:`SIDES` for each.

    Examples
    --------
    >>> sides([Spot("first", 0, 0), Spot("second", 1, 1)])
    ['right', 'left']
    """
    if not spots:
        return []
    xs = _scaled([spot.x for spot in spots], _WIDE)
    ys = _scaled([spot.y for spot in spots], _TALL)
    taken: list[Box] = [
        (x - _DOT, y - _DOT, x + _DOT, y + _DOT) for x, y in zip(xs, ys, strict=True)
    ]
    steps = sorted((x, y) for spot, x, y in zip(spots, xs, ys, strict=True) if spot.joined)
    for (left, top), (right, bottom) in pairwise(steps):
        taken.append((left, top - _RULE, right, top + _RULE))
        taken.append((right - _RULE, top, right + _RULE, bottom))
    out = []
    for spot, x, y in zip(spots, xs, ys, strict=True):
        boxes = {side: _box(side, x, y, _LETTER * len(spot.name)) for side in SIDES}
        out.append(min(boxes, key=lambda side: _cost(boxes[side], taken)))
        taken.append(boxes[out[-1]])
    return out


def _scaled(values: Sequence[float], length: float) -> list[float]:
    """Places of values on an axis, with the room that its padding leaves at both ends."""
    low, high = min(values), max(values)
    inside = length - 2 * PADDING
    return [PADDING + inside * ((v - low) / (high - low) if high > low else 0.5) for v in values]


def _box(side: str, x: float, y: float, length: float) -> Box:
    """Left, top, right and bottom of a name beside a point."""
    shift = SIDES[side]
    left = x + shift["dx"] - (length if shift["align"] == "right" else 0)
    middle = y + shift.get("dy", 0)
    return left, middle - _LINE / 2, left + length, middle + _LINE / 2


def _cost(box: Box, taken: Sequence[Box]) -> float:
    """How much of a box lies on others or outside the plot."""
    left, top, right, bottom = box
    outside = max(0.0, -left) + max(0.0, right - _WIDE) + max(0.0, -top) + max(0.0, bottom - _TALL)
    over = 0.0
    for a, b, c, d in taken:
        over += max(0.0, min(right, c) - max(left, a)) * max(0.0, min(bottom, d) - max(top, b))
    return over + _OUTSIDE * outside
