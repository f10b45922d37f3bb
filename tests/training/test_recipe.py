"""Recipes: what ships starts, what is wrong is refused, and a recipe's hash stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from recoup.errors import TrainingError
from recoup.training.build import build
from recoup.training.optimise import optimisers
from recoup.training.pairs import Pairs
from recoup.training.pool import pool
from recoup.training.recipe import Recipe, recipe, recipes
from recoup.training.run import Run
from recoup.training.start import check

NEEDED = 'name = "a"\ntask = "b"\nnet = "plain"\ndata = ["c"]\n'


@pytest.mark.parametrize("name", recipes())
@pytest.mark.usefixtures("random_lpips")
def test_every_recipe_starts(name: str, photos: tuple[Path, ...], tmp_path: Path) -> None:
    """A step on a small crop changes the weights, and validation scores them."""
    whole = recipe(name)
    assert whole.name == name
    net = build(whole.net, seed=0)
    check(whole, scale=net.scale, multiple=net.multiple)
    margin = min(whole.margin, 2 * net.scale)
    small = replace(whole, crop=32, margin=margin, batch=1, zoom=(1,), held_out=1)
    small = replace(small, coded=min(whole.coded, 64))
    if whole.start:
        first = build(recipe(whole.start).net, seed=0)  # one that does not fit is refused below
        torch.save(first.state_dict(), tmp_path / "start.pth")
        small = replace(small, start=str(tmp_path / "start.pth"))
    run = Run(small, photos, tmp_path / "run")
    loss = run._step(run.pairs.at(0))  # noqa: SLF001  (the checkpoint of the largest is 0.5 GB)
    assert 0 < abs(loss) < 10  # minus PSNR is below 0
    before, after = net.state_dict(), run.net.state_dict()
    assert any(bool((before[name] != after[name]).any()) for name in before)
    scores, given = run.validation.score(run.mean)
    assert scores.lpips is not None
    assert given[0].shape == run.validation.batches[0].wanted.shape


@pytest.mark.parametrize("name", recipes())
def test_no_recipe_listens_to_the_hardest_crops_alone(name: str) -> None:
    """Where strengths vary, squared error is not what the last steps make small."""
    one = recipe(name)
    varies = one.sigma[0] < one.sigma[1] or one.coded or one.chain == "high-order"
    assert not varies or "l2" not in (one.loss, one.last if one.sharpen else one.loss)


def test_swinir_as_published() -> None:
    """L1 to the end."""
    one = recipe("swinir-light")
    assert one.loss == "l1"
    assert not one.sharp(one.steps - 1)


def test_hashes_stay() -> None:
    """A checkpoint is its recipe's for ever: settings that are added later change no hash."""
    assert Recipe.read(NEEDED).sha256 == (
        "4ac90dbdf92d104e780b6ac3fbe2c6dc37256c5b89589fb1fac37ecc818b3458"
    )
    assert Recipe.read(NEEDED + "steps = 10000").sha256 == Recipe.read(NEEDED).sha256
    assert Recipe.read(NEEDED + "steps = 9").sha256 != Recipe.read(NEEDED).sha256


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("speed = 1", "a recipe has no speed; it has name, task"),
        ("steps = 1.5", "steps cannot be 1.5"),
        ("steps = true", "steps cannot be True"),
        ("steps = 0", "steps must be above 0, not 0"),
        ("rate = nan", "rate cannot be nan"),
        ("ema = 1.5", "ema must be a share, 0 to 1, not 1.5"),
        ("margin = -4", "margin must be 0 or more, not -4"),
        ("sigma = [5]", r"sigma is \[least, most\], not \[5.0\]"),
        ("sigma = [5, 1]", r"sigma is \[least, most\], not \[5.0, 1.0\]"),
        ("zoom = [0]", "zoom is a list of whole numbers above 0"),
        ("crop = 8", "crop must be 16 or more"),
        ("crop = 40\nadversarial = 0.1", "a multiple of 32 beside a perceptual or"),
        ('loss = "l3"', "loss is one of l1, l2, charbonnier, psnr, not 'l3'"),
        ('optimiser = ["adam"]', "optimiser is one of muon, adam, adamw"),
        ("steps = ", "not TOML"),
    ],
)
def test_refusals(line: str, message: str) -> None:
    """One line that says which setting, and what it may be."""
    with pytest.raises(TrainingError, match=message):
        Recipe.read(NEEDED + line)
    with pytest.raises(TrainingError, match="data must name a set or a folder"):
        Recipe.read(NEEDED.replace('["c"]', "[]"))


def test_files(tmp_path: Path) -> None:
    """A file is read as a recipe; its name is in every message."""
    path = tmp_path / "mine.toml"
    with pytest.raises(TrainingError, match=r"mine\.toml: cannot be read"):
        recipe(str(path))
    path.write_text(NEEDED, encoding="utf-8")
    assert recipe(str(path)).net == "plain"
    path.write_text("steps = 1", encoding="utf-8")
    with pytest.raises(TrainingError, match=r"mine\.toml: a recipe needs name, task, net, data"):
        recipe(str(path))
    with pytest.raises(TrainingError, match="no recipe is called 'dncn'; there are deblock, "):
        recipe("dncn")


def test_muon_leaves_what_is_no_kernel_to_adamw() -> None:
    """Every weight is trained, each by one optimiser."""
    net = build("plain:width=8,blocks=1,facts=2", seed=0)
    groups = [one.param_groups[0]["params"] for one in optimisers(net, "muon", rate=1, rest=1)]
    assert [min(weights.ndim for weights in group) for group in groups] == [2, 1]
    assert sum(len(group) for group in groups) == len(list(net.parameters()))


def test_pairs_of_a_recipe_have_its_sizes(photos: tuple[Path, ...]) -> None:
    """A net that enlarges by 4 is shown crops of a quarter of the side."""
    ours = replace(recipe("swinir-light-seed-x4"), crop=64, margin=8)
    pictures = pool(photos, side=80)
    batch = Pairs(pictures, ours.degradation, 4, crop=64, batch=2, seed=0).at(0)
    assert batch.shown.shape == (2, 3, 16, 16)
    assert batch.wanted.shape == (2, 3, 64, 64)
