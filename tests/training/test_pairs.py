"""Batches: fixed by seed and step, aligned, degraded as said, and never late or out of order."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from recoup.errors import ChainError
from recoup.filters.smooth import Blur
from recoup.image import Image
from recoup.training.feed import Feed
from recoup.training.pairs import Degradation, Pairs, whole
from recoup.training.pool import Pool


def textures(count: int = 4, side: int = 72) -> Pool:
    """Pictures of coloured noise."""
    draw = np.random.default_rng(5)
    several = [draw.integers(0, 256, (side, side + 8, 3), np.uint8) for _ in range(count)]
    return Pool(tuple(map(Image, several)), tuple(Path(f"{n}.png") for n in range(count)))


def pairs(degradation: Degradation, *, scale: int = 1, crop: int = 32, batch: int = 6) -> Pairs:
    """Pairs of textures."""
    return Pairs(textures(), degradation, scale, crop=crop, batch=batch, seed=7)


NOISY = pairs(Degradation("jpeg:quality=30", sigma=(0, 50), told=0.5, margin=8))


@given(step=st.integers(0, 10_000), ranks=st.sampled_from([1, 2, 3, 6]))
@settings(max_examples=10, deadline=None)
def test_seed_and_step_alone_decide(step: int, ranks: int) -> None:
    """The same again, whoever makes it; the shares of several ranks are the whole batch."""
    batch = NOISY.at(step)
    shares = [replace(NOISY, rank=rank, ranks=ranks).at(step) for rank in range(ranks)]
    for name in ("shown", "wanted", "facts"):
        parts = torch.stack([getattr(share, name) for share in shares], 1).flatten(0, 1)
        assert torch.equal(parts, getattr(batch, name))


@given(step=st.integers(0, 10_000))
@settings(max_examples=5, deadline=None)
def test_reused_crops_depend_on_seed_and_step_alone(step: int) -> None:
    """With a window that is full, or empty as after resuming."""
    reused = replace(NOISY, reuse=4)
    for before in range(max(0, step - 3), step):
        reused.at(before)
    fresh = replace(NOISY, reuse=4).at(step)
    for name in ("shown", "wanted", "facts"):
        assert torch.equal(getattr(reused.at(step), name), getattr(fresh, name))


def test_each_crop_is_used_as_often_as_said() -> None:
    """On average; turned with what it should become, and never kept for long."""
    reused = replace(pairs(Degradation("area:1/4"), scale=4, batch=4), reuse=4)
    made: set[int] = set()
    for step in range(200):
        batch = reused.at(step)
        means = batch.wanted.reshape(4, 3, 8, 4, 8, 4).mean((3, 5))
        assert float((means - batch.shown).abs().max()) <= 1 / 255 + 1e-6
        made |= reused._window.keys()  # noqa: SLF001  (what was ever made)
        assert len(reused._window) <= 5 * 16  # noqa: SLF001
    assert 800 / len(made) == pytest.approx(4, rel=0.3)


def test_steps_and_seeds_differ() -> None:
    """Another step or seed, other crops."""
    batch = NOISY.at(3)
    for other in (NOISY.at(4), replace(NOISY, seed=8).at(3)):
        assert not torch.equal(batch.wanted, other.wanted)


@pytest.mark.parametrize("margin", [0, 8])
def test_aligned_at_scale_1(margin: int) -> None:
    """A chain that does nothing shows what is wanted."""
    for chain in ("", "identity"):
        batch = pairs(Degradation(chain, margin=margin)).at(0)
        assert torch.equal(batch.shown, batch.wanted)
        assert batch.facts.shape == (6, 0)


@pytest.mark.parametrize("margin", [0, 8])
def test_aligned_at_scale_4(margin: int) -> None:
    """Each sample shown is the mean of the 4 x 4 that are wanted, rounded once or twice."""
    batch = pairs(Degradation("area:1/4", margin=margin), scale=4).at(0)
    means = batch.wanted.reshape(6, 3, 8, 4, 8, 4).mean((3, 5))
    assert float((means - batch.shown).abs().max()) <= 1 / 255 + 1e-6


def test_borders_are_not_learnt() -> None:
    """With a margin the crop is degraded as if the picture went on, as it does."""
    base = pairs(Degradation("blur:2", margin=8))
    with_margin = base.at(0)
    for n in range(6):
        draw = np.random.Generator(np.random.PCG64([7, 0, n]))
        larger = base.pool.crop(48, draw)
        blurred = Blur(2).apply(larger).samples[8:-8, 8:-8]
        shown = (with_margin.shown[n] * 255).round().byte().permute(1, 2, 0).numpy()
        assert np.array_equal(shown, blurred)


def test_noise_has_its_strength_and_is_told() -> None:
    """Mean and spread as asked; a file's noise is whole numbers, the literature's is not."""
    grey = Pool((Image(np.full((80, 80, 3), 128, np.uint8)),), (Path("a.png"),))
    for clipped in (0.0, 1.0):
        degradation = Degradation(sigma=(25, 25), clipped=clipped, told=1.0)
        batch = Pairs(grey, degradation, 1, crop=64, batch=8, seed=0).at(0)
        noise = (batch.shown - batch.wanted) * 255
        assert float(noise.mean()) == pytest.approx(0, abs=0.3)
        assert float(noise.std()) == pytest.approx(25, rel=0.01)
        assert torch.equal(batch.facts, torch.tensor([[1.0, 0.5]] * 8))
        whole_numbers = (noise - noise.round()).abs().max() < 1e-3
        assert bool(whole_numbers) == bool(clipped)


def test_half_are_told() -> None:
    """What is not told is two zeros."""
    batch = pairs(Degradation(sigma=(10, 50), told=0.5), batch=200, crop=16).at(0)
    told = batch.facts[:, 0]
    assert 60 < float(told.sum()) < 140
    assert torch.equal(batch.facts[told == 0], torch.zeros(int((told == 0).sum()), 2))
    assert float(batch.facts[told == 1][:, 1].min()) >= 0.2


def test_every_crop_has_noise_of_its_own() -> None:
    """Seeds of a chain's filters are drawn anew for each crop."""
    flat = Pool((Image(np.full((80, 80, 3), 128, np.uint8)),), (Path("a.png"),))
    batch = Pairs(flat, Degradation("noise:sigma=20"), 1, crop=32, batch=2, seed=0).at(0)
    assert not torch.equal(batch.shown[0], batch.shown[1])


def test_chains_that_do_not_fit() -> None:
    """A degradation must undo the net's scale."""
    with pytest.raises(ChainError, match="times the size"):
        whole("area:1/2", 4)
    with pytest.raises(ChainError, match="blurr"):
        pairs(Degradation("blurr:2")).at(0)


@pytest.mark.parametrize("threads", [1, 3])
def test_feed_keeps_the_order(threads: int) -> None:
    """Whatever the number of threads; what is not wanted is not waited for."""
    small = pairs(Degradation(), batch=1, crop=16)
    for number, batch in zip(range(5, 9), Feed(small, range(5, 9), threads=threads), strict=True):
        assert torch.equal(batch.wanted, small.at(number).wanted)
    assert len(list(islice(Feed(small, range(10**9), threads=threads), 3))) == 3


REUSED = replace(pairs(Degradation("median:3"), batch=48, crop=16), reuse=4)


def test_threads_share_a_window() -> None:
    """Four that make batches of reused crops give what one gives."""
    shared, alone = replace(REUSED), replace(REUSED)
    for number, batch in zip(range(2, 10), Feed(shared, range(2, 10), threads=4), strict=True):
        wanted = alone.at(number)
        assert torch.equal(batch.shown, wanted.shown)
        assert torch.equal(batch.wanted, wanted.wanted)


def test_a_thread_that_lags_makes_nothing_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What batches of a few steps before drew is still there."""
    reused = replace(REUSED)
    batches = [reused.at(step) for step in range(6)]
    monkeypatch.setattr(Pairs, "_made", None)
    for step, batch in enumerate(batches):
        assert torch.equal(reused.at(step).shown, batch.shown)


class Emptied(dict[int, Any]):
    """A window out of which another thread takes whatever is put in, at once."""

    def __setitem__(self, number: int, made: object) -> None:
        """Forget it."""


def test_another_thread_may_drop_what_this_one_made() -> None:
    """Of a window of crops and of one of coded pictures."""
    coded = Pairs(textures(), Degradation(coded=64, told=1.0), 1, crop=32, batch=2, seed=7, reuse=4)
    for several in (REUSED, coded):
        used, fresh = replace(several), replace(several)
        holder = used._coded if several is coded else used  # noqa: SLF001
        object.__setattr__(holder, "_window", Emptied())
        assert torch.equal(used.at(3).shown, fresh.at(3).shown)


def test_feed_hands_on_what_went_wrong() -> None:
    """An error in a thread is raised where the batch is taken."""
    with pytest.raises(ChainError):
        list(Feed(pairs(Degradation("area:1/2")), range(3), threads=1))
