"""The learned codec's net: a DCT at first, exact integers, runs that resume, files that decode."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.fft import dctn

from recoup.codecs import Learned
from recoup.codecs.latents import BLOCK, CHANNELS, channels, zigzag
from recoup.errors import ModelError, TrainingError
from recoup.image import Image
from recoup.training.checkpoint import read_checkpoint
from recoup.training.export_vae import export_vae
from recoup.training.losses import costs, worth
from recoup.training.nets.prior import Whole, chequers, halved, limited, through
from recoup.training.nets.vae import DctVae, step
from recoup.training.objective import Objective
from recoup.training.ranks import Ranks
from recoup.training.rate import saved
from recoup.training.recipe import Recipe
from recoup.training.refit import shared, tables
from recoup.training.run import Run

TINY = Recipe(
    name="tiny", task="coding", net="vae:width=8,fine=4,analysis=1,synthesis=1,blocks=1",
    data=("-",), quality=(1, 8), crop=32, batch=2, steps=4, held_out=2, validate_every=2,
    checkpoint_s=0.0, sharpen=0,
)  # fmt: skip


def small() -> DctVae:
    """A net with random last layers, so that everything in it counts."""
    torch.manual_seed(5)
    net = DctVae(width=8, fine=4, analysis=1, synthesis=1, blocks=1)
    for name, weights in net.named_parameters():
        if not weights.detach().any() and weights.ndim > 1:
            torch.nn.init.normal_(weights, std=0.02 if "prior" not in name else 0.2)
    return net.eval()


def test_it_starts_as_a_dct() -> None:
    """Latents are SciPy's DCT of the luma by the step; the inverse gives the picture back."""
    net = DctVae(width=8, fine=4, analysis=1, synthesis=1, blocks=1).eval()
    picture = torch.rand(1, 3, 32, 64)
    quality = torch.tensor([[3.0]])
    with torch.inference_mode():
        values, _ = net.analysis(picture, net.gain(quality), quality)
        back = net.synthesis(values, net.gain(quality), quality)
    luma = np.tensordot([0.299, 0.587, 0.114], picture[0].numpy() * 255 - 128, 1)
    wanted = dctn(luma[8:16, 24:32], norm="ortho") / float(step(quality)[0, 0])
    for channel, (plane, at) in enumerate(channels()):
        if plane == 0:
            assert float(values[0, channel, 1, 3]) == pytest.approx(wanted[zigzag()[at]], abs=1e-3)
    grey = picture.mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)
    with torch.inference_mode():
        values, _ = net.analysis(grey, net.gain(quality), quality)
        back = net.synthesis(values, net.gain(quality), quality)
    assert float((back - grey).abs().max()) < 1e-5  # chroma is cut, grey is not


def test_whole_numbers_only() -> None:
    """Layers of whole numbers give whole numbers; gradients pass as if they did not round."""
    torch.manual_seed(1)
    layer = Whole(5, 7, 3, shift=8)
    given = torch.randint(-127, 128, (2, 5, 6, 6)).float()
    sums = layer.sums(given)
    assert torch.equal(sums, sums.round())
    out = layer(given)
    assert torch.equal(out, out.round())
    assert 0 <= float(out.detach().min()) <= float(out.detach().max()) <= 127
    out.sum().backward()
    assert layer.weight.grad is not None
    assert bool(layer.weight.grad.any())
    x = torch.tensor([0.4, 129.7], requires_grad=True)
    (through(x) + halved(x, 3) + limited(x, 0, 3)).sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    assert x.grad.tolist() == [2.125, 2.125]


def test_the_future_is_not_seen() -> None:
    """What a symbol is expected to be depends on no symbol that is coded with or after it."""
    net = small().prior
    draw = np.random.default_rng(3)
    symbols = torch.tensor(draw.integers(-4, 5, (1, CHANNELS, 8, 8))).float()
    side = torch.tensor(draw.integers(-4, 5, (1, 24, 2, 2))).float()
    quality = torch.tensor(60.0)
    before = net.expected(symbols, side, quality)
    white = chequers(symbols).bool()
    for first, last in ((0, 8), (27, 58)):
        changed = symbols.clone()
        changed[:, first:last][:, :, white] += 3
        after = net.expected(changed, side, quality)
        for one, other in zip(before, after, strict=True):
            assert torch.equal(one[:, :last], other[:, :last])
        changed[:, first:last][:, :, ~white] += 3
        after = net.expected(changed, side, quality)
        assert torch.equal(before[0][:, :first], after[0][:, :first])
        assert torch.equal(
            before[1][:, first:last][:, :, ~white], after[1][:, first:last][:, :, ~white]
        )
        assert not torch.equal(before[0][:, last:], after[0][:, last:])


def test_tables_are_frequencies() -> None:
    """Each sums to 2**16, with no zero."""
    start, low, count = tables(small())
    assert len(low) == len(start) - 1 == 512 + 24
    assert count.min() >= 1
    assert (np.add.reduceat(count, start[:-1]) == 1 << 16).all()
    assert shared(np.array([1.0, 0.0])).tolist() == [65535, 1]


def test_costs_and_worth() -> None:
    """Lambda from 0.0018 to 0.18; cost is rate plus what the error is worth."""
    assert worth(torch.tensor(4.5)) == pytest.approx(0.018)
    ones = torch.ones(2, 3, 4, 4)
    found = costs(ones, ones - 2 / 255, torch.tensor([1.0, 2.0]), torch.tensor([4.5, 8.0]))
    assert found[0] == pytest.approx(1 + 4 * 0.018, rel=1e-4)
    assert found[1] == pytest.approx((2 + 4 * 0.18) * 10**-0.45, rel=1e-4)
    spent = (torch.tensor([1.0, 2.0]), torch.tensor([4.5, 8.0]))
    loss = Objective(TINY, Ranks()).loss(ones, ones - 2 / 255, step=0, spent=spent)
    assert loss == pytest.approx(float(found.mean()))


def test_saved_is_nothing_where_curves_do_not_meet() -> None:
    """NaN, not a guess."""
    assert np.isnan(saved([(1.0, 30.0), (2.0, 31.0)], [(1.0, 40.0), (2.0, 41.0)]))


def test_a_run_resumes_exactly(photos: tuple[Path, ...], tmp_path: Path) -> None:
    """Also the noise is that of the step; the curve says what bytes are saved."""
    whole = Run(TINY, photos, tmp_path / "whole")
    whole.train()
    seen = [0]
    parts = Run(TINY, photos, tmp_path / "parts")
    parts.train(stop=lambda: True, progress=lambda p: seen.__setitem__(0, p.step))
    assert seen == [1]
    parts = Run(TINY, photos, tmp_path / "parts")
    parts.train()
    one, two = (read_checkpoint(run.last)[1] for run in (whole, parts))
    assert all(torch.equal(one[name], two[name]) for name in one)
    costs_of = [[point.cost for point in run.state.curve] for run in (whole, parts)]
    assert costs_of[0] == costs_of[1]
    last = whole.state.curve[-1]
    assert last.cost is not None
    assert whole.state.best == -min(p.cost for p in whole.state.curve if p.cost is not None)


@pytest.mark.parametrize("wrong", [{"sigma": (1, 2)}, {"coded": 64}, {"quality": (3, 1)}])
def test_a_codec_has_no_degradation(wrong: dict[str, object]) -> None:
    """It is told a quality, and nothing else is done to its pictures."""
    with pytest.raises(TrainingError, match="quality"):
        replace(TINY, **wrong)  # type: ignore[arg-type]


def test_exported_files_decode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From weights to a codec by name; the file names the model that it needs."""
    monkeypatch.setenv("RECOUP_MODELS", str(tmp_path))
    torch.save(small().state_dict(), tmp_path / "small.pth")
    card = export_vae(tmp_path / "small.pth", out=tmp_path, name="small", task="a test")
    assert card.architecture == "DctVae"
    samples = np.random.default_rng(1).integers(0, 256, (37, 50, 3), np.uint8)
    codec = Learned(6, model="small")
    data = codec.encode(Image(samples))
    assert bytes.fromhex(card.sha256)[:8] in data
    assert Learned().decode(data).samples.shape == samples.shape
    assert card.sha256[:16] in codec.version()
    prior = tmp_path / "small-prior.npz"
    prior.write_bytes(prior.read_bytes()[:-1] + b"x")
    with pytest.raises(Exception, match="not those of the card"):
        codec.encode(Image(samples))


def test_foreign_weights_are_refused(tmp_path: Path) -> None:
    """Nothing is written."""
    torch.save({"conv.weight": torch.ones(1)}, tmp_path / "other.pth")
    with pytest.raises(ModelError, match="no weights of a learned codec"):
        export_vae(tmp_path / "other.pth", out=tmp_path, name="other")
    state = small().state_dict()
    state["prior.first.bias"] = torch.ones(3)
    with pytest.raises(ModelError, match="not the weights of this DctVae"):
        DctVae.from_state(state)
    assert BLOCK == 8
