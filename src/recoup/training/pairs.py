"""What a net is shown and what it should give: crops, degraded on the fly, batch after batch."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor

from recoup.chain import Chain
from recoup.chain.chain import apply
from recoup.contracts import Filter
from recoup.errors import ChainError
from recoup.image import Image
from recoup.training.pool import Pool

_SEEDS = 1 << 31
_WINDOW = 16  # batches


@dataclass(frozen=True)
class Batch:
    """One step's pairs.

    Attributes
    ----------
    shown
        What the net is given, (batch, channels, height, width) float32 in 0..1 (outside for noise
        that is not clipped).
    wanted
        What it should return, ``scale`` times as wide and high.
    facts
        What it is told, (batch, facts); no columns if nothing.
    """

    shown: Tensor
    wanted: Tensor
    facts: Tensor


@dataclass(frozen=True)
class Degradation:
    """How a clean crop becomes what the net is shown.

    Parameters
    ----------
    chain
        Filters, and a codec if any, as chains write them; each filter with a ``seed`` gets
        another for each crop. Empty for none.
    sigma
        Least and largest standard deviation of Gaussian noise added after, on the scale 0..255;
        (0, 0) for none.
    clipped
        Share of crops whose noise is rounded and clipped to 8 bits as in a file; the others' is
        not, as in the literature.
    told
        Share of crops for which sigma is told, as the facts (1, sigma / 50); (0, 0) else. Nothing
        is told if this is 0.
    margin
        Pixels of the clean crop around what the net is to return, so that the chain's treatment
        of borders is not learnt.
    """

    chain: str = ""
    sigma: tuple[float, float] = (0.0, 0.0)
    clipped: float = 0.5
    told: float = 0.0
    margin: int = 0

    @property
    def facts(self) -> int:
        """Numbers that the net is told."""
        return 2 if self.told else 0


@dataclass(frozen=True, eq=False)
class Pairs:
    """Batches that depend on the seed and the step alone, so that a run can resume anywhere.

    Parameters
    ----------
    pool
        Clean pictures.
    degradation
        What is done to them.
    scale
        Of the net: sides wanted over sides shown.
    crop
        Side of what the net is to return, a multiple of ``scale``.
    batch
        Crops in a step.
    seed
        Of everything.
    zoom
        See ``Pool.crop``.
    rank, ranks
        Which share of every batch is made, of how many: crops ``rank``, ``rank + ranks``, ...
    reuse
        How often a degraded crop is used, on average, turned anew each time: batches are drawn
        from a window of crops that moves on by ``batch / reuse`` a step. For degradations that
        would keep the net waiting, as the pool of pairs in Real-ESRGAN's training.
    """

    pool: Pool
    degradation: Degradation
    scale: int
    crop: int
    batch: int
    seed: int
    zoom: tuple[int, ...] = (1,)
    rank: int = 0
    ranks: int = 1
    reuse: int = 1
    _window: dict[int, tuple[Image, Image]] = field(default_factory=dict, init=False, repr=False)

    def at(self, step: int) -> Batch:
        """Make the batch of one step.

        Raises
        ------
        ChainError
            If the degradation does not fit the net's scale.
        """
        made = [self._pair(step, at) for at in range(self.rank, self.batch, self.ranks)]
        shown, wanted, facts = (np.stack(part) for part in zip(*made, strict=True))
        return Batch(torch.from_numpy(shown), torch.from_numpy(wanted), torch.from_numpy(facts))

    def _pair(self, step: int, at: int) -> tuple[Any, Any, Any]:
        """One crop: shown, wanted, facts."""
        draw = np.random.Generator(np.random.PCG64([self.seed, step, at]))
        if self.reuse == 1:
            clean, degraded = map(_planes, self._made(draw))
        else:
            turn = int(draw.integers(8))
            clean, degraded = (_turned(_planes(one), turn) for one in self._kept(step, draw))
        shown, facts = self._noisy(degraded, draw)
        return shown, clean, facts

    def _made(self, draw: np.random.Generator) -> tuple[Image, Image]:
        """A clean crop and what became of it, both without their margins."""
        margin = self.degradation.margin
        clean = self.pool.crop(self.crop + 2 * margin, draw, zoom=self.zoom)
        degraded = _cut(self._degraded(clean, draw), margin // self.scale)
        return _cut(clean, margin), degraded

    def _kept(self, step: int, draw: np.random.Generator) -> tuple[Image, Image]:
        """One of the window's crops, each fixed by the seed and its number."""
        first = step * self.batch // self.reuse
        number = first + int(draw.integers(_WINDOW * self.batch))
        # Of two threads that find it missing both make it, and the same.
        if number not in self._window:
            own = np.random.Generator(np.random.PCG64([self.seed, number, 0, 1]))
            self._window[number] = self._made(own)
        found = self._window[number]
        for old in [one for one in list(self._window) if one < first - _WINDOW]:
            self._window.pop(old, None)
        return found

    def _degraded(self, clean: Image, draw: np.random.Generator) -> Image:
        """Put a crop through the chain."""
        if not self.degradation.chain:
            return clean
        steps = self._steps
        before, after = (_reseeded(part, draw) for part in (steps.before, steps.after[:-1]))
        image = apply(before, clean)
        return apply(after, steps.codec.decode(steps.codec.encode(image)))

    @cached_property
    def _steps(self) -> Chain:
        """The chain, with a last filter that stands for the net."""
        return whole(self.degradation.chain, self.scale)

    def _noisy(self, planes: Any, draw: np.random.Generator) -> tuple[Any, Any]:  # noqa: ANN401  (float32 arrays)
        """Add noise; return the planes and what is told."""
        facts = np.zeros(self.degradation.facts, np.float32)
        least, most = self.degradation.sigma
        if not most:
            return planes, facts
        sigma = draw.uniform(least, most)
        noise = draw.standard_normal(planes.shape, np.float32)
        planes = planes + noise * np.float32(sigma / 255)
        if draw.random() < self.degradation.clipped:
            planes = np.clip(np.rint(planes * 255), 0, 255, dtype=np.float32) / np.float32(255)
        if draw.random() < self.degradation.told:
            facts[:] = 1, sigma / 50
        return planes, facts


class Feed:
    """Batches made ahead of need by threads, in order.

    Parameters
    ----------
    pairs
        Where they come from.
    steps
        Which to make.
    threads
        How many make them; each may be one batch ahead, and one more.

    Examples
    --------
    >>> pictures = tuple(Image(np.full((16, 16, 3), n, np.uint8)) for n in range(4))
    >>> pairs = Pairs(Pool(pictures, ()), Degradation(sigma=(5, 5)), 1, crop=8, batch=2, seed=0)
    >>> feed = Feed(pairs, range(3), threads=1)
    >>> [batch.shown.shape for batch in feed][0], 0 <= feed.waited
    (torch.Size([2, 3, 8, 8]), True)
    """

    def __init__(self, pairs: Pairs, steps: range, *, threads: int) -> None:
        """Nothing is made before the first is asked for."""
        self.waited = 0.0
        """Seconds that whoever took the batches had to wait for them."""
        self._pairs, self._steps, self._threads = pairs, steps, threads

    def __iter__(self) -> Iterator[Batch]:
        """Give every batch; what is not wanted any more is not made."""
        todo = iter(self._steps)
        ahead: deque[Future[Batch]] = deque()
        with ThreadPoolExecutor(self._threads, "pairs") as makers:
            try:
                for step in todo:
                    ahead.append(makers.submit(self._pairs.at, step))
                    if len(ahead) > self._threads + 1:
                        yield self._taken(ahead.popleft())
                while ahead:
                    yield self._taken(ahead.popleft())
            finally:
                for batch in ahead:
                    batch.cancel()

    def _taken(self, made: Future[Batch]) -> Batch:
        begun = perf_counter()
        batch = made.result()
        self.waited += perf_counter() - begun
        return batch


def whole(chain: str, scale: int) -> Chain:
    """Read a degradation as a whole chain, with bicubic enlargement where the net will be.

    Parameters
    ----------
    chain
        Filters, or filters and a codec.
    scale
        Of the net.

    Raises
    ------
    ChainError
        If it is not understood or does not come to 1 / scale.

    Examples
    --------
    >>> whole("area:1/4", 4).text
    'area:factor=1/4 | raw | bicubic:factor=4'
    """
    last = f"bicubic:{scale}"
    try:
        return Chain.parse(f"{chain} | {last}")
    except ChainError:
        return Chain.parse(f"{chain} | raw | {last}")


def _reseeded(filters: tuple[Filter, ...], draw: np.random.Generator) -> list[Filter]:
    """Give every random filter a seed of its own."""
    return [
        replace(step, seed=int(draw.integers(_SEEDS)))  # type: ignore[type-var]
        if hasattr(step, "seed")
        else step
        for step in filters
    ]


def _turned(planes: Any, turn: int) -> Any:  # noqa: ANN401  (float32 arrays)
    """Mirror and turn (channels, side, side) in one of eight ways."""
    planes = planes[:, ::-1] if turn & 1 else planes
    planes = planes[:, :, ::-1] if turn & 2 else planes
    return np.ascontiguousarray(planes.transpose(0, 2, 1) if turn & 4 else planes)


def _cut(image: Image, margin: int) -> Image:
    """Take the margin off."""
    if not margin:
        return image
    return Image(np.ascontiguousarray(image.samples[margin:-margin, margin:-margin]), image.bits)


def _planes(image: Image) -> Any:  # noqa: ANN401  (a float32 array)
    """(channels, height, width) in 0..1."""
    return np.ascontiguousarray(image.samples.transpose(2, 0, 1), np.float32) / image.peak
