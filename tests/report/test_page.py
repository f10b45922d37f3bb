"""The written files: structure, budget, odd sweeps."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from recoup.errors import StoreError
from recoup.report import table, write_report
from recoup.results.row import Measurement
from recoup.results.store import Store

Make = Callable[..., Path]


def gallery(page: Path) -> list[dict[str, object]]:
    """What the viewer of a page shows."""
    found = re.search(r'id="gallery">(.*?)</script>', page.read_text(), re.DOTALL)
    assert found is not None
    out: list[dict[str, object]] = json.loads(found[1])
    return out


@pytest.fixture(scope="module")
def one(measure_folder: Make) -> Path:
    """One picture with one setting."""
    return measure_folder({"one.png": (1, 3, 8)}, ("jpeg:quality=50",))


def test_the_rows_are_written_beside_the_page(results: Path) -> None:
    """One line each, infinities as they are."""
    with (results / "rows.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(Store(results).measurements())
    assert {r["psnr"] for r in rows if r["chain"] == "png"} == {"inf"}


def test_the_page_holds_one_library_and_refers_to_nothing(results: Path) -> None:
    """No link, image or script from elsewhere in the markup."""
    text = (results / "report.html").read_text()
    markup = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert "http" not in markup.replace("http-equiv", "")
    assert re.findall(r'src="([^"]+)"', markup) == []
    assert text.count("window.vegaEmbed = vegaEmbed") + text.count("window.vegaEmbed=") == 1


def test_one_picture_and_one_setting_are_enough(one: Path) -> None:
    """And the page does not claim to know more than that."""
    text = write_report(one).read_text()
    assert "1 picture," in text
    assert "No setting of any other format qualifies" in text or "No setting qualifies" in text
    assert len(gallery(one / "report.html")) == 1


def test_a_sweep_that_failed_everywhere_says_so(tmp_path: Path) -> None:
    """With its reasons, and without advice."""
    row = Measurement(cell="a", status="failed", error="empty file", image="a.png", source="/a")
    Store(tmp_path).append([row, replace(row, cell="b", source="/b", image="b.png")])
    text = write_report(tmp_path).read_text()
    assert "Nothing could be measured" in text
    assert "empty file" in text
    assert "No setting qualifies." in text


def test_an_empty_folder_is_one_clear_error(tmp_path: Path) -> None:
    """Not an empty page."""
    with pytest.raises(StoreError, match="no results in this folder"):
        write_report(tmp_path)


def test_the_size_is_kept_and_what_is_missing_is_said(measure_folder: Make) -> None:
    """Down to no pictures at all."""
    folder = measure_folder({f"{i}.png": (i, 3, 8) for i in (1, 2, 3)})
    full = write_report(folder)
    size = full.stat().st_size
    assert "did not fit" not in full.read_text()
    page = write_report(folder, size_mb=size * 0.99 / 1e6)
    assert "did not fit" in page.read_text()
    assert page.stat().st_size <= size * 0.99
    assert gallery(write_report(folder, size_mb=size * 0.5 / 1e6)) == []


def test_originals_that_are_gone_or_changed_are_reported(measure_folder: Make) -> None:
    """The page still comes; only the viewer lacks them."""
    folder = measure_folder(
        {f"{i}.png": (i, 3, 8) for i in (1, 2, 3)}, ("webp:quality=[20,60,90]",)
    )
    (folder / "1.png").unlink()
    (folder / "2.png").write_bytes((folder / "3.png").read_bytes())
    text = write_report(folder).read_text()
    assert "1.png is not shown: its original is no longer where it was" in text
    assert "2.png is not shown: its original has changed" in text
    assert [p["name"] for p in gallery(folder / "report.html")] == ["3.png"]


def test_another_encoding_than_measured_is_not_shown(measure_folder: Make, tmp_path: Path) -> None:
    """The hash in the row decides."""
    folder = measure_folder({"1.png": (1, 3, 8)}, ("webp:quality=[60,90]",))
    rows = Store(folder).measurements()
    Store(tmp_path).append([replace(r, encoded_sha256="0") for r in rows])
    assert "gave other bytes than were measured" in write_report(tmp_path).read_text()


def test_unknown_metrics_and_missing_values_get_their_column(one: Path, tmp_path: Path) -> None:
    """A metric from elsewhere, None on one row, infinite on another."""
    rows = Store(one).measurements()
    given: list[dict[str, float | None]] = [{"mine": None}, {"mine": 2.0}, {"mine": math.inf}]
    more = [
        replace(r, cell=f"{r.cell}{i}", image_sha256=str(i), image=f"{i}.png", scores=scores)
        for r in rows
        for i, scores in enumerate(given)
    ]
    Store(tmp_path).append([replace(r, source=f"/{r.image}") for r in more])
    text = write_report(tmp_path).read_text()
    assert "∞ on 1 of 2" in text
    assert "A metric that this recoup does not know" in text


def test_the_terminal_table_names_every_setting(results: Path) -> None:
    """And no picture name or chain is read as markup."""
    console = Console(width=200, record=True, file=None, quiet=False)
    with console.capture() as capture:
        console.print(table(Store(results).measurements()))
    text = capture.get()
    assert "JPEG quality 60" in text
    assert "∞" in text
