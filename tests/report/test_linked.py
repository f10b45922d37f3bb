"""One choice for the whole page: lines, metric, picture."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from recoup.report import write_report

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
Make = Callable[..., Path]

CHAINS = (
    "jpeg:quality=[15,35,60,85]",
    "webp:quality=[10,40,70,90]",
    "jpegxl:distance=[0.8,2,4,8],effort=1",
    "jpegxl:lossless=true,effort=1",
)
PICTURES = {f"{seed}.png": (seed, 3, 8) for seed in range(1, 7)}


@pytest.fixture(scope="module")
def curves(measure_folder: Make) -> Path:
    """A results folder whose lines have enough points and pictures for deltas; report written."""
    folder = measure_folder(PICTURES, CHAINS)
    write_report(folder)
    return folder


def dimmed(page: Page, where: str) -> list[str]:
    """Lines or codecs of what is dimmed in a section."""
    found: list[str] = page.evaluate(
        f"[...new Set([...document.querySelectorAll('{where} .dim')]"
        ".map(e => e.dataset.line || e.dataset.codec))].sort()"
    )
    return found


def test_picking_a_line_dims_the_others_everywhere(curves: Path, open_page: Open) -> None:
    """By the legend, by a chip, by a row of the table, by a mark of a figure; Escape ends it."""
    page = open_page(curves / "report.html")
    page.locator("#chart").scroll_into_view_if_needed()
    ways: tuple[Callable[[], None], ...] = (
        lambda: page.locator("#legend button", has_text="WebP").press("Enter"),
        lambda: page.locator("#formats button", has_text="WebP").click(),
        lambda: page.locator("#grid button.pick", has_text="WebP").first.press("Space"),
        page.locator("#chart svg .mark-symbol path").last.click,  # the last line
    )
    for pick in ways:
        assert dimmed(page, "body") == []
        pick()
        expect(page.locator("#picked b")).to_have_text("WebP")
        for section in ("#table", "#bars", "#drill", "#methods"):
            assert "WebP" not in dimmed(page, section)
            assert "JPEG" in dimmed(page, section)
        page.keyboard.press("Escape")
        expect(page.locator("#picked")).to_be_hidden()
    page.locator("#legend button", has_text="WebP").click()
    for chart, mark in (("chart", "mark-symbol"), ("matrix-chart", "mark-rect")):
        page.locator(f"#{chart}").scroll_into_view_if_needed()
        page.wait_for_function(
            f"new Set([...document.querySelectorAll('#{chart} svg .{mark} path')]"
            ".map(p => p.getAttribute('opacity'))).size > 1"
        )


def test_several_lines_can_be_picked_and_all_be_shown_again(curves: Path, open_page: Open) -> None:
    """A codec's chip stands for all its lines."""
    page = open_page(curves / "report.html")
    page.locator("#formats button", has_text="JPEG XL").click()
    page.locator("#legend button", has_text="WebP").click()
    assert dimmed(page, "#grid") == ["JPEG"]
    expect(page.locator("#picked b")).to_have_text(["JPEG XL", "JPEG XL lossless", "WebP"])
    expect(page.locator("#legend button", has_text="JPEG XL")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.locator("#picked button").click()
    assert dimmed(page, "body") == []


def test_one_metric_for_all_figures(curves: Path, open_page: Open) -> None:
    """Each figure has its buttons, and they follow one another."""
    page = open_page(curves / "report.html")
    page.locator("#matrix-metric label", has_text="PSNR").first.click()
    for place in ("metric", "pareto-metric", "drill-metric"):
        expect(page.locator(f"#{place} input[value='psnr']")).to_be_checked()
    for chart in ("chart", "matrix-chart", "pareto-encode", "drill-chart"):
        page.locator(f"#{chart}").scroll_into_view_if_needed()
        expect(page.locator(f"#{chart}")).to_have_attribute("data-metric", "psnr")
    expect(page.locator("#drill-list button").first).to_contain_text("PSNR")


def test_the_matrix_tells_interval_n_and_overlap(curves: Path, open_page: Open) -> None:
    """Pointing at a cell, and in the table for keyboards; a refusal with its reason."""
    page = open_page(curves / "report.html")
    page.locator("#matrix-chart").scroll_into_view_if_needed()
    page.locator("#matrix-chart [aria-roledescription='text mark']").last.hover()
    for words in ("against", "95 % interval", "of 6 pictures", "of the range"):
        expect(page.locator("#vg-tooltip-element")).to_contain_text(words)
    page.locator("#matrix-fold summary").press("Enter")
    rows = page.locator("#matrix-rows tbody tr")
    expect(rows).to_have_count(6)
    cells = json.loads(
        re.findall(r'id="chart-data">(.*?)</script>', (curves / "report.html").read_text())[0]
    )["cells"]["ssim"]
    for cell in cells:
        row = rows.filter(has=page.locator("th", has_text=re.compile(f"^{cell['line']}$")))
        row = row.filter(has=page.locator("td", has_text=re.compile(f"^{cell['anchor']}$")))
        wanted = cell["refused"] if cell["percent"] is None else cell["interval"]
        expect(row).to_contain_text(wanted)


def test_lines_with_too_few_points_are_refused_with_the_reason(
    results: Path, open_page: Open
) -> None:
    """Three points are no curve."""
    page = open_page(results / "report.html")
    page.locator("#matrix-fold summary").click()
    expect(page.locator("#matrix-rows tbody tr").first).to_contain_text("n/a")
    expect(page.locator("#matrix-rows")).to_contain_text("fewer than 4 points on 3 of 3 pictures")


def test_a_picture_shows_its_own_curves_rows_and_maps(curves: Path, open_page: Open) -> None:
    """The worst first; by keyboard too; from the list to the viewer."""
    page = open_page(curves / "report.html")
    listed = page.locator("#drill-list button")
    expect(listed).to_have_count(6)
    scores = [float(text.split()[-1]) for text in listed.locator("small").all_inner_texts()]
    assert scores == sorted(scores)
    expect(page.locator("#drill-rows tbody tr")).to_have_count(13)
    page.locator("#drill-chart").scroll_into_view_if_needed()
    dots = page.locator("#drill-chart svg .mark-symbol path")
    expect(dots).to_have_count(12)
    before = page.locator("#drill-rows tbody").inner_text()
    listed.last.press("Enter")
    expect(listed.last).to_have_attribute("aria-pressed", "true")
    name = page.locator("#drill-name").inner_text()
    assert name in listed.last.inner_text()
    assert page.locator("#drill-rows tbody").inner_text() != before
    expect(dots).to_have_count(12)
    expect(page.locator("#drill-map-note")).to_contain_text("bright where it hurts")
    assert page.evaluate("document.getElementById('drill-map').naturalWidth") > 0
    page.locator("#drill-view").click()
    page.wait_for_function("document.getElementById('view-original').naturalWidth")
    assert name in page.locator("#view-picture option:checked").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_every_figure_nothing_scrolls_sideways_on_a_phone(
    curves: Path, open_page: Open, scheme: str
) -> None:
    """At 360 pixels, lines picked, everything unfolded and drawn."""
    page = open_page(
        curves / "report.html", viewport={"width": 360, "height": 740}, color_scheme=scheme
    )
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    for button in page.locator("#formats button").all():
        button.click()
    for chart in ("chart", "matrix-chart", "pareto-encode", "pareto-decode", "drill-chart"):
        page.locator(f"#{chart}").scroll_into_view_if_needed()
        page.wait_for_selector(f"#{chart} svg")
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
