"""What a net is shown and what it should give: crops, degraded on the fly, batch after batch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from recoup.chain import Chain
from recoup.chain.chain import apply
from recoup.contracts import Filter
from recoup.errors import ChainError
from recoup.image import Image
from recoup.models.told import FACTS
from recoup.training.coded import CodedPictures
from recoup.training.pool import Pool

_SEEDS = 1 << 31
_WINDOW = 16
"""Batches that crops are drawn from at a time, and as many again are kept for slower threads."""


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
        is told if this is 0. For ``coded``, see :class:`CodedPictures`.
    margin
        Pixels of the clean crop around what the net is to return, so that the chain's treatment
        of borders is not learnt.
    coded
        Side of squares that are coded whole by a random codec and decoded, instead of the chain:
        see :class:`CodedPictures`; 0 for none.
    quality
        Least and largest quality of a learned codec, drawn for each crop and told as the only
        fact; the crop itself is left as it is. (0, 0) for none.
    """

    chain: str = ""
    sigma: tuple[float, float] = (0.0, 0.0)
    clipped: float = 0.5
    told: float = 0.0
    margin: int = 0
    coded: int = 0
    quality: tuple[float, float] = (0.0, 0.0)

    @property
    def facts(self) -> int:
        """Numbers that the net is told."""
        if self.quality[1]:
            return 1
        return 0 if not self.told else len(FACTS) if self.coded else 2


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
        would keep the net waiting, as the pool of pairs in Real-ESRGAN's training. Of a picture
        that is coded whole: how many crops it serves.
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
        if self.degradation.coded:
            turn = int(draw.integers(8))
            clean, shown, facts = self._coded.sample(step * self.batch, draw)
            clean, shown = (_turned(planes(one), turn) for one in (clean, shown))
            return shown, clean, facts if self.degradation.told else facts[:0]
        if self.degradation.quality[1]:
            clean = planes(self.pool.crop(self.crop, draw, zoom=self.zoom))
            return clean, clean, np.array([draw.uniform(*self.degradation.quality)], np.float32)
        if self.reuse == 1:
            clean, degraded = map(planes, self._made(draw))
        else:
            turn = int(draw.integers(8))
            clean, degraded = (_turned(planes(one), turn) for one in self._kept(step, draw))
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
        found = self._window.get(number)
        if found is None:  # of two threads that find it missing both make it, and the same
            own = np.random.Generator(np.random.PCG64([self.seed, number, 0, 1]))
            found = self._window[number] = self._made(own)
        for old in [one for one in list(self._window) if one < first - self._late]:
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

    @property
    def _late(self) -> int:
        """Numbers that are kept after the window has moved on, for threads that lag behind."""
        return _WINDOW * self.batch // self.reuse

    @cached_property
    def _coded(self) -> CodedPictures:
        """Where crops of pictures that are coded whole come from."""
        return CodedPictures(
            self.pool,
            self.degradation.coded,
            self.crop,
            self.seed,
            zoom=self.zoom,
            reuse=self.reuse,
            told=self.degradation.told,
            late=self._late,
        )

    @cached_property
    def _steps(self) -> Chain:
        """The chain, with a last filter that stands for the net."""
        return whole(self.degradation.chain, self.scale)

    def _noisy(self, values: Any, draw: np.random.Generator) -> tuple[Any, Any]:  # noqa: ANN401  (float32 arrays)
        """Add noise; return the planes and what is told."""
        facts = np.zeros(self.degradation.facts, np.float32)
        least, most = self.degradation.sigma
        if not most:
            return values, facts
        sigma = draw.uniform(least, most)
        noise = draw.standard_normal(values.shape, np.float32)
        values = values + noise * np.float32(sigma / 255)
        if draw.random() < self.degradation.clipped:
            values = np.clip(np.rint(values * 255), 0, 255, dtype=np.float32) / np.float32(255)
        if draw.random() < self.degradation.told:
            facts[:] = 1, sigma / 50
        return values, facts


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


def _turned(values: Any, turn: int) -> Any:  # noqa: ANN401  (float32 arrays)
    """Mirror and turn (channels, side, side) in one of eight ways."""
    values = values[:, ::-1] if turn & 1 else values
    values = values[:, :, ::-1] if turn & 2 else values
    return np.ascontiguousarray(values.transpose(0, 2, 1) if turn & 4 else values)


def _cut(image: Image, margin: int) -> Image:
    """Take the margin off."""
    if not margin:
        return image
    return Image(np.ascontiguousarray(image.samples[margin:-margin, margin:-margin]), image.bits)


def planes(image: Image) -> Any:  # noqa: ANN401  (a float32 array)
    """(channels, height, width) in 0..1.

    Examples
    --------
    >>> planes(Image(np.full((2, 4, 3), 51, np.uint8))).shape
    (3, 2, 4)
    """
    return np.ascontiguousarray(image.samples.transpose(2, 0, 1), np.float32) / image.peak
