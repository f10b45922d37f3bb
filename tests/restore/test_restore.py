"""Files through a restorer: what they carry is kept, runs can be repeated, failures are told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from recoup.errors import ChainError, MissingError, PictureError, StoreError
from recoup.filters.resample import Bicubic
from recoup.image import Image, Samples
from recoup.picture import Picture, load, save
from recoup.restore import Progress, restore

Make = Callable[..., Path]
PROFILE = imagecodecs.cms_profile("adobergb")
EXIF = (
    b"II*\0\x08\0\0\0\x01\0"  # little-endian TIFF, one tag:
    b"\x0e\x01\x02\0\x04\0\0\0cat\0"  # ImageDescription
    b"\0\0\0\0"
)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'


def picture(height: int = 20, width: int = 30, *, channels: int = 3, bits: int = 8) -> Picture:
    """Noise with alpha and everything else that a file can carry."""
    draw = np.random.default_rng(height * width)
    drawn = draw.integers(0, 1 << bits, (height, width, channels + 1))
    samples: Samples = np.asarray(drawn, np.uint8 if bits == 8 else np.uint16)
    colour, alpha = samples[:, :, :channels].copy(), samples[:, :, channels].copy()
    icc = PROFILE if channels == 3 else None
    return Picture(Image(colour, bits), alpha=alpha, icc=icc, exif=EXIF, xmp=XMP)


def simple(path: Path, value: int = 100) -> None:
    """A small grey file."""
    save(Picture(Image(np.full((6, 8), value, np.uint8))), path)


@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_everything_is_kept(
    make_model: Make, tmp_path: Path, bits: int, channels: int, suffix: str
) -> None:
    """Depth, channels, alpha, profile, EXIF, XMP; the colours are the model's."""
    make_model("negative")
    before = picture(channels=channels, bits=bits)
    save(before, tmp_path / f"a{suffix}")
    (done,) = restore([tmp_path / f"a{suffix}"], "negative", out=tmp_path / "out", suffix=suffix)  # type: ignore[arg-type]  # one of the three
    assert (done.status, done.error, done.out) == ("restored", None, tmp_path / f"out/a{suffix}")
    assert done.out is not None
    after = load(done.out)
    peak = before.image.peak
    assert after.image == Image(peak - before.image.samples, bits)
    assert np.array_equal(after.alpha, before.alpha)  # type: ignore[arg-type]  # equal, so there
    assert (after.icc, after.xmp) == (before.icc, before.xmp)
    assert b"cat" in (after.exif or b"")


def test_alpha_is_enlarged_with_the_picture(make_model: Make, tmp_path: Path) -> None:
    """By bicubic, at 16 bits."""
    make_model("double")
    before = picture(bits=16)
    save(before, tmp_path / "a.png")
    (done,) = restore([tmp_path / "a.png"], "double", out=tmp_path / "out")
    assert done.out is not None
    after = load(done.out)
    assert before.alpha is not None
    assert (after.image.height, after.image.width, after.image.bits) == (40, 60, 16)
    expected = Bicubic(2).apply(Image(before.alpha)).samples[:, :, 0]  # type: ignore[arg-type]  # 2 is a fraction
    assert np.array_equal(after.alpha, expected)  # type: ignore[arg-type]  # equal, so there
    assert after.icc == PROFILE


def test_a_second_run_skips_what_is_there(make_model: Make, tmp_path: Path) -> None:
    """Unless the source, the model or the result changed."""
    model = make_model("negative")
    files, out = tmp_path / "in", tmp_path / "out"
    files.mkdir()
    for name in ("a", "b"):
        simple(files / f"{name}.png")

    def run() -> list[str]:
        return [done.status for done in restore([files], "negative", out=out)]

    assert run() == ["restored", "restored"]
    times = {path: path.stat().st_mtime_ns for path in out.glob("*.png")}
    assert run() == ["skipped", "skipped"]
    assert times == {path: path.stat().st_mtime_ns for path in out.glob("*.png")}
    (out / "b.png").unlink()
    assert run() == ["skipped", "restored"]
    simple(files / "a.png", 7)
    assert run() == ["restored", "skipped"]
    assert load(out / "a.png").image.samples.max() == 248
    make_model("convs", name=model.stem)
    assert run() == ["restored", "restored"]
    assert sorted(path.name for path in out.glob("*.png")) == ["a.png", "b.png"]
    with (out / "restored.jsonl").open("a") as file:
        file.write('{"source": "torn')
    assert run() == ["skipped", "skipped"]


def test_no_file_is_replaced_but_our_own(make_model: Make, tmp_path: Path) -> None:
    """Originals, files of others, other models' results and edited results stay as they are."""
    make_model("negative")
    make_model("identity")
    simple(tmp_path / "a.png", 1)
    simple(tmp_path / "b.png", 2)
    originals = {path: path.read_bytes() for path in tmp_path.glob("*.png")}
    done = restore([tmp_path / "a.png", tmp_path / "b.png"], "negative", out=tmp_path)
    assert [d.out.name for d in done if d.out] == ["a-2.png", "b-2.png"]
    assert originals == {path: path.read_bytes() for path in originals}
    (again,) = restore([tmp_path / "a.png"], "identity", out=tmp_path)
    assert again.out == tmp_path / "a-3.png"
    simple(tmp_path / "a-2.png", 3)
    edited = (tmp_path / "a-2.png").read_bytes()
    (more,) = restore([tmp_path / "a.png"], "negative", out=tmp_path)
    assert more.out == tmp_path / "a-4.png"
    assert (tmp_path / "a-2.png").read_bytes() == edited
    # What lies in the folder as a result is no source.
    names = {d.source for d in restore([tmp_path], "negative", out=tmp_path)}
    assert {Path(name).name for name in names} >= {"a.png", "b.png"}
    assert str(tmp_path / "b-2.png") not in names


def test_equal_names_get_different_files(make_model: Make, tmp_path: Path) -> None:
    """From two folders, of two formats, differing in case."""
    make_model("negative")
    sources: list[Path] = []
    for folder, name in (("one", "a.png"), ("two", "a.png"), ("two", "a.tif"), ("two", "A.tif")):
        (tmp_path / folder).mkdir(exist_ok=True)
        simple(tmp_path / folder / name, len(sources))
        sources.append(tmp_path / folder / name)
    done = restore(sources, "negative", out=tmp_path / "out")
    names = [d.out.name.lower() for d in done if d.out]
    assert names == ["a.png", "a-2.png", "a-3.png", "a-4.png"]
    levels = [int(load(d.out).image.samples.max()) for d in done if d.out]
    assert levels == [255, 254, 253, 252]
    assert {d.status for d in restore(sources[::-1], "negative", out=tmp_path / "out")} == {
        "skipped"
    }


def test_failures_are_told_and_the_others_go_on(make_model: Make, tmp_path: Path) -> None:
    """One line each, with the file's name; no file is left behind."""
    make_model("double")
    (tmp_path / "text.png").write_text("hello")
    simple(tmp_path / "cut.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "cut.png").read_bytes()[:50])
    (tmp_path / "empty.png").touch()
    save(Picture(Image(np.zeros((90, 90), np.uint8))), tmp_path / "large.png")
    simple(tmp_path / "sound.png")
    sources = [*sorted(tmp_path.glob("*.png")), tmp_path / "none.png"]
    out = tmp_path / "out"
    done = restore(sources, "double", out=out, max_pixels=1000)
    assert [(Path(d.source).stem, d.status) for d in done if d.status != "failed"] == [
        ("sound", "restored")
    ]
    assert len(done) == 6
    for failed in done:
        if failed.status == "failed":
            assert failed.error is not None
            assert failed.source in failed.error
            assert "\n" not in failed.error
            assert failed.out is None
    assert sorted(path.name for path in out.iterdir()) == ["restored.jsonl", "sound.png"]


def test_progress_counts_megapixels(make_model: Make, tmp_path: Path) -> None:
    """From the first tile to the whole; skipped files do not count."""
    make_model("negative")
    for name in ("a", "b", "c"):
        save(Picture(Image(np.zeros((100, 200), np.uint8))), tmp_path / f"{name}.png")
    sources = [tmp_path / f"{name}.png" for name in "abc"]
    restore(sources[:1], "negative", out=tmp_path / "out")
    told: list[Progress] = []
    restore(sources, "negative", out=tmp_path / "out", tile=64, progress=told.append)
    assert {t.total_mp for t in told} == {0.04}
    assert [t.done_mp for t in told] == sorted(t.done_mp for t in told)
    assert told[-1].done_mp == 0.04
    assert told[-1].left_s == 0
    assert len(told) > 10


def test_what_stops_a_run(make_model: Make, tmp_path: Path) -> None:
    """A model that is missing, a folder that is a file, a format that cannot be, a bad ledger."""
    make_model("negative")
    simple(tmp_path / "a.png")
    source = [tmp_path / "a.png"]
    with pytest.raises(MissingError, match="recoup models import"):
        restore(source, "swinir-l", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(PictureError, match="folder cannot be made"):
        restore(source, "negative", out=tmp_path / "a.png")
    with pytest.raises(ChainError, match=r"\.jpg"):
        restore(source, "negative", out=tmp_path / "out", suffix=".jpg")  # type: ignore[arg-type]
    (tmp_path / "out" / "restored.jsonl").mkdir(parents=True)
    with pytest.raises(StoreError, match=r"restored\.jsonl"):
        restore(source, "negative", out=tmp_path / "out")


def test_the_ledger_says_what_was_done(make_model: Make, tmp_path: Path) -> None:
    """One line a file, with hashes that anyone can check."""
    make_model("negative")
    simple(tmp_path / "a.png")
    restore([tmp_path / "a.png"], "negative", out=tmp_path / "out")
    text = (tmp_path / "out" / "restored.jsonl").read_text()
    (entry,) = [json.loads(line) for line in text.splitlines() if line]
    assert (entry["model"], entry["output"]) == ("negative", "a.png")
    assert len(entry["source_sha256"]) == len(entry["output_sha256"]) == 64


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_memory_stays_near_the_budget(make_model: Make, tmp_path: Path) -> None:
    """6 megapixels through three convolutions in 400 MB: the whole picture would need 2 GB."""
    make_model("convs")
    save(Picture(Image(np.zeros((2000, 3000, 3), np.uint8))), tmp_path / "a.png")
    code = (
        "import sys; from pathlib import Path; from recoup.restore import restore\n"
        "(done,) = restore([sys.argv[1]], 'convs', out=sys.argv[2], memory='400M')\n"
        "assert done.status == 'restored', done\n"
        "text = Path('/proc/self/status').read_text()\n"
        "print(next(s.split()[1] for s in text.splitlines() if s.startswith('VmHWM')))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "a.png", tmp_path / "out"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    assert int(run.stdout) * 1024 < 500e6
