"""What the page's sections show, pictures apart: everything the templates are filled with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recoup.analysis import UNFAITHFUL, Frontier, Matrix, bd_matrix, default_line, frontier
from recoup.analysis.bdrate import FEWEST_POINTS, LEAST_OVERLAP
from recoup.analysis.deltas import LEAST_PICTURES
from recoup.analysis.interval import FEWEST, RESAMPLES
from recoup.report import (
    bars,
    cards,
    grid,
    harm,
    league,
    loops,
    matrix,
    methods,
    pareto,
    plots,
    restorers,
    wording,
)
from recoup.report.columns import Column
from recoup.report.formats import line_name, setting_name, title
from recoup.report.found import Found
from recoup.report.opponents import contest
from recoup.report.summary import summary

_INTERVAL = (
    "95 % interval by bootstrap-t over pictures (Efron and Tibshirani 1993, chapter 12) with "
    f"{RESAMPLES} resamples and a fixed seed."
)
_NOT_HEAT = frozenset(("size", "n", "encode", "decode"))


def sections(found: Found) -> dict[str, Any]:
    """Compute every section.

    Examples
    --------
    >>> sections(Found.of([]))["rows"]
    ()
    """
    by_name = {c.name: c for c in found.columns}
    standard = found.advice.standard
    metric = by_name[standard.metric].title if standard else ""
    told = summary(found.rows, restorers.names(found.restored), formats=found.formats)
    heat = [c for c in found.columns if c.name not in _NOT_HEAT]
    restored = loops.codecs(found)
    return {
        "summary": told,
        "machine": dict(told.facts).get("Machine", "this machine"),
        "advice": found.advice,
        "cards": cards.cards(found.advice, by_name, found.colours),
        "contest": contest(found),
        "ranking": cards.ranking(found.advice, found.colours),
        "loops": restored,
        "loop_terms": loops.terms_text(found),
        "harm_full": f"{harm.FULL:g}",
        "standard": standard,
        "standard_text": wording.standard_text(standard, metric),
        "metric": metric,
        "columns": found.columns,
        "rows": grid.grid(found.settings, found.columns, found.advice, found.colours),
        "line_of": found.line_of,
        "formats": [
            (c, title(c), found.colours[c]) for c in dict.fromkeys(s.codec for s in found.settings)
        ],
        "scores": found.scores,
        "first_score": standard.metric if standard else "",
        "standings": league.standings(found.settings, found.colours),
        "panels": bars.panels(found.matched.every, by_name, found.colours),
        "heat_columns": heat,
        "heat_rows": bars.heat_map(found.matched.every, heat, found.colours),
        "blocks": restorers.blocks(
            found.restored, found.scores, restorers.restorer_colours(found.restored)
        ),
        "side_by_side": bool(found.off_curves),
        "with_formats": found.formats,
        "with_table": found.formats or bool(found.settings),
        "unfaithful": UNFAITHFUL,
        "methods": methods.methods(found),
        "interval": _INTERVAL,
        "fewest": FEWEST,
        **charts(found, restored),
    }


def charts(found: Found, restored: Sequence[loops.Codec]) -> dict[str, Any]:
    """Specifications and data of the figures, and what is said beside them.

    Parameters
    ----------
    found
        What was measured.
    restored
        Of :func:`recoup.report.loops.codecs`.

    Examples
    --------
    >>> charts(Found.of([]), [])["legend"]
    []
    """
    lossy = [line for line in found.lines if not line.lossless]
    means = plots.datasets(lossy, [c.name for c in found.scores])["means"]
    matrices = {c.name: (c, _matrix(found, c)) for c in found.scores}
    drawn = [line_name(line) for line in next((m.lines for _, m in matrices.values()), ())]
    several = len(drawn) > 1
    against = default_line(lossy)
    spots = {
        name: [vars(p) for p in pareto.points(m, against, c)]
        for name, (c, m) in matrices.items()
        if against and several
    }
    return {
        "legend": plots.legend(lossy, found.colours),
        "with_bands": any(name.endswith("_low") for each in means for name in each),
        "with_matrix": several,
        "clamp": matrix.CLAMP,
        "fewest_points": FEWEST_POINTS,
        "least_overlap": LEAST_OVERLAP,
        "least_pictures": LEAST_PICTURES,
        "pareto_anchor": line_name(against) if against else "",
        "pareto_lines": any(spots.values()),
        "pareto_out": [
            (name, pareto.left_out(m, against)) for name, (_, m) in matrices.items() if against
        ],
        "frontiers": [(c.name, c.title, _frontiers(found, c)) for c in found.scores],
        "library": plots.library() if lossy else "",
        "chart_data": {
            "means": means,
            "curves": {c.name: plots.curve(c, lossy, found.colours) for c in found.scores}
            if lossy
            else {},
            "matrix": {name: matrix.heat_map(drawn, c) for name, (c, _) in matrices.items()},
            "cells": {
                name: [vars(cell) for cell in matrix.cells(m, c)]
                for name, (c, m) in matrices.items()
            },
            "pareto": {
                way: pareto.plot(lossy, found.colours, way, line_name(against))
                for way in pareto.WAYS
                if against
            },
            "spots": spots,
            "loops": [loops.figure(one, found) for one in restored],
        },
    }


def _matrix(found: Found, score: Column) -> Matrix:
    return bd_matrix(found.lines, score.name, better=score.better or "higher")


def _frontiers(found: Found, score: Column) -> list[tuple[str, int, int, list[tuple[str, str]]]]:
    """(encode or decode, on the frontier, of how many, (beaten, by which) pairs)."""
    names = {s.chain: setting_name(s) for s in found.settings}
    several: list[Frontier] = [
        frontier(found.settings, score.name, way, score.better or "higher") for way in pareto.WAYS
    ]
    return [
        (
            one.time,
            len(one.points),
            len(one.points) + len(one.beaten),
            [(names[chain], names[by]) for chain, by in one.beaten.items()],
        )
        for one in several
        if one.points
    ]
