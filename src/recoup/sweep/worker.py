"""The far end of :class:`recoup.sweep.pool.Pool`: ``python -m recoup.sweep.worker FD``."""

from __future__ import annotations

import ctypes
import signal
import sys
from multiprocessing.connection import Connection

from recoup.errors import RecoupError
from recoup.sweep.core import hold_core

_PR_SET_PDEATHSIG = 1


def serve(pipe: Connection) -> None:
    """Answer each (function, item) with (result, error) until the other end closes."""
    while True:
        try:
            function, item = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send((function(item), None))
        except RecoupError as error:
            pipe.send((None, error))


def settle() -> None:
    """Take a core, leave Ctrl-C to the parent, and die with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    hold_core()


if __name__ == "__main__":
    settle()
    serve(Connection(int(sys.argv[1])))
