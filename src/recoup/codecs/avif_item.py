"""The coded picture within an AVIF file (ISO/IEC 23008-12:2022; ISO/IEC 14496-12:2022)."""

from __future__ import annotations

from recoup.errors import UnreadableError
from recoup.picture.boxes import boxes, within
from recoup.picture.items import IN_FILE, entries, places, primary

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
    coded = {e.item for e in entries(found[b"iinf"].content(data)) if e.kind == _CODED}
    parts = {
        place.item: [(part.start, part.length or len(data)) for part in place.extents]
        for place in places(found[b"iloc"].content(data))
        if place.built == IN_FILE and place.item in coded
    }
    if not parts:
        raise UnreadableError("is truncated or damaged (no AV1 picture)")
    first = parts.get(primary(found[b"pitm"].content(data))) or parts[min(parts)]
    size = sum(length for several in parts.values() for _, length in several)
    return b"".join(data[at : at + length] for at, length in first), min(size, len(data))
