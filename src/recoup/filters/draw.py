"""Random numbers that are the same for the same seed."""

from __future__ import annotations

import numpy as np

from recoup.errors import ChainError


def generator(seed: int) -> np.random.Generator:
    """NumPy's ``Generator(PCG64(seed))``.

    Examples
    --------
    >>> int(generator(0).integers(100)), int(generator(0).integers(100))
    (85, 85)
    """
    return np.random.Generator(np.random.PCG64(seed))


def check_seed(name: str, seed: int) -> None:
    """Refuse a seed that the generator does not take.

    Parameters
    ----------
    name
        Of the filter, for the message.
    seed
        0 or more.

    Raises
    ------
    ChainError
        If it is negative.

    Examples
    --------
    >>> check_seed("noise", -1)
    Traceback (most recent call last):
    recoup.errors.ChainError: noise: seed must be 0 or more, not -1
    """
    if seed < 0:
        raise ChainError(f"{name}: seed must be 0 or more, not {seed}")


def numpy_version() -> str:
    """``numpy`` and its version, since its random numbers may change with it.

    Examples
    --------
    >>> numpy_version().split()[0]
    'numpy'
    """
    return f"numpy {np.__version__}"
