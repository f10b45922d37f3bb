"""``recoup analyse`` as a person uses it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from recoup.__main__ import main
from recoup.results.row import Measurement
from recoup.results.store import Store


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the rows of two codecs; webp needs 30 % fewer bytes."""
    folder = tmp_path_factory.mktemp("results")
    rows = [
        Measurement(
            cell=f"{codec}{q}{picture}",
            image=picture,
            source=picture,
            width=100,
            height=100,
            chain=f"{codec}:quality={q}",
            codec=codec,
            settings=json.dumps({"quality": q}),
            encoded_bytes=factor * 10_000 * 2**q,
            encode_s_all=(0.1,),
            decode_s_all=(0.1,),
            scores={"psnr": 30.0 + 3 * q, "ssim": 0.9 + q / 100},
        )
        for codec, factor in (("jpeg", 10), ("webp", 7))
        for q in range(5)
        for picture in "abcdef"
    ]
    Store(folder).append(rows)
    return folder


def test_text(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All tables, with the definitions under them."""
    assert main(["analyse", str(results)]) == 0
    said = capsys.readouterr().out
    assert "\N{MINUS SIGN}30.0" in said
    for title in ("deltas", "BD-rate in psnr", "Matched pairs", "Pareto frontiers", "monotone"):
        assert title in said


def test_csv_and_latex_and_json(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One table to standard output, or all of them."""
    given = ["analyse", str(results), "-m", "psnr", "-m", "ssim", "--anchor", "webp"]
    assert main([*given, "-f", "csv", "-t", "bd"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["metric"], row["line"]) for row in rows] == [("psnr", "jpeg"), ("ssim", "jpeg")]
    assert float(rows[0]["bd_rate"]) == pytest.approx(1 / 0.7 - 1)
    assert main([*given, "-f", "latex"]) == 0
    assert capsys.readouterr().out.count(r"\begin{tabular}") == 5
    assert main([*given, "-f", "json"]) == 0
    names = [table["name"] for table in json.loads(capsys.readouterr().out)]
    assert names == ["bd", "matrix-psnr", "matrix-ssim", "pairs", "frontier"]


def test_files(results: Path, tmp_path: Path) -> None:
    """A name with a suffix is a file; one without is a folder with a file for each table."""
    assert main(["analyse", str(results), "-f", "latex", "-o", str(tmp_path / "all.tex")]) == 0
    assert (tmp_path / "all.tex").read_text("utf-8").count(r"\toprule") == 4
    assert main(["analyse", str(results), "-f", "csv", "-o", str(tmp_path / "tables")]) == 0
    names = sorted(path.name for path in (tmp_path / "tables").iterdir())
    assert names == ["bd.csv", "frontier.csv", "matrix-psnr.csv", "pairs.csv"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-f", "csv"], "holds one of"),
        (["-o", "x.txt"], "--format"),
        (["-a", "avif"], "no line is called 'avif': jpeg; webp"),
        (["-m", "lpips"], "lpips: not measured; there are: psnr, ssim"),
    ],
)
def test_misuse_is_one_clear_line(
    results: Path, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, the reason and the way out; nothing on standard output."""
    assert main(["analyse", str(results), *arguments]) == 2
    told = capsys.readouterr()
    assert says in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""
