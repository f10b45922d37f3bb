"""What the named plans promise of themselves."""

from __future__ import annotations

import csv
import inspect
import io
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import get_args, get_type_hints

import numpy as np
import pytest

from recoup import Image, Picture, compare, save
from recoup.analysis import by_setting, lines
from recoup.chain import Chain
from recoup.chain.text import settings_json
from recoup.cli.commands import compare as command
from recoup.codecs import CODECS
from recoup.results.row import Measurement
from recoup.sweep import PLANS, NamedPlan, Plan

LOSSY = ("jpeg", "webp", "avif", "jpegxl", "jpeg2000")


def chains(plan: NamedPlan) -> list[Chain]:
    """Every chain of a plan."""
    return [chain for text in plan.chains for chain in Chain.expand(text)]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A small picture of waves."""
    file = tmp_path / "photo.png"
    y, x = np.mgrid[:24, :40]
    waves = np.stack([127 + 90 * np.sin((x * n + y) / 9) for n in (1, 2, 3)], axis=2)
    save(Picture(Image(np.rint(waves).astype(np.uint8))), file)
    return file


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_is_a_value_without_doubles(name: str) -> None:
    """Named as in the table, frozen, in one line, each chain once."""
    plan = PLANS[name]
    assert plan.name == name
    assert "\n" not in plan.what
    assert hash(plan) == hash(NamedPlan(plan.name, plan.what, plan.chains))
    with pytest.raises(FrozenInstanceError):
        plan.name = "other"  # type: ignore[misc]  # that is the point
    assert len(set(chains(plan))) == len(chains(plan))


def test_the_command_line_offers_these_plans() -> None:
    """No more and no fewer."""
    hint = get_type_hints(command)["plan"]
    offered = {word for arg in get_args(hint) for word in get_args(arg)}
    assert offered == set(PLANS)
    assert inspect.signature(command).parameters["plan"].default is None


def test_standard_is_what_is_measured_if_nothing_is_asked_for() -> None:
    """In Python too."""
    assert Plan.of().chains == tuple(chains(PLANS["standard"]))


def thorough_lines() -> dict[tuple[str, str], int]:
    """Codec and variant of each curve of the plan, with how many qualities it has."""
    rows = [
        Measurement(image="a", chain=c.text, codec=c.codec.name, settings=settings_json(c.codec))
        for c in chains(PLANS["thorough"])
    ]
    return {(line.codec, line.variant): len(line.settings) for line in lines(by_setting(rows))}


def test_thorough_has_enough_qualities_for_curves() -> None:
    """Six at least on every curve."""
    assert min(thorough_lines().values()) >= 6


def test_thorough_has_every_codecs_best_practice_and_its_faster_self() -> None:
    """Both JPEG encoders, both subsamplings and two efforts wherever there is a choice."""
    found = thorough_lines()
    both = [f"encoder={e}, subsampling={s}" for e in ("jpegli", "libjpeg-turbo")
            for s in ("4:2:0", "4:4:4")]  # fmt: skip
    slow = [f"speed={e}, subsampling={s}" for e in (5, 6) for s in ("4:2:0", "4:4:4")]
    assert set(found) == {
        *(("jpeg", variant) for variant in both),
        *(("webp", f"method={m}") for m in (4, 6)),
        *(("avif", variant) for variant in slow),
        *(("jpegxl", f"effort={e}") for e in (5, 7)),
        ("jpeg2000", ""),
    }
    jpegs = [c.codec for c in chains(PLANS["thorough"]) if c.codec.name == "jpeg"]
    assert all(getattr(codec, "progressive", False) for codec in jpegs)


@pytest.mark.parametrize("name", ["quick", "standard", "thorough"])
def test_lossy_plans_have_jpeg_at_its_best(name: str) -> None:
    """An optimised and progressive JPEG by each encoder stands beside the other formats."""
    codecs = [chain.codec for chain in chains(PLANS[name])]
    encoders = {getattr(c, "encoder", "") for c in codecs if getattr(c, "progressive", False)}
    assert encoders == {"libjpeg-turbo", "jpegli"}
    assert {c.name for c in codecs} >= set(LOSSY) - {"jpeg2000"}


def test_the_lossless_plan_has_every_lossless_format_and_nothing_else() -> None:
    """A codec that can be lossless and is forgotten here fails."""
    league = [chain.codec for chain in chains(PLANS["lossless"])]
    assert all(codec.lossless for codec in league)
    able = set(CODECS) - {"jpeg", "learned", "raw", "command"}
    assert {codec.name for codec in league} == able


def test_the_lossless_plan_gives_every_picture_back(photo: Path, tmp_path: Path) -> None:
    """From Python, by the plan's chains."""
    done = compare([photo], PLANS["lossless"].chains, metrics=["psnr"], out=tmp_path / "o", jobs=0)
    assert not done.failures
    assert {row.scores["psnr"] for row in done.rows} == {float("inf")}


def test_a_plan_and_codecs_beside_it(photo: Path, tmp_path: Path) -> None:
    """``--codec`` comes on top of ``--plan``."""
    arguments = ["--plan", "quick", "--codec", "raw", "-m", "psnr", "-o", str(tmp_path / "out")]
    ran = subprocess.run(
        [sys.executable, "-m", "recoup", "compare", str(photo), *arguments, "--repeats", "1"],
        check=False,
        capture_output=True,
    )
    assert ran.returncode == 0, ran.stderr
    table = subprocess.run(
        [sys.executable, "-m", "recoup", "rows", str(tmp_path / "out")],
        check=True,
        capture_output=True,
    ).stdout.decode()
    codecs = [row["codec"] for row in csv.DictReader(io.StringIO(table))]
    assert len(codecs) == len(chains(PLANS["quick"])) + 1
    assert codecs.count("raw") == 1
