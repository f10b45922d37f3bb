"""BD-rate of every line against every other: the numbers in words, and the heat map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recoup.analysis import Matrix, MeanDelta
from recoup.report import numbers
from recoup.report.columns import Column
from recoup.report.formats import line_name
from recoup.report.plots import focus, seen

CLAMP = 50
"""Percent at which the heat map's colours end."""
_NARROWEST, _WIDEST, _WIDTH = 46, 72, 720  # pixels of a cell, and of all if they can


@dataclass(frozen=True)
class MatrixCell:
    """One line against one anchor, ready to be shown; fields are what the heat map reads.

    Attributes
    ----------
    line, anchor
        Their names.
    percent
        BD-rate; None where it is refused.
    text
        In the cell; ≈ where the interval does not leave out zero.
    interval, pictures, overlap, span
        For the tooltip; empty where there is nothing to say.
    refused
        Why there is no value, or why pictures are left out.
    """

    line: str
    anchor: str
    percent: float | None
    text: str
    interval: str = ""
    pictures: str = ""
    overlap: str = ""
    span: str = ""
    refused: str = ""


def cells(matrix: Matrix, metric: Column) -> tuple[MatrixCell, ...]:
    """Every pair of two lines, anchor by anchor.

    Examples
    --------
    >>> from recoup.analysis import bd_matrix
    >>> from recoup.report.columns import metric_column
    >>> cells(bd_matrix([], "mine"), metric_column("mine", None))
    ()
    """
    return tuple(
        _cell(one, metric) for row in matrix.rows for one in row if one.anchor is not one.test
    )


def heat_map(lines: Sequence[str], metric: Column) -> dict[str, Any]:
    """The specification of the heat map: rows are lines, columns their anchors.

    Parameters
    ----------
    lines
        Names in order.
    metric
        What quality is.

    Returns
    -------
    dict
        A Vega-Lite specification without data; it reads the named data set ``cells``, records of
        :class:`MatrixCell`. ``focus`` names the lines that are not dimmed; ``cold``, ``middle``,
        ``warm``, ``none`` and ``ink`` are its colours.

    Examples
    --------
    >>> from recoup.report.columns import metric_column
    >>> heat_map(["JPEG"], metric_column("mine", None))["data"]
    {'name': 'cells'}
    """
    import altair as alt

    order = list(lines)
    plain: dict[str, Any] = {"domain": False, "ticks": False, "grid": False}
    base = alt.Chart(alt.NamedData("cells")).encode(
        x=alt.X("anchor:N", sort=order, title=None, scale=alt.Scale(domain=order)).axis(
            orient="top", labelAngle=-40, labelLimit=240, labelPadding=4, **plain
        ),
        y=alt.Y("line:N", sort=order, title=None, scale=alt.Scale(domain=order)).axis(
            labelLimit=230, **plain
        ),
        tooltip=[
            alt.Tooltip("line:N"),
            alt.Tooltip("anchor:N", title="against"),
            alt.Tooltip("percent:Q", title="BD-rate, %", format="+.1f"),
            alt.Tooltip("interval:N", title="95 % interval"),
            alt.Tooltip("pictures:N", title="n"),
            alt.Tooltip("overlap:N"),
            alt.Tooltip("span:N", title=f"over {metric.title}"),
            alt.Tooltip("refused:N", title="left out"),
        ],
    )
    scale = alt.Scale(
        domain=[-CLAMP, 0, CLAMP],
        clamp=True,
        range=[alt.expr(tint) for tint in ("cold", "middle", "warm")],
        interpolate="rgb",
    )
    there, absent = "isValid(datum.percent)", "!isValid(datum.percent)"
    squares = base.transform_filter(there).mark_rect(cornerRadius=3)
    blanks = base.transform_filter(absent).mark_rect(cornerRadius=3, color=alt.expr("none"))
    words = base.mark_text(fontSize=12, color=alt.expr("ink"), tooltip=None)
    whole = alt.layer(
        blanks.encode(opacity=seen(1.0)),
        squares.encode(color=alt.Color("percent:Q", scale=scale, legend=None), opacity=seen(1.0)),
        words.encode(text="text:N", opacity=seen(1.0)),
    ).add_params(focus(), *(alt.param(name=name, value=tint) for name, tint in TINTS.items()))
    step = min(_WIDEST, max(_NARROWEST, _WIDTH // max(1, len(order))))
    sized = whole.properties(width=alt.Step(step), height=alt.Step(36))
    spec: dict[str, Any] = sized.to_dict(validate=False)
    spec.pop("config", None)
    return spec


TINTS: Mapping[str, str] = {
    "cold": "#7db7d8",
    "middle": "#f6f6f3",
    "warm": "#f0a875",
    "none": "#ececea",
    "ink": "#17191c",
}
"""Colours on white; the page has its own for dark."""


def _cell(one: MeanDelta, metric: Column) -> MatrixCell:
    names = line_name(one.test), line_name(one.anchor)
    left_out = "; ".join(f"{why} ({len(keys)})" for why, keys in sorted(one.refused.items()))
    if one.mean is None:
        return MatrixCell(*names, None, "n/a", refused=one.reason or left_out)
    digits = 2 if metric.unit else 4
    low, high = one.span or (None, None)
    span = f"{numbers.fixed(low, digits)} to {numbers.fixed(high, digits)} {metric.unit}".strip()
    return MatrixCell(
        *names,
        percent=round(100 * one.mean, 2),
        text="≈" * (one.verdict == "tie") + _signed(100 * one.mean),
        interval=_interval(one),
        pictures=f"{one.n} of {one.common} pictures",
        overlap=f"{100 * (one.overlap or 0):.0f} % of the range",
        span=span,
        refused=left_out,
    )


def _interval(one: MeanDelta) -> str:
    if one.verdict == "too few" or one.low is None or one.high is None:
        return "too few pictures for one"
    tie = ": a tie" if one.verdict == "tie" else ""
    return f"{_signed(100 * one.low, 1)} to {_signed(100 * one.high, 1)} %{tie}"


def _signed(value: float, digits: int = 0) -> str:
    text = f"{abs(value):.{digits}f}"
    if not float(text):
        return text
    return ("+" if value > 0 else "\N{MINUS SIGN}") + text
