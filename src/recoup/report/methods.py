"""How the numbers came about, in sentences made from the rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recoup.analysis import Line
from recoup.report.formats import line_name
from recoup.report.found import Found
from recoup.report.maps import LAYERS, MOST_PIXELS, STEPS
from recoup.results.row import Measurement


@dataclass(frozen=True)
class Methods:
    """What only the rows can tell.

    Attributes
    ----------
    lines
        (name, settings measured) of each line.
    maps
        (title, definition) of each kind of map.
    """

    lines: tuple[tuple[str, str], ...]
    maps: tuple[tuple[str, str], ...]


def methods(found: Found) -> Methods:
    """Gather it.

    Examples
    --------
    >>> methods(Found.of([])).lines
    ()
    """
    most = f"{MOST_PIXELS:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    said = (
        f"Dark: {{low}}; bright: {{high}}; {STEPS} colours, means over squares where a picture "
        f"has more than {most} pixels."
    )
    return Methods(
        tuple((line_name(line), _settings(line)) for line in found.lines),
        tuple(
            (one.title, f"{one.definition} {said.format(low=one.low, high=one.high)}")
            for one in LAYERS.values()
        ),
    )


def _settings(line: Line) -> str:
    """``quality 30, 50, 80; optimize true; subsampling 4:2:0; 24 pictures``."""
    given = [json.loads(row.settings) for row in _first_rows(line)]
    names = list(dict.fromkeys(name for each in given for name in each))
    names.sort(key=lambda name: name != line.axis)
    parts = []
    for name in names:
        values = list(dict.fromkeys(_word(each.get(name)) for each in given))
        if values not in (["none"], [""]):
            parts.append(f"{name} {', '.join(values)}")
    counts = sorted({s.n for s in line.settings})
    pictures = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else f"{counts[0]}"
    return "; ".join([*parts, f"{pictures} picture{'s' if counts[-1] != 1 else ''}"])


def _first_rows(line: Line) -> Iterable[Measurement]:
    rows: Sequence[Measurement] = [next(iter(s.rows.values())) for s in line.settings]
    return rows


def _word(value: object) -> str:
    """A setting's value as chains spell it."""
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
