"""Items of a HEIF or AVIF file: what there is, where it lies, what is said of it.

ISO/IEC 14496-12:2022, 8.11; every function takes or gives the content of one box.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from recoup.errors import UnreadableError
from recoup.picture.boxes import made, parts

IN_FILE = 0
"""Way in which the places of most items are counted: from the start of the file."""


class Extent(NamedTuple):
    """A part of an item: start and length, bytes, and a number that other ways of counting use."""

    start: int
    length: int
    which: int = 0


class Place(NamedTuple):
    """Where an item lies: the way of counting, the file (0 is this one), and the parts."""

    item: int
    built: int
    source: int
    extents: tuple[Extent, ...]


class Entry(NamedTuple):
    """What ``iinf`` says of an item: its number, kind, type if a MIME item, and the whole box."""

    item: int
    kind: bytes
    mime: bytes
    box: bytes


class Link(NamedTuple):
    """A property of an item: its number from 1 on, and whether readers must know it."""

    number: int
    essential: bool


class _Numbers:
    """Reads big-endian numbers; UnreadableError beyond the end."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self.at = at

    def take(self, size: int) -> int:
        """Read a number of ``size`` bytes; 0 for none."""
        self.at += size
        if self.at > len(self._data):
            raise UnreadableError("is truncated or damaged (items)")
        return int.from_bytes(self._data[self.at - size : self.at], "big")


def primary(content: bytes) -> int:
    r"""Return the number of the item that is the picture (``pitm``).

    Examples
    --------
    >>> primary(b"\0\0\0\0\0\x07")
    7
    """
    return _Numbers(content, 4).take(4 if content[:1] > b"\0" else 2)


def places(content: bytes) -> list[Place]:
    """Return where the items lie (``iloc``).

    Raises
    ------
    UnreadableError
        If the box ends early.

    Examples
    --------
    >>> where = [Place(1, IN_FILE, 0, (Extent(300, 50),))]
    >>> places(placed(where)[8:]) == where
    True
    """
    numbers = _Numbers(content, 4)
    version = content[0] if content else 0
    sizes = numbers.take(2)
    offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    wide = 4 if version == 2 else 2
    found = []
    for _ in range(numbers.take(wide)):
        item = numbers.take(wide)
        built = numbers.take(2) & 15 if version else 0
        source, start = numbers.take(2), numbers.take(base)
        extents = []
        count = numbers.take(2)
        if count > 1 and not (offset and length):
            raise UnreadableError("is damaged (items of several parts without their places)")
        for _ in range(count):
            which = numbers.take(index if version else 0)
            extents.append(Extent(start + numbers.take(offset), numbers.take(length), which))
        found.append(Place(item, built, source, tuple(extents)))
    return found


def placed(where: Iterable[Place]) -> bytes:
    """Return an ``iloc`` box, of the first version if that can say it, with 32-bit places.

    Raises
    ------
    OverflowError
        If something lies beyond 4 GB, or an item's number is beyond 65535.

    Examples
    --------
    >>> len(placed([Place(1, IN_FILE, 0, (Extent(300, 50),))]))
    30
    """
    where = list(where)
    indexed = any(extent.which for place in where for extent in place.extents)
    version = 1 if indexed or any(place.built for place in where) else 0
    out = [bytes([version, 0, 0, 0, 0x44, 4 * indexed]), len(where).to_bytes(2, "big")]
    for place in where:
        out.append(place.item.to_bytes(2, "big"))
        if version:
            out.append(place.built.to_bytes(2, "big"))
        out += [place.source.to_bytes(2, "big"), len(place.extents).to_bytes(2, "big")]
        for extent in place.extents:
            numbers = (extent.which, *extent[:2]) if indexed else extent[:2]
            out += [number.to_bytes(4, "big") for number in numbers]
    return made(b"iloc", *out)


def entries(content: bytes) -> list[Entry]:
    """Return what items there are (``iinf``); kinds are told from version 2 of the entries on.

    Raises
    ------
    UnreadableError
        If the box is damaged.

    Examples
    --------
    >>> [e.mime for e in entries(bytes(6) + entry(2, b"mime", b"XMP", b"text/plain").box)]
    [b'text/plain']
    """
    found = []
    for kind, inner in parts(content, 6 if content[:1] == b"\0" else 8):
        version = inner[0] if inner else 0
        numbers = _Numbers(inner, 4)
        item = numbers.take(4 if version == 3 else 2)
        start = numbers.at + 2
        code = inner[start : start + 4] if version >= 2 else b""
        texts = inner[start + 4 :].split(b"\0")
        mime = texts[1] if code == b"mime" and len(texts) > 1 else b""
        found.append(Entry(item, code, mime, made(kind, inner)))
    return found


def entry(item: int, kind: bytes, name: bytes = b"", mime: bytes = b"") -> Entry:
    """Return a new entry for ``iinf``.

    Examples
    --------
    >>> entry(2, b"Exif").kind
    b'Exif'
    """
    content = b"\2\0\0\0" + item.to_bytes(2, "big") + bytes(2) + kind + name + b"\0"
    if mime:
        content += mime + b"\0"
    return Entry(item, kind, mime, made(b"infe", content))


def links(content: bytes) -> dict[int, list[Link]]:
    """Return the properties of every item, in the order in which they apply (``ipma``).

    Raises
    ------
    UnreadableError
        If the box ends early.

    Examples
    --------
    >>> links(linked({1: [Link(3, True), Link(200, False)]})[8:])
    {1: [Link(number=3, essential=True), Link(number=200, essential=False)]}
    """
    numbers = _Numbers(content, 4)
    version, flags = (content[0], content[3]) if len(content) >= 4 else (0, 0)
    size = 2 if flags & 1 else 1
    top = 1 << (8 * size - 1)
    found: dict[int, list[Link]] = {}
    for _ in range(numbers.take(4)):
        item = numbers.take(4 if version else 2)
        codes = [numbers.take(size) for _ in range(numbers.take(1))]
        found.setdefault(item, []).extend(Link(c & (top - 1), bool(c & top)) for c in codes)
    return found


def linked(properties: Mapping[int, list[Link]]) -> bytes:
    """Return an ``ipma`` box.

    Raises
    ------
    OverflowError
        If an item's number is beyond 65535, or an item has more than 255 properties.

    Examples
    --------
    >>> len(linked({1: [Link(3, True)]}))
    20
    """
    size = 2 if any(link.number > 127 for each in properties.values() for link in each) else 1
    top = 1 << (8 * size - 1)
    out = [bytes([0, 0, 0, size - 1]), len(properties).to_bytes(4, "big")]
    for item, each in sorted(properties.items()):
        out += [item.to_bytes(2, "big"), len(each).to_bytes(1, "big")]
        out += [(link.number | top * link.essential).to_bytes(size, "big") for link in each]
    return made(b"ipma", *out)
