"""What the report is made of: everything computed from the rows, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from recoup.analysis import (
    Advice,
    Line,
    Loop,
    Restoration,
    Setting,
    advise,
    by_setting,
    lines,
    loops,
    outside,
    restorations,
)
from recoup.analysis.advise import CONTROLS
from recoup.analysis.bdrate import FEWEST_POINTS
from recoup.analysis.ledger import restored_lines
from recoup.analysis.restoration import ranking_metric
from recoup.metrics.variants import known
from recoup.report.columns import Column, columns
from recoup.report.formats import colours, line_name
from recoup.report.grid import scores_of
from recoup.report.matched import Matched, matched
from recoup.results.row import Measurement


@dataclass(frozen=True)
class Found:
    """Everything that was computed from the rows, once.

    ``settings`` and ``lines`` are those of formats (:func:`recoup.analysis.outside`).
    """

    rows: Sequence[Measurement]
    everything: Sequence[Setting]
    settings: Sequence[Setting]
    lines: Sequence[Line]
    advice: Advice
    matched: Matched
    columns: Sequence[Column]
    scores: Sequence[Column]
    colours: dict[str, str]
    restored: Sequence[Restoration]

    @property
    def formats(self) -> bool:
        """Whether formats are compared at all; if not, the page is about restorers alone."""
        return any(s.codec not in CONTROLS for s in self.settings) or not self.restored

    @cached_property
    def line_of(self) -> dict[str, str]:
        """Name of the line that each chain belongs to."""
        return {s.chain: line_name(line) for line in self.lines for s in line.settings}

    @cached_property
    def loops(self) -> Sequence[Loop]:
        """Codecs with a restorer against their opponents, in the metric that ranks restorers."""
        names = {c.name: c.better or "higher" for c in self.scores}
        return loops(self.lines, names, ranking_metric(list(names))) if names else ()

    @cached_property
    def off_curves(self) -> list[Restoration]:
        """What was restored, but for restorers on a curve: of those the maps show pictures."""
        curves = [one for one in restored_lines(self.lines) if len(one.settings) >= FEWEST_POINTS]
        told = {setting.chain for one in curves for setting in one.settings}
        return [one for one in self.restored if {r.setting.chain for r in one.restorers} - told]

    @classmethod
    def of(cls, rows: Sequence[Measurement]) -> Found:
        """Compute it.

        Examples
        --------
        >>> Found.of([]).settings
        ()
        """
        everything = by_setting(rows)
        names = scores_of(everything)
        restored = restorations(everything, names)
        settings = outside(everything, restored)
        table = columns(names, known(names))
        advice = advise(rows)
        drawn = lines(settings)
        return cls(
            rows=rows,
            everything=everything,
            settings=settings,
            lines=drawn,
            advice=advice,
            matched=matched(drawn, advice),
            columns=table,
            scores=[c for c in table if c.name in names],
            colours=colours(s.codec for s in everything),
            restored=restored,
        )
