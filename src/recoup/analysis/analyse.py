"""Everything that rows say about rate and distortion, in one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from recoup.analysis.advise import CONTROLS
from recoup.analysis.anchor import default_line, named_line
from recoup.analysis.bdrate import LEAST_OVERLAP
from recoup.analysis.by_setting import Setting, by_setting
from recoup.analysis.curve import Direction
from recoup.analysis.deltas import Matrix, MeanDelta, bd_matrix, mean_delta
from recoup.analysis.frontier import Frontier, frontier
from recoup.analysis.loop import Loop, loops
from recoup.analysis.match import Line, lines
from recoup.analysis.pairs import Pair, matched_pairs
from recoup.analysis.restoration import outside, ranking_metric, restorations
from recoup.analysis.table import Table
from recoup.analysis.tables import (
    bd_table,
    frontier_table,
    loop_table,
    matrix_table,
    pairs_table,
    square_table,
)
from recoup.errors import ChainError, StoreError
from recoup.metrics.variants import known
from recoup.results.row import Measurement
from recoup.results.store import Store


@dataclass(frozen=True)
class Analysis:
    """Rows as curves, and what follows from them; each result is computed when asked for.

    Attributes
    ----------
    settings
        The settings of formats: without those that only restore.
    lines
        Those that are curves: lossy ones, without controls.
    anchor
        The line that others are compared with.
    metrics
        Names of the metrics analysed, with the direction that is better.
    least_overlap
        See :func:`recoup.analysis.bdrate.bd_rate`.
    """

    settings: tuple[Setting, ...]
    lines: tuple[Line, ...]
    anchor: Line
    metrics: Mapping[str, Direction]
    least_overlap: float = LEAST_OVERLAP

    @cached_property
    def bd_rates(self) -> tuple[MeanDelta, ...]:
        """BD-rate of every other line against the anchor, metric by metric."""
        return self._deltas("rate")

    @cached_property
    def bd_metrics(self) -> tuple[MeanDelta, ...]:
        """BD-metric of every other line against the anchor, metric by metric."""
        return self._deltas("metric")

    @cached_property
    def matrices(self) -> tuple[Matrix, ...]:
        """BD-rate of every line against every other, one matrix a metric."""
        return tuple(
            bd_matrix(self.lines, metric, better=better, least_overlap=self.least_overlap)
            for metric, better in self.metrics.items()
        )

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every setting of the anchor against every other line at equal quality."""
        return tuple(
            pair
            for metric, better in self.metrics.items()
            for pair in matched_pairs(self.anchor, self.lines, metric, better)
        )

    @cached_property
    def frontiers(self) -> tuple[Frontier, ...]:
        """Pareto frontiers with encode and with decode time."""
        return tuple(
            frontier(self.settings, metric, time, better)
            for metric, better in self.metrics.items()
            for time in ("encode", "decode")
        )

    @cached_property
    def loops(self) -> tuple[Loop, ...]:
        """Codecs with a restorer against their opponents, by the first metric."""
        return loops(self.lines, self.metrics, next(iter(self.metrics)))

    def tables(self, *, square: bool = False) -> tuple[Table, ...]:
        """All results as tables: ``bd``, ``matrix-METRIC``, ``pairs``, ``frontier``, ``loop``.

        ``loop`` only where a codec was measured with a restorer.

        Parameters
        ----------
        square
            Matrices as squares of means, for people, rather than as a row for each two lines.
        """
        matrix = square_table if square else matrix_table
        return (
            bd_table(self.bd_rates, self.bd_metrics),
            *map(matrix, self.matrices),
            pairs_table(self.pairs),
            frontier_table(self.frontiers),
            *([loop_table(self.loops)] if self.loops else []),
        )

    def _deltas(self, kind: str) -> tuple[MeanDelta, ...]:
        return tuple(
            mean_delta(
                self.anchor,
                line,
                metric,
                kind="rate" if kind == "rate" else "metric",
                better=better,
                least_overlap=self.least_overlap,
            )
            for metric, better in self.metrics.items()
            for line in self.lines
            if line != self.anchor
        )


def analyse(
    results: str | Path | Iterable[Measurement],
    *,
    metrics: Sequence[str] | None = None,
    anchor: str | None = None,
    least_overlap: float = LEAST_OVERLAP,
) -> Analysis:
    """Analyse rows: BD-rate and BD-metric, matched pairs, Pareto frontiers.

    Parameters
    ----------
    results
        A results folder, or rows.
    metrics
        Names; None takes PSNR, or the first that was measured.
    anchor
        Text of a line, its codec, or a part that no other line has; None takes JPEG at its
        defaults (:func:`recoup.analysis.anchor.default_line`).
    least_overlap
        Refuse a picture if the common range of two curves is a smaller share of the range that
        either covers.

    Raises
    ------
    ChainError
        If there is no such anchor, or such a metric was not measured.
    StoreError
        If the folder holds no results, or nothing lossy was measured.

    Examples
    --------
    >>> rows = [Measurement(image=i, chain=f"{c}:quality={q}", codec=c, width=99, height=99,
    ...                     settings=f'{{"quality": {q}}}', encoded_bytes=b * 100 * 2**q,
    ...                     scores={"psnr": 30.0 + 2 * q})
    ...         for c, b in [("jpeg", 10), ("webp", 7)] for q in range(1, 6) for i in "abcdef"]
    >>> found = analyse(rows)
    >>> [(d.test.text, round(d.mean, 6), d.n) for d in found.bd_rates]
    [('webp', -0.3, 6)]
    """
    rows = (
        results
        if not isinstance(results, str | Path)
        else Store.existing(Path(results)).measurements()
    )
    everything = by_setting(rows)
    measured = list(dict.fromkeys(n for s in everything for r in s.rows.values() for n in r.scores))
    settings = outside(everything, restorations(everything, measured))
    every = lines(settings)
    curved = tuple(one for one in every if not one.lossless and one.codec not in CONTROLS)
    chosen = named_line(curved, anchor) if anchor else default_line(curved)
    if chosen is None:
        raise StoreError(
            "no rate-distortion curve in these results; measure lossy settings at several "
            "qualities: recoup compare PHOTOS -c 'jpeg:quality=[30,50,70,90]'"
        )
    wanted = list(metrics or filter(None, [ranking_metric(measured)]))
    for name in wanted:
        if name not in measured:
            raise ChainError(f"{name}: not measured; there are: {', '.join(measured)}")
    here = known(wanted)
    better: dict[str, Direction] = {n: here[n].better if n in here else "higher" for n in wanted}
    return Analysis(settings, curved, chosen, better, least_overlap)
