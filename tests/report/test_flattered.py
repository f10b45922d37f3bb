"""Pictures that a model was trained on stand at the head of the report."""

from __future__ import annotations

import re
from pathlib import Path

from recoup.report import write_report
from recoup.results.row import FLATTERS, Measurement
from recoup.results.store import Store


def test_they_are_named_apart_from_other_notes(tmp_path: Path) -> None:
    """Open and in full; without any, the report does not speak of it."""
    hit = (
        f"shows the same as cid22-train/1.png (distance 0.00), which vae was trained on: {FLATTERS}"
    )
    row = Measurement(cell="1", status="failed", image="a.png", chain="learned", error="no")
    for name, notes in (("told", f"alpha not measured; {hit}"), ("other", "alpha not measured")):
        Store(tmp_path / name).append([Measurement(**{**vars(row), "notes": notes})])
        text = write_report(tmp_path / name).read_text("utf-8")
        assert "1 note on pictures that were changed" in text
        told = re.search(r'<details class="trouble flattered" open>.*?</details>', text, re.DOTALL)
        assert (told is not None) == (name == "told")
        if told:
            assert f'<span class="file">a.png</span> {hit}' in told[0]
            assert "alpha" not in told[0]
