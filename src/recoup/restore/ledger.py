"""What was restored into a folder: one JSON line for each file, in ``restored.jsonl``."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from recoup.errors import StoreError
from recoup.picture import shown

LEDGER = "restored.jsonl"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One file that was restored.

    Attributes
    ----------
    source, source_sha256
        Absolute path and hash of the file that was read.
    model, version
        Name; hash of its weights, and engine.
    output, output_sha256
        Name in the folder and hash of the file that was written.
    """

    source: str
    source_sha256: str
    model: str
    version: str
    output: str
    output_sha256: str


def read(folder: Path) -> dict[str, Entry]:
    """Return the latest entry of every output; what is no entry, such as a torn line, is skipped.

    Raises
    ------
    StoreError
        If the file is there and cannot be read.

    Examples
    --------
    >>> read(Path("no such folder"))
    {}
    """
    try:
        text = (folder / LEDGER).read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StoreError(f"{shown(folder / LEDGER)}: cannot be read: {error.strerror}") from error
    entries = [entry for line in text.splitlines() if (entry := _entry(line))]
    return {entry.output: entry for entry in entries}


def add(folder: Path, entry: Entry) -> None:
    """Append an entry, so that it is on the disk when this returns.

    Raises
    ------
    StoreError
        If it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> entry = Entry(source="/a.jpg", source_sha256="1", model="m", version="1",
    ...               output="a.png", output_sha256="2")
    >>> with tempfile.TemporaryDirectory() as name:
    ...     add(Path(name), entry)
    ...     read(Path(name)) == {"a.png": entry}
    True
    """
    try:
        with (folder / LEDGER).open("a", encoding="ascii") as file:
            # A line of its own, even after one that was torn.
            file.write(f"\n{json.dumps(asdict(entry))}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(
            f"{shown(folder / LEDGER)}: cannot be written: {error.strerror}"
        ) from error


def intact(folder: Path, entry: Entry) -> bool:
    """Whether the file that an entry tells of is still as it was written.

    Examples
    --------
    >>> entry = Entry(source="/a.jpg", source_sha256="1", model="m", version="1",
    ...               output="a.png", output_sha256="2")
    >>> intact(Path("no such folder"), entry)
    False
    """
    path = folder / entry.output
    return path.is_file() and file_sha256(path) == entry.output_sha256


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal; empty if it cannot be read.

    Examples
    --------
    >>> file_sha256(Path("no such file"))
    ''
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _entry(line: str) -> Entry | None:
    """Read one line; None if it is no entry."""
    try:
        values = json.loads(line)
        return Entry(**{str(k): str(v) for k, v in values.items()})
    except (ValueError, AttributeError, TypeError):
        return None
