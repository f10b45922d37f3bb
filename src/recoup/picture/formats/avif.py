"""AVIF, 8, 10 and 12 bits (AV1 Image File Format 1.2, 2025; ISO/IEC 23008-12:2022)."""

from __future__ import annotations

import io
import struct
from typing import Any, NamedTuple

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import AvifImagePlugin

from recoup.errors import UnreadableError, UnsupportedError
from recoup.picture.boxes import Box, boxes, within
from recoup.picture.decoded import Decoded
from recoup.picture.depth import scaled
from recoup.picture.items import links, primary
from recoup.picture.profile import from_cicp, made


class Turn(NamedTuple):
    """Quarter turns anticlockwise, then a mirror: over which array axis, or None."""

    quarters: int = 0
    axis: int | None = None


def size(data: bytes) -> tuple[int, int]:
    """Width and height as stored: the largest that any item or track states."""
    best = (0, 0)
    meta = within(data, b"meta", b"iprp", b"ipco", skip=4)
    if meta is not None:
        for box in boxes(data, meta.start, meta.end):
            if box.kind == b"ispe":
                width, height = struct.unpack_from(">II", data, box.start + 4)
                best = max(best, (width, height), key=lambda side: side[0] * side[1])
    if not all(best):
        raise UnreadableError("is truncated or damaged (no AVIF image size)")
    return best


def decode(data: bytes) -> Decoded:
    """Decode a still AVIF, turned as its irot and imir properties say."""
    with AvifImagePlugin.AvifImageFile(io.BytesIO(data)) as header:
        frames = int(getattr(header, "n_frames", 1))
        info = header.info
    if frames > 1:
        raise UnsupportedError(
            f"is an animated AVIF of {frames} frames; extract one first, e.g. "
            "ffmpeg -i FILE -frames:v 1 out.png"
        )
    properties = _properties(data)
    if any(box.kind == b"clap" for box in properties):
        raise UnsupportedError("is to be shown cropped (clean aperture); crop it and save it anew")
    samples = imagecodecs.avif_decode(data, index=0, numthreads=1)
    samples, bits = scaled(samples, (1 << _depth(data, properties)) - 1)
    turn = _turn(data, properties)
    icc: bytes | None = info.get("icc_profile")
    notes: tuple[str, ...] = ()
    if icc is None:
        icc, notes = _stated_space(data, properties, grey=samples.ndim == 2)
    if turn != Turn():
        notes = ("rotation or mirroring stated in the file applied", *notes)
    exif = info.get("exif")
    return Decoded(
        format="AVIF",
        samples=_turned(samples, turn),
        bits=bits,
        alpha=samples.ndim == 3 and samples.shape[2] in (2, 4),
        icc=icc,
        exif=exif.removeprefix(b"Exif\0\0") if exif else None,
        xmp=info.get("xmp"),
        notes=notes,
    )


def _properties(data: bytes) -> list[Box]:
    """Properties of the primary item, in the order in which they apply."""
    content = within(data, b"meta", b"iprp", b"ipco", skip=4)
    stated = within(data, b"meta", b"iprp", b"ipma", skip=4)
    chosen = within(data, b"meta", b"pitm", skip=4)
    if content is None or stated is None or chosen is None:
        raise UnreadableError("is damaged (no item properties)")
    every = list(boxes(data, content.start, content.end))
    numbers = links(stated.content(data)).get(primary(chosen.content(data)), [])
    own = [every[link.number - 1] for link in numbers if 0 < link.number <= len(every)]
    # A grid has no av1C of its own: its tiles' one tells the depth.
    if not any(box.kind == b"av1C" for box in own):
        own += [box for box in every if box.kind == b"av1C"][:1]
    return own


def _depth(data: bytes, properties: list[Box]) -> int:
    """Bits a sample from the AV1 configuration (AV1-ISOBMFF 1.3, 2.3.3)."""
    for box in properties:
        if box.kind == b"av1C" and box.end - box.start >= 4:
            flags = data[box.start + 2]
            return 8 if not flags & 0x40 else 12 if flags & 0x20 else 10
    raise UnreadableError("is damaged (no AV1 configuration)")


def _turn(data: bytes, properties: list[Box]) -> Turn:
    """Rotation and mirroring of the primary item (ISO/IEC 23008-12, 6.5.10 and 6.5.12)."""
    quarters, axis = 0, None
    for box in properties:
        if box.kind == b"irot":
            quarters = data[box.start] & 3
        elif box.kind == b"imir":
            axis = data[box.start] & 1
    return Turn(quarters, axis)


def _turned(samples: NDArray[Any], turn: Turn) -> NDArray[Any]:
    """Apply rotation, then mirroring."""
    out = np.rot90(samples, turn.quarters)
    return out if turn.axis is None else np.flip(out, turn.axis)


def _stated_space(
    data: bytes, properties: list[Box], *, grey: bool
) -> tuple[bytes | None, tuple[str, ...]]:
    """Profile of the colour code points, if the file has any."""
    for box in properties:
        if box.kind == b"colr" and data[box.start : box.start + 4] == b"nclx":
            primaries, transfer = struct.unpack_from(">HH", data, box.start + 4)
            return made(from_cicp(primaries, transfer), grey=grey)
    return None, ()
