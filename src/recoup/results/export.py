"""Rows for other programs: CSV, JSON, Parquet, one flat column each."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from recoup.results.row import SCHEMA_VERSION, Measurement

Format = Literal["csv", "json", "parquet"]


def export(rows: Sequence[Measurement], kind: Format, *, all_repeats: bool = False) -> bytes:
    """Write rows flat, as docs/rows.md describes them.

    Parameters
    ----------
    rows
        In the order wanted.
    kind
        ``csv`` and ``json`` are UTF-8; infinite scores are ``inf`` in CSV, ``"inf"`` in JSON,
        which has no number for them, and infinite in Parquet.
    all_repeats
        Also list the seconds of every repeat.

    Examples
    --------
    >>> row = Measurement(image="a.png", scores={"psnr": float("inf")})
    >>> export([row], "csv").decode().splitlines()[0].split(",")[:3]
    ['cell', 'status', 'image']
    >>> b'"psnr": "inf"' in export([row], "json")
    True
    """
    flat = [row.flat(all_repeats=all_repeats) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    flat = [{name: row.get(name) for name in names} for row in flat]
    return {"csv": _csv, "json": _json, "parquet": _parquet}[kind](flat, names)


def _csv(flat: list[dict[str, Any]], names: list[str]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _plain(value) for name, value in row.items()} for row in flat)
    return out.getvalue().encode()


def _json(flat: list[dict[str, Any]], _: list[str]) -> bytes:
    rows = [{name: _plain(value) for name, value in row.items()} for row in flat]
    return (json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _parquet(flat: list[dict[str, Any]], _: list[str]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pylist(flat)
    table = table.replace_schema_metadata({"recoup_schema": str(SCHEMA_VERSION)})
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def _plain(value: Any) -> Any:  # noqa: ANN401  (a cell of any column)
    """A value that CSV and JSON both hold."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
