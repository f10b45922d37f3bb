"""README and docs are run: every ``sh`` and ``python`` block, page by page, in one folder."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import skimage.data

from recoup import Image, Picture, save
from recoup.metrics import METRICS
from recoup.results.row import Measurement

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with two small photographs, and our command on the path."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ("astronaut", "coffee"):
        samples = np.ascontiguousarray(getattr(skimage.data, name)()[100:292, 100:356])
        save(Picture(Image(samples)), photos / f"{name}.png")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_runs(page: Path, workplace: Path) -> None:
    """In order, from the first block to the last, each ends well."""
    for number, (language, code) in enumerate(BLOCK.findall(page.read_text("utf-8")), 1):
        command = (
            ["bash", "-euc", code]
            if language == "sh"
            else [sys.executable, "-W", "error", "-c", code]
        )
        ran = subprocess.run(command, check=False, capture_output=True, cwd=workplace)
        assert ran.returncode == 0, f"{page.name}, block {number}:\n{code}\n{ran.stderr.decode()}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file of ours finds it."""
    lost = [
        link for link in LINK.findall(page.read_text("utf-8")) if not (page.parent / link).exists()
    ]
    assert not lost


def test_reference_is_what_the_commands_print() -> None:
    """``docs/reference.md`` is made anew and compared."""
    made = runpy.run_path(str(ROOT / "docs" / "reference.py"))["reference"]()
    assert made == (ROOT / "docs" / "reference.md").read_text("utf-8"), "run: make format"


def test_every_column_is_described() -> None:
    """``docs/rows.md`` names each public column."""
    text = (ROOT / "docs" / "rows.md").read_text("utf-8")
    flat = Measurement(scores=dict.fromkeys(METRICS, 1.0))
    missing = [name for name in flat.flat(all_repeats=True) if f"`{name}`" not in text]
    assert not missing
