"""Keeps what the decoding libraries log from the user's terminal."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_LIBRARIES = ("imagecodecs", "tifffile", "PIL")


@contextmanager
def quiet() -> Iterator[None]:
    """Within, the libraries' logs go only where the program sends its logs; no warning is shown.

    Python prints warnings of loggers without a handler to stderr; a handler that does nothing
    is enough to stop that, and leaves a program's own logging as it is.

    Examples
    --------
    >>> with quiet():
    ...     logging.getLogger("tifffile").warning("not shown")
    """
    silent = logging.NullHandler()
    for library in _LIBRARIES:
        logging.getLogger(library).addHandler(silent)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for library in _LIBRARIES:
            logging.getLogger(library).removeHandler(silent)
