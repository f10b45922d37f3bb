"""PBM, PGM, PPM, PNM and PAM, 1 to 16 bits (Netpbm's format pages, 2016)."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recoup.errors import UnreadableError, UnsupportedError
from recoup.picture.decoded import Decoded
from recoup.picture.depth import scaled

_CHANNELS = {1: 1, 2: 1, 3: 3, 4: 1, 5: 1, 6: 3}
_FIELD = re.compile(rb"(?:\s|#[^\n]*\n)*(\d{1,10})")
_COMMENT = re.compile(rb"#[^\n]*")


class Header(NamedTuple):
    """What a header states, and where the samples start."""

    kind: int
    width: int
    height: int
    channels: int
    peak: int
    start: int


def size(data: bytes) -> tuple[int, int]:
    """Width and height from the header."""
    header = _header(data)
    return header.width, header.height


def decode(data: bytes) -> Decoded:
    """Decode one picture; a largest value that fills no whole depth is scaled, and noted."""
    header = _header(data)
    if not 1 <= header.peak <= 65535:
        raise UnreadableError(f"states {header.peak} as its largest value; 1 to 65535 is possible")
    if header.channels not in (1, 2, 3, 4):
        raise UnsupportedError(f"has {header.channels} channels; convert it to grey or RGB first")
    shape = (header.height, header.width, header.channels)
    raw = _text(data, header) if header.kind <= 3 else _binary(data, header)
    if header.kind in (1, 4):
        raw = 1 - raw  # in PBM 1 is black
    samples, bits = scaled(raw.reshape(shape), header.peak)
    notes = []
    if header.peak not in (255, 65535):
        full = (1 << bits) - 1
        notes = [f"scaled from largest value {header.peak} to {bits} bits"]
        notes = notes if header.peak != full else []
    return Decoded(
        format="PAM" if header.kind == 7 else ("PBM", "PGM", "PPM")[(header.kind - 1) % 3],
        samples=samples,
        bits=bits,
        alpha=header.channels in (2, 4),
        notes=tuple(notes),
    )


def _header(data: bytes) -> Header:
    """Read the header of any of the seven kinds."""
    kind = data[1] - ord("0")
    if kind == 7:
        return _pam_header(data)
    numbers, at = [], 2
    for _ in range(2 if kind in (1, 4) else 3):
        found = _FIELD.match(data, at)
        if found is None:
            raise UnreadableError("is truncated or damaged (no PNM header)")
        numbers.append(int(found[1]))
        at = found.end()
    peak = 1 if kind in (1, 4) else numbers[2]
    return Header(kind, numbers[0], numbers[1], _CHANNELS[kind], peak, at + 1)


def _pam_header(data: bytes) -> Header:
    """Read the named lines of a PAM header."""
    head, mark, _ = data[:4096].partition(b"ENDHDR\n")
    if not mark:
        raise UnreadableError("is truncated or damaged (no PAM header)")
    fields = dict(line.split(None, 1) for line in head.split(b"\n")[1:] if len(line.split()) > 1)
    try:
        names = (b"WIDTH", b"HEIGHT", b"DEPTH", b"MAXVAL")
        width, height, channels, peak = (int(fields[name]) for name in names)
    except (KeyError, ValueError) as error:
        raise UnreadableError("is damaged (PAM header)") from error
    return Header(7, width, height, channels, peak, len(head) + len(mark))


def _binary(data: bytes, header: Header) -> NDArray[Any]:
    """Samples of a binary file."""
    if header.kind == 4:
        row = (header.width + 7) // 8
        packed = _exactly(data, header, row * header.height).reshape(header.height, row)
        return np.unpackbits(packed, axis=1, count=header.width)
    wide = 2 if header.peak > 255 else 1
    count = header.width * header.height * header.channels * wide
    samples = _exactly(data, header, count)
    return samples.view(">u2").astype(np.uint16) if wide == 2 else samples


def _exactly(data: bytes, header: Header, count: int) -> NDArray[np.uint8]:
    """``count`` bytes after the header; an error if there are fewer or another picture after."""
    left = len(data) - header.start
    if left < count:
        raise UnreadableError(f"is truncated ({max(left, 0)} of {count} bytes of samples)")
    if data[header.start + count : header.start + count + 2].strip()[:1] == b"P":
        raise UnsupportedError("holds several pictures; split it first, e.g. with pamsplit")
    return np.frombuffer(data, np.uint8, count, header.start)


def _text(data: bytes, header: Header) -> NDArray[Any]:
    """Samples of a file written in decimal."""
    text = _COMMENT.sub(b"", data[header.start - 1 :])
    if header.kind == 1:  # bits need no space between them
        text = b" ".join(text.replace(b" ", b"").split())
        values = np.frombuffer(b"".join(text.split()), np.uint8).astype(np.int64) - ord("0")
    else:
        values = np.array(text.split(), dtype=np.int64)
    count = header.width * header.height * header.channels
    if values.size < count:
        raise UnreadableError(f"is truncated ({values.size} of {count} samples)")
    if values.size > count:
        raise UnsupportedError("holds more samples than its header states; split or repair it")
    if values.size and (int(values.min()) < 0 or int(values.max()) > header.peak):
        raise UnreadableError("is damaged (a sample is outside the stated range)")
    return values.astype(np.uint16)
