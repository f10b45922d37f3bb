"""Every row as the page's script reads it: names once, numbers in short lists."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from recoup.analysis import Setting
from recoup.report.formats import line_name, setting_name
from recoup.report.found import Found
from recoup.report.plots import short, thinned
from recoup.results.row import Measurement

MOST_ROWS = 20_000
"""Rows in the page at most, about 2 MB; of more, those of the pictures that come first."""

HEAD = ("picture", "setting", "bytes", "encode_ms", "decode_ms")
"""What stands in a row before its scores."""


def compact(found: Found, matched: Sequence[Setting], order: Sequence[str]) -> dict[str, Any]:
    """Gather lines, settings, pictures and rows; each row refers to the others by place.

    Infinite scores are the text ``inf``, absent values null.

    Parameters
    ----------
    found
        Everything that was computed.
    matched
        The settings over whose scores pictures are ranked.
    order
        Keys of the pictures, the ones that matter most first; others follow.

    Examples
    --------
    >>> compact(Found.of([]), [], [])["rows"]
    []
    """
    names = [column.name for column in found.scores]
    keys = _keys(found, order)
    drawn = thinned([line for line in found.lines if not line.lossless])
    place = {key: i for i, key in enumerate(keys)}
    settings = [(i, s) for i, line in enumerate(found.lines) for s in line.settings]
    chosen = {s.chain for s in matched}
    first = {key: s.rows[key] for _, s in settings for key in s.rows if key in place}
    return {
        "metrics": [
            {"name": c.name, "title": c.title, "unit": c.unit, "better": c.better}
            for c in found.scores
        ],
        "lines": [
            {
                "name": line_name(line),
                "codec": line.codec,
                "colour": found.colours[line.codec],
                "lossless": line.lossless,
            }
            for line in found.lines
        ],
        "settings": [
            {"name": setting_name(s), "chain": s.chain, "line": i, "matched": s.chain in chosen}
            for i, s in settings
        ],
        "pictures": [
            {
                "name": first[key].image,
                "key": key[:16],
                "width": first[key].width,
                "height": first[key].height,
                "drawn": key in drawn,
            }
            for key in keys
        ],
        "head": HEAD,
        "rows": [
            _row(place[key], at, row, names)
            for at, (_, s) in enumerate(settings)
            for key, row in s.rows.items()
            if key in place
        ],
        "left_out": len({k for _, s in settings for k in s.rows}) - len(keys),
    }


def _keys(found: Found, order: Sequence[str]) -> list[str]:
    """Pictures whose rows the page holds."""
    counts: dict[str, int] = dict.fromkeys(order, 0)
    for setting in found.settings:
        for key in setting.rows:
            counts[key] = counts.get(key, 0) + 1
    kept, total = [], 0
    for key, count in counts.items():
        total += count
        if count and total <= MOST_ROWS:
            kept.append(key)
    return kept


def _row(picture: int, setting: int, row: Measurement, names: Sequence[str]) -> list[Any]:
    times = [_milli(row.encode_s), _milli(row.decode_s)]
    return [
        picture,
        setting,
        row.encoded_bytes,
        *times,
        *(_score(row.scores.get(n)) for n in names),
    ]


def _milli(seconds: float | None) -> float | None:
    return None if seconds is None else float(f"{seconds * 1000:.3g}")


def _score(value: float | None) -> float | str | None:
    if value is None or math.isnan(value):
        return None
    return short(value) if math.isfinite(value) else "inf"
