"""Folders of degraded pictures: each its own noise, made once, the same every time."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from recoup import Chain, Image, Picture, load, save
from recoup.datasets import DataError, degrade
from recoup.datasets.degrade import apply, fitted, parse
from recoup.errors import ChainError, PictureError
from recoup.filters.noise import Noise


def photos(folder: Path, count: int = 3, bits: int = 8, side: int = 32) -> list[Path]:
    """Write even pictures, each of another grey."""
    folder.mkdir(parents=True, exist_ok=True)
    dtype = np.uint8 if bits == 8 else np.uint16
    for i in range(count):
        samples = np.full((side, side + 4, 3), (40 + i) << (bits - 8), dtype)
        save(Picture(Image(samples)), folder / f"{i:02}.png")
    return sorted(folder.iterdir())


def test_every_picture_has_noise_of_its_own(tmp_path: Path) -> None:
    """By its content: the same wherever the file lies, another for another picture and step."""
    paths = photos(tmp_path / "a")
    first = degrade(paths, "noise:sigma=5", tmp_path / "x")
    assert [(one.out.name, one.kept, one.error) for one in first] == [
        (f"0{i}.png", False, "") for i in range(3)
    ]
    noise = [
        load(one.out).image.samples.astype(int) - load(one.source).image.samples for one in first
    ]
    assert not np.array_equal(noise[0], noise[1])
    assert abs(noise[0].std() - 5) < 0.3
    moved = tmp_path / "b" / "renamed.png"
    moved.parent.mkdir()
    moved.write_bytes(paths[1].read_bytes())
    [again] = degrade([moved], "noise:sigma=5", tmp_path / "y")
    assert load(again.out).image == load(first[1].out).image
    [other] = degrade([moved], "noise:sigma=5,seed=1", tmp_path / "z")
    assert load(other.out).image != load(again.out).image
    twice = apply(parse("noise:sigma=5 | noise:sigma=5"), load(moved).image).samples.astype(int)
    assert abs((twice - load(moved).image.samples).std() - 5 * 2**0.5) < 0.5


def test_the_seed_is_what_is_documented() -> None:
    """SHA-256 of seed, step and content, the first 63 bits."""
    import hashlib

    image = Image(np.full((4, 4), 100, np.uint8))
    digest = hashlib.sha256(f"recoup degrade 7 0 {image.sha256}".encode()).digest()
    own = int.from_bytes(digest[:8], "big") >> 1
    assert apply(parse("noise:sigma=9,seed=7"), image) == Noise(9, seed=own).apply(image)


def test_codecs_sizes_and_depths(tmp_path: Path) -> None:
    """Codecs among filters, results of another size, 16 bits kept, places kept."""
    deep = photos(tmp_path / "in" / "deep", 1, bits=16)
    photos(tmp_path / "in", 1)
    [one] = degrade(deep, "noise:sigma=3 | png", tmp_path / "x", root=tmp_path / "in")
    assert one.out == tmp_path / "x" / "deep" / "00.png"
    assert load(one.out).image.bits == 16
    done = degrade([tmp_path / "in" / "00.png"], "seed-recipe | jpeg:quality=40", tmp_path / "y")
    image = load(done[0].out).image
    assert (image.height, image.width) == (8, 9)


@pytest.mark.parametrize(
    ("chain", "cut", "size"),
    [
        ("bicubic:1/4", (320, 480), (80, 120)),
        ("high-order", (320, 480), (80, 120)),
        ("area:1/2 | jpeg", (320, 480), (160, 240)),
        ("jpeg | area:1/3 | noise:sigma=5", (321, 480), (107, 160)),
        ("noise:sigma=5", (321, 481), (321, 481)),
    ],
)
def test_odd_sides_are_cut(
    chain: str, cut: tuple[int, int], size: tuple[int, int], tmp_path: Path
) -> None:
    """At the right and at the bottom, as a chain is measured; the same as if cut by hand."""
    samples = np.random.default_rng(3).integers(0, 256, (321, 481, 3)).astype(np.uint8)
    image = Image(samples)
    by_hand = Image(samples[: cut[0], : cut[1]].copy())
    save(Picture(image), tmp_path / "a.png")
    save(Picture(by_hand), tmp_path / "b.png")
    one, other = degrade([tmp_path / "a.png", tmp_path / "b.png"], chain, tmp_path / "x")
    assert (one.error, one.cut, other.cut) == ("", cut != (321, 481), False)
    result = load(one.out).image
    assert (result.height, result.width) == size
    assert result == load(other.out).image
    assert fitted(parse(chain), image) == by_hand
    if chain == "bicubic:1/4":
        assert Chain.parse("bicubic:1/4 | raw | bicubic:4").crop(image) == by_hand


def test_too_small_for_the_chain(tmp_path: Path) -> None:
    """Nothing would be left of three pixels; the file is named, the rest is done."""
    save(Picture(Image(np.zeros((3, 40, 3), np.uint8))), tmp_path / "low.png")
    bad, good = degrade(
        [tmp_path / "low.png", *photos(tmp_path / "a", 1)], "bicubic:1/4", tmp_path / "x"
    )
    assert bad.error == f"{tmp_path / 'low.png'}: bicubic:factor=1/4 needs at least 4x4 pixels"
    assert not bad.out.exists()
    assert good.error == ""


def test_the_note_of_the_chain_is_written_once_and_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second run leaves it alone; one that dies over it leaves none."""
    paths, note = photos(tmp_path / "a", 1), tmp_path / "x" / "chain.txt"

    def dies(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", dies)
        with pytest.raises(PictureError, match=r"chain\.txt: cannot be written: No space left"):
            degrade(paths, "noise:sigma=5", tmp_path / "x")
    assert list((tmp_path / "x").iterdir()) == []
    degrade(paths, "noise:sigma=5", tmp_path / "x")
    before = note.stat()
    assert degrade(paths, "noise:sigma=5", tmp_path / "x")[0].kept
    after = note.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_it_goes_on_and_remembers(tmp_path: Path) -> None:
    """Results are kept unless the original is newer; another chain needs another folder."""
    paths = photos(tmp_path / "a")
    degrade(paths[:1], "noise:sigma=5", tmp_path / "x", root=tmp_path / "a")
    after = (tmp_path / "x" / "00.png").stat().st_mtime_ns + 10**9
    os.utime(paths[2], ns=(after, after))
    done = degrade(paths, "noise:sigma=5", tmp_path / "x")
    assert [one.kept for one in done] == [True, False, False]
    assert [one.kept for one in degrade(paths, "noise:sigma=5", tmp_path / "x")][:2] == [True, True]
    with pytest.raises(DataError, match=r"holds pictures made by noise:sigma=5 .*another --out"):
        degrade(paths, "noise:sigma=6", tmp_path / "x")


def test_names_that_fall_together(tmp_path: Path) -> None:
    """``a.png`` and ``a.ppm`` become two files."""
    [path] = photos(tmp_path / "a", 1)
    (tmp_path / "a" / "00.ppm").write_bytes(b"P5 2 1 255 " + bytes([7, 9]))
    done = degrade([path, path.with_suffix(".ppm")], "identity", tmp_path / "x")
    assert [one.out.name for one in done] == ["00.png", "00.ppm.png"]


def test_failures_do_not_stop_the_rest(tmp_path: Path) -> None:
    """A damaged file and one that the filter cannot take are named; no original is replaced."""
    paths = photos(tmp_path / "a", 1) + photos(tmp_path / "b", 1, bits=16)
    bad = tmp_path / "a" / "bad.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n")
    done = degrade([bad, *paths], "seed-recipe", tmp_path / "x")
    assert [bool(one.error) for one in done] == [True, False, True]
    assert "bad.png" in done[0].error
    assert str(paths[1]) in done[2].error
    before = paths[0].read_bytes()
    os.utime(paths[0], (1, 1))
    [same] = degrade(paths[:1], "seed-recipe", tmp_path / "a")
    assert same.kept
    assert paths[0].read_bytes() == before
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataError, match="cannot be written"):
        degrade(paths, "identity", tmp_path / "file" / "x")


@pytest.mark.parametrize(
    ("chain", "text"),
    [
        ("", "chain is empty"),
        ("blurr", "no filter or codec is called 'blurr'"),
        ("jpeg:quality=[1,2]", "stands for 2 steps"),
        ("noise:sigma=-1", "sigma must be 0 or more"),
    ],
)
def test_chains_that_are_none(chain: str, text: str) -> None:
    """Refused by what is wrong with them."""
    with pytest.raises(ChainError, match=text):
        parse(chain)


def test_killed_and_run_again(tmp_path: Path) -> None:
    """Killed by ``kill -9``, no file is half, and the end is that of a run left alone."""
    paths = photos(tmp_path / "a", 12, side=300)
    chain = "noise:sigma=5 | jpeg:quality=50"

    def command(out: str) -> list[str]:
        where = ["--chain", chain, "--out", str(tmp_path / out)]
        return [sys.executable, "-m", "recoup", "data", "degrade", str(tmp_path / "a"), *where]

    dice = random.Random(2)
    for _ in range(3):
        process = subprocess.Popen(command("x"), stderr=subprocess.DEVNULL)
        end, wanted = time.monotonic() + 20, dice.randrange(1, 12)
        while time.monotonic() < end and len(list(tmp_path.glob("x/*.png"))) < wanted:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for path in tmp_path.glob("x/[!.]*.png"):
            load(path)
    ran = subprocess.run(command("x"), check=True, capture_output=True, text=True)
    assert "12" in ran.stderr or "made" in ran.stderr
    degrade(paths, chain, tmp_path / "whole")
    for path in paths:
        pair = [load(tmp_path / out / path.name).image for out in ("x", "whole")]
        assert pair[0] == pair[1]
