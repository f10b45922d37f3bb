"""Bytes saved against the time that it takes: one point for each line, and the frontier."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import geometric_mean
from typing import Any, Literal

from recoup.analysis import Line, Matrix, Setting
from recoup.report.columns import Column
from recoup.report.formats import line_name
from recoup.report.labels import PADDING, SIDES, Spot, sides
from recoup.report.matrix import cells
from recoup.report.plots import TICKS, focus, seen, short

Way = Literal["encode", "decode"]
WAYS: tuple[Way, Way] = ("encode", "decode")


@dataclass(frozen=True)
class Point:
    """One line; fields are what the plot reads.

    Attributes
    ----------
    line
        Its name.
    way
        ``encode`` or ``decode``.
    seconds
        Per megapixel: geometric mean over its settings.
    percent, low, high
        BD-rate against the anchor with its interval, in percent; 0 for the anchor itself.
    interval, pictures, overlap
        As in :class:`recoup.report.matrix.MatrixCell`.
    frontier
        Whether no other line takes less time and fewer bytes.
    label
        On which side of the point its name has most room.
    """

    line: str
    way: Way
    seconds: float
    percent: float
    low: float
    high: float
    interval: str = ""
    pictures: str = ""
    overlap: str = ""
    frontier: bool = False
    label: str = "right"


def points(matrix: Matrix, against: Line, metric: Column) -> tuple[Point, ...]:
    """Every line with a BD-rate against the anchor and seconds that can be relied on.

    Examples
    --------
    >>> from recoup.analysis import Line, bd_matrix
    >>> from recoup.report.columns import metric_column
    >>> points(bd_matrix([], "x"), Line("a", "", "", "", "", ()), metric_column("x", None))
    ()
    """
    rows = [row for row, line in zip(matrix.rows, matrix.lines, strict=True) if line is against]
    said = {c.line: c for c in cells(matrix, metric) if c.anchor == line_name(against)}
    out: list[Point] = []
    for way in WAYS:
        found = []
        for one in rows[0] if rows else ():
            seconds = _seconds(one.test, way)
            if seconds is None or (one.mean is None and one.test is not against):
                continue
            at_anchor = one.test is against
            value, low, high = (
                0.0 if at_anchor else short(100 * (v or 0.0)) for v in (one.mean, one.low, one.high)
            )
            cell = said.get(line_name(one.test))
            found.append(
                Point(
                    line=line_name(one.test),
                    way=way,
                    seconds=short(seconds),
                    percent=value,
                    low=low,
                    high=high,
                    interval=cell.interval if cell else "",
                    pictures=cell.pictures if cell else "",
                    overlap=cell.overlap if cell else "",
                )
            )
        out += _labelled(_marked(found))
    return tuple(out)


def left_out(matrix: Matrix, against: Line) -> tuple[tuple[str, str], ...]:
    """(line, reason) of the lines that have no point.

    Examples
    --------
    >>> from recoup.analysis import Line, bd_matrix
    >>> left_out(bd_matrix([], "x"), Line("a", "", "", "", "", ()))
    ()
    """
    rows = [row for row, line in zip(matrix.rows, matrix.lines, strict=True) if line is against]
    out = []
    for one in rows[0] if rows else ():
        if one.mean is None and one.test is not against:
            out.append((line_name(one.test), one.reason))
        elif _seconds(one.test, "encode") is None:
            out.append((line_name(one.test), "its seconds cannot be relied on"))
    return tuple(out)


def plot(
    lines: Sequence[Line], colours: Mapping[str, str], way: Way, against: str
) -> dict[str, Any]:
    """The specification of one plot: time on a log axis, BD-rate up to down.

    Parameters
    ----------
    lines, colours
        As for :func:`recoup.report.plots.curve`.
    way
        Which time.
    against
        Name of the anchor.

    Returns
    -------
    dict
        A Vega-Lite specification without data; it reads the named data set ``points``, records
        of :class:`Point`. ``focus`` names the lines that are not dimmed.

    Examples
    --------
    >>> plot([], {}, "decode", "JPEG")["height"]
    340
    """
    import altair as alt

    names = [line_name(line) for line in lines]
    tints = alt.Scale(domain=names, range=[colours[line.codec] for line in lines])
    base = alt.Chart(alt.NamedData("points")).transform_filter(f"datum.way == '{way}'")
    x = alt.X("seconds:Q", title=f"{way} seconds per megapixel, log scale").axis(
        format="~g", values=TICKS
    )
    place = {
        "x": x.scale(type="log", nice=False, padding=PADDING),
        "y": alt.Y("percent:Q", title=f"BD-rate against {against}, %").scale(
            zero=False, padding=PADDING
        ),
    }
    tint = alt.Color("line:N", scale=tints, legend=None)
    told = [
        alt.Tooltip("line:N"),
        alt.Tooltip("seconds:Q", title=f"{way}, s/MP", format=".3~g"),
        alt.Tooltip("percent:Q", title="BD-rate, %", format="+.1f"),
        *(alt.Tooltip(f"{name}:N", title=title) for name, title in _WORDS.items()),
        alt.Tooltip("frontier:N", title="on the frontier"),
    ]
    ends = {"y": alt.Y("low:Q"), "y2": alt.Y2("high")}
    whole = alt.layer(
        base.transform_filter("datum.frontier")
        .mark_line(interpolate="step-after", strokeDash=[3, 3], color="#8a8f98")
        .encode(**place),
        base.mark_rule(strokeWidth=2).encode(color=tint, opacity=seen(0.6), **{**place, **ends}),
        base.mark_point(filled=True, size=110, opacity=1).encode(
            color=tint, opacity=seen(1.0), tooltip=told, **place
        ),
        *(
            base.transform_filter(f"datum.label == '{side}'")
            .mark_text(fontSize=11.5, color=alt.expr("ink"), tooltip=None, **shift)
            .encode(text="line:N", opacity=seen(0.9), **place)
            for side, shift in SIDES.items()
        ),
    ).add_params(focus(), alt.param(name="ink", value="#17191c"))
    spec: dict[str, Any] = whole.properties(width="container", height=340).to_dict(validate=False)
    spec.pop("config", None)
    return spec


_WORDS: Mapping[str, str] = {"interval": "95 % interval", "pictures": "n", "overlap": "overlap"}


def _marked(found: Iterable[Point]) -> list[Point]:
    """Say of each whether it is on the frontier."""
    several = list(found)
    return [
        replace(
            one,
            frontier=not any(
                other.seconds <= one.seconds
                and other.percent <= one.percent
                and (other.seconds, other.percent) != (one.seconds, one.percent)
                for other in several
            ),
        )
        for one in several
    ]


def _labelled(several: Sequence[Point]) -> list[Point]:
    """Say of each where its name has room."""
    spots = [Spot(p.line, math.log(p.seconds), -p.percent, p.frontier) for p in several]
    return [replace(p, label=side) for p, side in zip(several, sides(spots), strict=True)]


def _seconds(line: Line, way: Way) -> float | None:
    """Per megapixel, geometric mean over settings; None where one cannot be relied on."""
    read: Callable[[Setting], float | None] = (
        (lambda s: s.encode_s_mp) if way == "encode" else (lambda s: s.decode_s_mp)
    )
    values = [read(s) for s in line.settings]
    there = [v for v in values if v]
    if not there or len(there) < len(values) or not all(s.timed_alone for s in line.settings):
        return None
    return geometric_mean(there)
