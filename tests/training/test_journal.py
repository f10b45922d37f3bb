"""What a run writes for people."""

from __future__ import annotations

import importlib
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recoup import Image, load
from recoup.training.journal import Journal
from recoup.training.progress import Progress
from recoup.training.recipe import Recipe
from recoup.training.run import Run
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


def test_events_that_are_made_void(tmp_path: Path) -> None:
    """A resumed run says from which step on TensorBoard is to forget what it was told before."""
    pytest.importorskip("tensorboardX", reason="optional")
    journal = Journal(tmp_path)
    journal.tell(told(50, validated=False))
    journal.close()
    first, start, *rest = events(tmp_path / "events")
    assert first.file_version == "brain.Event:2"
    assert (start.step, start.session_log.status) == (50, start.session_log.START)
    assert len(rest) == 3


def test_a_full_disk_stops_the_events_alone(tmp_path: Path) -> None:
    """Nothing waits and nothing is raised; what could be written can be read, one line says so."""
    pytest.importorskip("tensorboardX", reason="optional")
    code = """
import resource, sys
from pathlib import Path
from recoup.training.journal import Journal
from recoup.training.progress import Progress
from recoup.training.recipe import Recipe
from recoup.training.run import Run
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
journal = Journal(Path(sys.argv[1]))
for step in range(50, 5000, 50):
    journal.tell(Progress(step, 5000, 0.5, rate=4.0, waited=0.01, seconds=1.0))
print(journal.notice)
journal.close()
"""
    # A measurement of coverage could not write its own file there and would say so.
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", code, str(tmp_path)],
        check=True, capture_output=True, text=True, timeout=120, env=env,
    )  # fmt: skip
    line = f"no more TensorBoard files: {tmp_path}/events: File too large\n"
    assert (done.stdout, done.stderr) == (line, "")
    (file,) = (tmp_path / "events").iterdir()
    assert 500 < file.stat().st_size <= 1000


def test_no_folder_for_events(tmp_path: Path) -> None:
    """Said, and the sheet is written all the same."""
    pytest.importorskip("tensorboardX", reason="optional")
    (tmp_path / "events").write_bytes(b"")
    journal = Journal(tmp_path)
    journal.tell(told(50, validated=True))
    assert journal.notice.endswith("events: File exists")
    assert load(tmp_path / "sheet.png").image == SHEET


class FailedError(Exception):
    """What stops a run."""


def test_a_run_that_fails_closes_its_events(photos: tuple[Path, ...], tmp_path: Path) -> None:
    """Whatever stops it."""
    pytest.importorskip("tensorboardX", reason="optional")
    recipe = Recipe(
        name="tiny", task="noise", net="plain:width=8,blocks=1", data=("-",), sigma=(30, 30),
        crop=32, batch=1, steps=2, held_out=1, validate_every=1,
    )  # fmt: skip
    run = Run(recipe, photos, tmp_path)

    def fails(_: Progress) -> None:
        assert run.journal._file is not None  # noqa: SLF001
        raise FailedError

    with pytest.raises(FailedError):
        run.train(progress=fails)
    assert run.journal._file is None  # noqa: SLF001
    assert list(events(tmp_path / "events"))[-1].step == 1
