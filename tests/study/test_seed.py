"""The seed study repeated: which chains, which page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recoup import Image, Picture, save
from recoup.chain import Chain
from recoup.models import store
from recoup.results.row import Measurement
from recoup.study import repeat
from recoup.study.figures import CODED, RESTORED
from recoup.study.page import table, written
from recoup.study.seed import CODERS, restorers


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Two smooth pictures, so that every codec and restorer has something to keep."""
    (tmp_path / "in").mkdir()
    rng = np.random.default_rng(0)
    for n in range(2):
        coarse = rng.integers(0, 256, (5, 6, 3)).astype(np.float64)
        fine = np.kron(coarse, np.ones((16, 16, 1)))
        smooth = (fine + np.roll(fine, 5, 0) + np.roll(fine, 7, 1)) / 3
        save(Picture(Image(smooth.astype(np.uint8))), tmp_path / "in" / f"{n}.png")
    return tmp_path / "in"


def test_every_format_and_restorer_is_on_the_page(photographs: Path, tmp_path: Path) -> None:
    """Both parts, ours beside the study's; the page is in the results folder."""
    done = repeat([photographs], out=tmp_path / "out", metrics=["psnr", "ssim"], jobs=0)
    assert not done.failures
    assert (tmp_path / "out" / "study.md").read_text() == done.text
    for chain in CODERS:
        assert f"`{Chain.parse(chain).text}`" in done.text
    for one in (*CODED, *RESTORED):
        assert f"{one.psnr:.2f}" in done.text or one.psnr == float("inf")
    lines = [line for line in done.text.splitlines() if line.startswith("| `bicubic:factor=4` |")]
    assert len(lines) == 1
    assert "+0.00" in lines[0], "doing nothing gains nothing"
    assert "`wiener-seed-x4`" in done.text


def test_means_and_gains_are_those_of_the_rows() -> None:
    """On rows made by hand."""

    def row(chain: str, psnr: float) -> Measurement:
        return Measurement(
            chain=f"seed-recipe | raw | {chain}",
            width=1000,
            height=1000,
            filter_s_all=(1.0,),
            restore_s_all=(0.5,),
            scores={"psnr": psnr},
        )

    rows = [row("a", 20.0), row("a", 22.0), row("b", 23.0), row("b", 25.0)]
    text = written([], rows, [], [])
    assert "| `a` | 21.00 | +0.00 | 0.50 | 2 |" in text
    assert "| `b` | 24.00 | +3.00 | 0.50 | 2 |" in text


def test_restorers_begin_with_the_line_to_beat() -> None:
    """Do nothing, then the classical opponent."""
    assert [chain.rpartition(" | ")[2] for chain in restorers()[:2]] == [
        "bicubic:4",
        "wiener-seed-x4",
    ]
    assert all(Chain.parse(chain).text.startswith("seed-recipe") for chain in restorers())


def test_every_net_that_ships_for_enlarging_is_a_restorer() -> None:
    """Whatever its degradation; int8 variants stand beside their nets elsewhere."""
    weights = Path(store.__file__).with_name("weights")
    shipped = [path.stem for path in weights.glob("*-x4*.toml") if "int8" not in path.stem]
    used = {chain.rpartition(" | ")[2] for chain in restorers()}
    assert shipped
    assert used >= set(shipped)


def test_tables_are_markdown() -> None:
    """A head, a rule, a line for each row."""
    assert table(["a"], [["1"], ["2"]]).splitlines() == ["| a |", "|---|", "| 1 |", "| 2 |"]
