"""A plan times any map: which cells are missing, and their rows as they come."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from recoup import __version__
from recoup.chain import Chain
from recoup.errors import PictureError, UnreadableError
from recoup.picture import Found
from recoup.results.row import Measurement
from recoup.results.store import Store
from recoup.sweep.core import cores
from recoup.sweep.flattery import noted
from recoup.sweep.measure import machine, measure, original, source, started
from recoup.sweep.plan import Cell, Plan, digest
from recoup.sweep.pool import Died

if TYPE_CHECKING:
    from recoup.datasets.trained_on import Flattered

Item = TypeVar("Item")
Result = TypeVar("Result")


class Map(Protocol):
    """Anything that applies a function to items and yields results as they come, in any order."""

    def __call__(
        self, function: Callable[[Item], Result], items: Iterable[Item | None], /
    ) -> Iterator[Result | Died[Item]]:
        """Apply; None among the items means that the next depends on a result still to come."""
        ...


def here(
    function: Callable[[Item], Result], items: Iterable[Item | None]
) -> Iterator[Result | Died[Item]]:
    """Map in this process.

    Examples
    --------
    >>> list(here(abs, [-1, None, 2]))
    [1, 2]
    """
    return (function(item) for item in items if item is not None)


@dataclass(frozen=True)
class Progress:
    """How far a run has come.

    Attributes
    ----------
    done, total
        Rows measured now, and rows there will be (an estimate until every picture was opened).
    failed
        Failures so far.
    kept
        Rows that an earlier run had measured already.
    opened, pictures
        Pictures looked at, and all of them.
    """

    done: int
    total: int
    failed: int
    kept: int
    opened: int
    pictures: int


@dataclass(frozen=True)
class Task:
    """Work for a worker: look at a picture (no cell), or measure one cell of it."""

    found: Found
    store: Store
    plan: Plan
    cell: Cell | None = None


def work(task: Task) -> Measurement:
    """Do a task. A measured row, or one about an unreadable picture, is in the store on return."""
    if task.cell is not None:
        row = measure(task.cell)
    else:
        row = inspect(task.found, task.plan)
        if row.status == "ok":
            return row
    task.store.append([row])
    return row


def inspect(found: Found, plan: Plan) -> Measurement:
    """Load a picture; the row, which has no chain, tells its hash, or why it cannot be used."""
    row = _about(found)
    try:
        if found.error:
            raise UnreadableError(found.error)
        image, _ = original(found.path, plan.max_pixels)
    except PictureError as error:
        return replace(row, status="failed", error=str(error))
    except Exception as error:  # noqa: BLE001  (a library's surprise is one failed row, not the end)
        reason = f"{found.name}: {type(error).__name__}: {' '.join(str(error).split())}"
        return replace(row, status="failed", error=reason)
    return replace(row, image_sha256=image.sha256)


@dataclass
class Run:
    """One plan over these pictures, under way.

    Attributes
    ----------
    flattered
        What is noted in the rows of pictures that a chain's models were trained on.
    wanted
        Cells that belong to this run, measured now or before.
    same
        Pictures left out because another holds the same samples: (name, the other's name).
    """

    plan: Plan
    store: Store
    pictures: list[Found]
    jobs: int
    flattered: Sequence[Flattered] = ()
    wanted: dict[str, Found] = field(default_factory=dict)
    same: list[tuple[str, str]] = field(default_factory=list)
    _contents: dict[str, Found] = field(default_factory=dict)
    _todo: deque[Task] = field(default_factory=deque)
    _opened: int = 0
    _queued: int = 0
    _done: int = 0
    _failed: int = 0
    _kept: int = 0

    def __post_init__(self) -> None:
        """Index the pictures, each path once."""
        self._by_source = {source(found.path): found for found in self.pictures}
        self.pictures = list(self._by_source.values())

    def steps(self, map_: Map) -> Iterator[Progress]:
        """Do what is missing in the store; yield after every answer."""
        finished = {row.cell for row in self.store.everything() if row.status != "failed"}
        for answer in map_(work, self._tasks()):
            row = self._died(answer) if isinstance(answer, Died) else answer
            self._failed += row.status == "failed"
            if row.chain:
                self._done += 1
            else:
                self._open(row, finished)
            yield self._progress()

    def _tasks(self) -> Iterator[Task | None]:
        """Yield a picture's cells before the next picture, so that few are open at a time."""
        coming, sent = iter(self.pictures), 0
        while True:
            if self._todo:
                yield self._todo.popleft()
            elif (found := next(coming, None)) is not None:
                sent += 1
                yield Task(found, self.store, replace(self.plan, chains=()))
            elif self._opened < sent:
                yield None
            else:
                return

    def _open(self, row: Measurement, finished: set[str]) -> None:
        """Queue the missing cells of a picture that was looked at."""
        self._opened += 1
        found = self._by_source[row.source]
        if row.status == "failed":
            self.wanted[row.cell] = found
            return
        first = self._contents.setdefault(row.image_sha256, found)
        if first is not found:
            self.same.append((found.name, first.name))
            return
        for chain in self.plan.chains:
            key = self.plan.cell(row.image_sha256, chain)
            self.wanted[key] = found
            if key in finished:
                self._kept += 1
            else:
                self._todo.append(self._task(key, found, chain, row.image_sha256))
                self._queued += 1

    def _task(self, key: str, found: Found, chain: Chain, sha256: str) -> Task:
        """A cell as a worker gets it: without the plan's other chains."""
        plan = replace(self.plan, chains=())
        notes = noted(self.flattered, found, chain)
        cell = Cell(
            key, found.name, found.path, chain, plan, sha256, self.jobs, len(cores()), notes
        )
        return Task(found, self.store, plan, cell)

    def _died(self, died: Died[Task]) -> Measurement:
        """Record that a worker's process ended over a task."""
        task = died.item
        row = started(task.cell) if task.cell else _about(task.found)
        row = replace(row, status="failed", error=f"{task.found.name}: {died.reason}")
        self.store.append([row])
        return row

    def _progress(self) -> Progress:
        unopened = len(self.pictures) - self._opened
        total = self._queued + unopened * len(self.plan.chains)
        return Progress(
            done=self._done,
            total=total,
            failed=self._failed,
            kept=self._kept,
            opened=self._opened,
            pictures=len(self.pictures),
        )


def _about(found: Found) -> Measurement:
    """Start a row about a picture as a whole."""
    return Measurement(
        cell=digest("unreadable", str(found.path)),
        image=found.name,
        source=source(found.path),
        recoup_version=__version__,
        machine=machine(),
        started_at=datetime.now(UTC),
    )
