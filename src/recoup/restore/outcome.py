"""What is told of a run while it goes and when it is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Restored:
    """What became of one file.

    Attributes
    ----------
    source
        The file read, as shown.
    status
        ``restored``; ``skipped``, for its result is there already; or ``failed``.
    out
        The file written or found; None on failure.
    error
        One line, on failure.
    megapixels
        Of the source, 10⁶ pixels.
    seconds
        Wall time of loading, restoring and saving.
    notes
        What was done on loading, in words.
    how
        By which model, as promised or not, in words; empty unless restored now.
    """

    source: str
    status: Literal["restored", "skipped", "failed"]
    out: Path | None = None
    error: str | None = None
    megapixels: float = 0.0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    how: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a run is; megapixels are of the sources that are not skipped.

    Attributes
    ----------
    source
        The file in work.
    done_mp, total_mp
        10⁶ pixels.
    seconds
        Wall time since the first file was begun.
    """

    source: str
    done_mp: float
    total_mp: float
    seconds: float

    @property
    def left_s(self) -> float | None:
        """Seconds still to go at the pace so far; None before anything is done.

        Examples
        --------
        >>> Progress("a.png", done_mp=2.0, total_mp=8.0, seconds=10.0).left_s
        30.0
        """
        if not self.done_mp:
            return None
        return self.seconds * (self.total_mp - self.done_mp) / self.done_mp


@dataclass
class Track:
    """How far a run is, and whom to tell.

    Attributes
    ----------
    total, done
        Pixels of the sources.
    listener
        Told after every tile; None for nobody.
    start
        ``time.perf_counter()`` when the first file was begun.
    """

    total: int
    listener: Callable[[Progress], None] | None
    start: float
    done: int = 0

    def tell(self, source: str, pixels: int) -> None:
        """Say that so many pixels of this source are done.

        Examples
        --------
        >>> Track(4_000_000, lambda told: print(told.done_mp, told.total_mp), 0.0).tell("a", 10**6)
        1.0 4.0
        """
        if self.listener:
            done = min(self.done + pixels, self.total) / 1e6
            seconds = time.perf_counter() - self.start
            self.listener(Progress(source, done, self.total / 1e6, seconds))
