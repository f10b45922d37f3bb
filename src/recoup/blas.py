"""NumPy's linear algebra held to one thread, which is quicker for what is small."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[object]:
    """Hold NumPy's linear algebra to one thread.

    Its threads wait for each other by spinning: a busy machine spent four to six times the
    processor time.

    Examples
    --------
    >>> import numpy as np
    >>> with one_thread():
    ...     float(np.ones(3) @ np.ones(3))
    3.0
    """
    limit: AbstractContextManager[object] = _algebra().limit(limits=1, user_api="blas")
    return limit


@cache
def _algebra() -> ThreadpoolController:
    """Found once: looking for libraries takes longer than what is held to one thread."""
    return ThreadpoolController()
