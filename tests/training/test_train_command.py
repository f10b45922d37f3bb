"""``recoup train``: from a recipe to a model, stopped and refused in one line."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from recoup import Image, Picture, load, save
from recoup.__main__ import main
from recoup.cli import training
from recoup.codecs import Jpeg
from recoup.datasets import parts as split_parts
from recoup.errors import MissingError, TrainingError
from recoup.models import engine, find
from recoup.sweep import core
from recoup.training import export
from recoup.training.checkpoint import read_checkpoint
from recoup.training.data import kept_out, refuse_leaks, sources
from recoup.training.ranks import Ranks

RECIPE = """
name = "tiny"
task = "Gaussian noise"
net = "plain:width=8,blocks=1"
data = ["nowhere"]
sigma = [30, 30]
crop = 32
batch = 4
steps = {steps}
held_out = 2
validate_every = 10
"""


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe in an empty place, without sets or models."""
    monkeypatch.setenv("RECOUP_DATA", str(tmp_path / "sets"))
    monkeypatch.setenv("RECOUP_MODELS", str(tmp_path / "models"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.toml").write_text(RECIPE.format(steps=20), encoding="utf-8")
    return tmp_path


def train(*arguments: str, photos: tuple[Path, ...]) -> int:
    """The exit code of the command."""
    data = ("--data", str(photos[0].parent))
    return main(["train", "tiny.toml", *data, "--threads", "1", *arguments])


def test_to_the_end_and_installed(
    tiny: Path, photos: tuple[Path, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """One line for each validation, what was made, and a model that chains can use."""
    assert train("--export", "tiny-noise", photos=photos) == 0
    out, err = capsys.readouterr()
    assert [line.split("  ")[0] for line in out.splitlines()] == ["step 10/20", "step 20/20"]
    assert all(
        " dB (" in line and "SSIM" in line and "crops/s" in line for line in out.splitlines()
    )
    assert "2,916 weights; 6 pictures, 0.0 megapixels; 2 held out" in err
    assert "no evaluation set is here, nothing was compared; --keep-out FOLDER names one" in err
    assert "tiny-noise: PlainRes, x1, 2,916 weights" in err
    source = find("tiny-noise")[0].source
    data = shlex.quote(str(photos[0].parent))
    assert source.startswith(f"recoup train tiny.toml --data {data} --threads 1 (recoup ")
    run = tiny / "recoup-training" / "tiny"
    assert {"last.safetensors", "best.safetensors", "best.json", "sheet.png"} <= {
        path.name for path in run.iterdir()
    }
    assert (
        main(["restore", str(photos[0]), "--with", "tiny-noise", "--out", str(tiny / "out")]) == 0
    )
    restored = next((tiny / "out").iterdir())
    assert load(restored).image.samples.shape == load(photos[0]).image.samples.shape


def test_a_split_says_which_train_and_which_validate(
    tiny: Path, photos: tuple[Path, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Its test pictures are kept out; a picture that it names must be there."""
    folder = tiny / "mine"
    folder.mkdir()
    for photo in photos:
        (folder / photo.name).write_bytes(photo.read_bytes())
    assert main(["data", "split", "mine", "--shares", "5/2/1"]) == 0
    again = ["train", "tiny.toml", "--data", "mine", "--split", "split.json", "--threads", "1"]
    assert main([*again, "--export", "tiny-noise"]) == 0
    assert "; 5 pictures, 0.0 megapixels; 2 held out" in capsys.readouterr().err
    leaks = (tiny / "recoup-training" / "tiny" / "leaks.txt").read_text("utf-8")
    assert "7 training pictures compared with 1: no leak" in leaks
    card = find("tiny-noise")[0]
    assert " --data mine --split split.json --threads 1 " in card.source
    assert "7 pictures, 2 of them held out for validation" in card.data
    split_parts("split.json", "mine")["train"][0].unlink()
    assert main(again) == 2
    assert "cannot be found in mine or was changed" in capsys.readouterr().err


def test_goes_on_where_it_stands(
    tiny: Path, photos: tuple[Path, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """``--minutes`` stops after a step; the same command goes on."""
    stopped = ("--minutes", "0", "--threads", "2", "--export", "tiny-noise")
    assert train(*stopped, photos=photos) == 0
    assert "stopped at step 1; the same command goes on from here" in (
        err := capsys.readouterr().err
    )
    assert "nothing to install as tiny-noise yet: the first validation is at step 10" in err
    assert train(photos=photos) == 0
    err = capsys.readouterr().err
    assert "going on from step 1 of 20" in err
    assert "until here with --threads 2, now 1: the weights will differ" in err
    assert train("--threads", "2", "--export", "tiny-noise", photos=photos) == 0
    torch.set_num_threads(1)
    assert "until here" not in capsys.readouterr().err
    assert "with 1 thread(s) on " in find("tiny-noise")[0].measured[1]
    state = read_checkpoint(tiny / "recoup-training/tiny/last.safetensors")[0]
    assert state.step == 20


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(number: int, tiny: Path, photos: tuple[Path, ...]) -> None:
    """The step in hand is finished and written; exit code 130, and how to go on."""
    recipe = RECIPE.format(steps=100_000).replace("validate_every = 10", "validate_every = 1")
    (tiny / "tiny.toml").write_text(f"{recipe}checkpoint_s = 0.0\n", encoding="utf-8")
    last = tiny / "run" / "last.safetensors"
    out = ("--out", str(last.parent), "--export", "tiny-noise")
    arguments = ("--data", str(photos[0].parent), "--threads", "1", *out)
    process = subprocess.Popen(
        [sys.executable, "-m", "recoup", "train", "tiny.toml", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not last.exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(number)
    _, err = process.communicate()
    assert process.returncode == 130
    state = read_checkpoint(last)[0]
    assert f"stopped at step {state.step}; the same command goes on from here" in err
    assert "Traceback" not in err
    assert f"the run is not finished: tiny-noise is of step {state.best_step}" in err
    assert find("tiny-noise")[0].measured[1].startswith(f"stopped at step {state.step} of 100000")


@pytest.mark.parametrize(("name", "missing", "message"), [
    ("Tiny Noise", "", "'Tiny Noise' cannot name a model"),
    ("tiny-noise", "onnx", "exporting needs onnx: pip install"),
    ("tiny-noise", "openvino", "running a model needs openvino or onnxruntime"),
    ("tiny-noise", "models", "models: no model can be kept there: File exists"),
])  # fmt: skip
def test_what_cannot_be_installed_is_refused_at_once(
    name: str,
    missing: str,
    message: str,
    tiny: Path,
    photos: tuple[Path, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Before the first step."""
    if missing == "models":
        (tiny / "models").write_bytes(b"")
    lost = {missing, "onnxruntime"} if missing == "openvino" else {missing}
    for module in (export, engine):
        found = module.find_spec
        monkeypatch.setattr(module, "find_spec", lambda one, f=found: one not in lost and f(one))
    assert train("--export", name, photos=photos) == 2
    assert message in capsys.readouterr().err
    assert not (tiny / "recoup-training").exists()


def test_out_that_cannot_be_made(
    tiny: Path, photos: tuple[Path, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, also where the leak check comes first."""
    (tiny / "test").mkdir()
    save(Picture(Image(np.zeros((64, 64, 3), np.uint8))), tiny / "test" / "black.png")
    (tiny / "file").write_bytes(b"")
    for more in ((), ("--keep-out", "test")):
        assert train("--out", "file/run", *more, photos=photos) == 2
        err = capsys.readouterr().err
        assert "recoup: file/run: cannot be made: Not a directory" in err
        assert "Traceback" not in err


def jpeg_copy(photo: Path, folder: Path) -> Path:
    """The picture, larger and coded."""
    samples = load(photo).image.samples.repeat(2, 0).repeat(2, 1)
    folder.mkdir(parents=True)
    path = folder / "copy.jpg"
    path.write_bytes(Jpeg(quality=70).encode(Image(samples)))
    return path


@pytest.mark.parametrize("installed", [False, True])
def test_leaks_stop_it(
    installed: bool,  # noqa: FBT001
    tiny: Path,
    photos: tuple[Path, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A copy of a training picture in what is kept out, or in a fetched evaluation set."""
    folder = tiny / "sets" / "kodak" if installed else tiny / "test"
    jpeg_copy(photos[3], folder)
    more = () if installed else ("--keep-out", str(folder))
    assert train(*more, photos=photos) == 2
    err = capsys.readouterr().err
    assert "training would see what is measured: " in err
    assert "copy.jpg" in err
    assert photos[3].name in err
    assert not (tiny / "recoup-training").exists()


def test_a_clean_outcome_is_not_looked_for_twice(tiny: Path, photos: tuple[Path, ...]) -> None:
    """Until a file changes."""
    record, other = tiny / "run" / "leaks.txt", tiny / "test" / "other.png"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    other.parent.mkdir()
    save(Picture(Image(noise)), other)
    told: list[int] = []

    def check() -> int:
        told.clear()
        refuse_leaks(photos, [other], record, lambda done, _: told.append(done))
        return len(told)

    assert check() == 2 * (len(photos) + 1), "told of every picture, read and compared"
    assert "8 training pictures compared with 1: no leak" in record.read_text("utf-8")
    assert check() == 0
    other.write_bytes(photos[0].read_bytes())
    with pytest.raises(TrainingError, match=r"other\.png is the same file as .*0\.png"):
        check()


@pytest.mark.usefixtures("tiny")
def test_names_of_sets(tmp_path: Path) -> None:
    """A set that is not here is named with its command; one name may stand for several."""
    with pytest.raises(MissingError, match="recoup data get cid22-train"):
        sources(["cid22-train"])
    for version in ("16.04", "20.04"):
        folder = tmp_path / "sets" / f"lomiri-wallpapers-{version}"
        folder.mkdir(parents=True)
        save(Picture(Image(np.zeros((8, 8, 3), np.uint8))), folder / "a.png")
    assert len(sources(["lomiri-wallpapers", "lomiri-wallpapers-16.04"]).train) == 2
    assert kept_out(["lomiri-wallpapers"]) == ()


@pytest.mark.parametrize(("arguments", "message"), [
    (["train", "dncn"], "no recipe is called 'dncn'"),
    (["train", "tiny.toml"], "no set is called 'nowhere'"),
    (["train", "tiny.toml", "--data", "."], "folder holds no pictures"),
])  # fmt: skip
@pytest.mark.usefixtures("tiny")
def test_refusals(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, exit code 2."""
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(("device", "feeders"), [("cuda:0", 3), ("cpu", 1)])
def test_feeders(device: str, feeders: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside a graphics card all of a process's cores but one, if no number is given."""
    given: dict[str, Any] = {}

    def trained(**how: Any) -> SimpleNamespace:  # noqa: ANN401
        given.update(how)
        return SimpleNamespace(step=1, best_step=1)

    run: Any = SimpleNamespace(
        device=torch.device(device),
        ranks=Ranks(0, 2, device),
        journal=SimpleNamespace(notice=""),
        recipe=SimpleNamespace(steps=1),
        best="",
        train=trained,
    )
    monkeypatch.setattr(core, "cores", lambda: list(range(8)))
    for asked in (None, 6):
        training._train(run, asked, None)  # noqa: SLF001
        assert given["feeders"] == (asked or feeders)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a graphics card")
@pytest.mark.usefixtures("tiny")
def test_no_graphics_card(photos: tuple[Path, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Said in one line."""
    assert train("--device", "cuda", photos=photos) == 2
    assert "PyTorch finds no graphics card here; train with --device cpu" in capsys.readouterr().err


def test_what_is_left_out_is_told(
    tiny: Path, photos: tuple[Path, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Broken files are named and passed over; too few pictures are refused."""
    folder = tiny / "mixed"
    folder.mkdir()
    for photo in photos[:5]:
        (folder / photo.name).write_bytes(photo.read_bytes())
    for n in range(7):
        (folder / f"broken{n}.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    command = ["train", "tiny.toml", "--data", str(folder), "--steps", "1"]
    assert main(command) == 0
    err = capsys.readouterr().err
    assert err.count("left out: ") == 5
    assert "and 2 more left out" in err
    for photo in photos[2:5]:
        (folder / photo.name).unlink()
    assert main([*command, "--out", "other"]) == 2
    assert "training needs at least 4 pictures, there are 2" in capsys.readouterr().err
