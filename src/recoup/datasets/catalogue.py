"""Picture sets that are known: where their home is, what they hold, what they may be used for.

No picture ships with recoup. ``files/catalogue.toml`` has the sets; addresses, sizes and SHA-256
sums are in ``files/*.tsv``: ``archives.tsv`` for sets that come as archives, ``NAME.tsv`` for those
that come picture by picture. A sum is given where the publisher's file was at hand, or where
TensorFlow Datasets or another project states it; of the others only the server's word is checked.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote, urljoin, urlsplit

_FILES = Path(__file__).with_name("files")
_UNKNOWN = "-"


@dataclass(frozen=True)
class File:
    """One file to fetch.

    Attributes
    ----------
    url
        Address.
    size
        In bytes; None if not known.
    sha256
        In hexadecimal; None if not known.
    """

    url: str
    size: int | None = None
    sha256: str | None = None

    @property
    def name(self) -> str:
        """Last part of the address."""
        return unquote(urlsplit(self.url).path.rpartition("/")[2])


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One set.

    Attributes
    ----------
    name
        As the commands call it.
    title
        As papers call it.
    home
        Page of its makers.
    pictures
        How many; None if not known for sure.
    licence
        As its makers state it.
    trainable
        Whether weights that ship may be trained on it.
    terms
        Why, in words.
    citation
        Authors, title, where, year.
    inside
        Folder of the archive that holds the pictures; all of it if empty.
    by_hand
        Why it cannot be fetched by a program; empty if it can.
    """

    name: str
    title: str
    home: str
    pictures: int | None = None
    licence: str
    trainable: bool = False
    terms: str
    citation: str
    inside: str = ""
    by_hand: str = ""

    @property
    def files(self) -> tuple[File, ...]:
        """What is fetched: one archive, or one file for each picture; none if ``by_hand``."""
        table = _FILES / f"{self.name}.tsv"
        if table.is_file():
            base, *rows = table.read_text("utf-8").splitlines()
            return tuple(_file(row, base.removeprefix("# ")) for row in rows)
        rows = (_FILES / "archives.tsv").read_text("utf-8").splitlines()
        mine = [row.partition("\t")[2] for row in rows if row.split("\t")[0] == self.name]
        return tuple(_file(row, "") for row in mine)

    @property
    def size(self) -> int | None:
        """Bytes to fetch in all; None if not known."""
        sizes = [file.size for file in self.files]
        known = [size for size in sizes if size is not None]
        return sum(known) if known and len(known) == len(sizes) else None


def _file(row: str, base: str) -> File:
    """Read a line: address, bytes, SHA-256."""
    url, size, sha256 = row.split("\t")
    return File(
        urljoin(base, url),
        None if size == _UNKNOWN else int(size),
        None if sha256 == _UNKNOWN else sha256,
    )


def _read() -> Mapping[str, Entry]:
    """Read the catalogue."""
    sets = tomllib.loads((_FILES / "catalogue.toml").read_text("utf-8"))
    return MappingProxyType({name: Entry(name=name, **says) for name, says in sets.items()})


CATALOGUE: Mapping[str, Entry] = _read()
"""Every set by name; those that shipped weights may be trained on come first."""
