"""Watts of a core from counters that are files: a made-up tree of ``/sys/class/powercap``."""

from __future__ import annotations

from pathlib import Path

import pytest

from recoup.errors import MissingError
from recoup.sweep.power import core_watts

IDLE_W, CORE_W, SECONDS = 12.0, 7.5, 2.0
RANGE = 262_143_328_850


class Machine:
    """Two packages that count energy while a made-up clock runs."""

    def __init__(self, root: Path, start: int = 1000, core_w: float = CORE_W) -> None:
        self.root, self.now, self.core_w = root, 0.0, core_w
        zones = {"intel-rapl:0": "package-0", "intel-rapl:1": "package-1"}
        others = {"intel-rapl:0:0": "core", "intel-rapl:2": "psys"}
        for name, title in (zones | others).items():
            (root / name).mkdir(parents=True)
            (root / name / "name").write_text(f"{title}\n")
            (root / name / "max_energy_range_uj").write_text(f"{RANGE}\n")
            (root / name / "energy_uj").write_text(f"{start}\n")
        self.counted = [root / name for name in zones]

    def pass_time(self, seconds: float, watts: tuple[float, float]) -> None:
        """Let both packages take in energy."""
        self.now += seconds
        for zone, each in zip(self.counted, watts, strict=True):
            value = int((zone / "energy_uj").read_text()) + round(each * seconds * 1e6)
            (zone / "energy_uj").write_text(f"{value % RANGE}\n")

    def rest(self, seconds: float) -> None:
        """Nothing is at work."""
        self.pass_time(seconds, (IDLE_W, IDLE_W / 2))

    def work(self, seconds: float) -> float:
        """One core of the first package is at work for nine tenths of the time."""
        self.pass_time(seconds, (IDLE_W + 0.9 * self.core_w, IDLE_W / 2))
        return 0.9 * seconds


def measured(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> float:
    """Watts by the machine's own clock."""
    monkeypatch.setattr("recoup.sweep.power.time.perf_counter", lambda: machine.now)
    return core_watts(SECONDS, root=machine.root, rest=machine.rest, work=machine.work)


def test_what_a_core_adds_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both packages' rest is taken off; parts of a package and the board are not counted."""
    assert measured(Machine(tmp_path), monkeypatch) == pytest.approx(CORE_W, rel=1e-6)


def test_counters_that_start_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a round the counter passes its range."""
    found = measured(Machine(tmp_path, start=RANGE - 30_000_000), monkeypatch)
    assert found == pytest.approx(CORE_W, rel=1e-6)


def test_a_busy_machine_gives_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A core at work that takes less than one at rest."""
    with pytest.raises(MissingError, match=r"other processes are at work.*--watts NUMBER"):
        measured(Machine(tmp_path, core_w=-1.0), monkeypatch)


def test_no_counters_and_bad_counters_are_one_clear_line(tmp_path: Path) -> None:
    """Absent, empty of packages, and with a torn number."""
    with pytest.raises(MissingError, match="does not count its energy"):
        core_watts(root=tmp_path / "none")
    machine = Machine(tmp_path)
    (tmp_path / "intel-rapl:1" / "energy_uj").write_text("12 J\n")
    with pytest.raises(MissingError, match="energy_uj: the energy counter cannot be read: no num"):
        core_watts(root=tmp_path, rest=machine.rest, work=machine.work)
    (tmp_path / "intel-rapl:1" / "energy_uj").unlink()
    with pytest.raises(MissingError, match=r"No such file.*as root it often can"):
        core_watts(root=tmp_path, rest=machine.rest, work=machine.work)


def test_the_work_is_work(tmp_path: Path) -> None:
    """It multiplies for real; counters that stand still are no measurement."""
    machine = Machine(tmp_path)
    with pytest.raises(MissingError, match="took no more than one at rest"):
        core_watts(0.01, 1, root=tmp_path, rest=machine.rest)
