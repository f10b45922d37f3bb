"""What training makes small: the distance of what a net gives from what it should."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

PixelLoss = Literal["l1", "l2", "charbonnier", "psnr"]
_SOFT = 1e-3
_LEAST = 1e-8  # a perfect crop counts as 80 dB


def charbonnier(restored: Tensor, wanted: Tensor) -> Tensor:
    """Mean of ``sqrt(d**2 + 0.001**2)`` over all samples (Lai et al., 2017).

    Examples
    --------
    >>> round(float(charbonnier(torch.ones(1, 3, 2, 2), torch.zeros(1, 3, 2, 2))), 4)
    1.0
    """
    return ((restored - wanted).square() + _SOFT**2).sqrt().mean()


def minus_psnr(restored: Tensor, wanted: Tensor) -> Tensor:
    """Minus the mean PSNR of the crops, in dB / 100: each crop weighs the same.

    Where the degradation's strength varies, ``l2`` listens to the hardest crops alone.

    Examples
    --------
    >>> round(float(minus_psnr(torch.full((1, 3, 2, 2), 0.1), torch.zeros(1, 3, 2, 2))), 3)
    -0.2
    """
    errors = (restored - wanted).square().flatten(1).mean(dim=1)
    return (errors + _LEAST).log10().mean() / 10


def worth(quality: Tensor) -> Tensor:
    """What one unit of mean squared error (samples 0..255) is worth in bits per pixel.

    From 0.0018 at quality 1 to 0.18 at 8, evenly in the logarithm: the lambdas of CompressAI's
    eight models of each kind (Bégaint et al., 2020).

    Examples
    --------
    >>> worth(torch.tensor([1.0, 8.0]))
    tensor([0.0018, 0.1800])
    """
    return 0.0018 * 100 ** ((quality - 1) / 7)


def costs(restored: Tensor, wanted: Tensor, bits: Tensor, quality: Tensor) -> Tensor:
    """Rate and distortion of each crop: (batch,), about 1 for photographs at any quality.

    ``bits + worth * squared error``, as in Ballé et al., 2018, times ``(worth / 0.018)**-0.45``,
    so that a saving of one per cent counts about the same at every quality.

    Parameters
    ----------
    restored, wanted
        (batch, channels, height, width), 0..1.
    bits, quality
        Bits per pixel; quality, 1..8; both (batch,).

    Examples
    --------
    >>> ones, quality = torch.ones(1, 3, 2, 2), torch.tensor([4.5])
    >>> costs(ones, ones - 1 / 255, torch.tensor([0.5]), quality)
    tensor([0.5180])
    """
    squares = (restored - wanted).square().flatten(1).mean(dim=1) * 255**2
    each = worth(quality)
    return (bits + each * squares) * (each / 0.018) ** -0.45


PIXEL_LOSSES: Mapping[PixelLoss, Callable[[Tensor, Tensor], Tensor]] = MappingProxyType(
    {
        "l1": functional.l1_loss,
        "l2": functional.mse_loss,
        "charbonnier": charbonnier,
        "psnr": minus_psnr,
    }
)
"""By name, in any shape, samples in 0..1. A net with a global skip learns the residual, so that
each of them is a residual loss as well (Zhang et al., DnCNN, 2017)."""


def adversarial(judged: Tensor, *, real: bool) -> Tensor:
    """Binary cross-entropy of a discriminator's verdicts (logits, any shape).

    Goodfellow et al., 2014, in the form without saturation; as in Real-ESRGAN (Wang et al., 2021).

    Examples
    --------
    >>> round(float(adversarial(torch.zeros(1, 1, 2, 2), real=True)), 3)
    0.693
    """
    return functional.binary_cross_entropy_with_logits(
        judged, torch.ones_like(judged) if real else torch.zeros_like(judged)
    )
