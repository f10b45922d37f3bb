"""The pool: real processes, really killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from recoup.errors import RecoupError
from recoup.sweep.pool import Died, Pool


@pytest.fixture(autouse=True)
def importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers find these functions in a module of their own."""
    (tmp_path / "poolwork.py").write_text(
        "import os, signal, sys, time\n"
        "from recoup.errors import RecoupError\n"
        "def double(n): return 2 * n\n"
        "def die_at_three(n):\n"
        "    if n == 3: os.kill(os.getpid(), signal.SIGSEGV)\n"
        "    if n == 4: os._exit(7)\n"
        "    return n\n"
        "def sleep_at_three(n):\n"
        "    time.sleep(60 if n == 3 else 0)\n"
        "    return n\n"
        "def refuse(n): raise RecoupError('no')\n"
        "def core(n):\n"
        "    time.sleep(0.3)\n"
        "    return sorted(os.sched_getaffinity(0))\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # where cores are locked
    monkeypatch.syspath_prepend(str(tmp_path))


def test_every_item_once() -> None:
    """More items than workers, fewer items than workers, none."""
    import poolwork  # type: ignore[import-not-found]

    pool = Pool(2)
    assert set(pool.map(poolwork.double, range(20))) == {2 * n for n in range(20)}
    assert list(Pool(3).map(poolwork.double, [1])) == [2]
    assert list(pool.map(poolwork.double, [])) == []


def test_a_crash_costs_one_item() -> None:
    """A segmentation fault and an exit are named; all other items are done."""
    import poolwork

    answers = list(Pool(2).map(poolwork.die_at_three, range(8)))
    died = {a.item: a.reason for a in answers if isinstance(a, Died)}
    assert died == {
        3: "the process crashed (SIGSEGV)",
        4: "the process ended with exit code 7",
    }
    assert sorted(a for a in answers if not isinstance(a, Died)) == [0, 1, 2, 5, 6, 7]


def test_too_long_is_stopped() -> None:
    """A worker that hangs is ended and named; the others go on."""
    import poolwork

    answers = list(Pool(2, timeout_s=2).map(poolwork.sleep_at_three, range(6)))
    assert [a.reason for a in answers if isinstance(a, Died)] == [
        "took longer than 2 s and was stopped"
    ]
    assert len(answers) == 6


def test_errors_of_ours_come_through() -> None:
    """What is raised on purpose over there is raised here."""
    import poolwork

    with pytest.raises(RecoupError, match="no"):
        list(Pool(1).map(poolwork.refuse, [1]))


def test_items_may_depend_on_results() -> None:
    """None means: ask again after the next result."""
    import poolwork

    seen: list[int] = []

    def items() -> Iterator[int | None]:
        yield 1
        while not seen:
            yield None
        yield seen[0]

    for answer in Pool(2).map(poolwork.double, items()):
        assert isinstance(answer, int)
        seen.append(answer)
    assert seen == [2, 4]


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no affinity on this system")
def test_workers_have_cores_of_their_own() -> None:
    """As long as there are cores, each worker stays on one that no other has."""
    import poolwork

    count = len(os.sched_getaffinity(0))
    used = {
        tuple(c) for c in Pool(count).map(poolwork.core, range(2 * count)) if isinstance(c, list)
    }
    assert len(used) == count
    assert all(len(cores) == 1 for cores in used)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_workers_die_with_their_parent() -> None:
    """``kill -9`` of the parent leaves no worker behind."""
    code = (
        "import poolwork\n"
        "from recoup.sweep.pool import Pool\n"
        "for _ in Pool(2).map(poolwork.sleep_at_three, [1, 3, 3]): print('on', flush=True)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout
    assert parent.stdout.readline() == b"on\n"
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert children
    alive = partial(filter, lambda pid: _alive(int(pid)))
    for _ in range(1200):  # one that is still starting notices only when it has
        if not list(alive(children)):
            break
        time.sleep(0.05)
    assert not list(alive(children))


def _alive(pid: int) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
