"""Rubbish among good files: one clear line each, the good ones are still done."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from recoup import Image, Picture, Store, save

GIGABYTE = 10**9
# A process of its own, because a child's peak memory starts with that of whoever started it.
LAUNCHER = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""


def bomb(side: int) -> bytes:
    """A PNG that claims side x side pixels in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(3 * side + 1) * 20)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with everything that people have lying about."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    good = Image(np.random.default_rng(1).integers(0, 256, (20, 30, 3), dtype=np.uint8))
    names = ("good.png", "with space.png", "new\nline.png", "-dash.png", "naïve-日本.png")
    for i, name in enumerate(names, 1):
        save(Picture(Image(good.samples // i)), folder / name)
    whole = (folder / "good.png").read_bytes()
    (folder / "empty.png").write_bytes(b"")
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "text.png").write_text("dear diary\n" * 50)
    (folder / "bomb.png").write_bytes(bomb(60_000))
    (folder / "dangling.png").symlink_to("nowhere.png")
    (folder / "folder.png").mkdir()
    os.mkfifo(folder / "pipe.png")
    if os.geteuid():
        (folder / "locked.png").write_bytes(whole)
        (folder / "locked.png").chmod(0)
    return folder


def test_rubbish_fails_alone(folder: Path, tmp_path: Path) -> None:
    """No traceback, no hang, under a gigabyte; every good file is in the rows."""
    command = ["compare", str(folder), "-c", "png", "-m", "psnr", "-j", "1"]
    command = [sys.executable, "-m", "recoup", *command, "-o", str(tmp_path / "out")]
    ran = subprocess.run(
        [sys.executable, "-c", LAUNCHER, *command], check=False, capture_output=True, timeout=120
    )
    assert ran.returncode == 1
    assert int(ran.stdout.split()[-1]) * 1024 < GIGABYTE
    said = ran.stderr.decode()
    assert "Traceback" not in said
    rows = Store(tmp_path / "out").measurements()
    bad = ["empty.png", "cut.png", "text.png", "bomb.png", "dangling.png", "pipe.png"]
    bad += ["locked.png"] if os.geteuid() else []
    failed = {Path(row.image).name: row.error or "" for row in rows if row.status == "failed"}
    assert sorted(failed) == sorted(bad)
    for name, error in failed.items():
        assert "\n" not in error
        assert name in error
        assert sum(name in line for line in said.splitlines() if "failed:" in line) == 1
    assert "--max-pixels" in failed["bomb.png"]
    assert len([row for row in rows if row.status == "ok"]) == 5


def test_a_dash_and_a_glob(folder: Path, tmp_path: Path) -> None:
    """Names that look like options go behind ``--``; globs that the shell left are expanded."""
    command = [sys.executable, "-m", "recoup", "compare", "-c", "raw", "-m", "psnr"]
    command += ["-o", str(tmp_path / "out"), "--", "-dash.png", "good*.png", "none*.png"]
    ran = subprocess.run(command, check=False, capture_output=True, cwd=folder)
    assert ran.returncode == 1
    rows = Store(tmp_path / "out").measurements()
    assert sorted((row.image, row.status) for row in rows) == [
        ("-dash.png", "ok"),
        ("good.png", "ok"),
        ("none*.png", "failed"),
    ]
