"""How good a net is on pictures it was not trained on, and how they look."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from recoup.errors import MissingError
from recoup.image import Image
from recoup.metrics import metrics
from recoup.training.coded import cut, fixed
from recoup.training.pairs import Batch, Pairs, planes

Score = Callable[[Image, Image], float]

_SIDE = 256
_LPIPS_SIDE = 32


@dataclass(frozen=True)
class Scores:
    """Means over the validation crops.

    Attributes
    ----------
    psnr, ssim
        Of what the net gives, in dB and 0..1.
    shown
        PSNR of what it was shown, enlarged by bicubic if the net enlarges.
    lpips
        Of what the net gives; None if the metric is not installed.
    gains
        Decibels above what the net was shown, by kind of crop where there are kinds: by codec.
    cost
        Of a codec: see :func:`recoup.training.losses.costs`; None for restorers.
    saved
        Of a codec: share of JPEG's bytes that it does without at equal PSNR, 0..1.
    """

    psnr: float
    ssim: float
    shown: float
    lpips: float | None = None
    gains: tuple[tuple[str, float], ...] = ()
    cost: float | None = None
    saved: float | None = None

    @property
    def gain(self) -> float:
        """Decibels above what the net was shown."""
        return self.psnr - self.shown

    def judged(self, by: Literal["psnr", "lpips", "cost"], step: int) -> float:
        """One number, the higher the better: which weights are kept.

        Parameters
        ----------
        by
            See ``Recipe.judge``.
        step
            When; without LPIPS the latest is the best, for PSNR would prefer the weights that the
            critic has not touched.

        Examples
        --------
        >>> Scores(30.0, 0.9, 28.0, 0.2).judged("lpips", 100)
        -0.2
        """
        if by == "psnr":
            return self.psnr
        if self.cost is not None and by == "cost":
            return -self.cost
        return float(step) if self.lpips is None else -self.lpips


@dataclass(frozen=True, eq=False)
class Validation:
    """Fixed crops, one for each held-out picture.

    Parameters
    ----------
    batches
        One pair in each.
    lpips
        The metric; None if it is not installed.
    kinds
        Of each batch; empty if there is but one kind.
    """

    batches: tuple[Batch, ...]
    lpips: Score | None = None
    kinds: tuple[str, ...] = ()

    @classmethod
    def of(cls, pairs: Pairs) -> Validation:
        """Cut one crop of up to 256 pixels from each picture, always the same, never zoomed.

        Where pictures are coded whole, each gives the middle of its decode by every codec, at
        fixed settings, with all facts told.

        Examples
        --------
        >>> from recoup.training.pairs import Degradation
        >>> from recoup.training.pool import Pool
        >>> pictures = (Image(np.zeros((32, 32, 3), np.uint8)),)
        >>> pairs = Pairs(Pool(pictures, ()), Degradation(), 1, crop=8, batch=1, seed=0)
        >>> Validation.of(pairs).batches[0].wanted.shape
        torch.Size([1, 3, 32, 32])
        """
        if pairs.degradation.coded:
            kinds, coded = zip(*_coded(pairs), strict=True)
            return cls(coded, lpips(), kinds)
        margin = 2 * pairs.degradation.margin
        batches = []
        for n, picture in enumerate(pairs.pool.pictures):
            room = min(picture.height, picture.width) - margin
            side = max(pairs.crop, min(_SIDE, room - room % (pairs.scale * 16)))
            alone = type(pairs.pool)((picture,), ())
            fixed = Pairs(
                alone, pairs.degradation, pairs.scale, crop=side, batch=1, seed=pairs.seed + n
            )
            batches.append(fixed.at(0))
        return cls(tuple(batches), lpips())

    def score(self, net: nn.Module) -> tuple[Scores, tuple[Tensor, ...]]:
        """Score a net; also return what it gave, each (1, channels, height, width)."""
        psnr, ssim = (metrics()[name].score for name in ("psnr", "ssim"))
        device = next(net.parameters()).device
        given, scored, seen = [], [], []
        for batch in self.batches:
            restored = restore(net, batch, device).cpu()
            given.append(restored)
            wanted, out = image_of(batch.wanted), image_of(restored)
            shown = image_of(enlarged(batch.shown, batch.wanted))
            scored.append((psnr(wanted, out), ssim(wanted, out), psnr(wanted, shown)))
            if self.lpips is not None and min(out.width, out.height) >= _LPIPS_SIDE:
                seen.append(self.lpips(wanted, out))
        means = [math.fsum(column) / len(scored) for column in zip(*scored, strict=True)]
        lpips = math.fsum(seen) / len(seen) if seen else None
        gains = tuple(
            (kind, math.fsum(several) / len(several))
            for kind in dict.fromkeys(self.kinds)
            for several in [
                [s[0] - s[2] for s, k in zip(scored, self.kinds, strict=True) if k == kind]
            ]
        )
        return Scores(means[0], means[1], means[2], lpips, gains), tuple(given)

    def sheet(self, given: Sequence[Tensor], *, most: int = 6) -> Image:
        """Shown, given and wanted side by side, one row for each of up to ``most`` pictures."""
        rows = []
        for batch, restored in list(zip(self.batches, given, strict=True))[:most]:
            parts = (enlarged(batch.shown, batch.wanted), restored, batch.wanted)
            row = torch.cat([part[:, :, :_SIDE, :_SIDE] for part in parts], dim=3)
            rows.append(image_of(row).samples)
        width = min(row.shape[1] for row in rows)
        return Image(np.ascontiguousarray(np.concatenate([row[:, :width] for row in rows])))


def _coded(pairs: Pairs) -> Iterator[tuple[str, Batch]]:
    """Name of the codec, and the middle of a picture that was coded whole by it."""
    for n, picture in enumerate(pairs.pool.pictures):
        side = min(pairs.degradation.coded, picture.height, picture.width)
        top, left = (picture.height - side) // 2, (picture.width - side) // 2
        square = Image(np.ascontiguousarray(picture.samples[top : top + side, left : left + side]))
        inner = min(_SIDE, side - side % 16)
        at = (side - inner) // 4 * 2
        for name, whole in fixed(square, n):
            part = cut(whole, at, at, inner, whole.facts[: pairs.degradation.facts])
            shown, wanted = (
                torch.from_numpy(planes(one))[None] for one in (part.shown, part.clean)
            )
            yield name, Batch(shown, wanted, torch.from_numpy(part.facts)[None])


def restore(net: nn.Module, batch: Batch, device: torch.device) -> Tensor:
    """What a net gives for a batch, without gradients.

    Examples
    --------
    >>> batch = Batch(torch.ones(1, 3, 2, 2), torch.ones(1, 3, 2, 2), torch.zeros(1, 0))
    >>> restore(nn.Identity(), batch, torch.device("cpu")).shape
    torch.Size([1, 3, 2, 2])
    """
    shown = batch.shown.to(device)
    with torch.inference_mode():
        out: Tensor = net(shown, batch.facts.to(device)) if batch.facts.shape[1] else net(shown)
    return out.float()


def enlarged(shown: Tensor, wanted: Tensor) -> Tensor:
    """What the net is shown, as large as what it should give: as ``bicubic``, the filter, would.

    (With ``antialias`` PyTorch takes Pillow's a = -0.5, also where nothing is to be antialiased;
    without, -0.75.)

    Examples
    --------
    >>> enlarged(torch.ones(1, 3, 2, 2), torch.ones(1, 3, 8, 8)).shape
    torch.Size([1, 3, 8, 8])
    """
    if shown.shape == wanted.shape:
        return shown
    size = wanted.shape[2:]
    return functional.interpolate(shown, size, mode="bicubic", align_corners=False, antialias=True)


def lpips() -> Score | None:
    """The metric, if there is one and it can run.

    Examples
    --------
    >>> found = lpips()
    >>> grey = Image(np.zeros((32, 32), np.uint8))
    >>> found is None or found(grey, grey) == 0
    True
    """
    metric = metrics().get("lpips")
    if metric is None:
        return None
    grey = Image(np.zeros((_LPIPS_SIDE, _LPIPS_SIDE), np.uint8))
    try:
        metric.score(grey, grey)
    except MissingError:
        return None
    return metric.score


def image_of(planes: Tensor) -> Image:
    """(1, channels, height, width) in 0..1 as an Image of 8 bits, rounded and clipped.

    Examples
    --------
    >>> image_of(torch.full((1, 1, 1, 2), 0.5)).samples.ravel().tolist()
    [128, 128]
    """
    samples = (planes[0].clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0)
    return Image(np.ascontiguousarray(samples.numpy()))
