"""The main job in Python: rows, failures, resumption."""

from __future__ import annotations

import math
import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recoup import Image, Measurement, Picture, Store, compare, save
from recoup.chain import Chain
from recoup.errors import ChainError
from recoup.sweep.plan import Plan
from recoup.sweep.run import Progress


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Give a folder with a colour, a grey and a 16-bit picture."""
    folder = tmp_path / "photos"
    folder.mkdir()
    dice = np.random.default_rng(3)
    for name, shape, kind in (
        ("colour", (48, 70, 3), np.uint8),
        ("grey", (33, 20, 1), np.uint8),
        ("deep", (16, 16, 3), np.uint16),
    ):
        samples = dice.integers(0, np.iinfo(kind).max, shape)
        save(Picture(Image(samples.astype(kind))), folder / f"{name}.png")
    return folder


def by_key(rows: list[Measurement]) -> dict[tuple[str, str], Measurement]:
    """Index rows by file name and chain."""
    return {(Path(row.image).name, row.chain): row for row in rows}


def test_every_picture_through_every_chain(photos: Path, tmp_path: Path) -> None:
    """Facts agree with the codec itself; what does not apply is no failure."""
    done = compare([photos], ["jpeg:50", "png"], out=tmp_path / "out", jobs=2)
    rows = by_key(done.rows)
    assert len(rows) == 6
    assert not done.failures
    row = rows["colour.png", "jpeg:quality=50"]
    image = Image(np.random.default_rng(3).integers(0, 255, (48, 70, 3)).astype(np.uint8))
    data = Chain.parse("jpeg:50").codec.encode(image)
    assert row.encoded_bytes == len(data)
    assert (row.width, row.height, row.bits, row.channels) == (70, 48, 8, 3)
    assert 1 <= len(row.encode_s_all) == len(row.decode_s_all) <= 3
    assert row.scores["psnr"] is not None
    assert row.scores["ms_ssim"] is None
    assert "ms_ssim" in row.notes
    deep = rows["deep.png", "jpeg:quality=50"]
    assert (deep.status, deep.encoded_bytes) == ("not applicable", None)
    assert deep.error
    assert rows["deep.png", "png"].scores["psnr"] == math.inf


def test_nothing_is_done_twice(photos: Path, tmp_path: Path) -> None:
    """A second run measures nothing; one more setting measures that setting only."""
    out, states = tmp_path / "out", list[Progress]()
    first = compare([photos], ["png"], out=out, jobs=0, metrics=["psnr"])
    again = compare([photos], ["png"], out=out, jobs=0, metrics=["psnr"], progress=states.append)
    assert again.rows == first.rows
    assert (states[-1].done, states[-1].kept) == (0, 3)
    more = compare([photos], ["png", "png:level=1"], out=out, jobs=0, metrics=["psnr"])
    assert len(more.rows) == 6
    assert len(Store(out).everything()) == 6


def test_same_content_is_measured_once(photos: Path, tmp_path: Path) -> None:
    """A copy under another name is named, not counted."""
    (photos / "twin.png").write_bytes((photos / "colour.png").read_bytes())
    done = compare([photos], ["raw"], out=tmp_path / "out", jobs=0, metrics=["psnr"])
    assert len(done.rows) == 3
    assert [(Path(a).name, Path(b).name) for a, b in done.same] == [("twin.png", "colour.png")]


def test_a_repaired_file_is_measured(photos: Path, tmp_path: Path) -> None:
    """A file that failed is tried again, and its failure no longer stands."""
    whole = (photos / "colour.png").read_bytes()
    (photos / "colour.png").write_bytes(whole[:100])
    out = tmp_path / "out"
    broken = compare([photos], ["raw"], out=out, jobs=0, metrics=["psnr"])
    assert [Path(row.image).name for row in broken.failures] == ["colour.png"]
    (photos / "colour.png").write_bytes(whole)
    mended = compare([photos], ["raw"], out=out, jobs=0, metrics=["psnr"])
    assert not mended.failures
    assert {row.status for row in Store(out).measurements()} == {"ok"}


def test_a_crashing_codec_is_one_failed_row(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An encoder whose process dies with ours, and one that only fails."""
    package = tmp_path / "crash-1.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: crash\nVersion: 1\n")
    (package / "entry_points.txt").write_text("[recoup.codecs]\ncrash = crashcodec:Crash\n")
    (tmp_path / "crashcodec.py").write_text(
        "import os\nfrom dataclasses import dataclass\nfrom recoup.codecs.raw import Raw\n"
        "@dataclass(frozen=True)\n"
        "class Crash(Raw):\n"
        "    name = 'crash'\n"
        "    how: str = 'abort'\n"
        "    def refusal(self, image): return 'grey' if image.channels == 1 else None\n"
        "    def encode(self, image):\n"
        "        if image.width > 64 and self.how == 'abort': os.abort()\n"
        "        if image.width > 64: raise RuntimeError('two\\nlines')\n"
        "        return super().encode(image)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    chains = ["crash:how=abort", "crash:how=raise", "raw"]
    done = compare([photos], chains, out=tmp_path / "out", jobs=2, metrics=["psnr"])
    failed = {row.chain: row.error or "" for row in done.failures}
    assert set(failed) == {"crash:how=abort", "crash:how=raise"} or len(failed) == 2
    assert any("SIGABRT" in error for error in failed.values())
    assert any("RuntimeError: two lines" in error for error in failed.values())
    statuses = sorted(row.status for row in done.rows)
    assert statuses == ["failed"] * 2 + ["not applicable"] * 2 + ["ok"] * 5


def test_outside_programs_are_marked(photos: Path, tmp_path: Path) -> None:
    """A pair of programs is a codec, and its seconds are marked."""
    copy = f"{shlex.quote(sys.executable)} -c 'import sys, shutil; shutil.copy(*sys.argv[1:])'"
    chain = f'command:encoder="{copy} {{in}} {{out}}",decoder="{copy} {{in}} {{out}}"'
    done = compare([photos], [chain], out=tmp_path / "out", jobs=0, metrics=["psnr"])
    assert {row.timed for row in done.rows} == {"out-of-process"}
    assert not done.failures


def test_pictures_are_cropped_to_what_the_chain_needs(photos: Path, tmp_path: Path) -> None:
    """Nothing is resized to be measured: sides are cut to a multiple, and the row says so."""
    done = compare([photos], ["bicubic:1/4 | raw | bicubic:4"], out=tmp_path / "out", jobs=0)
    grey = by_key(done.rows)["grey.png", "bicubic:factor=1/4 | raw | bicubic:factor=4"]
    assert (grey.width, grey.height) == (20, 32)
    assert "cropped to 20x32" in grey.notes
    assert len(grey.filter_s_all) == len(grey.encode_s_all)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no affinity on this system")
def test_shared_cores_are_said(photos: Path, tmp_path: Path) -> None:
    """More workers than cores: every row says that its seconds are not to be relied on."""
    jobs = len(os.sched_getaffinity(0)) + 1
    crowded = compare([photos], ["raw"], out=tmp_path / "a", jobs=jobs, metrics=["psnr"])
    assert all(row.core_shared for row in crowded.rows)
    assert {row.jobs for row in crowded.rows} == {jobs}


def test_cells_depend_on_what_fixes_the_outcome() -> None:
    """Content, chain and metrics; not repeats."""
    plan = Plan.of(["jpeg:40", "jpeg:41"], ["psnr"])
    one, two = plan.chains
    keys = {
        plan.cell("aa", one),
        plan.cell("bb", one),
        plan.cell("aa", two),
        Plan.of([one], ["psnr", "ssim"]).cell("aa", one),
    }
    assert len(keys) == 4
    assert replace(plan, repeats=9).cell("aa", one) in keys


def test_plans_refuse_what_they_do_not_know() -> None:
    """Metrics and repeats are checked before anything is measured."""
    with pytest.raises(ChainError, match="there are: psnr"):
        Plan.of(["raw"], ["psmr"])
    with pytest.raises(ChainError, match="repeats"):
        Plan.of(["raw"], repeats=0)
    assert len(Plan.of(["raw", "raw"]).chains) == 1
    assert len(Plan.of().chains) > 30
