"""``recoup data`` as a person uses it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from recoup import Image, Picture, save


def recoup(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run our command."""
    return subprocess.run(
        [sys.executable, "-m", "recoup", "data", *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give ten different pictures, and an empty folder for sets."""
    monkeypatch.setenv("RECOUP_DATA", str(tmp_path / "data"))
    folder = tmp_path / "photos"
    folder.mkdir()
    for i in range(10):
        coarse = np.random.default_rng(i).integers(0, 256, (9, 12, 3)).astype(np.uint8)
        fine = PIL.Image.fromarray(coarse).resize((96, 72), PIL.Image.Resampling.BICUBIC)
        save(Picture(Image(np.asarray(fine).copy())), folder / f"{i}.png")
    return folder


def test_list_and_get(photos: Path, tmp_path: Path) -> None:
    """The table, all about one set, a set that is here, and those that cannot be had."""
    listed = recoup("list")
    assert listed.returncode == 0, listed.stderr
    for name in ("div2k-train-hr", "kodak", "cid22-train", "lomiri-wallpapers-20.04"):
        assert name in listed.stdout
    one = recoup("list", "div2k-valid-hr")
    assert "academic research only" in one.stdout
    assert "DIV2K_valid_HR.zip" in one.stdout
    assert "Agustsson" in one.stdout
    (tmp_path / "data" / "set5").mkdir(parents=True)
    for path in sorted(photos.iterdir())[:5]:
        (tmp_path / "data" / "set5" / path.name).write_bytes(path.read_bytes())
    had = recoup("get", "set5")
    assert had.returncode == 0, had.stderr
    assert "set5: 5 pictures in" in had.stderr
    for name, text in (("kodka", "did you mean kodak"), ("live1", "ask for a form")):
        refused = recoup("get", name)
        assert refused.returncode == 2
        assert text in refused.stderr
        assert "Traceback" not in refused.stderr


def test_split_and_verify(photos: Path, tmp_path: Path) -> None:
    """7, 2 and 1 of ten; a changed picture is found."""
    file = tmp_path / "split.json"
    made = recoup("split", photos, "--out", file)
    assert made.returncode == 0, made.stderr
    assert "7 train, 2 valid, 1 test" in made.stderr
    assert recoup("split", photos, "--out", file, "--verify").returncode == 0
    (photos / "3.png").write_bytes((photos / "4.png").read_bytes())
    changed = recoup("split", photos, "--out", file, "--verify")
    assert changed.returncode == 2
    assert "3.png cannot be found" in changed.stderr
    (photos / "3.png").unlink()
    more = tmp_path / "more"
    more.mkdir()
    for i in (0, 1):
        (photos / f"{i}.png").rename(more / f"{i}.png")
    both = recoup("split", photos, more, more / "*.png", "--out", file)
    assert "6 train, 2 valid, 1 test" in both.stderr
    assert recoup("split", more, photos, "--out", file, "--verify").returncode == 0
    lacks = recoup("split", more, "--out", file, "--verify")
    assert lacks.returncode == 2
    assert "cannot be found" in lacks.stderr
    (more / "twin.png").write_bytes((photos / "5.png").read_bytes())
    assert "is the same file as" in recoup("split", photos, more, "--out", file).stderr
    wrong = recoup("split", photos, "--shares", "most", "--out", file)
    assert "write three numbers" in wrong.stderr


def test_check(photos: Path, tmp_path: Path) -> None:
    """Exit code 1 and one line for each hit; 0 for sets that share nothing."""
    others = tmp_path / "others"
    others.mkdir()
    with PIL.Image.open(photos / "6.png") as opened:
        mirrored = opened.transpose(PIL.Image.Transpose.FLIP_LEFT_RIGHT)
        mirrored.resize((150, 110)).save(others / "copy.jpg")
    found = recoup("check", photos, others)
    assert found.returncode == 1
    [line] = found.stdout.splitlines()
    assert "copy.jpg shows the same as" in line
    assert "6.png (mirrored, distance 0.0" in line
    assert "1 of 10 pairs" in found.stderr
    (photos / "6.png").unlink()
    clean = recoup("check", photos, others)
    assert (clean.returncode, clean.stdout) == (0, "")
    assert recoup("check", photos, "nowhere").returncode == 2


def test_degrade(photos: Path, tmp_path: Path) -> None:
    """Made, kept, and failed pictures are counted."""
    out = tmp_path / "out"
    chain = ("--chain", "noise:sigma=5 | jpeg:quality=40", "--out", out)
    assert "10 made, 0 kept, 0 failed" in recoup("degrade", photos, *chain).stderr
    (photos / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    again = recoup("degrade", photos, *chain)
    assert again.returncode == 1
    assert "0 made, 10 kept, 1 failed" in again.stderr
    assert "bad.png" in again.stderr
    assert len(list(out.glob("*.png"))) == 10
    save(Picture(Image(np.zeros((33, 31, 3), np.uint8))), photos / "odd.png")
    quarter = recoup("degrade", photos, "--chain", "bicubic:1/4", "--out", tmp_path / "quarter")
    assert "11 made (1 of them cut at the right and bottom first" in quarter.stderr
    refused = recoup("degrade", photos, "--chain", "noise:sigma=6", "--out", out)
    assert refused.returncode == 2
    assert "holds pictures made by" in refused.stderr
