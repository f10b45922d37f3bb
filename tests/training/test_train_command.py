"""``recoup train``: from a recipe to a model, stopped and refused in one line."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from recoup import Image, Picture, load, save
from recoup.__main__ import main
from recoup.codecs import Jpeg
from recoup.errors import MissingError, TrainingError
from recoup.training.checkpoint import read_checkpoint
from recoup.training.data import kept_out, refuse_leaks, training_pictures

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
    assert "tiny-noise: PlainRes, x1, 2,916 weights" in err
    run = tiny / "recoup-training" / "tiny"
    assert {"last.safetensors", "best.safetensors", "best.json", "sheet.png"} <= {
        path.name for path in run.iterdir()
    }
    assert (
        main(["restore", str(photos[0]), "--with", "tiny-noise", "--out", str(tiny / "out")]) == 0
    )
    restored = next((tiny / "out").iterdir())
    assert load(restored).image.samples.shape == load(photos[0]).image.samples.shape


def test_goes_on_where_it_stands(
    tiny: Path, photos: tuple[Path, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """``--minutes`` stops after a step; the same command goes on."""
    assert train("--minutes", "0", photos=photos) == 0
    assert "stopped at step 1; the same command goes on from here" in capsys.readouterr().err
    assert train(photos=photos) == 0
    assert "going on from step 1 of 20" in capsys.readouterr().err
    state = read_checkpoint(tiny / "recoup-training/tiny/last.safetensors")[0]
    assert state.step == 20


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(number: int, tiny: Path, photos: tuple[Path, ...]) -> None:
    """The step in hand is finished and written; exit code 130, and how to go on."""
    (tiny / "tiny.toml").write_text(
        RECIPE.format(steps=100_000) + "checkpoint_s = 0.0\n", encoding="utf-8"
    )
    last = tiny / "run" / "last.safetensors"
    arguments = ("--data", str(photos[0].parent), "--out", str(last.parent), "--threads", "1")
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

    assert check() > 0
    assert "8 training pictures compared with 1: no leak" in record.read_text("utf-8")
    assert check() == 0
    other.write_bytes(photos[0].read_bytes())
    with pytest.raises(TrainingError, match=r"other\.png is the same file as .*0\.png"):
        check()


@pytest.mark.usefixtures("tiny")
def test_names_of_sets(tmp_path: Path) -> None:
    """A set that is not here is named with its command; one name may stand for several."""
    with pytest.raises(MissingError, match="recoup data get cid22-train"):
        training_pictures(["cid22-train"])
    for version in ("16.04", "20.04"):
        folder = tmp_path / "sets" / f"lomiri-wallpapers-{version}"
        folder.mkdir(parents=True)
        save(Picture(Image(np.zeros((8, 8, 3), np.uint8))), folder / "a.png")
    assert len(training_pictures(["lomiri-wallpapers", "lomiri-wallpapers-16.04"])) == 2
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
