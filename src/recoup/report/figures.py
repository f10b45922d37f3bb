"""Every figure of the page as SVG and PNG, for papers: the same specifications on white."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from recoup.errors import StoreError
from recoup.picture.write import write
from recoup.report import bars, loops, plots
from recoup.report.found import Found
from recoup.report.sections import charts
from recoup.report.stand_alone import bar_chart, ranking_chart, with_legend
from recoup.results.store import Store

Spec = dict[str, Any]
Progress = Callable[[str], None]

WIDTH, HEIGHT = 620, 400
"""Pixels of a plot without its axes; PNG files have twice as many each way."""
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_CONFIG: Spec = {
    "background": "white",
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {"gridColor": "#e3e4e1", "domainColor": "#8a8f98", "tickColor": "#8a8f98"}
    | {"labelFontSize": 12, "titleFontSize": 13, "titleFontWeight": "normal", "tickCount": 6},
    "legend": {"labelFontSize": 12, "labelLimit": 320, "symbolStrokeWidth": 2.5},
}


def write_figures(folder: Path, into: Path, *, progress: Progress | None = None) -> list[Path]:
    """Write every figure of a results folder as ``NAME.svg`` and ``NAME.png``.

    Names say what is shown and do not depend on the rows: ``curves-METRIC``,
    ``restored-CODEC-METRIC``, ``bd-rate-METRIC``, ``encode-METRIC`` and ``decode-METRIC`` (bytes
    against time), ``equal-quality``, and
    ``bars-ratio``, ``bars-size`` and the page's other bars. The same rows give the same files.

    Parameters
    ----------
    folder
        Holds the rows.
    into
        Folder for the figures; made, or written into.
    progress
        Told the name of each figure.

    Returns
    -------
    list of Path
        The files, in the order of the page.

    Raises
    ------
    StoreError
        If there are no rows, none of formats, or the folder cannot be made.
    PictureError
        If a file cannot be written.

    Examples
    --------
    >>> write_figures(Path("nowhere"), Path("figures"))
    Traceback (most recent call last):
    recoup.errors.StoreError: nowhere: no results here; recoup compare PHOTOS --out nowhere
    """
    import vl_convert

    say = progress or (lambda _: None)
    found = Found.of(Store.existing(folder).measurements())
    written = []
    try:
        into.mkdir(parents=True, exist_ok=True)
        for name, spec in figures(found):
            say(f"figure: {name}")
            whole = spec | {"config": _CONFIG}
            svg: str = vl_convert.vegalite_to_svg(whole)
            png: bytes = vl_convert.vegalite_to_png(whole, scale=2)
            for suffix, data in ((".svg", svg.encode()), (".png", png)):
                written.append(into / f"{name}{suffix}")
                write(data, written[-1])
    except OSError as error:
        raise StoreError(f"{into}: figures cannot be written: {error.strerror}") from error
    if not written:
        raise StoreError(f"{folder}: there is no figure to write; no format was measured")
    return written


def figures(found: Found) -> Iterator[tuple[str, Spec]]:
    """(name, complete specification) of every figure, in the order of the page.

    Examples
    --------
    >>> list(figures(Found.of([])))
    []
    """
    restored = loops.codecs(found)
    drawn = charts(found, restored)
    data = drawn["chart_data"]
    if found.advice.equal:
        yield "equal-quality", ranking_chart(found)
    lossy = [line for line in found.lines if not line.lossless]
    shared = plots.datasets(lossy, [c.name for c in found.scores])
    for name, spec in data["curves"].items():
        yield f"curves-{name}", with_legend(spec | {"datasets": shared}, WIDTH, HEIGHT)
    for codec, loop in zip(restored, data["loops"], strict=True):
        means = [record for record in shared["means"] if record["line"] in loop["names"]]
        for name, spec in loop["curves"].items():
            whole = spec | {"datasets": {"means": means}}
            yield f"restored-{codec.name}-{name}", with_legend(whole, WIDTH, HEIGHT)
    for name, spec in data["matrix"].items() if drawn["with_matrix"] else ():
        yield f"bd-rate-{name}", spec | {"datasets": {"cells": data["cells"][name]}}
    for name, spots in data["spots"].items():
        for way, spec in data["pareto"].items():
            if spots:
                sized = spec | {"datasets": {"points": spots}}
                yield f"{way}-{name}", sized | {"width": WIDTH, "height": HEIGHT}
    by_name = {c.name: c for c in found.columns}
    for panel in bars.panels(found.matched.every, by_name, found.colours):
        yield f"bars-{panel.name}", bar_chart(panel)
