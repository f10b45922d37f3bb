"""What a run writes for people."""

from __future__ import annotations

import importlib
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recoup import Image, load
from recoup.training.journal import Journal
from recoup.training.progress import Progress
from recoup.training.validate import Scores

SHEET = Image(np.full((8, 24, 3), 77, np.uint8))


def told(step: int, *, validated: bool) -> Progress:
    """What is known after a step."""
    progress = Progress(step, 100, 0.5, rate=4.0, waited=0.01, seconds=1.0)
    if not validated:
        return progress
    return Progress(**{**vars(progress), "scores": Scores(30, 0.9, 28, 0.3), "sheet": SHEET})


def test_sheet(tmp_path: Path) -> None:
    """The newest validation's, as a PNG file."""
    journal = Journal(tmp_path)
    journal.tell(told(1, validated=False))
    assert not (tmp_path / "sheet.png").exists()
    journal.tell(told(2, validated=True))
    journal.close()
    assert load(tmp_path / "sheet.png").image == SHEET


def events(folder: Path) -> Iterator[Any]:
    """Events of all files in a folder: records of length, checksum, bytes, checksum."""
    event = importlib.import_module("tensorboardX.proto.event_pb2").Event
    for path in sorted(folder.iterdir()):
        data, at = path.read_bytes(), 0
        while at < len(data):
            (length,) = struct.unpack_from("<Q", data, at)
            yield event.FromString(data[at + 12 : at + 12 + length])
            at += 16 + length


def test_tensorboard(tmp_path: Path) -> None:
    """Loss every 50 steps, scores and the sheet at each validation."""
    pytest.importorskip("tensorboardX", reason="optional")
    journal = Journal(tmp_path)
    assert not journal.notice
    for step in (49, 50, 51):
        journal.tell(told(step, validated=step == 51))
    journal.close()
    values: dict[int, dict[str, float]] = {}
    for event in events(tmp_path / "events"):
        for value in event.summary.value:
            values.setdefault(event.step, {})[value.tag] = value.simple_value
    assert values.keys() == {50, 51}
    assert values[50].keys() == {"loss", "crops_a_second", "waiting"}
    assert values[51]["psnr"] == 30
    assert values[51]["lpips"] == pytest.approx(0.3)
    assert "sheet" in values[51]
