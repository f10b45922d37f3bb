"""Peak memory of a piece of code, as the kernel counted it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


@contextmanager
def peak_memory() -> Iterator[Callable[[], float | None]]:
    """Give a function that tells the memory added since, at its peak, in 10⁶ bytes.

    The allocator first hands unused pages back, so that they do not hide what the code takes.
    None where the system does not count (anything but Linux).

    Examples
    --------
    >>> with peak_memory() as added:
    ...     block = b"x" * 50_000_000
    >>> added() is None or 49 < added() < 60
    True
    """
    _trim()()
    try:
        _CLEAR.write_text(_RESET_PEAK)
        before = _status("VmRSS")
    except OSError:
        before = None
    after: list[float | None] = [None]
    yield lambda: after[0]
    if before is not None:
        after[0] = max(0, _status("VmHWM") - before) * 1024 / 1e6


def _status(field: str) -> int:
    """Kibibytes of one field of this process's status."""
    for line in _STATUS.read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1])
    raise OSError(f"{_STATUS} has no {field}")


@cache
def _trim() -> Callable[[], object]:
    """Return glibc's malloc_trim, or a function that does nothing."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return lambda: None
    return lambda: trim(0)
