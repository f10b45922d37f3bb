"""A processor core of one's own: no two of our workers time anything on the same one."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path


def cores() -> list[int]:
    """Numbers of the processor cores that this process may use.

    Examples
    --------
    >>> len(cores()) >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


@cache
def hold_core() -> bool:
    """Lock a core that no other worker of this user holds and stay on it; False if none is free.

    Locks are files in the temporary folder, so they hold between separate runs too; the system
    lets go of them when the process ends, however it ends.
    """
    if not hasattr(os, "sched_setaffinity"):
        return False
    import fcntl

    for core in cores():
        name = Path(tempfile.gettempdir()) / f"recoup-{os.getuid()}-core-{core}.lock"
        handle = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            continue
        os.sched_setaffinity(0, {core})
        return True
    return False
