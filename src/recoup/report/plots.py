"""Rate-distortion curves: Vega-Lite specifications and the data that they share."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from recoup.analysis import Line, Setting, Span, band
from recoup.report.columns import Column
from recoup.report.formats import line_name, setting_name

MOST_POINTS = 4000
"""Above this many, the faint points show every so many-th picture; means use all."""

TICKS = [m * 10**e for e in range(-3, 3) for m in (1, 2, 5)]
_DASHES = ([1, 0], [6, 3], [2, 3], [9, 3, 2, 3], [12, 4])
_DIMMED = 0.16
Record = dict[str, str | float | int | None]


@lru_cache(maxsize=1)
def library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, from the vl-convert wheel; no network.

    Examples
    --------
    >>> "vegaEmbed" in library()
    True
    """
    import vl_convert

    script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return script


def datasets(lines: Sequence[Line], metrics: Sequence[str]) -> dict[str, list[Record]]:
    """The points (one per row) and means (one per setting) that all curves are drawn from.

    Means carry the ends of their band as ``METRIC_low`` and ``METRIC_high``
    (:func:`recoup.analysis.band`). Infinite scores become null: they cannot be drawn.

    Examples
    --------
    >>> datasets([], ["psnr"])
    {'points': [], 'means': []}
    """
    shown = thinned(lines)
    points, means = [], []
    for line in lines:
        name = line_name(line)
        bands = {metric: band(line.settings, metric) for metric in metrics}
        for at, setting in enumerate(line.settings):
            points += list(_points(name, setting, metrics, shown))
            ends = {metric: spans[at] for metric, spans in bands.items()}
            means.append(_mean(name, setting, metrics) | _ends(ends))
    return {"points": points, "means": means}


def thinned(lines: Sequence[Line]) -> set[str]:
    """The pictures whose points are drawn: all, or every so many-th of very many.

    Examples
    --------
    >>> thinned([])
    set()
    """
    pictures = sorted({key for line in lines for s in line.settings for key in s.rows})
    count = sum(s.n for line in lines for s in line.settings)
    return set(pictures[:: max(1, math.ceil(count / MOST_POINTS))])


def curve(
    metric: Column,
    lines: Sequence[Line],
    colours: Mapping[str, str],
    among: Sequence[Line] | None = None,
) -> dict[str, Any]:
    """The specification of one chart: mean lines over faint points, rate on a log axis.

    Parameters
    ----------
    metric
        Column of the score on the vertical axis.
    lines
        Lines drawn, in the order of the legend.
    colours
        By codec.
    among
        All lines of the page, where only some are drawn: dashes are told apart among these.

    Returns
    -------
    dict
        A Vega-Lite specification without data; it reads the named data sets of
        :func:`datasets`, and its parameter ``focus`` names the lines that are not dimmed.
    """
    import altair as alt

    names = [line_name(line) for line in lines]
    tints = alt.Scale(domain=names, range=[colours[line.codec] for line in lines])
    dashes = alt.Scale(domain=names, range=_dashes(lines, among))
    x = alt.X("bpp:Q", title="bits per pixel, log scale").axis(values=TICKS, format="~g")
    place = {
        "x": x.scale(type="log", nice=False, padding=12),
        "y": alt.Y(f"{metric.name}:Q", title=metric.heading).scale(zero=False, padding=8),
        "color": alt.Color("line:N", scale=tints, legend=None),
    }
    numbers = [
        alt.Tooltip("bpp:Q", title="bits per pixel", format=".4~f"),
        alt.Tooltip(f"{metric.name}:Q", title=metric.heading, format=".4~f"),
    ]
    of_one = [alt.Tooltip("picture:N"), alt.Tooltip("setting:N"), *numbers]
    of_all = [alt.Tooltip("setting:N"), alt.Tooltip("pictures:Q", title="mean of pictures")]
    points, means = (alt.Chart(alt.NamedData(name)) for name in ("points", "means"))
    ends = {"y": alt.Y(f"{metric.name}_low:Q"), "y2": alt.Y2(f"{metric.name}_high")}
    whole = alt.layer(
        means.mark_area(interpolate="monotone").encode(
            opacity=_in_focus(0.24, 0.08), **{**place, **ends}
        ),
        points.mark_circle(size=14).encode(opacity=seen(0.22), tooltip=of_one, **place),
        means.mark_line(strokeWidth=2.5, strokeCap="round", interpolate="monotone").encode(
            strokeDash=alt.StrokeDash("line:N", scale=dashes, legend=None),
            opacity=seen(1.0),
            **place,
        ),
        means.mark_point(size=60, filled=True, opacity=1).encode(
            opacity=seen(1.0), tooltip=[*of_all, *numbers], **place
        ),
    )
    sized = whole.add_params(focus()).properties(width="container", height=400)
    spec: dict[str, Any] = sized.to_dict(validate=False)
    spec.pop("config", None)
    return spec


def focus() -> Any:  # noqa: ANN401  (altair's own type is not public)
    """The parameter with the names of the lines that are not dimmed; empty for all."""
    import altair as alt

    return alt.param(name="focus", value=[])


def seen(opacity: float) -> Any:  # noqa: ANN401  (altair's own type is not public)
    """Full opacity for lines in focus (or all, without one), much less for the others.

    Examples
    --------
    >>> seen(0.5)["value"]
    0.08
    """
    import altair as alt

    here = alt.when("length(focus) == 0 || indexof(focus, datum.line) >= 0")
    return here.then(alt.value(opacity)).otherwise(alt.value(opacity * _DIMMED))


def _in_focus(picked: float, all_: float) -> Any:  # noqa: ANN401  (altair's own type is not public)
    """Opacity of what is drawn strongly for picked lines only: faint for all, else not at all."""
    import altair as alt

    here = alt.when("indexof(focus, datum.line) >= 0").then(alt.value(picked))
    return here.when("length(focus) == 0").then(alt.value(all_)).otherwise(alt.value(0.0))


def legend(
    lines: Sequence[Line], colours: Mapping[str, str], among: Sequence[Line] | None = None
) -> list[tuple[str, str, str]]:
    """Name, colour and SVG dash pattern of each line; parameters as for :func:`curve`.

    Examples
    --------
    >>> legend([Line("avif", "", "", "", "", ())], {"avif": "#000000"})
    [('AVIF', '#000000', '1 0')]
    """
    return [
        (line_name(line), colours[line.codec], " ".join(map(str, dash)))
        for line, dash in zip(lines, _dashes(lines, among), strict=True)
    ]


def _dashes(lines: Sequence[Line], among: Sequence[Line] | None = None) -> list[list[int]]:
    """Solid for a codec's first line, then other patterns, so that colour can stay the codec's."""
    seen: dict[str, int] = {}
    found: dict[str, list[int]] = {}
    for line in among or lines:
        found[line_name(line)] = list(_DASHES[seen.get(line.codec, 0) % len(_DASHES)])
        seen[line.codec] = seen.get(line.codec, 0) + 1
    return [found[line_name(line)] for line in lines]


def _points(
    name: str, setting: Setting, metrics: Sequence[str], shown: set[str]
) -> Iterable[Record]:
    label = setting_name(setting)
    for key, row in setting.rows.items():
        if key in shown and row.bpp:
            scores = {m: _drawable(row.scores.get(m)) for m in metrics}
            yield {
                "line": name,
                "setting": label,
                "picture": row.image,
                "bpp": short(row.bpp),
                **scores,
            }


def _mean(name: str, setting: Setting, metrics: Sequence[str]) -> Record:
    scores = {m: _drawable(setting.mean(m).value) for m in metrics}
    return {
        "line": name,
        "setting": setting_name(setting),
        "pictures": setting.n,
        "bpp": _drawable(setting.bpp),
        **scores,
    }


def _ends(spans: Mapping[str, Span | None]) -> Record:
    there = {metric: span for metric, span in spans.items() if span}
    lows: Record = {f"{metric}_low": short(span.low) for metric, span in there.items()}
    return lows | {f"{metric}_high": short(span.high) for metric, span in there.items()}


def _drawable(value: float | None) -> float | None:
    return short(value) if value is not None and math.isfinite(value) else None


def short(value: float) -> float:
    """Six figures that count.

    Examples
    --------
    >>> short(1234.56789)
    1234.57
    """
    return float(f"{value:.6g}")
