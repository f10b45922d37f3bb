"""Codecs with a restorer in the report: verdicts, figures, maps of help and harm, the ledger."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import Page

from recoup import Image, Picture, compare, save
from recoup.report import write_report
from recoup.report.found import Found
from recoup.report.harm import FULL, STEPS, balance, harm_still, palette
from recoup.results.store import Store

Open = Callable[..., Page]
CHAINS = (
    "jpeg:quality=[20,40,60,90] | blur:0.5",
    "webp:quality=[10,30,60,90]",
)


def grainy(seed: int) -> Image:
    """Waves, an edge and some grain, 80 rows of 104."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:80, 0:104]
    waves = 120 + 50 * np.sin(x / (9 + seed)) * np.cos(y / 11) + 40 * (x + y > 90)
    planes = [waves + random.normal(0, 2 + seed, waves.shape) + 5 * c for c in range(3)]
    return Image(np.clip(np.stack(planes, axis=2), 0, 255).astype(np.uint8))


@pytest.fixture(scope="module")
def looped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder of five pictures, JPEG restored by a slight blur, with its report."""
    folder: Path = tmp_path_factory.mktemp("looped")
    (folder / "photos").mkdir()
    for seed in range(1, 6):
        save(Picture(grainy(seed)), folder / "photos" / f"{seed}<b>.png")
    compare([folder / "photos"], CHAINS, metrics=["psnr", "ssim"], out=folder, jobs=0, repeats=1)
    write_report(folder)
    return folder


def section(page: Path) -> str:
    """Text of the section, without tags."""
    found = re.search(r'<section id="loops".*?</section>', page.read_text(), re.DOTALL)
    assert found is not None
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]))


def test_verdict_opponents_harm_and_ledger_are_told(looped: Path) -> None:
    """In sentences, from the rows."""
    text = section(looped / "report.html")
    assert re.search(r"JPEG \+ blur:sigma=0.5 needs [\d.]+ % (more|fewer) bytes than JPEG", text)
    assert re.search(r"WebP alone is (smaller|larger) by [\d.]+ %", text)
    assert re.search(
        r"Pictures made worse than the same coded picture not restored, .* 90: \d of 5", text
    )
    assert "where the encoder notes in the file how to restore it, that note is counted" in text
    assert "Does it pay?" in text
    assert "USD 0.085 for a GB sent" in text
    assert "1<b>.png" not in (looped / "report.html").read_text().partition("<main")[2]


def test_the_figure_holds_the_codec_its_restorer_and_its_opponents(looped: Path) -> None:
    """One figure a codec, with the dashes of the page."""
    text = (looped / "report.html").read_text()
    match = re.search(r'id="chart-data">(.*?)</script>', text, re.DOTALL)
    assert match is not None
    data: dict[str, Any] = json.loads(match[1])
    (loop,) = data["loops"]
    assert loop["names"] == ["JPEG", "JPEG + blur:sigma=0.5", "WebP"]
    assert set(loop["curves"]) == {"psnr", "ssim"}
    assert len(loop["curves"]["psnr"]["layer"]) == 2


def test_maps_that_are_not_what_was_measured_are_left_out(looped: Path, tmp_path: Path) -> None:
    """With the reason."""
    rows = Store(looped).measurements()
    Store(tmp_path).append([replace(row, encoded_sha256="0") for row in rows])
    text = section(write_report(tmp_path))
    assert "is not mapped: degrading it again gave other bytes" in text
    assert "Gained least" not in text


def test_maps_that_do_not_fit_leave_no_hole(looped: Path, tmp_path: Path) -> None:
    """The page keeps its size."""
    Store(tmp_path).append(Store(looped).measurements())
    page = write_report(tmp_path, size_mb=0.9)
    text = page.read_text()
    for still in re.findall(r'data-still="(still-h-\w+(?:-map)?)"', text):
        assert f'id="{still}"' in text


def test_balance_by_hand() -> None:
    """Blocks of 8, cut ones included; 12 bits in levels of 255."""
    random = np.random.default_rng(1)
    shape = (13, 19, 3)
    original, given, restored = (
        random.integers(0, 4096, shape).astype(np.uint16) for _ in range(3)
    )
    found = balance(*(Image(samples, 12) for samples in (original, given, restored)))
    assert found.shape == (2, 3)
    for row in range(2):
        for column in range(3):
            part = np.s_[8 * row : 8 * row + 8, 8 * column : 8 * column + 8]
            a, b, c = (v[part].astype(float) for v in (original, given, restored))
            wanted = (np.abs(b - a) - np.abs(c - a)).mean() * 255 / 4095
            assert found[row, column] == pytest.approx(wanted, abs=1e-4)
    turned = balance(*(Image(samples, 12) for samples in (original, restored, given)))
    assert turned == pytest.approx(-found, abs=1e-5)


def test_maps_are_blue_where_it_helped_and_orange_where_it_hurt() -> None:
    """Each block in the colour of its value; at the ends and beyond the same."""
    values = np.array([[FULL, 9 * FULL, 0.0], [-FULL, -9 * FULL, FULL / 2]], np.float32)
    still = harm_still(values, 20, 15)
    seen = np.asarray(PIL.Image.open(io.BytesIO(still.data)).convert("RGB"))
    assert seen.shape == (15, 20, 3)
    colours = palette()
    for (row, column), step in {
        (0, 0): 0,
        (7, 15): 0,
        (0, 16): STEPS // 2,
        (8, 0): STEPS - 1,
        (14, 15): STEPS - 1,
        (14, 19): STEPS // 4,
    }.items():
        assert seen[row, column].tolist() == colours[step].tolist()
    assert colours[0][2] > colours[0][0]
    assert colours[-1][0] > colours[-1][2]


def test_maps_of_large_pictures_are_reduced() -> None:
    """By a whole factor, to at most 2^18 pixels."""
    still = harm_still(np.zeros((250, 250), np.float32), 2000, 2000)
    with PIL.Image.open(io.BytesIO(still.data)) as seen:
        assert seen.size == (500, 500)


def test_a_report_without_restored_codecs_has_no_such_section(tmp_path: Path) -> None:
    """Nor a link to it."""
    (tmp_path / "photos").mkdir()
    save(Picture(grainy(1)), tmp_path / "photos" / "1.png")
    compare([tmp_path / "photos"], ["jpeg:[20,80]"], metrics=["psnr"], out=tmp_path, jobs=0)
    assert 'href="#loops"' not in write_report(tmp_path).read_text()


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (380, "dark")])
def test_figure_and_maps_are_drawn(looped: Path, open_page: Open, width: int, scheme: str) -> None:
    """Three lines of four points; both pairs of pictures; nothing scrolls sideways."""
    page = open_page(
        looped / "report.html", viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    chart = page.locator("#loop-0")
    chart.scroll_into_view_if_needed()
    page.wait_for_function("document.getElementById('loop-0').dataset.metric === 'ssim'")
    assert chart.locator("svg .mark-symbol path").count() == 12
    page.locator("#loop-metric label", has_text="PSNR").click()
    page.wait_for_function("document.getElementById('loop-0').dataset.metric === 'psnr'")
    page.locator("#loops .harms").scroll_into_view_if_needed()
    loaded = "[...document.querySelectorAll('#loops img')].map(i => i.naturalWidth)"
    page.wait_for_function(f"{loaded}.every(Boolean)")
    assert page.evaluate(loaded) == [104] * 4
    page.locator("#loops details summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_is_on_a_curve_is_not_restored_again_side_by_side(looped: Path) -> None:
    """Its maps are enough; the table of restorers stays, and says what cannot be explained."""
    text = (looped / "report.html").read_text()
    assert 'id="restorers"' in text
    assert 'id="triptychs"' not in text
    found = Found.of(Store.existing(looped).measurements())
    assert found.restored
    assert not found.off_curves
    few = [r for r in found.rows if "quality=20" in r.chain or "quality=40" in r.chain]
    assert len(Found.of(few).off_curves) == 2
