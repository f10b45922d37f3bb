"""The lossless league in the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from recoup.report import write_report


def test_the_page_ranks_lossless_settings_by_depth(measure_folder: Callable[..., Path]) -> None:
    """Two tables where there are deep pictures, none where nothing is lossless."""
    chains = ("png", "webp:lossless=true,method=0", "jpegls", "jpeg:[60,90]")
    folder = measure_folder({"a.png": (1, 3, 8), "b.png": (2, 3, 8), "c.png": (1, 1, 16)}, chains)
    text = write_report(folder).read_text()
    section = text[text.index('<section id="league"') :]
    tables = re.findall(r"<table.*?</table>", section[: section.index("</section>")], re.DOTALL)
    assert [table.count("<tr style") for table in tables] == [3, 2]
    assert "2 pictures of 8 bits" in section
    assert "1 picture of more than 8 bits" in section
    assert "WebP" not in tables[1]
    assert "JPEG quality" not in tables[0]


def test_without_lossless_settings_there_is_no_league(measure_folder: Callable[..., Path]) -> None:
    """Nor a link to one."""
    folder = measure_folder({"a.png": (1, 3, 8)}, ("jpeg:[60,90]", "png"))
    text = write_report(folder).read_text()
    assert 'id="league"' not in text
    assert "#league" not in text
