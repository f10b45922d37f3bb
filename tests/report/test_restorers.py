"""The report on restorers: tables, verdicts in words, triptychs; and no word on formats."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from rich.console import Console

from recoup import Image, Picture, compare, save
from recoup.report import tables, write_report
from recoup.results.row import Measurement
from recoup.results.store import Store

Open = Callable[..., Page]
CHAINS = (
    "noise:25 | raw | median:[3,9]",
    "bicubic:1/4 | raw | bicubic:4 | median:[3,9]",
)


def stripes(seed: int) -> Image:
    """Waves and fine stripes that smoothing takes away, 80 rows of 96."""
    y, x = np.mgrid[0:80, 0:96]
    waves = 120 + 50 * np.sin(x / (6 + seed / 8)) * np.cos(y / 7)
    fine = 6 * seed * np.sin(x * 1.4) * (y > 30)
    return Image(np.stack([waves + fine + 5 * c for c in range(3)], axis=2).astype(np.uint8))


@pytest.fixture(scope="module")
def restored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder of five pictures that were restored, with its report."""
    folder: Path = tmp_path_factory.mktemp("restored")
    (folder / "photos").mkdir()
    for seed in range(1, 6):
        save(Picture(stripes(seed)), folder / "photos" / f"{seed}<b>.png")
    names = ["psnr", "psnr_y_b4", "ssim"]
    compare([folder / "photos"], CHAINS, metrics=names, out=folder, jobs=0, repeats=1)
    write_report(folder)
    return folder


def entries(page: Path) -> list[dict[str, Any]]:
    """What the triptychs of a page show."""
    found = re.search(r'id="triptych-data">(.*?)</script>', page.read_text(), re.DOTALL)
    assert found is not None
    out: list[dict[str, Any]] = json.loads(found[1])
    return out


def test_the_page_is_about_restorers_alone(restored: Path) -> None:
    """Only raw is there: no advice on formats, no curve over rates."""
    text = (restored / "report.html").read_text()
    assert "What does restoring gain on these pictures?" in text
    for absent in ("Recommendation", "Quality against rate", "raw (control)", "vegaEmbed"):
        assert absent not in text
    assert "No setting qualifies" not in text
    assert text.count("line to beat</span>") == 2
    assert "4 pixels are cropped at each side" in text


def test_losing_and_unfaithful_restorers_are_named_in_words(restored: Path) -> None:
    """With the interval, the pictures made worse and what is not explained."""
    text = re.sub(r"<[^>]+>|\s+", " ", (restored / "report.html").read_text())
    text = re.sub(r"\s+", " ", text)
    assert re.search(r"median size 3 gains [\d.]+ dB PSNR over doing nothing on 5 pictures", text)
    assert re.search(
        r"median size 9 loses [\d.]+ dB PSNR-Y \(border 4\) to doing nothing on 5 pictures "
        r"\(95.% interval \N{MINUS SIGN}[\d.]+ to \N{MINUS SIGN}[\d.]+\); worse on every",
        text,
    )
    assert re.search(r"Warning: on \d of 5 pictures it moves further from its input", text)
    assert "Faithful: degraded again" in text
    assert "bicubic factor 4, then median size 3 cannot be told from doing nothing" in text
    assert text.count(" worse than doing nothing Warning") == 1  # the tag of the one that loses


def test_triptychs_show_worst_median_and_best(restored: Path) -> None:
    """Checked against the rows; an enlarged input says so."""
    found = entries(restored / "report.html")
    assert [e["role"] for e in found] == ["worst", "median", "best"] * 4
    small = [e for e in found if e["group"] == "bicubic factor 1/4"]
    assert {e["enlarged"] for e in small} == {"24 x 20, enlarged by repeating pixels"}
    assert {e["enlarged"] for e in found if e not in small} == {""}


def test_another_result_than_measured_is_not_shown(restored: Path, tmp_path: Path) -> None:
    """Neither other bytes nor another score."""
    rows = Store(restored).measurements()
    worse = [replace(r, scores={**r.scores, "psnr": 1.0}) for r in rows]
    Store(tmp_path / "a").append(worse)
    text = write_report(tmp_path / "a").read_text()
    assert "restoring it again gave another picture than was measured" in text
    assert entries(tmp_path / "a" / "report.html") == []
    Store(tmp_path / "b").append([replace(r, encoded_sha256="0") for r in rows])
    assert "gave other bytes than were measured" in write_report(tmp_path / "b").read_text()


def test_triptychs_that_do_not_fit_are_counted(restored: Path, tmp_path: Path) -> None:
    """The page stays within its size."""
    Store(tmp_path).append(Store(restored).measurements())
    page = write_report(tmp_path, size_mb=0.2)
    assert page.stat().st_size <= 200_000
    assert "did not fit into the size of this page" in page.read_text()


def test_formats_and_restorers_stand_side_by_side(tmp_path: Path) -> None:
    """Where a codec is measured too, nothing of its report is missing."""
    (tmp_path / "photos").mkdir()
    save(Picture(stripes(1)), tmp_path / "photos" / "1.png")
    chains = ["jpeg:[20,80]", "jpeg:20 | median:3"]
    compare([tmp_path / "photos"], chains, metrics=["psnr", "ssim"], out=tmp_path, jobs=0)
    text = write_report(tmp_path).read_text()
    for there in ("Which format for", "Recommendation", "Quality against rate", "After JPEG"):
        assert there in text


def test_the_terminal_shows_the_line_to_beat(restored: Path) -> None:
    """One table for each degradation, none by setting."""
    console = Console(width=200)
    with console.capture() as capture:
        for table in tables(Store(restored).measurements()):
            console.print(table)
    text = capture.get()
    assert "Means over pictures, by setting" not in text
    assert text.count("Doing nothing") == 2
    assert text.index("Doing nothing (bicubic factor 4)") < text.index("median size 3")
    plain = [Measurement(image="a", chain="png", codec="png")]
    assert len(tables(plain)) == 1


@pytest.mark.browser
@pytest.mark.parametrize("width", [1200, 360])
def test_the_three_move_and_zoom_together(restored: Path, open_page: Open, width: int) -> None:
    """By mouse and keyboard; nothing scrolls sideways."""
    page = open_page(restored / "report.html", viewport={"width": width, "height": 800})
    page.locator("#triptychs").scroll_into_view_if_needed()
    images = [page.locator(f"#trip-{name}") for name in ("input", "restored", "original")]
    page.wait_for_function(
        "[...document.querySelectorAll('#trip-panes img')].every(i => i.naturalWidth)"
    )
    expect(page.locator("#trip-input-note")).to_contain_text("enlarged by repeating pixels")
    expect(page.locator("#trip-caption")).to_contain_text("1<b>.png")
    assert images[0].evaluate("i => i.naturalWidth") == 24
    assert len({i.evaluate("i => i.style.width") for i in images}) == 1
    page.locator("#trip-zoom label", has_text="4:1").click()
    panes = page.locator("#trip-panes")
    before = [i.evaluate("i => i.style.transform") for i in images]
    panes.press("ArrowRight")
    after = [i.evaluate("i => i.style.transform") for i in images]
    assert len(set(after)) == 1
    assert after != before
    page.locator("#trip-restorer").select_option("median size 3 after noise sigma 25")
    expect(page.locator("#trip-restored-note")).to_have_text("Restored by median size 3")
    page.locator("#trip-picture").select_option(index=2)
    expect(page.locator("#trip-caption")).to_contain_text("noise:sigma=25 | raw | median:size=")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
