"""What to measure: chains, metrics, repeats."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from recoup.chain import Chain
from recoup.contracts import Metric
from recoup.errors import ChainError
from recoup.metrics import metrics as metric_table

DEFAULT_CHAINS = (
    "jpeg:quality=[30,50,70,80,90,95]",
    "jpeg:quality=[50,80,90,95],subsampling=4:4:4",
    "jpeg:quality=[30,50,70,80,90,95],encoder=jpegli",
    "webp:quality=[30,50,70,80,90,95]",
    "avif:quality=[30,45,60,70,80,90]",
    "avif:quality=[30,60,80,90],subsampling=4:4:4",
    "jpegxl:distance=[0.5,1,1.5,2.5,4,7]",
    "jpeg2000:psnr=[30,33,36,39,42,45]",
    "png",
    "webp:lossless=true",
    "jpegxl:lossless=true,effort=[1,7]",
    "jpeg2000:lossless=true",
    "jpegls",
)
"""What ``recoup compare PATHS`` does: every format over its useful range, and lossless.

Where 4:2:0 sets the limit (colour detail, noise in the dark), 4:4:4 is there beside it, so that the
limit is not taken for the format's."""


@dataclass(frozen=True)
class Plan:
    """What every picture goes through.

    Attributes
    ----------
    chains
        Without doubles, in the order given.
    metrics
        Values out of :func:`recoup.metrics.metrics`.
    repeats
        Times that a chain is run on a picture at most; the first is always whole.
    repeat_s
        No further repeat once encode and decode have taken this many seconds together.
    max_pixels
        Larger pictures are refused.
    """

    chains: tuple[Chain, ...]
    metrics: tuple[Metric, ...]
    repeats: int = 3
    repeat_s: float = 1.0
    max_pixels: int = 200_000_000

    @classmethod
    def of(
        cls,
        chains: Sequence[str | Chain] | None = None,
        metrics: Sequence[str] | None = None,
        *,
        repeats: int = 3,
        max_pixels: int = 200_000_000,
    ) -> Self:
        """Make a plan from text; None takes the defaults (:data:`DEFAULT_CHAINS`, every metric).

        Raises
        ------
        ChainError
            If a chain or metric is not understood.

        Examples
        --------
        >>> plan = Plan.of(["jpeg:quality=20..40:10 | median:3"], ["psnr"])
        >>> len(plan.chains), [metric.name for metric in plan.metrics]
        (3, ['psnr'])
        """
        table = metric_table()
        names = dict.fromkeys(metrics or table)
        for name in names:
            if name not in table:
                raise ChainError(f"no metric is called {name!r}; there are: {', '.join(table)}")
        if repeats < 1:
            raise ChainError(f"repeats must be at least 1, not {repeats}")
        measured = tuple(table[name] for name in names)
        several = tuple(_chains(chains or DEFAULT_CHAINS))
        return cls(several, measured, repeats, max_pixels=max_pixels)

    def cell(self, image_sha256: str, chain: Chain) -> str:
        """Hash of what fixes the outcome; see DESIGN: one row per cell."""
        measured = [f"{metric.name} {metric.version}" for metric in self.metrics]
        return digest(image_sha256, str(chain.multiple), chain.identity, *measured)


@dataclass(frozen=True)
class Cell:
    """One picture through one chain: the unit of work, sent to worker processes.

    Attributes
    ----------
    cell
        :meth:`Plan.cell`.
    image, path
        The picture's name as shown, and where it is.
    chain, plan
        What it goes through, and how.
    image_sha256
        Hash of the samples it is expected to hold.
    jobs, cores
        Worker processes, 0 for the caller's own process; and the cores there are.
    """

    cell: str
    image: str
    path: Path
    chain: Chain
    plan: Plan
    image_sha256: str
    jobs: int = 0
    cores: int = 1


def digest(*parts: str) -> str:
    """Hash texts to 32 hexadecimal digits; ``("ab", "c")`` and ``("a", "bc")`` differ.

    Examples
    --------
    >>> len(digest("a")), digest("ab", "c") == digest("a", "bc")
    (32, False)
    """
    return hashlib.sha256("\0".join(f"{len(p)} {p}" for p in parts).encode()).hexdigest()[:32]


def _chains(chains: Iterable[str | Chain]) -> Iterable[Chain]:
    several = [
        c
        for given in chains
        for c in ([given] if isinstance(given, Chain) else Chain.expand(given))
    ]
    return dict.fromkeys(several)
