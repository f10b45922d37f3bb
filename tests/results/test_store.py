"""The store: rows come back as they went in, and the newer row stands."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recoup.errors import StoreError
from recoup.results.export import export
from recoup.results.row import Measurement
from recoup.results.store import Store, standing

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def row(cell: str = "c", *, after: int = 0, **values: object) -> Measurement:
    """Make a row that was measured some minutes after noon."""
    given = {"image": "a.png", "source": "/a.png", "chain": "raw", "image_sha256": "aa"} | values
    return Measurement(cell=cell, started_at=NOON + timedelta(minutes=after), **given)  # type: ignore[arg-type]


def test_rows_come_back(tmp_path: Path) -> None:
    """Every column survives, infinities and absent values included."""
    full = row(
        encoded_bytes=10,
        encode_s_all=(0.1, 0.2),
        scores={"psnr": float("inf"), "ms_ssim": None},
        notes="a; b",
        peak_mb=None,
        core_shared=True,
    )
    Store(tmp_path).append([full])
    assert Store(tmp_path).everything() == [full]


def test_merging_is_copying_files(tmp_path: Path) -> None:
    """Two folders' files side by side are one store, whatever metrics each has."""
    one, two = Store(tmp_path / "one"), Store(tmp_path / "two")
    one.append([row("c1", scores={"psnr": 1.0})])
    two.append([row("c2", chain="png", scores={"ssim": 0.5})])
    for file in two.rows.iterdir():
        (one.rows / file.name).write_bytes(file.read_bytes())
    assert {r.cell: dict(r.scores) for r in one.measurements()} == {
        "c1": {"psnr": 1.0},
        "c2": {"ssim": 0.5},
    }


def test_compact_keeps_every_row(tmp_path: Path) -> None:
    """Many small files become one; a crash half-way would double nothing."""
    store = Store(tmp_path)
    for i in range(20):
        store.append([row(f"c{i}", chain=f"jpeg:{i}")])
    before = store.everything()
    kept = {f.name: f.read_bytes() for f in store.rows.iterdir()}
    store.compact()
    assert store.everything() == before
    assert len(list(store.rows.iterdir())) == 1
    for name, data in kept.items():
        (store.rows / name).write_bytes(data)
    assert {r.cell for r in store.everything()} == {r.cell for r in before}
    assert len(store.everything()) == len(before)


def test_newer_rows_stand() -> None:
    """A repaired file, a changed file and a repeated cell each leave one truth."""
    broken = row("x", chain="", image_sha256="", status="failed", error="damaged")
    good = row("c", after=1)
    assert standing([broken, good]) == [good]
    assert standing([good, row("x", after=2, chain="", image_sha256="")])[0].chain == ""
    changed = row("d", after=3, image_sha256="bb")
    assert standing([good, row("e", chain="png"), changed]) == [changed]
    again = row("c", after=4, status="failed")
    assert standing([again, good]) == [again]


def test_damage_is_named(tmp_path: Path) -> None:
    """A file that is no Parquet, or of another schema, is refused by name."""
    store = Store(tmp_path)
    store.append([row()])
    [file] = store.rows.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreError, match=file.name):
        store.everything()
    table = pq.read_table(pa.BufferReader(whole)).replace_schema_metadata({"recoup_schema": "99"})
    pq.write_table(table, file)
    with pytest.raises(StoreError, match="schema 99"):
        store.everything()


def test_half_written_files_are_not_seen(tmp_path: Path) -> None:
    """What a killed writer left aside is no row."""
    store = Store(tmp_path)
    store.append([row()])
    (store.rows / ".torn.part").write_bytes(b"PAR1")
    assert len(store.everything()) == 1


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """One clear line where the results folder is a file."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        Store(tmp_path / "file").append([row()])


def test_exports_agree(tmp_path: Path) -> None:
    """CSV, JSON and Parquet hold the same columns and values."""
    rows = [
        row("c1", width=4, height=2, channels=3, bits=8, encoded_bytes=6, scores={"psnr": 30.0}),
        row("c2", chain="png", scores={"psnr": float("inf")}, encode_s_all=(1.0, 3.0, 2.0)),
    ]
    table = list(csv.DictReader(io.StringIO(export(rows, "csv").decode())))
    objects = json.loads(export(rows, "json", all_repeats=True))
    (tmp_path / "rows.parquet").write_bytes(export(rows, "parquet"))
    parquet = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    assert [r["cell"] for r in table] == [r["cell"] for r in objects] == ["c1", "c2"]
    assert [r["psnr"] for r in table] == ["30.0", "inf"]
    assert objects[1]["psnr"] == "inf"
    assert parquet[1]["psnr"] == float("inf")
    assert (objects[0]["bpp"], objects[0]["ratio"]) == (6.0, 4.0)
    assert (objects[1]["encode_s"], objects[1]["encode_s_all"]) == (2.0, [1.0, 3.0, 2.0])


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.integers(0, 3))))
def test_one_row_per_picture_and_chain(events: list[tuple[str, str, int]]) -> None:
    """However often and in whatever order it was measured, and dropping nothing that stands."""
    rows = [
        row(f"{source}{chain}", source=source, image_sha256=source, chain=chain, after=after)
        for source, chain, after in events
    ]
    stand = standing(rows)
    assert {(r.source, r.chain) for r in stand} == {(s, c) for s, c, _ in events}
    assert len(stand) == len({(r.source, r.chain) for r in stand})
    for kept in stand:
        same = [r for r in rows if (r.source, r.chain) == (kept.source, kept.chain)]
        assert kept.started_at == max(r.started_at for r in same if r.started_at)
