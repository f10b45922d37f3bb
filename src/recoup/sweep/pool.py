"""Worker processes that may die: a crash costs the one item that was in work.

Each worker is a fresh interpreter on a core of its own; items go to it one at a time, so the
parent always knows what a dead worker was doing (docs/adr/0002-own-pool.md says why no library).
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Died(Generic[Item]):
    """The worker's process ended, or was ended, while it had this item."""

    item: Item
    reason: str


@dataclass
class _Worker:
    """A process, the pipe to it, and what it has in work since when."""

    process: subprocess.Popen[bytes]
    pipe: Connection
    item: Any = None
    since: float = 0.0


@dataclass(frozen=True)
class Pool:
    """A map over worker processes.

    Attributes
    ----------
    jobs
        Worker processes.
    timeout_s
        A worker that takes longer over one item is stopped.
    """

    jobs: int
    timeout_s: float = 1800.0

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item | None]
    ) -> Iterator[Result | Died[Item]]:
        """Yield ``function(item)`` for every item as it comes, or Died where the process ended.

        ``function`` and the items are pickled; the caller's main module is not imported. An item
        None means that the next one depends on a result still to come. A RecoupError that
        ``function`` raises is raised here.
        """
        waiting = iter(items)
        busy: dict[Connection, _Worker] = {}
        idle: list[_Worker] = []
        try:
            while True:
                while len(busy) < self.jobs and (item := next(waiting, None)) is not None:
                    worker = idle.pop() if idle else _start()
                    worker.item, worker.since = item, time.monotonic()
                    busy[worker.pipe] = worker
                    with suppress(BrokenPipeError):  # its end is noticed below
                        worker.pipe.send((function, item))
                if not busy:
                    return
                for worker in self._ready(busy):
                    del busy[worker.pipe]
                    try:
                        result, error = worker.pipe.recv()
                    except (EOFError, OSError):
                        yield Died(worker.item, self._reason(worker))
                        continue
                    idle.append(worker)
                    if error is not None:
                        raise error
                    yield result
        finally:
            for worker in (*busy.values(), *idle):
                _end(worker)

    def _ready(self, busy: dict[Connection, _Worker]) -> list[_Worker]:
        """Wait for answers; stop workers that are over their time (their pipes then end)."""
        until = min(worker.since for worker in busy.values()) + self.timeout_s
        ready = wait(list(busy), timeout=max(0.0, until - time.monotonic()))
        for worker in busy.values():
            if not ready and time.monotonic() - worker.since >= self.timeout_s:
                worker.process.kill()
        return [worker for pipe, worker in busy.items() if pipe in ready]

    def _reason(self, worker: _Worker) -> str:
        """Say how a worker ended."""
        code = worker.process.wait()
        worker.pipe.close()
        if code == -signal.SIGKILL and time.monotonic() - worker.since >= self.timeout_s:
            return f"took longer than {self.timeout_s:g} s and was stopped"
        if code < 0:
            return f"the process crashed ({signal.Signals(-code).name})"
        return f"the process ended with exit code {code}"


def _start() -> _Worker:
    ours, theirs = Pipe()
    with theirs:
        process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            [sys.executable, "-m", "recoup.sweep.worker", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
    return _Worker(process, ours)


def _end(worker: _Worker) -> None:
    """Stop a worker, busy or not."""
    worker.process.kill()
    worker.process.wait()
    worker.pipe.close()
