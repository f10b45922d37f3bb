"""What figures need that stand alone: a legend, and charts of what the page draws by itself."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from recoup.report.bars import Panel
from recoup.report.cards import ranking
from recoup.report.columns import Column
from recoup.report.found import Found

Spec = dict[str, Any]


def with_legend(spec: Spec, width: int, height: int) -> Spec:
    """A chart of lines with its legend below, where the page has buttons.

    Parameters
    ----------
    spec
        Of :func:`recoup.report.plots.curve`.
    width, height
        Pixels of the plot.

    Examples
    --------
    >>> layer = {"encoding": {"color": {"field": "line", "legend": None}}}
    >>> shown = with_legend({"layer": [layer]}, 300, 200)
    >>> shown["layer"][0]["encoding"]["color"]["legend"]["orient"], shown["width"]
    ('bottom', 300)
    """
    out = deepcopy(spec) | {"width": width, "height": height}
    legend = {"orient": "bottom", "columns": 3, "title": None, "symbolType": "stroke"}
    legend |= {"symbolOpacity": 1, "symbolSize": 500}  # not as faint as bands and points are
    for layer in out["layer"]:
        for channel in ("color", "strokeDash"):
            if channel in layer["encoding"]:
                layer["encoding"][channel]["legend"] = legend
    return out


def bar_chart(panel: Panel) -> Spec:
    """One panel of bars as a chart; lengths are shares of the panel, values are written beside.

    Examples
    --------
    >>> bar_chart(Panel("ratio", "Ratio", "longer is better", ()))["title"]["text"]
    'Ratio'
    """
    import altair as alt

    records = [vars(bar) | {"at": i} for i, bar in enumerate(panel.bars)]
    base = alt.Chart(alt.InlineData(values=records)).encode(
        y=alt.Y("label:N", sort=alt.EncodingSortField("at"), title=None).axis(
            domain=False, ticks=False, labelLimit=260
        )
    )
    whole = alt.Scale(domain=[0, 100])
    tint = alt.Color("colour:N", scale=None)
    chart = alt.layer(
        base.mark_bar(opacity=0.24).encode(x=alt.X("behind:Q", scale=whole, axis=None), color=tint),
        base.mark_bar().encode(
            x=alt.X("share:Q", scale=whole, axis=None),
            color=tint,
            opacity=alt.when("datum.infinite").then(alt.value(0.5)).otherwise(alt.value(1.0)),
        ),
        base.mark_text(align="left", dx=6).encode(
            x=alt.X("end:Q", scale=whole, axis=None), text="text:N"
        ),
    ).transform_calculate(end="max(datum.share, datum.behind)")
    title = alt.TitleParams(panel.title, subtitle=panel.note, anchor="start")
    sized = chart.properties(width=420, height=alt.Step(24), title=title)
    spec: Spec = sized.to_dict(validate=False)
    return {key: value for key, value in spec.items() if key != "config"}


def ranking_chart(found: Found) -> Spec:
    """Bytes at equal quality: a dot for each line with its interval against the first."""
    import altair as alt

    standard = found.advice.standard
    names: dict[str, Column] = {c.name: c for c in found.columns}
    of = f"{names[standard.metric].title} {standard.level:g}" if standard else ""
    records = []
    for at, (one, rank) in enumerate(
        zip(found.advice.equal, ranking(found.advice, found.colours), strict=True)
    ):
        gap = one.against_first
        ends = (gap.ratio, gap.low, gap.high) if gap else (1.0, 1.0, 1.0)
        value, low, high = (round(100 * (v - 1), 2) for v in ends)
        records.append(
            {"line": rank.name, "colour": rank.colour, "at": at, "value": value}
            | {"low": low, "high": high, "text": rank.text}
        )
    base = alt.Chart(alt.InlineData(values=records)).encode(
        y=alt.Y("line:N", sort=alt.EncodingSortField("at"), title=None).axis(labelLimit=260),
        color=alt.Color("colour:N", scale=None),
    )
    x = alt.X("value:Q", title=f"bytes against the first at {of}, %").scale(nice=True, padding=20)
    chart = alt.layer(
        base.mark_rule(strokeWidth=4, opacity=0.4).encode(x=alt.X("low:Q"), x2="high:Q"),
        base.mark_point(filled=True, size=110, opacity=1).encode(x=x),
    )
    spec: Spec = chart.properties(width=420, height=alt.Step(30)).to_dict(validate=False)
    return {key: value for key, value in spec.items() if key != "config"}
