"""Watts of one core at work, as the processor counts its own energy (RAPL).

Linux shows the counters of Intel's and AMD's processors under ``/sys/class/powercap``: one folder
for each package, ``energy_uj`` in microjoules, which starts anew above ``max_energy_range_uj``
(Linux, Documentation/power/powercap/powercap.rst). Since 2020 only root may read them, because
they tell what other processes do (CVE-2020-8694).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from recoup.errors import MissingError

POWERCAP = Path("/sys/class/powercap")
_SIDE = 256  # of matrices whose product is the work, as a net's layers are


def core_watts(
    seconds: float = 1.0,
    rounds: int = 5,
    *,
    root: Path = POWERCAP,
    rest: Callable[[float], None] = time.sleep,
    work: Callable[[float], float] | None = None,
) -> float:
    """Measure what a core at work adds to the power of the processor.

    In each round this process rests, then multiplies matrices. The energy of all packages while
    it works, less what they take in as much time while it rests, over the CPU-seconds worked, are
    watts of one core; the median of the rounds is taken. Memory, fans and the power supply are
    not in it, and other processes must be quiet.

    Parameters
    ----------
    seconds
        Of rest and of work in each round.
    rounds
        How many.
    root
        Where the counters are.
    rest, work
        Pass so many seconds; ``work`` gives the CPU-seconds that it took.

    Raises
    ------
    MissingError
        If there are no counters, they may not be read, or other work hides the difference.

    Examples
    --------
    >>> core_watts(root=Path("no such folder"))
    Traceback (most recent call last):
    recoup.errors.MissingError: no such folder: this machine does not count its energy ...
    """
    packages = _packages(root)
    found = [_round(packages, seconds, rest, work or _multiply) for _ in range(rounds)]
    watts = median(found)
    if watts <= 0:
        raise MissingError(
            f"{root}: a core at work took no more than one at rest, so other processes are at "
            "work; try again when they are done, or give --watts NUMBER"
        )
    return watts


def _packages(root: Path) -> list[Path]:
    """Folders of the packages; parts of a package and whole boards are left out."""
    try:
        zones = sorted(zone for zone in root.glob("intel-rapl*:*") if (zone / "name").is_file())
        found = [z for z in zones if (z / "name").read_text().strip().startswith("package")]
    except OSError as error:
        raise _unreadable(root, error) from error
    if not found:
        raise MissingError(
            f"{root}: this machine does not count its energy where it can be read (RAPL; few "
            "virtual machines do); give --watts NUMBER"
        )
    return found


def _round(
    packages: list[Path],
    seconds: float,
    rest: Callable[[float], None],
    work: Callable[[float], float],
) -> float:
    """Watts of one core by one rest and one piece of work."""
    spans, energies, cpu_s = [], [], 0.0
    for working in (False, True):
        before, start = [_joules(p, "energy_uj") for p in packages], time.perf_counter()
        if working:
            cpu_s = work(seconds)
        else:
            rest(seconds)
        spans.append(max(time.perf_counter() - start, 1e-9))
        after = [_joules(p, "energy_uj") for p in packages]
        energies.append(sum(map(_spent, packages, before, after)))
    idle_watts = energies[0] / spans[0]
    return (energies[1] - idle_watts * spans[1]) / max(cpu_s, 1e-9)


def _spent(package: Path, before: float, after: float) -> float:
    """Joules between two readings of a counter that may have started anew."""
    return after - before if after >= before else after - before + _range(package)


def _range(package: Path) -> float:
    return _joules(package, "max_energy_range_uj")


def _joules(package: Path, name: str) -> float:
    try:
        return int((package / name).read_text()) / 1e6
    except (OSError, ValueError) as error:
        raise _unreadable(package / name, error) from error


def _unreadable(path: Path, error: Exception) -> MissingError:
    why = getattr(error, "strerror", None) or "no number in it"
    return MissingError(
        f"{path}: the energy counter cannot be read: {why}; as root it often can, else give "
        "--watts NUMBER"
    )


def _multiply(seconds: float) -> float:
    """Multiply matrices for so long; return the CPU-seconds of all threads that it took."""
    one = np.random.default_rng(0).random((_SIDE, _SIDE), np.float32)
    start, cpu = time.perf_counter(), time.process_time()
    while time.perf_counter() - start < seconds:
        one @ one
    return time.process_time() - cpu
