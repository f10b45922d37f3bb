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
