"""``recoup ledger`` as a person uses it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from recoup.__main__ import main
from recoup.results.row import Measurement
from recoup.results.store import Store
from recoup.sweep import power


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """JPEG and WebP, and JPEG with a median that saves a tenth of the bytes."""
    folder = tmp_path_factory.mktemp("results")
    chains = (("jpeg", "", 10), ("webp", "", 7), ("jpeg", " | median:size=3", 9))
    rows = [
        Measurement(
            cell=f"{codec}{q}{picture}{after}",
            image=picture,
            width=100,
            height=100,
            chain=f"{codec}:quality={q}{after}",
            codec=codec,
            settings=json.dumps({"quality": q}),
            encoded_bytes=factor * 10_000 * 2**q,
            encode_s_all=(0.1,),
            decode_s_all=(0.1,),
            filter_s_all=(0.2,) if after else (),
            restore_s_all=(0.2,) if after else (),
            scores={"psnr": 30.0 + 3 * q, "ssim": 0.9 + q / 100},
        )
        for codec, after, factor in chains
        for q in range(5)
        for picture in "abcdef"
    ]
    Store(folder).append(rows)
    return folder


def test_text(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence, who pays what, and the table."""
    assert main(["ledger", str(results)]) == 0
    said = " ".join(capsys.readouterr().out.replace("│", " ").split())
    for part in ("Does it pay?", "each view saves 40 kB", "Paid once for each picture", "Ledger"):
        assert part in said
    assert "USD 0.085 for a GB sent, USD 0.04 for a CPU-hour, 5 W for a core" in said


def test_csv_json_and_latex(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Raw values; prices and watts as given."""
    given = ["ledger", str(results), "-m", "ssim", "--per-gb", "1", "--watts", "10"]
    assert main([*given, "-f", "csv", "-t", "ledger"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 5
    assert float(rows[0]["saved_bytes"]) == pytest.approx(10_000)
    assert float(rows[0]["change"]) == pytest.approx(-0.1)
    assert float(rows[0]["joules"]) == pytest.approx(2.0)
    assert float(rows[0]["server_views"]) == pytest.approx(0.3 / 3600 * 0.04 / 1e-5)
    assert main([*given, "-f", "json"]) == 0
    tables = json.loads(capsys.readouterr().out)
    assert [table["name"] for table in tables] == ["verdicts", "ledger"]
    assert "10 W for a core at work (given)" in tables[0]["note"]
    assert main([*given, "-f", "latex"]) == 0
    assert capsys.readouterr().out.count(r"\begin{tabular}") == 2


def test_files(results: Path, tmp_path: Path) -> None:
    """A folder with a file for each table."""
    assert main(["ledger", str(results), "-f", "csv", "-o", str(tmp_path / "t")]) == 0
    assert sorted(p.name for p in (tmp_path / "t").iterdir()) == ["ledger.csv", "verdicts.csv"]


def test_watts_are_measured_where_they_can_be(
    results: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And said to be measured."""
    monkeypatch.setattr(power, "core_watts", lambda: 6.25)
    assert main(["ledger", str(results), "--watts", "rapl", "-f", "json"]) == 0
    assert "6.25 W for a core at work (measured here, RAPL)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-f", "csv"], "holds one of verdicts, ledger"),
        (["--per-gb", "-1"], "per-gb is a number from 0, not -1.0"),
        (["--per-cpu-hour", "nan"], "per-cpu-hour is a number from 0"),
        (["--watts", "inf"], "watts is a number from 0"),
        (["--watts", "much"], "watts are a number, or rapl"),
        (["-m", "lpips"], "lpips: not measured; there are: psnr, ssim"),
    ],
)
def test_misuse_is_one_clear_line(
    results: Path, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, the reason and the way out; nothing on standard output."""
    assert main(["ledger", str(results), *arguments]) == 2
    told = capsys.readouterr()
    assert says in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""
