"""AVIF: Exif and XMP items and a colour property (ISO/IEC 23008-12:2022, annex A; AVIF 1.1, 2)."""

from __future__ import annotations

from dataclasses import dataclass

from recoup.errors import UnreadableError, UnsupportedError
from recoup.picture.boxes import made, parts
from recoup.picture.items import (
    IN_FILE,
    Entry,
    Extent,
    Link,
    Place,
    entries,
    entry,
    linked,
    links,
    placed,
    places,
    primary,
)
from recoup.picture.orientation import reset
from recoup.picture.picture import Picture

_XMP = b"application/rdf+xml"
_ONCE = (b"pitm", b"iloc", b"iinf", b"iprp")
_PROFILES = (b"prof", b"rICC")
_LAST = frozenset({b"clap", b"irot", b"imir", b"iscl"})
"""Properties that alter the picture stand behind those that describe it (23008-12, 6.5.1)."""


@dataclass(frozen=True)
class _Header:
    """What ``meta`` holds, by kind; its items; which of them are metadata, which is the picture."""

    boxes: dict[bytes, bytes]
    flags: bytes
    listed: list[Entry]
    places: list[Place]
    old: frozenset[int]
    picture: int


def unfit(_picture: Picture) -> tuple[str, ...]:
    """Nothing."""
    return ()


def put(data: bytes, picture: Picture) -> bytes:
    """Add items at the end of the media data and a property; every place is counted anew."""
    top = parts(data)
    kinds = [kind for kind, _ in top]
    if b"moov" in kinds:
        raise UnsupportedError("is an animated AVIF; metadata is put into still ones only")
    if kinds[:1] != [b"ftyp"] or kinds.count(b"meta") != 1:
        raise UnreadableError("is truncated or damaged (no AVIF header)")
    header = _read(dict(top)[b"meta"])
    try:
        new, properties = _new(picture, header), _coloured(header, picture.icc)
        if not header.old and not new and properties == header.boxes[b"iprp"]:
            return data
        others = [made(*box) for box in top if box[0] not in (b"meta", b"mdat")]
        changed = {
            **header.boxes,
            b"iprp": properties,
            b"iinf": _listing(header, list(new)),
            b"iref": _references(header, list(new)),
        }
        where, media = _gathered(data, header)
        for item, content in new.items():
            where.append(Place(item.item, IN_FILE, 0, (Extent(len(media), len(content)),)))
            media += content
        mdat = made(b"mdat", media)
        size = len(_meta(header.flags, changed, where))  # whatever the places, it is the same
        before = sum(map(len, others)) + size + len(mdat) - len(media)
        meta = _meta(header.flags, changed, [_moved(place, before) for place in where])
    except OverflowError as error:
        raise UnsupportedError("has more items or bytes than metadata can be put beside") from error
    return b"".join((others[0], meta, *others[1:], mdat))


def _read(meta: bytes) -> _Header:
    """Read the content of ``meta``; refuse what metadata cannot safely be put into."""
    inner = parts(meta, 4)
    found = dict(inner)
    if len(found) != len(inner) or not found.keys() >= set(_ONCE):
        raise UnreadableError("is damaged (no items, or boxes twice)")
    if sorted(kind for kind, _ in parts(found[b"iprp"])) != [b"ipco", b"ipma"]:
        raise UnsupportedError("has item properties of a kind that recoup does not alter")
    listed, where = entries(found[b"iinf"]), places(found[b"iloc"])
    old = frozenset(e.item for e in listed if e.kind == b"Exif" or e.mime == _XMP)
    if any(p.item in old and p.built != IN_FILE for p in where):
        raise UnsupportedError("has metadata within its header, where it cannot be replaced")
    picture = primary(found[b"pitm"])
    if picture not in {e.item for e in listed} - old:
        raise UnreadableError("is damaged (no picture among the items)")
    return _Header(found, meta[:4], listed, where, old, picture)


def _new(picture: Picture, header: _Header) -> dict[Entry, bytes]:
    """Items to add, numbered behind those that stay, with their bytes."""
    number = max(e.item for e in header.listed if e.item not in header.old) + 1
    found = {}
    if picture.exif:
        found[entry(number, b"Exif", b"Exif")] = bytes(4) + reset(picture.exif)
    if picture.xmp:
        found[entry(number + len(found), b"mime", b"XMP", _XMP)] = picture.xmp
    return found


def _gathered(data: bytes, header: _Header) -> tuple[list[Place], bytes]:
    """Places within new media data of all items that stay, and the media data."""
    kept = [place for place in header.places if place.item not in header.old]
    here = sorted({e for p in kept if not (p.built or p.source) for e in p.extents})
    if any(not e.length for e in here):
        raise UnsupportedError("has an item that is the whole file")
    if any(e.start + e.length > len(data) for e in here):
        raise UnreadableError("is truncated (an item lies behind the end of the file)")
    if sum(e.length for e in here) > len(data):
        raise UnreadableError("is damaged (items lie within one another)")
    media, at = [], {}
    total = 0
    for extent in here:
        at[extent] = extent._replace(start=total)
        media.append(data[extent.start : extent.start + extent.length])
        total += extent.length
    where = [
        p if p.built or p.source else p._replace(extents=tuple(at[e] for e in p.extents))
        for p in kept
    ]
    return where, b"".join(media)


def _moved(place: Place, by: int) -> Place:
    """Move what is counted from the start of this file."""
    if place.built or place.source:
        return place
    return place._replace(extents=tuple(e._replace(start=e.start + by) for e in place.extents))


def _meta(flags: bytes, boxes: dict[bytes, bytes], where: list[Place]) -> bytes:
    """Return the header box, with the items at these places; without references, if none."""
    out = {kind: made(kind, content) for kind, content in boxes.items()}
    out[b"iloc"] = placed(where)
    references = out.pop(b"iref")
    if len(boxes[b"iref"]) > 4:
        out[b"iinf"] += references
    return made(b"meta", flags, *out.values())


def _listing(header: _Header, new: list[Entry]) -> bytes:
    """Content of ``iinf``."""
    content = header.boxes[b"iinf"]
    every = [e for e in header.listed if e.item not in header.old] + new
    count = len(every).to_bytes(2 if content[:1] == b"\0" else 4, "big")
    return content[:4] + count + b"".join(e.box for e in every)


def _references(header: _Header, new: list[Entry]) -> bytes:
    """Content of ``iref``: new items describe the picture, old ones are not spoken of."""
    content = header.boxes.get(b"iref", bytes(4))
    size = 4 if content[:1] > b"\0" else 2
    out = [content[:4]]
    for kind, inner in parts(content, 4):
        numbers = [inner[at : at + size] for at in (0, *range(size + 2, len(inner), size))]
        items = [int.from_bytes(number, "big") for number in numbers]
        if items[0] in header.old:
            continue
        if header.old & set(items):
            raise UnsupportedError("has metadata that other items refer to; it cannot be replaced")
        out.append(made(kind, inner))
    ends = (b"\0\1", header.picture.to_bytes(size, "big"))
    out += [made(b"cdsc", item.item.to_bytes(size, "big"), *ends) for item in new]
    return b"".join(out)


def _coloured(header: _Header, icc: bytes | None) -> bytes:
    """Content of ``iprp`` with the profile, or none, for the picture."""
    content = dict(parts(header.boxes[b"iprp"]))
    every, given = parts(content[b"ipco"]), links(content[b"ipma"])
    if any(link.number > len(every) for each in given.values() for link in each):
        raise UnreadableError("is damaged (properties of items)")
    profiles = {
        number
        for number, (kind, inner) in enumerate(every, 1)
        if kind == b"colr" and inner[:4] in _PROFILES
    }
    mine = [link for link in given.get(header.picture, []) if link.number not in profiles]
    if not icc and mine == given.get(header.picture, []) and not header.old & given.keys():
        return header.boxes[b"iprp"]
    given[header.picture] = mine
    given = {item: each for item, each in given.items() if item not in header.old}
    kept = {link.number for each in given.values() for link in each}
    stay = [n for n in range(1, len(every) + 1) if n in kept or n not in profiles]
    numbers = {0: 0, **{old: new for new, old in enumerate(stay, 1)}}
    given = {i: [Link(numbers[n], must) for n, must in each] for i, each in given.items()}
    out = [every[n - 1] for n in stay]
    if icc:
        mine = given[header.picture]
        kinds = [b"", *(kind for kind, _ in out)]
        last = (at for at, link in enumerate(mine) if kinds[link.number] in _LAST)
        mine.insert(next(last, len(mine)), Link(len(out) + 1, essential=False))
        out.append((b"colr", b"prof" + icc))
    return made(b"ipco", *(made(*box) for box in out)) + linked(given)
