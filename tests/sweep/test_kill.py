"""Killed twenty times, the same command ends with the table of a run that was left alone."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from recoup import Image, Picture, Store, save

CHAINS = ("jpeg:quality=10..90:5", "webp:quality=20..80:20", "png", "jpegls", "raw | median:[3,5]")
DIFFERENT = {
    *("encode_s", "decode_s", "filter_s", "cpu_s", "encode_s_all", "decode_s_all", "filter_s_all"),
    *("restore_s", "restore_s_all"),
    *("peak_mb", "started_at"),
}


def command(*arguments: str) -> list[str]:
    """Our command line, in a fresh interpreter."""
    return [sys.executable, "-m", "recoup", *arguments]


def table(folder: Path) -> list[dict[str, Any]]:
    """Every row but its seconds, in a fixed order."""
    printed = subprocess.run(
        command("rows", str(folder), "--format", "json"), check=True, capture_output=True
    ).stdout
    rows = [{k: v for k, v in row.items() if k not in DIFFERENT} for row in json.loads(printed)]
    return sorted(rows, key=lambda row: row["cell"])


def test_twenty_kills(tmp_path: Path) -> None:
    """No row lost but those in flight, none double, none torn."""
    photos = tmp_path / "photos"
    photos.mkdir()
    noise = np.random.default_rng(7)
    for i in range(3):
        ramp = np.add.outer(np.arange(160), np.arange(200 + i))[..., None] * [0.3, 0.4, 0.5]
        grain = noise.normal(0, 8, ramp.shape)
        save(Picture(Image((ramp + grain).clip(0, 255).astype(np.uint8))), photos / f"{i}.png")
    (photos / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n but no more")
    chains = [a for chain in CHAINS for a in ("--chain", chain)]

    def run(out: str) -> list[str]:
        return command("compare", str(photos), *chains, "--jobs", "2", "--out", str(tmp_path / out))

    whole = subprocess.run(run("whole"), check=False, capture_output=True)
    assert whole.returncode == 1  # broken.png, and nothing else
    dice = random.Random(5)
    before: list[dict[str, Any]] = []
    for _ in range(20):
        process = subprocess.Popen(run("killed"), stdout=-3, stderr=-3)
        interrupt(process, dice.uniform(0.4, 1.6))
        rows = Store(tmp_path / "killed").everything()
        cells = [row.cell for row in rows if row.status == "ok"]
        assert len(cells) == len(set(cells))
        kept = [row for row in before if row["cell"] not in cells]
        assert not kept
        before = [{"cell": cell} for cell in cells]
    last = subprocess.run(run("killed"), check=False, capture_output=True)
    assert last.returncode == 1
    assert b"Traceback" not in last.stderr
    assert table(tmp_path / "killed") == table(tmp_path / "whole")


def interrupt(process: subprocess.Popen[bytes], after_s: float) -> None:
    """``kill -9`` a process after a while, if it still runs."""
    wait_until(lambda: process.poll() is not None, after_s)
    process.send_signal(signal.SIGKILL)
    process.wait()


def wait_until(true: Callable[[], bool], limit_s: float) -> None:
    """Wait for something, not longer than the limit."""
    end = time.monotonic() + limit_s
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
