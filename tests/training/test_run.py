"""A run: it learns, it goes on exactly where it stood, and it refuses what is not its own."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from recoup.errors import TrainingError
from recoup.training.checkpoint import read_checkpoint
from recoup.training.optimise import Optimiser
from recoup.training.progress import Progress
from recoup.training.recipe import Recipe
from recoup.training.run import Run

NOISE = Recipe(
    name="tiny", task="noise", net="plain:width=8,blocks=1", data=("-",), sigma=(30, 30),
    crop=32, batch=4, steps=12, held_out=2, validate_every=5, checkpoint_s=0.0,
)  # fmt: skip
CRITIC = replace(
    NOISE, optimiser="adam", rate=1e-3, adversarial=0.1, critic=2, critic_rate=1e-3, sharpen=0.0
)
CODED = replace(
    NOISE, net="plain:width=8,blocks=1,facts=12", sigma=(0, 0), coded=64, told=0.7, reuse=4
)
ENLARGE = replace(NOISE, net="srvgg:width=8,convs=1", chain="area:1/4", sigma=(0, 0))


def weights(path: Path) -> dict[str, Tensor]:
    """Tensors of a checkpoint."""
    return read_checkpoint(path)[1]


def same(one: Path, two: Path) -> bool:
    """Whether two checkpoints hold the same tensors, to the bit."""
    first, second = weights(one), weights(two)
    return first.keys() == second.keys() and all(torch.equal(first[n], second[n]) for n in first)


def trained(recipe: Recipe, paths: tuple[Path, ...], folder: Path, **how: Any) -> Run:  # noqa: ANN401
    """A run that was trained."""
    run = Run(recipe, paths, folder)
    run.train(**how)
    return run


def stopper(step: int) -> tuple[Callable[[], bool], Callable[[Progress], None]]:
    """What stops a run after a step."""
    seen = [0]
    return lambda: seen[0] >= step, lambda progress: seen.__setitem__(0, progress.step)


@pytest.mark.parametrize("optimiser", ["muon", "adamw"])
def test_it_learns(optimiser: Optimiser, photos: tuple[Path, ...], tmp_path: Path) -> None:
    """A hundred steps take a good part of the noise away; the sheet shows it."""
    recipe = replace(
        NOISE, steps=100, validate_every=50, net="plain:width=16,blocks=1",
        optimiser=optimiser, rate=8e-3 if optimiser == "muon" else 3e-3,
    )  # fmt: skip
    told: list[Progress] = []
    run = trained(recipe, photos, tmp_path, progress=told.append)
    assert [progress.step for progress in told] == list(range(1, 101))
    last = told[-1].scores
    assert last is not None
    assert last.gain > 3
    assert run.state.best == max(p.scores.psnr for p in told if p.scores)
    assert [point.step for point in run.state.curve] == [50, 100]
    assert (tmp_path / "sheet.png").stat().st_size > 1000
    assert told[-1].sheet is not None
    state, best = read_checkpoint(run.best)
    assert state.best == run.state.best
    run.mean.load_state_dict(best)
    assert run.validation.score(run.mean)[0].psnr == run.state.best


@pytest.mark.parametrize(
    "recipe", [NOISE, CRITIC, ENLARGE, CODED], ids=["muon", "critic", "enlarge", "coded"]
)
def test_stopped_and_resumed_is_the_same(
    recipe: Recipe, photos: tuple[Path, ...], tmp_path: Path
) -> None:
    """Weights, running mean, optimisers, critic and the best, to the bit; so is the curve."""
    whole = trained(recipe, photos, tmp_path / "whole")
    for step in (1, 7, 100):
        stop, progress = stopper(step)
        run = trained(recipe, photos, tmp_path / "parts", stop=stop, progress=progress, feeders=2)
        assert run.state.step == min(step, recipe.steps)
    for name in ("last", "best"):
        files = [tmp_path / way / f"{name}.safetensors" for way in ("whole", "parts")]
        assert same(*files)
    steps_scores = [
        [(p.step, p.psnr) for p in read_checkpoint(tmp_path / way / "last.safetensors")[0].curve]
        for way in ("whole", "parts")
    ]
    assert steps_scores[0] == steps_scores[1]
    gains = read_checkpoint(tmp_path / "parts" / "last.safetensors")[0].curve[-1].gains
    assert bool(gains) == bool(recipe.coded)
    again = trained(recipe, photos, tmp_path / "parts")
    assert again.state == replace(again.state, step=recipe.steps)
    assert same(whole.last, again.last)


def toml(recipe: Recipe, folder: Path) -> str:
    """A recipe as a file."""
    default = Recipe(name="", task="", net="", data=("-",))
    values = {n: v for n, v in vars(recipe).items() if v != getattr(default, n) or n == "data"}
    lines = [f"{n} = {list(v) if isinstance(v, tuple) else repr(v)}" for n, v in values.items()]
    path = folder / "tiny.toml"
    path.write_text("\n".join(lines).replace("'", '"'), encoding="utf-8")
    assert replace(Recipe.read(path.read_text("utf-8")), data=recipe.data) == recipe
    return str(path)


def command(recipe: Recipe, photos: tuple[Path, ...], folder: Path, out: str) -> list[str]:
    """The command that trains it."""
    return [
        *("-m", "recoup", "train", toml(recipe, folder), "--data", str(photos[0].parent)),
        *("--out", str(folder / out), "--threads", "1"),
    ]


def test_killed_at_random(photos: tuple[Path, ...], tmp_path: Path) -> None:
    """``kill -9`` twice: the weights of a run that was left alone."""
    recipe = replace(CRITIC, steps=150, validate_every=60, checkpoint_s=0.05)
    trained(recipe, photos, tmp_path / "whole")
    dice = random.Random(4)
    last = tmp_path / "killed" / "last.safetensors"
    kills = 0
    for _ in range(2):
        before = last.stat().st_mtime_ns if last.exists() else 0
        process = subprocess.Popen(
            [sys.executable, *command(recipe, photos, tmp_path, "killed")], stdout=-3, stderr=-3
        )
        while process.poll() is None and (not last.exists() or last.stat().st_mtime_ns == before):
            time.sleep(0.01)
        time.sleep(dice.uniform(0, 0.3))
        kills += process.poll() is None
        process.kill()
        process.wait()
        assert read_checkpoint(last)[0].step > 0
    assert kills
    end = subprocess.run(
        [sys.executable, *command(recipe, photos, tmp_path, "killed")],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "going on from step" in end.stderr
    for name in ("last", "best"):
        assert same(tmp_path / "whole" / f"{name}.safetensors", last.with_stem(name))


def test_several_processes_are_one(photos: tuple[Path, ...], tmp_path: Path) -> None:
    """Two that share each batch give the weights of one with the whole, but for rounding."""
    recipe = replace(CRITIC, steps=6, checkpoint_s=60)
    trained(recipe, photos, tmp_path / "one")
    launch = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    subprocess.run(
        [sys.executable, *launch, *command(recipe, photos, tmp_path, "two")],
        check=True, capture_output=True, env=environment,
    )  # fmt: skip
    one, two = (weights(tmp_path / way / "last.safetensors") for way in ("one", "two"))
    assert one.keys() == two.keys()
    for name, value in one.items():
        torch.testing.assert_close(two[name], value, atol=1e-5, rtol=1e-4)
    assert (tmp_path / "two" / "best.safetensors").exists()


def test_full_disk(photos: tuple[Path, ...], tmp_path: Path) -> None:
    """One line, and the last checkpoint is whole."""
    code = """
import resource, sys
from pathlib import Path
from recoup.errors import TrainingError
from recoup.training.recipe import recipe
from recoup.training.run import Run
run = Run(recipe(sys.argv[1]), sorted(Path(sys.argv[2]).iterdir()), Path(sys.argv[3]))
def fill(progress):
    if progress.step == 3:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    run.train(progress=fill)
except TrainingError as error:
    print(error)
"""
    arguments = (toml(NOISE, tmp_path), str(photos[0].parent), str(tmp_path / "run"))
    recipe = Recipe.read((tmp_path / "tiny.toml").read_text("utf-8"))
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True
    )
    assert done.stdout.startswith("the last checkpoint stands, the new one failed: ")
    assert "last.safetensors: cannot be written: File too large" in done.stdout
    assert read_checkpoint(tmp_path / "run" / "last.safetensors")[0].step == 3
    assert not list((tmp_path / "run").glob(".*"))
    resumed = trained(recipe, photos, tmp_path / "run")
    trained(recipe, photos, tmp_path / "whole")
    assert same(resumed.last, tmp_path / "whole" / "last.safetensors")


def test_prolonged(photos: tuple[Path, ...], tmp_path: Path) -> None:
    """A finished run goes on from before it slowed down, as if it had been meant to be longer."""
    short = replace(NOISE, steps=20, warmup=0.0, sharpen=1.0, validate_every=10)
    long = replace(short, steps=40)
    run = trained(short, photos, tmp_path / "run")
    assert read_checkpoint(run.steady)[0].step == 16
    longer = Run(long, photos, tmp_path / "run")
    assert longer.state.step == 16
    assert longer.state.best == run.state.best
    longer.train()
    trained(long, photos, tmp_path / "whole")
    assert same(longer.last, tmp_path / "whole" / "last.safetensors")
    with pytest.raises(TrainingError, match="a run with another recipe"):
        Run(replace(short, steps=18), photos, tmp_path / "run")


def test_another_run_is_refused(photos: tuple[Path, ...], tmp_path: Path) -> None:
    """Another recipe, other pictures, or a damaged checkpoint."""
    run = trained(replace(NOISE, steps=2), photos, tmp_path)
    with pytest.raises(TrainingError, match="a run with another recipe; give another folder"):
        Run(replace(NOISE, steps=2, seed=1), photos, tmp_path)
    with pytest.raises(TrainingError, match="a run with another choice of training pictures"):
        Run(replace(NOISE, steps=2), photos[1:], tmp_path)
    run.last.write_bytes(b"torn")
    with pytest.raises(TrainingError, match=r"last\.safetensors: no checkpoint that can be read"):
        Run(replace(NOISE, steps=2), photos, tmp_path)


@pytest.mark.parametrize(("changes", "message"), [
    ({"net": "plane"}, "net = 'plane': no net is called 'plane'"),
    ({"crop": 33}, "crop must be a multiple of 2"),
    ({"net": "srvgg:width=8", "margin": 2}, "margin of 4 for net"),
    ({"crop": 128}, "training needs at least 4 pictures, there are 0; left out: .*128 pixels"),
    ({"start": "first"}, "first: recoup train first --out"),
    ({"start": "none.pth"}, "none.pth: the weights to start from are not there"),
])  # fmt: skip
def test_what_cannot_be_trained(
    changes: dict[str, Any], message: str, photos: tuple[Path, ...], tmp_path: Path
) -> None:
    """Said before anything is written."""
    with pytest.raises(TrainingError, match=message):
        Run(replace(NOISE, **changes), photos, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_second_stage_starts_from_the_first(photos: tuple[Path, ...], tmp_path: Path) -> None:
    """By the name of a run beside it; weights of another net are refused."""
    first = trained(replace(NOISE, steps=4), photos, tmp_path / "first")
    second = Run(replace(NOISE, start="first", rate=1e-4), photos, tmp_path / "second")
    best = weights(first.best)
    assert all(torch.equal(best[n], value) for n, value in second.net.state_dict().items())
    with pytest.raises(TrainingError, match="not the weights of this recipe's net"):
        Run(replace(ENLARGE, start=str(first.best)), photos, tmp_path / "third")


def test_no_number_stops_the_run(photos: tuple[Path, ...], tmp_path: Path) -> None:
    """What was written before stays."""
    recipe = replace(NOISE, optimiser="adam", rate=1e30, warmup=0.0)
    with pytest.raises(TrainingError, match=r"the gradient is no number.*Lower rate"):
        trained(recipe, photos, tmp_path)
    assert read_checkpoint(tmp_path / "last.safetensors")[0].step > 0


def test_threads_are_kept(photos: tuple[Path, ...], tmp_path: Path) -> None:
    """Those of the steps that were done last."""
    recipe = replace(NOISE, steps=2)
    stop, progress = stopper(1)
    Run(recipe, photos, tmp_path).train(stop=stop, progress=progress)
    run = Run(recipe, photos, tmp_path, threads=2)
    assert run.state.threads == 1
    assert run.train().threads == read_checkpoint(run.last)[0].threads == 2
    assert Run(recipe, photos, tmp_path).train().threads == 2, "no step was done with 1"


@pytest.mark.parametrize("half", [True, False])
def test_it_goes_on_in_the_precision_that_it_began_in(
    *, half: bool, photos: tuple[Path, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is timed once; another outcome later would be another run."""
    recipe = replace(NOISE, steps=3, precision="bf16")
    monkeypatch.setattr("recoup.training.run.pays", lambda *_: half)
    whole = trained(recipe, photos, tmp_path / "whole")
    stop, progress = stopper(1)
    Run(recipe, photos, tmp_path / "parts").train(stop=stop, progress=progress)
    monkeypatch.setattr("recoup.training.run.pays", lambda *_: not half)
    parts = trained(recipe, photos, tmp_path / "parts")
    assert parts.state.half is whole.state.half is half
    assert same(parts.last, whole.last)


def test_half_precision(
    photos: tuple[Path, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bfloat16 learns like float32."""
    monkeypatch.setattr("recoup.training.run.pays", lambda *_: True)
    told: list[Progress] = []
    recipe = replace(NOISE, steps=60, precision="bf16", validate_every=60)
    trained(recipe, photos, tmp_path, progress=told.append)
    assert told[-1].scores is not None
    assert told[-1].scores.gain > 2
