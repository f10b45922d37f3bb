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
from recoup.metrics import ready
from recoup.metrics.variants import named
from recoup.models import find
from recoup.sweep.control import do_nothing, enlargement, missing
from recoup.sweep.plans import STANDARD


@dataclass(frozen=True)
class Plan:
    """What every picture goes through.

    Attributes
    ----------
    chains
        Without doubles, in the order given, then the ones added.
    metrics
        Values out of :func:`recoup.metrics.variants.named`.
    repeats
        Times that a chain is run on a picture at most; the first is always whole.
    repeat_s
        No further repeat once the chain has taken this many seconds.
    max_pixels
        Larger pictures are refused.
    added
        Of the chains, those that nobody asked for: what restorers are compared with.
    """

    chains: tuple[Chain, ...]
    metrics: tuple[Metric, ...]
    repeats: int = 3
    repeat_s: float = 1.0
    max_pixels: int = 200_000_000
    added: tuple[Chain, ...] = ()

    @classmethod
    def of(
        cls,
        chains: Sequence[str | Chain] | None = None,
        metrics: Sequence[str] | None = None,
        *,
        repeats: int = 3,
        max_pixels: int = 200_000_000,
    ) -> Self:
        """Make a plan from text; None takes the defaults.

        These are :data:`recoup.sweep.plans.STANDARD` and every metric that can score here: LPIPS
        once its model is installed.

        To every chain that restores, the same chain without its restorers is added, unless it is
        there (:func:`recoup.sweep.control.do_nothing`). Where restorers enlarge, the default
        metrics include PSNR and SSIM of luma with a border of that scale cropped, as the
        literature on super-resolution scores.

        Raises
        ------
        ChainError
            If a chain or metric is not understood.
        MissingError
            If a metric is asked for whose model is not installed.

        Examples
        --------
        >>> plan = Plan.of(["jpeg:quality=20..30:10 | median:3"], ["psnr"])
        >>> len(plan.chains), [chain.text for chain in plan.added]
        (4, ['jpeg:quality=20', 'jpeg:quality=30'])
        """
        if repeats < 1:
            raise ChainError(f"repeats must be at least 1, not {repeats}")
        several = tuple(_chains(chains or STANDARD.chains))
        names = metrics or [*ready(), *_bordered(several)]
        measured = tuple(named(name) for name in dict.fromkeys(names))
        for metric in measured:
            if metric.needs:
                find(metric.needs)  # says how to get it, once, rather than in every row
        added = tuple(missing(several))
        return cls((*several, *added), measured, repeats, max_pixels=max_pixels, added=added)

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
    notes
        What is known of the picture before it is measured, in words.
    """

    cell: str
    image: str
    path: Path
    chain: Chain
    plan: Plan
    image_sha256: str
    jobs: int = 0
    cores: int = 1
    notes: tuple[str, ...] = ()


def digest(*parts: str) -> str:
    """Hash texts to 32 hexadecimal digits; ``("ab", "c")`` and ``("a", "bc")`` differ.

    Examples
    --------
    >>> len(digest("a")), digest("ab", "c") == digest("a", "bc")
    (32, False)
    """
    return hashlib.sha256("\0".join(f"{len(p)} {p}" for p in parts).encode()).hexdigest()[:32]


def _bordered(chains: Iterable[Chain]) -> Iterable[str]:
    """Names of the metrics with a border for what these chains enlarge by restoring."""
    scales = {enlargement(chain) for chain in chains if do_nothing(chain) is not None}
    sides = sorted(int(scale) for scale in scales if scale > 1 and scale.denominator == 1)
    return [f"{metric}_b{side}" for side in sides for metric in ("psnr_y", "ssim_y")]


def _chains(chains: Iterable[str | Chain]) -> Iterable[Chain]:
    several = [
        c
        for given in chains
        for c in ([given] if isinstance(given, Chain) else Chain.expand(given))
    ]
    return dict.fromkeys(several)
