"""Weights in, ONNX file and card out; or one line and nothing written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
import torch

from recoup.errors import ModelError
from recoup.models import Card
from recoup.models.engine import open_model
from recoup.models.told import FACTS
from recoup.training.detect import Restorer
from recoup.training.export import TOLERANCE, export
from recoup.training.nets.discriminator import UNetDiscriminatorSN
from recoup.training.nets.dncnn import DnCNN
from recoup.training.nets.imdn import IMDN
from recoup.training.nets.plain import PlainRes
from recoup.training.nets.rrdb import RRDBNet
from recoup.training.nets.srvgg import SRVGGNetCompact
from recoup.training.nets.swinir import Head, SwinIR
from recoup.training.nets.unet import UNet
from recoup.training.nets.unet_light import UNetLight

Net = TypeVar("Net", bound=Restorer)


def swin(head: Head, *, scale: int, window: int = 8) -> SwinIR:
    """A small SwinIR with one shifted block."""
    return SwinIR(scale=scale, head=head, width=8, depths=[2], heads=2, hidden=8, window=window)


def shaken(net: Net) -> Net:
    """Give every weight a random value, also those that start at zero."""
    for weights in net.parameters():
        torch.nn.init.normal_(weights, std=0.1)
    return net


NETS: dict[str, tuple[Callable[[], Restorer], int | None]] = {
    "dncnn": (lambda: DnCNN(layers=4, width=8), 4),
    "dncnn-grey-norm": (lambda: DnCNN(1, layers=4, width=8, norm=True), 4),
    "unet": (lambda: UNet(features=[4, 8]), 2 + 4 + 8 + 4 + 2 + 3),
    "rrdb-x4": (lambda: RRDBNet(blocks=1, width=4, growth=2), 19),
    "rrdb-x2": (lambda: RRDBNet(scale=2, blocks=1, width=4, growth=2), 38),
    "srvgg": (lambda: SRVGGNetCompact(convs=2, width=8), 4),
    "plain": (lambda: shaken(PlainRes(width=8, blocks=2)), 2 * (1 + 4 + 1) + 1),
    "plain-told": (
        lambda: shaken(PlainRes(width=8, blocks=1, factor=4, facts=2)),
        4 * (1 + 2 + 1) + 3,
    ),
    "unet-light": (lambda: shaken(UNetLight(widths=[8, 8], blocks=1, factor=2)), 23),
    "imdn": (lambda: IMDN(scale=3, blocks=1, width=8), 7),
    "swinir-real": (lambda: swin("nearest+conv", scale=4), None),
    "swinir-jpeg": (lambda: swin("", scale=1, window=7), None),
}


def saved(net: torch.nn.Module, path: Path) -> Path:
    """Its weights in a file."""
    torch.save({"params": net.state_dict()}, path)
    return path


@pytest.mark.parametrize("name", NETS)
def test_every_net_becomes_a_model(tmp_path: Path, name: str) -> None:
    """The file computes what the net does at any size, and the card tells the truth of it."""
    build, margin = NETS[name]
    torch.manual_seed(0)
    net = build().eval()
    card = export(saved(net, tmp_path / "a.pth"), name=name, out=tmp_path / "out", licence="MIT")
    graph = tmp_path / "out" / f"{name}.onnx"
    assert card == Card.read(graph.with_suffix(".toml").read_text())
    assert card.sha256 == hashlib.sha256(graph.read_bytes()).hexdigest()
    assert (card.architecture, card.licence, card.data) == (type(net).__name__, "MIT", "unknown")
    assert (card.channels, card.scale) == (net.channels, net.scale)
    assert card.margin == margin
    assert card.parameters == sum(weights.numel() for weights in net.parameters())
    assert float(card.checked.split()[4]) <= TOLERANCE
    assert "a.pth, SHA-256 " in card.source
    # Sizes other than those that it was checked at.
    session = open_model(graph)
    for height, width in ((12, 20), (4, 52)):
        x = np.random.default_rng(1).random((1, net.channels, height, width), np.float32)
        with torch.inference_mode():
            wanted = net(torch.from_numpy(x)).numpy()
        assert np.abs(session.run(x) - wanted).max() < 1e-4


def test_export_repeats(tmp_path: Path) -> None:
    """The same weights give the same bytes."""
    weights = saved(DnCNN(layers=3, width=4), tmp_path / "My DnCNN (2).pth")
    first = export(weights, out=tmp_path / "1")
    second = export(weights, out=tmp_path / "2")
    assert first.name == "my-dncnn-2"
    assert first.sha256 == second.sha256


def test_a_large_difference_is_refused(tmp_path: Path) -> None:
    """Results of a million cannot be equal to a thousandth in float32; nothing is written."""
    net = DnCNN(1, layers=6, width=8)
    with torch.no_grad():
        for weights in net.parameters():
            weights.mul_(100)
    with pytest.raises(ModelError, match=r"loud.pth: its ONNX file differs .* nothing was written"):
        export(saved(net, tmp_path / "loud.pth"), out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_discriminator_is_refused(tmp_path: Path) -> None:
    """It restores nothing."""
    weights = saved(UNetDiscriminatorSN(width=2), tmp_path / "d.pth")
    with pytest.raises(ModelError, match=r"d.pth: a discriminator"):
        export(weights, out=tmp_path)


def test_unknown_weights_are_refused(tmp_path: Path) -> None:
    """With the file's name, some of the tensors' and all nets known."""
    torch.save({"features.0.weight": torch.ones(1)}, tmp_path / "vgg.pth")
    with pytest.raises(
        ModelError, match=r"vgg.pth: .*features.0.weight.*DnCNN, UNet, UNetLight, PlainRes, SwinIR"
    ):
        export(tmp_path / "vgg.pth", out=tmp_path)


@pytest.mark.parametrize("name", ["", "A", "a b", "../a", "a:b", "-a", "a|b"])
def test_names_that_chains_cannot_say(tmp_path: Path, name: str) -> None:
    """Refused before anything else is done."""
    with pytest.raises(ModelError, match="cannot name a model"):
        export(tmp_path / "absent.pth", name=name, out=tmp_path)


def test_what_a_net_can_be_told_is_on_its_card(tmp_path: Path) -> None:
    """How the picture was coded, by name; or the strength of its noise."""
    for count, names in ((len(FACTS), FACTS), (2, ("sigma",)), (0, ())):
        weights = tmp_path / f"told-{count}.pth"
        torch.save(PlainRes(width=4, blocks=1, facts=count).state_dict(), weights)
        assert export(weights, out=tmp_path).facts == names
        assert Card.read((tmp_path / f"told-{count}.toml").read_text("utf-8")).facts == names
