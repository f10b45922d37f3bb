"""Nets as recipes name them: ``plain:width=64,blocks=5``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Protocol

import torch
from torch import nn

from recoup.chain import text
from recoup.errors import ChainError, TrainingError
from recoup.training.detect import Restorer
from recoup.training.nets.dncnn import DnCNN
from recoup.training.nets.plain import PlainRes
from recoup.training.nets.rrdb import RRDBNet
from recoup.training.nets.srvgg import SRVGGNetCompact
from recoup.training.nets.swinir import SwinIR
from recoup.training.nets.unet import UNet
from recoup.training.nets.unet_light import UNetLight
from recoup.training.nets.vae import DctVae

Trainable = Restorer | DctVae


class Net(Protocol):
    """Settings that build a net."""

    def build(self) -> Trainable:
        """Return the net with its start values."""
        ...


@dataclass(frozen=True)
class Plain:
    """PlainRes."""

    width: int = 64
    blocks: int = 5
    channels: int = 3
    factor: int = 2
    facts: int = 0

    name: ClassVar[str] = "plain"

    def build(self) -> PlainRes:
        """Return the net with its start values."""
        return PlainRes(
            self.channels,
            width=self.width,
            blocks=self.blocks,
            factor=self.factor,
            facts=self.facts,
        )


@dataclass(frozen=True)
class DnCnn:
    """DnCNN, with 17 or 20 layers in its papers."""

    layers: int = 20
    width: int = 64
    channels: int = 3

    name: ClassVar[str] = "dncnn"

    def build(self) -> DnCNN:
        """Return the net with its start values."""
        return DnCNN(self.channels, layers=self.layers, width=self.width)


@dataclass(frozen=True)
class Unet:
    """U-Net: 31 M weights with four levels from 64 features, as in the seed study."""

    width: int = 64
    levels: int = 4
    channels: int = 3

    name: ClassVar[str] = "unet"

    def build(self) -> UNet:
        """Return the net with its start values."""
        return UNet(self.channels, features=[self.width << n for n in range(self.levels)])


@dataclass(frozen=True)
class UnetLight:
    """UNetLight: each level has 3/2 of the features of the finer one, in eighths."""

    width: int = 64
    levels: int = 3
    blocks: int = 2
    channels: int = 3
    factor: int = 4

    name: ClassVar[str] = "unet-light"

    def build(self) -> UNetLight:
        """Return the net with its start values."""
        widths = [8 * round(self.width * 1.5**n / 8) for n in range(self.levels)]
        return UNetLight(self.channels, widths=widths, blocks=self.blocks, factor=self.factor)


@dataclass(frozen=True)
class Srvgg:
    """SRVGGNetCompact."""

    scale: int = 4
    width: int = 48
    convs: int = 8
    channels: int = 3

    name: ClassVar[str] = "srvgg"

    def build(self) -> SRVGGNetCompact:
        """Return the net with its start values."""
        return SRVGGNetCompact(self.channels, scale=self.scale, convs=self.convs, width=self.width)


@dataclass(frozen=True)
class Rrdb:
    """RRDBNet: 16.7 M weights as in Real-ESRGAN."""

    scale: int = 4
    blocks: int = 23
    width: int = 64
    growth: int = 32
    channels: int = 3

    name: ClassVar[str] = "rrdb"

    def build(self) -> RRDBNet:
        """Return the net with its start values."""
        return RRDBNet(
            self.channels,
            scale=self.scale,
            blocks=self.blocks,
            width=self.width,
            growth=self.growth,
        )


@dataclass(frozen=True)
class SwinIr:
    """SwinIR, lightweight: each group has ``depth`` blocks."""

    scale: int = 4
    width: int = 60
    groups: int = 4
    depth: int = 6
    heads: int = 6
    window: int = 8
    channels: int = 3

    name: ClassVar[str] = "swinir"

    def build(self) -> SwinIR:
        """Return the net with its start values."""
        return SwinIR(
            self.channels,
            scale=self.scale,
            head="pixelshuffledirect" if self.scale > 1 else "",
            width=self.width,
            depths=[self.depth] * self.groups,
            heads=self.heads,
            hidden=2 * self.width,
            window=self.window,
        )


@dataclass(frozen=True)
class Vae:
    """DctVae: the learned codec."""

    width: int = 96
    fine: int = 32
    analysis: int = 2
    synthesis: int = 2
    blocks: int = 2

    name: ClassVar[str] = "vae"

    def build(self) -> DctVae:
        """Return the net with its start values."""
        return DctVae(
            width=self.width,
            fine=self.fine,
            analysis=self.analysis,
            synthesis=self.synthesis,
            blocks=self.blocks,
        )


NETS: Mapping[str, type[Net]] = MappingProxyType(
    {
        "plain": Plain,
        "dncnn": DnCnn,
        "unet": Unet,
        "unet-light": UnetLight,
        "srvgg": Srvgg,
        "rrdb": Rrdb,
        "swinir": SwinIr,
        "vae": Vae,
    }
)
"""Nets that recipes can name."""


def build(net: str, *, seed: int) -> Trainable:
    """Build a net from its text, the same for the same seed, ready to train.

    Parameters
    ----------
    net
        ``name:settings``, as chains are written.
    seed
        Of the start values.

    Raises
    ------
    TrainingError
        If it is not understood.

    Examples
    --------
    >>> build("plain:width=8,blocks=1", seed=0).multiple
    2
    """
    try:
        (settings,) = text.parse(net, NETS, "net")
    except (ChainError, ValueError) as error:
        raise TrainingError(f"net = {net!r}: {error}") from error
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = settings.build()
    return made.train()


def parameters(net: nn.Module) -> int:
    """Count the weights.

    Examples
    --------
    >>> parameters(nn.Linear(2, 3))
    9
    """
    return sum(weights.numel() for weights in net.parameters())
