"""The coded picture within an AVIF file (ISO/IEC 23008-12:2022; ISO/IEC 14496-12:2022)."""

from __future__ import annotations

from collections.abc import Iterator

from recoup.errors import UnreadableError
from recoup.picture.boxes import Box, boxes, within

_CODED = b"av01"


def stream(data: bytes) -> tuple[bytes, int]:
    """Return the AV1 stream of the picture, of the first tile if it has several.

    Parameters
    ----------
    data
        An AVIF file.

    Returns
    -------
    bytes
        Open bitstream units.
    int
        Bytes of all coded items together, alpha and thumbnails among them.

    Raises
    ------
    UnreadableError
        If the file is damaged or has no such picture.

    Examples
    --------
    >>> stream(b"")
    Traceback (most recent call last):
    recoup.errors.UnreadableError: is truncated or damaged (no AV1 picture)
    """
    meta = within(data, b"meta")
    inner = list(boxes(data, meta.start + 4, meta.end)) if meta else []
    found = {box.kind: box for box in reversed(inner)}
    if not {b"iloc", b"iinf", b"pitm"} <= found.keys():
        raise UnreadableError("is truncated or damaged (no AV1 picture)")
    coded = _coded(data, found[b"iinf"])
    places = {item: parts for item, parts in _places(data, found[b"iloc"]) if item in coded}
    if not places:
        raise UnreadableError("is truncated or damaged (no AV1 picture)")
    pitm = found[b"pitm"]
    wide = 4 if data[pitm.start] else 2
    primary = int.from_bytes(data[pitm.start + 4 : pitm.start + 4 + wide], "big")
    parts = places.get(primary) or places[min(places)]
    size = sum(length for several in places.values() for _, length in several)
    return b"".join(data[at : at + length] for at, length in parts), min(size, len(data))


def _coded(data: bytes, box: Box) -> set[int]:
    """Numbers of the items that are AV1 pictures (``iinf``)."""
    count = 2 if data[box.start] == 0 else 4
    items = set()
    for entry in boxes(data, box.start + 4 + count, box.end):
        version, at = data[entry.start], entry.start + 4
        wide = 4 if version == 3 else 2
        if version >= 2 and data[at + wide + 2 : at + wide + 6] == _CODED:
            items.add(int.from_bytes(data[at : at + wide], "big"))
    return items


def _places(data: bytes, box: Box) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Yield each item's number, and where its parts lie: start and length (``iloc``)."""
    version, at = data[box.start], box.start + 4

    def number(size: int) -> int:
        nonlocal at
        if at + size > box.end:
            raise UnreadableError("is truncated or damaged (places of items)")
        at += size
        return int.from_bytes(data[at - size : at], "big")

    sizes = number(2)
    offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    wide = 4 if version == 2 else 2
    for _ in range(number(wide)):
        item = number(wide)
        built = number(2) & 15 if version else 0
        number(2)
        start = number(base)
        parts = []
        for _ in range(number(2)):
            number(index if version else 0)
            begins = start + number(offset)
            parts.append((begins, number(length) or len(data)))
        if built == 0:
            yield item, parts
