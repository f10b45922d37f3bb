"""The main job: every picture through every chain, rows to a store, resumable at any moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recoup.chain import Chain
from recoup.picture import find
from recoup.results.row import Measurement
from recoup.results.store import Store
from recoup.sweep.core import cores
from recoup.sweep.flattery import flatteries, warn
from recoup.sweep.plan import Plan
from recoup.sweep.pool import Pool
from recoup.sweep.run import Map, Progress, Run, here

if TYPE_CHECKING:
    from recoup.datasets.trained_on import Flattered


@dataclass(frozen=True)
class Comparison:
    """What a comparison gave.

    Attributes
    ----------
    folder
        The results folder.
    rows
        Its rows for these pictures and chains, one per picture and chain.
    same
        Pictures left out because another has the same samples: (name, name of the other).
    flattered
        Pictures that models of the chains were trained on.
    """

    folder: Path
    rows: list[Measurement]
    same: list[tuple[str, str]]
    flattered: tuple[Flattered, ...] = ()

    @property
    def failures(self) -> list[Measurement]:
        """Rows that failed; *not applicable* is no failure."""
        return [row for row in self.rows if row.status == "failed"]


def compare(
    paths: Sequence[str | Path],
    chains: Sequence[str | Chain] | None = None,
    *,
    metrics: Sequence[str] | None = None,
    out: str | Path = "recoup-results",
    jobs: int | None = None,
    repeats: int = 3,
    max_pixels: int = 200_000_000,
    timeout_s: float = 1800.0,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Comparison:
    """Measure every picture through every chain; what ``out`` holds already is not done again.

    Pictures that a model of the chains was trained on are found first, as
    :func:`recoup.datasets.leaks` finds copies and crops: a warning (FlatteringWarning) and the
    notes of their rows say so.

    Parameters
    ----------
    paths
        Files, folders (searched recursively) and globs.
    chains
        Text or values; None takes those of the plan ``standard``. ``PLANS["thorough"].chains`` of
        :data:`recoup.sweep.PLANS` are others.
    metrics
        Names; None takes every metric.
    out
        Results folder, made if absent.
    jobs
        Worker processes; None takes one per core, 0 works in this process.
    repeats, max_pixels
        See :class:`Plan`.
    timeout_s
        One picture through one chain may take this long.
    progress
        Called after every row.

    Raises
    ------
    ChainError
        If a chain or metric is not understood.
    StoreError
        If ``out`` cannot be written or holds damaged rows.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from recoup import Image, Picture, compare, save
    >>> folder = Path(tempfile.mkdtemp())
    >>> save(Picture(Image(np.zeros((16, 16, 3), np.uint8))), folder / "black.png")
    >>> done = compare([folder], ["raw"], metrics=["psnr"], out=folder / "out", jobs=0)
    >>> [(row.chain, row.scores["psnr"]) for row in done.rows]
    [('raw', inf)]
    """
    plan = Plan.of(chains, metrics, repeats=repeats, max_pixels=max_pixels)
    store, workers = Store(Path(out)), len(cores()) if jobs is None else jobs
    map_: Map = Pool(workers, timeout_s).map if workers else here
    pictures = find([str(path) for path in paths])
    flattered = flatteries(pictures, plan.chains, map_, max_pixels)
    warn(flattered)
    run = Run(plan, store, pictures, workers, flattered)
    for state in run.steps(map_):
        progress(state)
    store.compact()
    rows = [row for row in store.measurements() if row.cell in run.wanted]
    return Comparison(store.folder, rows, run.same, flattered)
