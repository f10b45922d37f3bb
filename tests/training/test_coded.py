"""Crops of pictures coded whole: determined, aligned, told as said, and from everywhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from recoup.codecs import Jpeg, JpegXl
from recoup.codecs.facts import read_facts
from recoup.contracts import Codec, FileFacts
from recoup.errors import TrainingError
from recoup.image import Image
from recoup.models.told import CODECS, FACTS, forget, vector
from recoup.training import coded, drawn
from recoup.training.coded import CodedPictures, cut
from recoup.training.pairs import Degradation, Pairs
from recoup.training.pool import Pool
from recoup.training.recipe import Recipe
from recoup.training.start import check
from recoup.training.validate import Validation


def waves(count: int = 4, side: int = 72) -> Pool:
    """Smooth pictures in colour with a little grain."""
    draw = np.random.default_rng(5)
    y, x = np.mgrid[0:side, 0 : side + 8]
    several = []
    for _ in range(count):
        a, b, c = draw.uniform(0.02, 0.3, 3)
        light = 120 + 50 * np.sin(a * x + b * y) + 40 * np.cos(c * x)
        colours = np.stack([light, 0.7 * light + x / 3, 220 - light / 2], -1)
        several.append((colours + draw.normal(0, 3, colours.shape)).clip(0, 255).astype(np.uint8))
    return Pool(tuple(map(Image, several)), tuple(Path(f"{n}.png") for n in range(count)))


PAIRS = Pairs(waves(), Degradation(told=0.7, coded=64), 1, crop=32, batch=6, seed=7, reuse=8)


@given(step=st.integers(0, 10_000), ranks=st.sampled_from([1, 2, 3, 6]))
@settings(max_examples=5, deadline=None)
def test_seed_and_step_alone_decide(step: int, ranks: int) -> None:
    """Whoever makes it, and whatever was made before: a run resumes anywhere."""
    used = replace(PAIRS)
    for before in range(max(0, step - 2), step):
        used.at(before)
    batch = used.at(step)
    shares = [replace(PAIRS, rank=rank, ranks=ranks).at(step) for rank in range(ranks)]
    for name in ("shown", "wanted", "facts"):
        parts = torch.stack([getattr(share, name) for share in shares], 1).flatten(0, 1)
        assert torch.equal(parts, getattr(batch, name))
    assert batch.facts.shape == (6, len(FACTS))
    assert batch.shown.shape == batch.wanted.shape == (6, 3, 32, 32)
    assert not torch.equal(replace(PAIRS, seed=8).at(step).shown, batch.shown)


def test_shown_is_a_decode_of_what_is_wanted() -> None:
    """Close to it, but not it; nothing of 8 bits is lost on the way."""
    batch = PAIRS.at(3)
    error = (batch.shown - batch.wanted).square().mean((1, 2, 3))
    assert float(error.min()) > 1e-6
    assert float(error.max()) < 0.03
    assert float((batch.shown * 255 - (batch.shown * 255).round()).abs().max()) < 1e-3


@pytest.mark.parametrize("told", [0.0, 0.7, 1.0])
def test_told_and_forgotten(told: float) -> None:
    """The share that is told all; of the rest a third each lacks one, two and all facts."""
    facts = vector(FileFacts("avif", bpp=0.7, quantiser=99.0, subsampling="4:2:0"))
    pictures = CodedPictures(waves(), 64, 32, seed=0, told=told)
    draw = np.random.default_rng(2)
    some = [pictures._some(facts, draw) for _ in range(3000)]  # noqa: SLF001  (the law of it)
    kinds = (facts, forget(facts), forget(facts, codec=True), np.zeros_like(facts))
    shares = [np.mean([np.array_equal(one, kind) for one in some]) for kind in kinds]
    assert shares == pytest.approx([told, *[(1 - told) / 3] * 3], abs=0.03)


def test_a_picture_serves_as_many_crops_as_said() -> None:
    """On average, and few are kept."""
    pairs = replace(PAIRS, reuse=4)
    made: set[int] = set()
    pictures = pairs._coded  # noqa: SLF001  (what was ever made)
    for step in range(200):
        pairs.at(step)
        made |= pictures._window.keys()  # noqa: SLF001
        assert len(pictures._window) <= 64 + 16 * 6 // 4 + 2  # noqa: SLF001
    assert 290 < len(made) <= max(made) + 1 <= 1200 // 4 + 64


def test_crops_begin_at_even_places_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also at the last one; so the chroma grid of 4:2:0 is where it always is."""
    places = set()

    def noted(
        whole: coded.Sample, top: int, left: int, side: int, facts: coded.Facts
    ) -> coded.Sample:
        places.add((top, left))
        return cut(whole, top, left, side, facts)

    monkeypatch.setattr(coded, "cut", noted)
    monkeypatch.setattr(coded, "drawn", lambda _: (None, Jpeg(50)))
    pictures = CodedPictures(waves(), 64, 32, seed=0, reuse=10_000)
    draw = np.random.default_rng(0)
    for _ in range(2500):
        pictures.sample(0, draw)
    assert {top for top, _ in places} == {left for _, left in places} == set(range(0, 33, 2))


def test_facts_are_those_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bits per pixel, quantiser and codec of the coded square, whatever the crop."""
    codec = Jpeg(35, "4:4:4")
    monkeypatch.setattr(coded, "drawn", lambda _: (None, codec))
    monkeypatch.setattr(coded, "GREY", 0.0)
    monkeypatch.setattr(coded, "GRAIN", 0.0)
    flat = Pool((Image(np.full((64, 64, 3), 99, np.uint8)),), (Path("a.png"),))
    pictures = CodedPictures(flat, 64, 16, seed=0)
    data = codec.encode(flat.pictures[0])
    sample = pictures.sample(0, np.random.default_rng(0))
    assert np.array_equal(sample.facts, vector(read_facts(data)))
    assert np.array_equal(sample.shown.samples, codec.decode(data).samples[:16, :16])


def test_jpeg_of_jpeg_is_off_the_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clean and shown are cut alike, and facts are those of the second file."""
    monkeypatch.setattr(coded, "drawn", lambda _: (Jpeg(95), Jpeg(100, "4:4:4")))
    monkeypatch.setattr(coded, "GREY", 0.0)
    monkeypatch.setattr(coded, "GRAIN", 0.0)
    pictures = CodedPictures(waves(), 64, 32, seed=3)
    wholes = [pictures._kept(0, n) for n in range(12)]  # noqa: SLF001
    shapes = {whole.clean.samples.shape for whole in wholes}
    assert len(shapes) > 3
    for whole in wholes:
        assert 57 <= min(whole.clean.samples.shape[:2]) <= 64
        off = np.abs(whole.clean.samples.astype(int) - whole.shown.samples).mean()
        assert off < 3
        assert whole.facts[6] == 0


def test_what_is_drawn() -> None:
    """Codecs as often as said, JPEG of JPEG for a tenth, settings in range, some without colour."""
    draw = np.random.default_rng(1)
    several = [drawn.drawn(draw) for _ in range(4000)]
    for name, share in drawn.SHARES.items():
        mine: list[Codec] = [codec for _, codec in several if codec.name == name]
        assert len(mine) / 4000 == pytest.approx(share, abs=0.03)
    jpegs = [(first, codec) for first, codec in several if isinstance(codec, Jpeg)]
    assert np.mean([first is not None for first, _ in jpegs]) == pytest.approx(0.1, abs=0.03)
    assert {min(c.quality for _, c in jpegs), max(c.quality for _, c in jpegs)} == {5, 95}
    assert {codec.subsampling for _, codec in jpegs} == {"4:2:0", "4:2:2", "4:4:4"}
    assert sum(drawn.SHARES.values()) == pytest.approx(1)
    assert set(drawn.SHARES) == set(CODECS)
    efforts = [codec.effort for _, codec in several if isinstance(codec, JpegXl)]
    assert np.mean([effort == JpegXl().effort for effort in efforts]) == pytest.approx(0.5, abs=0.1)
    pictures = CodedPictures(waves(), 64, 32, seed=0)
    wholes = [pictures._kept(0, n) for n in range(100)]  # noqa: SLF001
    without = [np.ptp(whole.clean.samples.astype(int), axis=2).max() == 0 for whole in wholes]
    assert 0.03 < np.mean(without) < 0.25


def test_grain_is_what_its_docstring_says() -> None:
    """Mostly in brightness, 1 to 7 of 255, without a bias; two kinds, fine and coarse."""
    draw = np.random.default_rng(2)
    flat = np.full((64, 64, 3), 128, np.uint8)
    spread, kinship = [], []
    for _ in range(200):
        noise = drawn.grained(flat, draw).astype(float) - 128
        assert abs(noise.mean()) < 0.6
        light = noise.mean(axis=2)
        assert light.std() > (noise - light[:, :, np.newaxis]).std()
        spread.append(noise.std())
        kinship.append(np.corrcoef(light[:, 1:].ravel(), light[:, :-1].ravel())[0, 1])
    assert 0.9 < min(spread) < 1.6
    assert 6 < max(spread) < 7.2
    coarse = np.array(kinship) > 0.25
    assert 0.35 < coarse.mean() < 0.65
    assert drawn.grained(flat[:, :, :1], draw).shape == (64, 64, 1)


def test_validation_has_every_codec() -> None:
    """One crop of each picture through each, always the same, told all; gains by codec."""
    pairs = replace(PAIRS, pool=waves(3))
    one, two = Validation.of(pairs), Validation.of(pairs)
    assert one.kinds == CODECS * 3
    for first, second in zip(one.batches, two.batches, strict=True):
        assert torch.equal(first.shown, second.shown)
        assert first.wanted.shape == (1, 3, 64, 64)
        assert float(first.facts[0, :5].sum()) == 1

    class Darker(torch.nn.Module):
        """Takes a little off."""

        def __init__(self) -> None:
            super().__init__()
            self.less = torch.nn.Parameter(torch.tensor(0.1))

        def forward(self, x: torch.Tensor, facts: torch.Tensor) -> torch.Tensor:
            return x - self.less * facts[:, 1].view(-1, 1, 1, 1)

    scores, _ = one.score(Darker())
    gains = dict(scores.gains)
    assert tuple(gains) == CODECS
    assert gains["webp"] < -1
    assert all(gain == 0 for name, gain in gains.items() if name != "webp")
    assert scores.gain == pytest.approx(sum(gains.values()) / 5)


def test_blind_pairs_have_no_facts() -> None:
    """A recipe that tells nothing."""
    assert replace(PAIRS, degradation=Degradation(coded=64)).at(0).facts.shape == (6, 0)


@pytest.mark.parametrize(
    ("settings_", "message"),
    [
        ({"chain": "jpeg:quality=5"}, "coded stands alone"),
        ({"margin": 8}, "coded stands alone"),
        ({"sigma": (1.0, 2.0)}, "coded stands alone"),
        ({"coded": 100}, "coded must be crop \\+ 8 or more, not 100"),
        ({"coded": -1}, "coded must be 0 or more"),
    ],
)
def test_recipes_that_mean_nothing(settings_: dict[str, object], message: str) -> None:
    """Refused in one line."""
    values = {"name": "a", "task": "", "net": "plain", "data": ("b",), "crop": 96, "coded": 512}
    with pytest.raises(TrainingError, match=message):
        Recipe(**(values | settings_))  # type: ignore[arg-type]


def test_coded_needs_a_net_that_keeps_the_size() -> None:
    """Said before pictures are loaded."""
    ours = Recipe(name="a", task="", net="srvgg", data=("b",), coded=512)
    with pytest.raises(TrainingError, match="coded needs a net that keeps the size"):
        check(ours, scale=4, multiple=1)
