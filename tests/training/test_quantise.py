"""int8 variants: smaller, close, and refused where they lose too much."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from recoup import Image
from recoup.errors import ModelError
from recoup.models import find
from recoup.models.engine import Engine, open_model
from recoup.models.told import FACTS
from recoup.training.export import export
from recoup.training.nets.plain import PlainRes
from recoup.training.pairs import Batch, Degradation, Pairs
from recoup.training.pool import Pool
from recoup.training.quantise import psnr, quantise


def batches(seed: int) -> list[Batch]:
    """Crops of smooth pictures with noise of one strength."""
    draw = np.random.default_rng(seed)
    coarse = draw.integers(40, 216, (4, 6, 6, 3)).astype(np.float64)
    pictures = [Image(np.kron(c, np.ones((12, 12, 1))).astype(np.uint8)) for c in coarse]
    pool = Pool(tuple(pictures), tuple(Path(f"{n}.png") for n in range(4)))
    pairs = Pairs(pool, Degradation(sigma=(15, 15)), 1, crop=48, batch=4, seed=seed)
    return [pairs.at(step) for step in range(2)]


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A net with random weights that moves the picture by a few levels, installed as ``net``."""
    folder = tmp_path / "models"
    monkeypatch.setenv("RECOUP_MODELS", str(folder))
    torch.manual_seed(0)
    net = PlainRes(width=16, blocks=2, facts=2)
    torch.nn.init.normal_(net.tail.weight, std=0.02)
    torch.save(net.state_dict(), tmp_path / "net.pth")
    export(tmp_path / "net.pth", out=folder, name="net")
    return folder


def test_int8_is_close_and_says_what_it_lost(model: Path) -> None:
    """The card states the loss that a measurement finds again; the model is blind."""
    card = quantise("net", batches(1), batches(2), out=model)
    assert (card.name, card.precision, card.facts) == ("net-int8", "int8", ())
    assert find("net-int8")[0] == card
    whole, small = (open_model(model / f"{name}.onnx") for name in ("net", "net-int8"))
    lost = psnr(whole, batches(2)) - psnr(small, batches(2))
    assert f"{lost:.3f} dB lost" in card.measured[0]
    assert abs(lost) <= 0.1
    assert b"QuantizeLinear" in (model / "net-int8.onnx").read_bytes()
    picture = torch.rand(1, 3, 34, 46).numpy()
    assert np.abs(whole.run(picture) - small.run(picture)).max() < 0.1, "sizes are free"


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
def test_a_model_that_is_told_stays_so(tmp_path: Path, model: Path, engine: Engine) -> None:
    """What it is told changes its result; told when opened is told when run, nearly to the bit."""
    torch.manual_seed(1)
    net = PlainRes(width=16, blocks=2, facts=len(FACTS))
    for name, weight in net.named_parameters():
        if name in ("tail.weight", "film.2.weight"):
            torch.nn.init.normal_(weight, std=0.02)
    torch.save(net.state_dict(), tmp_path / "told.pth")
    export(tmp_path / "told.pth", out=model, name="told")
    several = [[replace(b, facts=torch.rand(4, len(FACTS))) for b in batches(n)] for n in (1, 2)]
    card = quantise("told", *several, out=model)
    assert card.facts == FACTS
    assert "both told, on 8 held-out" in card.measured[0]
    path = model / "told-int8.onnx"
    picture = torch.rand(1, 3, 34, 46).numpy()
    told = np.linspace(0, 1, len(FACTS), dtype=np.float32)
    free = open_model(path, engine=engine)
    fixed = open_model(path, engine=engine, told=tuple(told.tolist()))
    assert (free.facts, fixed.facts) == (len(FACTS), 0)
    one = free.run(picture, told[np.newaxis])
    assert np.abs(one - fixed.run(picture)).max() < 0.02
    assert np.abs(one - free.run(picture, np.zeros((1, len(FACTS)), np.float32))).max() > 0.002
    with pytest.raises(ModelError):
        open_model(path, engine=engine, told=(1.0,)).run(picture)


def test_too_great_a_loss_leaves_nothing(model: Path) -> None:
    """One line, and no file."""
    with pytest.raises(ModelError, match=r"net: int8 loses -?\d\.\d\d dB, more than -9"):
        quantise("net", batches(1), batches(2), out=model, most=-9)
    assert not (model / "net-int8.onnx").exists()
