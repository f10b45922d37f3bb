"""How good a learned codec is on pictures that it was not trained on, against JPEG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from recoup.codecs import Jpeg
from recoup.image import Image
from recoup.metrics import metrics
from recoup.training.losses import costs
from recoup.training.pairs import Batch, Pairs, planes
from recoup.training.validate import Score, Scores, Validation, image_of, lpips

_QUALITIES = (1.0, 3.0, 5.0, 7.0)
_JPEG = (10, 20, 35, 55, 75, 88, 94)
_SIDE = 512

Points = list[tuple[float, float]]


@dataclass(frozen=True, eq=False)
class RateValidation:
    """The middle of each held-out picture, coded at four qualities.

    Parameters
    ----------
    batches
        One picture in each.
    jpeg
        Mean bits per pixel and mean PSNR of JPEG (4:2:0, baseline, the tables of its standard) on
        them.
    lpips
        The metric, taken at the second quality; None if it is not installed.
    """

    batches: tuple[Batch, ...]
    jpeg: Points = field(repr=False)
    lpips: Score | None = None

    @classmethod
    def of(cls, pairs: Pairs) -> RateValidation:
        """Cut the middle of up to 512 pixels from each picture.

        Examples
        --------
        >>> from recoup.training.pairs import Degradation
        >>> from recoup.training.pool import Pool
        >>> noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
        >>> pool = Pool((Image(noise),), ())
        >>> pairs = Pairs(pool, Degradation(quality=(1, 8)), 1, crop=32, batch=1, seed=0)
        >>> len(RateValidation.of(pairs).jpeg)
        7
        """
        squares = [middle(picture) for picture in pairs.pool.pictures]
        tensors = [torch.from_numpy(planes(square))[None] for square in squares]
        batches = tuple(Batch(one, one, torch.zeros(1, 1)) for one in tensors)
        psnr = metrics()["psnr"].score
        points = []
        for quality in _JPEG:
            codec = Jpeg(quality, optimize=False, progressive=False)
            files = [codec.encode(square) for square in squares]
            scored = [psnr(s, codec.decode(f)) for s, f in zip(squares, files, strict=True)]
            bpp = [8 * len(f) / s.pixels for s, f in zip(squares, files, strict=True)]
            points.append((_mean(bpp), _mean(scored)))
        return cls(batches, points, lpips())

    def score(self, net: nn.Module) -> tuple[Scores, tuple[Tensor, ...]]:
        """Score a net; also return what it gave at the lowest quality."""
        psnr, ssim = (metrics()[name].score for name in ("psnr", "ssim"))
        device = next(net.parameters()).device
        given: list[Tensor] = []
        points, cost, scored, seen = [], [], [], []
        for quality in _QUALITIES:
            told = torch.tensor([[quality]], device=device)
            spent, good = [], []
            for batch in self.batches:
                wanted = batch.wanted.to(device)
                with torch.inference_mode():
                    out, bits = net(wanted, told)
                    cost.append(float(costs(out, wanted, bits, told[:, 0])))
                pair = image_of(batch.wanted), image_of(out.cpu())
                spent.append(float(bits))
                good.append(psnr(*pair))
                scored.append((good[-1], ssim(*pair)))
                if self.lpips is not None and quality == _QUALITIES[1]:
                    seen.append(self.lpips(*pair))
                if quality == _QUALITIES[0]:
                    given.append(out.cpu())
            points.append((_mean(spent), _mean(good)))
        means = [_mean(column) for column in zip(*scored, strict=True)]
        return Scores(
            means[0],
            means[1],
            _mean([p for _, p in self.jpeg]),
            _mean(seen) if seen else None,
            gains=tuple(
                (f"q{q:g} {r:.3f} bpp", p) for q, (r, p) in zip(_QUALITIES, points, strict=True)
            ),
            cost=_mean(cost),
            saved=saved(points, self.jpeg),
        ), tuple(given)

    def sheet(self, given: Sequence[Tensor]) -> Image:
        """What the lowest quality gave, and what it was given, side by side."""
        return Validation(self.batches).sheet(given)


def saved(points: Points, anchor: Points) -> float:
    """Share of the anchor's bytes that is not needed at equal PSNR, over what both reach.

    The mean difference of two piecewise linear curves of the logarithm of the rate: a simple
    form of the Bjøntegaard delta, for following a training run.

    Parameters
    ----------
    points, anchor
        Bits per pixel and decibels, rising.

    Examples
    --------
    >>> saved([(0.5, 30.0), (1.0, 36.0)], [(1.0, 30.0), (2.0, 36.0)])
    0.5
    """
    low = max(points[0][1], anchor[0][1])
    high = min(points[-1][1], anchor[-1][1])
    if not low < high:
        return math.nan
    at = np.linspace(low, high, 100)
    ours, theirs = (
        np.interp(at, [p for _, p in curve], np.log([r for r, _ in curve]))
        for curve in (points, anchor)
    )
    return round(1 - float(np.exp((ours - theirs).mean())), 6)


def middle(picture: Image) -> Image:
    """Up to 512 pixels to a side, multiples of 32."""
    height, width = (min(_SIDE, side - side % 32) for side in (picture.height, picture.width))
    top, left = (picture.height - height) // 2, (picture.width - width) // 2
    return Image(np.ascontiguousarray(picture.samples[top : top + height, left : left + width]))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
