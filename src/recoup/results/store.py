"""A results folder: Parquet files that only grow.

``DIR/rows/*.parquet`` each hold a few rows and are written aside, flushed to disk and renamed, so
a file is whole or absent whenever a run is killed. Two folders merge by copying files. DuckDB,
Polars and pandas read ``DIR/rows/*.parquet`` directly.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from recoup.errors import StoreError
from recoup.results.row import SCHEMA_VERSION, Measurement

if TYPE_CHECKING:
    import pyarrow as pa

_EPOCH = datetime.fromtimestamp(0, UTC)
_STALE_S = 3600  # a file still aside after this long belongs to a run that was killed
_FEW = 16  # rows in a file that is soon joined to others: written for speed
_VERSION_KEY = b"recoup_schema"
_SECONDS = ("encode_s_all", "decode_s_all", "filter_s_all", "restore_s_all")


@dataclass(frozen=True)
class Store:
    """The rows under one folder.

    Examples
    --------
    >>> import tempfile
    >>> store = Store(Path(tempfile.mkdtemp()))
    >>> store.append([Measurement(cell="c1", image="a.png", scores={"psnr": 31.5})])
    >>> [(row.cell, row.scores["psnr"]) for row in store.measurements()]
    [('c1', 31.5)]
    """

    folder: Path

    @property
    def rows(self) -> Path:
        """Where the Parquet files are."""
        return self.folder / "rows"

    @classmethod
    def existing(cls, folder: Path) -> Self:
        """Open a folder that holds results. Raises StoreError if it does not."""
        store = cls(folder)
        if not store._files():
            raise StoreError(f"{folder}: no results here; recoup compare PHOTOS --out {folder}")
        return store

    def append(self, rows: Sequence[Measurement]) -> None:
        """Write rows as one new file. Raises StoreError if that cannot be done."""
        if not rows:
            return
        import pyarrow.parquet as pq

        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:12]}"
        aside, final = self.rows / f".{name}.part", self.rows / f"{name}.parquet"
        try:
            self.rows.mkdir(parents=True, exist_ok=True)
            with aside.open("wb") as file:
                few = len(rows) < _FEW
                pq.write_table(
                    _table(rows),
                    file,
                    compression="none" if few else "zstd",
                    use_dictionary=not few,
                    write_statistics=not few,
                )
                file.flush()
                os.fsync(file.fileno())
            aside.rename(final)
            _sync_folder(self.rows)
        except OSError as error:
            with suppress(OSError):
                aside.unlink()
            raise StoreError(f"{self.folder}: rows cannot be written: {error.strerror}") from error

    def everything(self) -> list[Measurement]:
        """Every row ever written, oldest file first. Raises StoreError on a damaged file."""
        rows = (row for file in self._files() for row in _read(file))
        return list({(row.cell, row.started_at): row for row in rows}.values())

    def measurements(self) -> list[Measurement]:
        """The rows that stand: per source its newest content, per picture and chain the newest row.

        Rows that are superseded stay on disk (:meth:`everything`).
        """
        return standing(self.everything())

    def compact(self) -> None:
        """Join the small files of a run into one; killed half-way, no row is lost or doubled."""
        for part in self.rows.glob(".*.part"):
            if time.time() - part.stat().st_mtime > _STALE_S:
                part.unlink(missing_ok=True)
        files = self._files()
        if len(files) > 1:
            self.append([row for file in files for row in _read(file)])
            for file in files:
                file.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return sorted(self.rows.glob("*.parquet"))


def standing(rows: Iterable[Measurement]) -> list[Measurement]:
    """Drop the rows that a newer row replaces; order by picture as first seen, then as measured.

    Examples
    --------
    >>> old = Measurement(image="a", source="/a", chain="raw", status="failed", started_at=_EPOCH)
    >>> new = Measurement(image="a", source="/a", chain="raw", image_sha256="f0", started_at=_EPOCH)
    >>> [row.status for row in standing([old, new])]
    ['ok']
    """
    ordered = sorted(rows, key=lambda r: (r.started_at or _EPOCH, r.status == "ok"))
    content = {r.source: r.image_sha256 for r in ordered}
    newest: dict[tuple[str, str], Measurement] = {}
    for row in ordered:
        if row.image_sha256 == content[row.source]:
            key = (row.image_sha256 or row.source, row.chain)
            newest.pop(key, None)
            newest[key] = row
    return list(newest.values())


def _schema(metrics: Iterable[str]) -> pa.Schema:
    """Columns of the files, units in each field's metadata."""
    import pyarrow as pa

    text, real, whole, flag = pa.string(), pa.float64(), pa.int64(), pa.bool_()
    several = pa.list_(real)
    columns: list[tuple[str, pa.DataType, str]] = [
        *((n, text, "") for n in ("cell", "status", "error", "notes", "image", "source")),
        ("image_sha256", text, ""),
        *((n, pa.int32(), "px") for n in ("width", "height")),
        ("bits", pa.int32(), "bit"),
        ("channels", pa.int32(), ""),
        *((n, text, "") for n in ("chain", "codec", "settings", "codec_version")),
        ("encoded_bytes", whole, "byte"),
        ("encoded_sha256", text, ""),
        *((n, several, "s") for n in _SECONDS),
        ("cpu_s", real, "s"),
        ("peak_mb", real, "MB"),
        ("unexplained", real, "level of 255"),
        ("timed", text, ""),
        *((n, pa.int32(), "") for n in ("jobs", "cores")),
        ("core_shared", flag, ""),
        *((n, text, "") for n in ("recoup_version", "machine")),
        ("started_at", pa.timestamp("us", tz="UTC"), ""),
    ]
    fields = [pa.field(n, t, metadata={"unit": u} if u else None) for n, t, u in columns]
    fields += [pa.field(n, real, metadata={"role": "metric"}) for n in metrics]
    return pa.schema(fields, metadata={_VERSION_KEY: str(SCHEMA_VERSION).encode()})


def _table(rows: Sequence[Measurement]) -> pa.Table:
    import pyarrow as pa

    metrics = list(dict.fromkeys(name for row in rows for name in row.scores))
    schema = _schema(metrics)
    own = schema.names[: len(schema.names) - len(metrics)]
    return pa.Table.from_pylist(
        [{n: getattr(row, n) for n in own} | dict(row.scores) for row in rows], schema=schema
    )


def _read(file: Path) -> list[Measurement]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(file)
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"{file}: not a readable results file; move it away to go on") from error
    version = int((table.schema.metadata or {}).get(_VERSION_KEY, b"0"))
    if version != SCHEMA_VERSION:
        raise StoreError(
            f"{file}: rows of schema {version}; this recoup reads schema {SCHEMA_VERSION}"
        )
    metrics = [f.name for f in table.schema if (f.metadata or {}).get(b"role") == b"metric"]
    return [_measurement(values, metrics) for values in table.to_pylist()]


def _measurement(values: dict[str, Any], metrics: list[str]) -> Measurement:
    scores = {name: values.pop(name) for name in metrics}
    for name in _SECONDS:
        values[name] = tuple(values.get(name) or ())
    return Measurement(**values, scores=scores)


def _sync_folder(folder: Path) -> None:
    """Flush a rename to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
