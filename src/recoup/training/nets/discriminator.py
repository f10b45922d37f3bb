"""The U-Net discriminator of Real-ESRGAN: judges every pixel."""

from __future__ import annotations

from typing import Self

from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import spectral_norm

from recoup.training.weights import State, fill, shape_of


class UNetDiscriminatorSN(nn.Module):
    """Says for each pixel how real it looks; used in training only.

    ::

        x ─ conv0 (w) ──────────────────── + ──────────────────── conv7 ─ conv8 ─ conv9 ─ logits
              └ conv1 /2 (2w) ──────────── + ────────── x2 conv6 ┘
                  └ conv2 /2 (4w) ──────── + ── x2 conv5 ┘
                      └ conv3 /2 (8w) ─ x2 conv4 ┘

        LeakyReLU 0.2 after each but conv9; x2 is bilinear; conv1 to conv8 are spectrally normalised

    Wang et al., "Real-ESRGAN", 2021, after Schönfeld et al., "A U-Net Based Discriminator for
    Generative Adversarial Networks", 2020; Miyato et al., "Spectral Normalization", 2018. Names
    (``conv1.weight_orig``, ``weight_u``, ``weight_v``) as in Real-ESRGAN.

    Parameters
    ----------
    channels
        Of the pictures judged.
    width
        Features at full size.

    Notes
    -----
    Parameters: 4 376 897 for RGB with 64 features. Sides must be multiples of 8.

    Examples
    --------
    >>> import torch
    >>> UNetDiscriminatorSN(3, width=2).eval()(torch.zeros(1, 3, 8, 16)).shape
    torch.Size([1, 1, 8, 16])
    """

    def __init__(self, channels: int = 3, *, width: int = 64) -> None:
        """Build the net with PyTorch's own start values."""
        super().__init__()
        self.channels = channels
        self.conv0 = nn.Conv2d(channels, width, 3, padding=1)
        self.conv1 = _halving(width, 2 * width)
        self.conv2 = _halving(2 * width, 4 * width)
        self.conv3 = _halving(4 * width, 8 * width)
        self.conv4 = _normalised(8 * width, 4 * width)
        self.conv5 = _normalised(4 * width, 2 * width)
        self.conv6 = _normalised(2 * width, width)
        self.conv7 = _normalised(width, width)
        self.conv8 = _normalised(width, width)
        self.conv9 = nn.Conv2d(width, 1, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, height, width) to logits (batch, 1, height, width)."""
        full = _leaky(self.conv0(x))
        half = _leaky(self.conv1(full))
        quarter = _leaky(self.conv2(half))
        eighth = _leaky(self.conv3(quarter))
        up = _leaky(self.conv4(_doubled(eighth))) + quarter
        up = _leaky(self.conv5(_doubled(up))) + half
        up = _leaky(self.conv6(_doubled(up))) + full
        logits: Tensor = self.conv9(_leaky(self.conv8(_leaky(self.conv7(up)))))
        return logits

    @classmethod
    def recognises(cls, state: State) -> bool:
        """Whether the names are this discriminator's.

        Examples
        --------
        >>> UNetDiscriminatorSN.recognises(UNetDiscriminatorSN(width=2).state_dict())
        True
        """
        return "conv0.weight" in state and "conv1.weight_orig" in state

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Build the net that the weights belong to. Raises ModelError if they do not fit.

        Examples
        --------
        >>> UNetDiscriminatorSN.from_state(UNetDiscriminatorSN(1, width=2).state_dict()).channels
        1
        """
        width, channels, *_ = shape_of(state, "conv0.weight", 4)
        return fill(lambda: cls(channels, width=width), state)


def _halving(enters: int, leaves: int) -> nn.Module:
    """A spectrally normalised 4x4 convolution that halves the sides."""
    return spectral_norm(nn.Conv2d(enters, leaves, 4, stride=2, padding=1, bias=False))


def _normalised(enters: int, leaves: int) -> nn.Module:
    """A spectrally normalised 3x3 convolution."""
    return spectral_norm(nn.Conv2d(enters, leaves, 3, padding=1, bias=False))


def _leaky(x: Tensor) -> Tensor:
    """LeakyReLU with a slope of 0.2."""
    return functional.leaky_relu(x, 0.2)


def _doubled(x: Tensor) -> Tensor:
    """Twice the sides, bilinear."""
    return functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
