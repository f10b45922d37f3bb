"""Every control of the report, worked in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from recoup.report import write_report

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
Make = Callable[..., Path]


def test_it_opens_without_errors_or_requests_and_shows_names_as_text(
    results: Path, open_page: Open
) -> None:
    """The fixture fails the test on any error or request."""
    page = open_page(results / "report.html")
    assert page.title().startswith("recoup: 3 pictures")
    page.locator("#failed summary").click()
    expect(page.locator("#failed")).to_contain_text("<b>empty</b> file")
    expect(page.locator("#failed")).to_contain_text("<script>document.title='owned'</script>")
    expect(page.locator(".card")).to_have_count(3)


def test_the_table_sorts_filters_and_groups(results: Path, open_page: Open) -> None:
    """By mouse and by keyboard, infinities at the top of PSNR."""
    page = open_page(results / "report.html")
    head = page.locator("#grid thead button", has_text="Size")
    sizes = "[...document.querySelectorAll('#grid tbody tr')].map(r => +r.cells[1].dataset.sort)"
    head.click()
    rising = page.evaluate(sizes)
    assert rising == sorted(rising)
    expect(page.locator("#grid thead th").nth(1)).to_have_attribute("aria-sort", "ascending")
    head.press("Enter")
    assert page.evaluate(sizes) == rising[::-1]
    page.locator("#grid thead button", has_text="PSNR").click()
    expect(page.locator("#grid tbody tr").first.locator("td").nth(3)).to_have_text("∞")
    page.locator("#group").click()
    expect(page.locator("#grid")).to_have_class("grouped")
    rows = page.locator("#grid tbody tr:visible")
    everything = rows.count()
    webp = page.locator("#formats button", has_text="WebP")
    webp.click()
    assert rows.count() == everything
    page.locator("#only").check()
    assert rows.count() == 4
    expect(page.locator("#count")).to_contain_text(f"4 of {everything}")
    webp.click()
    assert rows.count() == everything


def test_curves_follow_metric_legend_and_theme(results: Path, open_page: Open) -> None:
    """A real drawing for each metric; dimming; colours of the theme."""
    page = open_page(results / "report.html", color_scheme="light")
    chart = page.locator("#chart")
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_attribute("data-metric", "ssim")
    page.locator("#metric label", has_text="PSNR").first.click()
    expect(chart).to_have_attribute("data-metric", "psnr")
    dots = chart.locator("svg .mark-symbol path")
    assert dots.count() > 20
    chip = page.locator("#legend button", has_text="WebP")
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "true")
    page.wait_for_function(
        "new Set([...document.querySelectorAll('#chart svg .mark-symbol path')]"
        ".map(p => p.getAttribute('opacity'))).size > 2"
    )
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "false")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    theme = page.locator("#theme")
    theme.click()
    theme.click()
    expect(theme).to_have_text("Theme: dark")
    assert page.evaluate(paper) != light


def test_hovering_a_point_names_picture_and_setting(results: Path, open_page: Open) -> None:
    """Through Vega's tooltip, escaped."""
    page = open_page(results / "report.html")
    page.locator("#chart").scroll_into_view_if_needed()
    dot = page.locator("#chart svg .mark-symbol path").last
    dot.scroll_into_view_if_needed()
    dot.hover()
    expect(page.locator("#vg-tooltip-element")).to_contain_text("setting")


def view_state(page: Page) -> dict[str, str]:
    """What the viewer shows."""
    state: dict[str, str] = page.evaluate(
        """() => ({ clip: document.getElementById("view-decode").style.clipPath,
        left: document.getElementById("view-original").src, move: document
        .getElementById("view-decode").style.transform,
        right: document.getElementById("view-decode").src,
        split: document.getElementById("view-split").value })"""
    )
    return state


def open_viewer(page: Page) -> None:
    """Scroll to the viewer and wait until both pictures are decoded."""
    page.locator("#viewer").scroll_into_view_if_needed()
    page.locator("#view-stage").scroll_into_view_if_needed()
    decoded = "['view-original','view-decode'].every(i => document.getElementById(i).naturalWidth)"
    page.wait_for_function(decoded)


def test_the_slider_moves_by_mouse_and_keyboard(results: Path, open_page: Open) -> None:
    """Dragging on the picture and arrow keys on the range."""
    page = open_page(results / "report.html")
    open_viewer(page)
    before = view_state(page)
    stage = page.locator("#view-stage")
    box = stage.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 40)
    page.mouse.up()
    moved = view_state(page)
    assert float(moved["split"]) == pytest.approx(25, abs=1)
    assert moved["clip"] != before["clip"]
    page.locator("#view-split").press("ArrowRight")
    assert float(view_state(page)["split"]) == pytest.approx(25.5, abs=1)
    stage.press("ArrowRight")
    assert float(view_state(page)["split"]) == pytest.approx(27.5, abs=1)


def test_pictures_settings_and_maps_can_be_chosen(results: Path, open_page: Open) -> None:
    """Each choice shows another file; captions follow."""
    page = open_page(results / "report.html")
    open_viewer(page)
    options = page.locator("#view-picture option")
    expect(options).to_have_count(3)
    assert any("<script>document.title='owned'" in text for text in options.all_inner_texts())
    first = view_state(page)
    page.locator("#view-settings label", has_text="WebP quality").first.click()
    open_viewer(page)
    second = view_state(page)
    assert second["left"] == first["left"]
    assert second["right"] != first["right"]
    expect(page.locator("#view-caption")).to_contain_text("SSIM 0.")
    expect(page.locator("#view-caption")).to_contain_text("kB")
    seen = {second["right"]}
    for title, ends in (("Absolute error", "25.5 of 255"), ("SSIM map", "0.6 and less")):
        layer = page.locator("#view-layers label", has_text=title)
        layer.click()
        expect(layer.locator("input")).to_be_checked()
        expect(page.locator("#view-ramp")).to_contain_text(ends)
        seen.add(view_state(page)["right"])
    assert len(seen) == 3
    page.locator("#view-settings label", has_text="PNG").click()
    expect(page.locator("#view-layers input").nth(1)).to_be_disabled()
    expect(page.locator("#view-worst")).to_be_hidden()
    expect(page.locator("#view-caption")).to_contain_text("identical")
    page.locator("#view-picture").select_option(index=2)
    open_viewer(page)
    assert view_state(page)["left"] != first["left"]


def test_worst_tiles_are_marked_and_can_be_visited(results: Path, open_page: Open) -> None:
    """By the map that is shown; pressing one centres it, marks can be taken away."""
    page = open_page(results / "report.html", viewport={"width": 500, "height": 800})
    open_viewer(page)
    page.locator("#view-settings label", has_text="JPEG quality 60").first.click()
    tiles = page.locator("#view-tiles button")
    expect(page.locator("#view-worst-by")).to_contain_text("lowest SSIM")
    page.locator("#view-layers label", has_text="Absolute error").click()
    expect(page.locator("#view-worst-by")).to_contain_text("64 pixels with the lowest PSNR")
    expect(tiles.first).to_contain_text("x ")
    expect(tiles.first).to_contain_text("dB, SSIM 0.")
    expect(page.locator("#view-marks i")).to_have_count(tiles.count())
    tiles.first.press("Enter")
    expect(page.locator("#view-zoom input[value='4']")).to_be_checked()
    expect(page.locator("#view-marks i").first).to_have_class("now")
    centre = page.evaluate(
        """() => { const by = (id) => document.getElementById(id);
        const both = [by("view-stage"), by("view-marks").firstChild];
        const [s, m] = both.map((e) => e.getBoundingClientRect());
        return [m.left >= s.left - 1, m.right <= s.right + 1]; }"""
    )
    assert centre == [True, True]
    page.locator("#view-mark").uncheck()
    expect(page.locator("#view-marks")).to_be_hidden()


def test_zoomed_pictures_can_be_moved(results: Path, open_page: Open) -> None:
    """By keyboard and by mouse, and only when zoomed."""
    page = open_page(results / "report.html", viewport={"width": 400, "height": 700})
    open_viewer(page)
    page.locator("#view-zoom label", has_text="4:1").click()
    width = page.evaluate("parseFloat(document.getElementById('view-original').style.width)")
    assert width == 4 * 96
    expect(page.locator("#view-stage")).to_have_class("stage zoomed")
    before = view_state(page)["move"]
    page.locator("#view-stage").press("ArrowRight")
    after = view_state(page)["move"]
    assert after != before
    page.locator("#view-zoom label", has_text="Fit").click()
    expect(page.locator("#view-stage")).to_have_class("stage")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_scrolls_sideways_on_a_phone(results: Path, open_page: Open, scheme: str) -> None:
    """At 360 pixels, with everything unfolded."""
    page = open_page(
        results / "report.html", viewport={"width": 360, "height": 740}, color_scheme=scheme
    )
    open_viewer(page)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_skip_link_and_focus_are_there_for_the_keyboard(results: Path, open_page: Open) -> None:
    """The first tab stop leads past the navigation; the focus ring is drawn."""
    page = open_page(results / "report.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator("#theme").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_every_picture_from_a_folder(results: Path, open_page: Open) -> None:
    """``pictures="all"``: files beside the page, relative links, the same controls."""
    write_report(results, pictures="all")
    page = open_page(results / "pictures.html")
    open_viewer(page)
    expect(page.locator("#view-picture option")).to_have_count(3)
    settings = page.locator("#view-settings label")
    assert settings.count() == 12
    page.locator("#view-settings label", has_text="JPEG quality 60 +").click()
    open_viewer(page)
    page.locator("#view-layers label", has_text="SSIM map").click()
    open_viewer(page)
    assert "pictures/" in view_state(page)["right"]


def test_grey_and_deep_pictures_are_shown(measure_folder: Make, open_page: Open) -> None:
    """16 bits are shown as 8 and said so."""
    kinds = {"grey.png": (1, 1, 8), "deep.png": (2, 3, 16), "flat.png": (0, 3, 8)}
    folder = measure_folder(
        kinds, ("jpegxl:distance=[1,4],effort=1", "webp:lossless=true,method=0")
    )
    page = open_page(write_report(folder))
    open_viewer(page)
    seen = ""
    for index in range(page.locator("#view-picture option").count()):
        page.locator("#view-picture").select_option(index=index)
        open_viewer(page)
        seen += page.locator("#view-caption").inner_text()
    assert "shown with 8 of its 16 bits" in seen
    page.locator("#not-applicable summary").click()
    expect(page.locator("#not-applicable")).to_contain_text("deep.png")
