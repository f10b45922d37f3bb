"""The command line as a person uses it, in processes of its own."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recoup import Image, Picture, save
from recoup.__main__ import main

Photos = Path


def recoup(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run our command."""
    return subprocess.run(
        [sys.executable, "-m", "recoup", *map(str, arguments)],
        check=False,
        capture_output=True,
        cwd=cwd,
    )


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Give a small picture."""
    file = tmp_path / "photo.png"
    ramp = np.add.outer(np.arange(180), np.arange(200))[..., None] * [0.5, 0.6, 0.4]
    save(Picture(Image(ramp.clip(0, 255).astype(np.uint8))), file)
    return file


def test_compare_report_rows(photo: Path, tmp_path: Path) -> None:
    """One command gives table, rows and report; the others print them again."""
    out = tmp_path / "out"
    ran = recoup("compare", photo, "-c", "jpeg:quality=[30,80]", "-c", "webp", "-o", out)
    assert ran.returncode == 0, ran.stderr
    assert b"JPEG" in ran.stdout
    assert b"report.html" in ran.stderr
    assert (out / "report.html").stat().st_size > 100_000
    table = list(csv.DictReader(io.StringIO(recoup("rows", out).stdout.decode())))
    assert len(table) == 3
    assert {"cell", "psnr", "psnr_y", "ssim", "ms_ssim", "bpp", "ratio", "error"} <= set(table[0])
    rows = json.loads(recoup("rows", out, "--format", "json", "--all-repeats").stdout)
    assert rows[0]["encode_s_all"]
    parquet = pq.read_table(pa.BufferReader(recoup("rows", out, "-f", "parquet").stdout))
    assert parquet.column("cell").to_pylist() == [row["cell"] for row in table]
    (out / "report.html").unlink()
    assert recoup("report", out).returncode == 0
    assert (out / "report.html").exists()


def test_measure(photo: Path, tmp_path: Path) -> None:
    """Scores of files against a file; what cannot be read is said, the rest is done."""
    ran = recoup("measure", photo, photo, tmp_path / "absent.png", "-m", "psnr")
    assert ran.returncode == 1
    assert b"inf" in ran.stdout
    assert b"absent.png" in ran.stderr
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize("command", ["codecs", "filters", "metrics", "doctor"])
def test_lists(command: str) -> None:
    """Each list is printed whole."""
    ran = recoup(command)
    assert ran.returncode == 0
    expected = {"codecs": b"jpegxl", "filters": b"seed-recipe", "metrics": b"psnr_y"}
    assert expected.get(command, b"libwebp") in ran.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("compare", "x.png", "-c", "jpg"), "no codec (jpeg"),
        (("compare", "x.png", "-c", "jpeg:quality=900"), "quality"),
        (("compare", "x.png", "-m", "psmr"), "there are:"),
        (("compare",), "paths"),
        (("rows", "nowhere"), "nowhere"),
        (("report", "nowhere"), "nowhere"),
        (("paint",), "paint"),
    ],
)
def test_misuse_is_one_clear_line(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    """Exit code 2, the reason, no traceback, nothing made."""
    ran = recoup(*arguments, cwd=tmp_path)
    assert ran.returncode == 2
    assert says in ran.stderr.decode()
    assert b"Traceback" not in ran.stderr
    assert not list(tmp_path.iterdir())


def test_debug_shows_tracebacks(tmp_path: Path) -> None:
    """``--debug`` is for whoever mends recoup."""
    assert b"Traceback" in recoup("--debug", "rows", tmp_path / "nowhere").stderr


def test_main_in_this_process(capsys: pytest.CaptureFixture[str]) -> None:
    """The entry point returns exit codes; it does not leave."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("recoup ")
    assert main(["rows", "nowhere"]) == 2
    assert main(["nonsense"]) == 2


def test_a_closed_pipe_is_no_error(photo: Path, tmp_path: Path) -> None:
    """``recoup rows DIR | head -1`` ends quietly."""
    recoup("compare", photo, "-c", "raw", "-o", tmp_path / "out")
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        ran = subprocess.run(
            [sys.executable, "-m", "recoup", "rows", str(tmp_path / "out")],
            check=False,
            stdout=closed,
            stderr=subprocess.PIPE,
        )
    assert ran.stderr == b""


def test_import_is_light() -> None:
    """``import recoup`` loads nothing heavy, nor does the codec table."""
    code = (
        "import sys, recoup; recoup.__version__\n"
        "heavy = 'torch dask openvino onnxruntime numba altair pyarrow imagecodecs'.split()\n"
        "print(sorted(set(heavy) & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert ran.stdout == b"[]\n"
