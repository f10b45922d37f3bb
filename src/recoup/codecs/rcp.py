"""The container of the learned codec, ``.rcp``: docs/rcp.md describes it on one page."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recoup.codecs.latents import BLOCK, QUALITIES, STEPS
from recoup.errors import CodecError

MAGIC = b"\x89RCP\r\n\x1a\n"
VERSION = 1
SLICE = 128
"""Latent positions to a side of what is coded by itself: 1024 pixels."""
LONGEST = 65535
MOST_PIXELS = 1 << 28

_HEAD = struct.Struct("<8sBBBB8sIII")
_BLOCK = struct.Struct("<BII")
_SLICE, _ALPHA, _ICC, _EXIF, _XMP = range(5)
_NAMES = {_ALPHA: "alpha", _ICC: "icc", _EXIF: "exif", _XMP: "xmp"}


@dataclass(frozen=True)
class Header:
    """What a file says of its picture.

    Attributes
    ----------
    width, height
        Pixels.
    channels, bits
        Of the picture: 1 or 3; 8 to 16.
    quality
        In steps of 1/36 above quality 1: 0 to 252.
    model
        First 8 bytes of the SHA-256 of the model that decodes it.
    """

    width: int
    height: int
    channels: int
    bits: int
    quality: int
    model: bytes

    @property
    def rows(self) -> int:
        """Latent positions from top to bottom."""
        return -(-self.height // BLOCK)

    @property
    def columns(self) -> int:
        """Latent positions from left to right."""
        return -(-self.width // BLOCK)

    def slices(self) -> Iterator[tuple[slice, slice]]:
        """Rows and columns of latent positions of each slice, in the order of the file.

        Examples
        --------
        >>> len(list(Header(2048, 1030, 3, 8, 0, bytes(8)).slices()))
        4
        """
        for top in range(0, self.rows, SLICE):
            for left in range(0, self.columns, SLICE):
                yield (
                    slice(top, min(top + SLICE, self.rows)),
                    slice(left, min(left + SLICE, self.columns)),
                )


@dataclass(frozen=True)
class Coded:
    """A whole file.

    Attributes
    ----------
    header
        What it says of its picture.
    slices
        CRC-32 of the symbols, and the coded symbols, of each slice.
    alpha
        A PNG file of the opacity; empty if there is none.
    icc, exif, xmp
        As in Picture; empty if there are none.
    """

    header: Header
    slices: tuple[tuple[int, bytes], ...]
    alpha: bytes = b""
    icc: bytes = b""
    exif: bytes = b""
    xmp: bytes = b""


def pack(coded: Coded) -> bytes:
    """Write a file.

    Examples
    --------
    >>> coded = Coded(Header(8, 8, 3, 8, 0, bytes(8)), ((7, b"symbols."),), xmp=b"<x/>")
    >>> unpack(pack(coded)) == coded
    True
    """
    h = coded.header
    grey = h.channels == 1
    head = _HEAD.pack(MAGIC, VERSION, grey, h.bits, h.quality, h.model, h.width, h.height, 0)[:-4]
    parts = [head, struct.pack("<I", zlib.crc32(head))]
    for kind, name in _NAMES.items():
        if content := getattr(coded, name):
            parts += [_BLOCK.pack(kind, len(content), zlib.crc32(content)), content]
    for check, content in coded.slices:
        parts += [_BLOCK.pack(_SLICE, len(content), check), content]
    return b"".join(parts)


def unpack(data: bytes) -> Coded:
    """Read a file.

    Raises
    ------
    CodecError
        If it is no such file, cut short, damaged, of a later version, or larger than any that
        recoup writes.

    Examples
    --------
    >>> unpack(b"not a picture")
    Traceback (most recent call last):
    recoup.errors.CodecError: rcp: no such file
    """
    header = _header(data)
    beside: dict[str, bytes] = {}
    slices: list[tuple[int, bytes]] = []
    at = _HEAD.size
    while at < len(data):
        if at + _BLOCK.size > len(data):
            raise CodecError("rcp: the file is cut short")
        kind, length, check = _BLOCK.unpack_from(data, at)
        at += _BLOCK.size
        content = data[at : at + length]
        at += length
        if len(content) < length:
            raise CodecError("rcp: the file is cut short")
        if kind == _SLICE:
            slices.append((check, content))
            continue
        name = _NAMES.get(kind)
        if name is None or name in beside or slices or zlib.crc32(content) != check:
            raise CodecError("rcp: the file is damaged")
        beside[name] = content
    expected = sum(1 for _ in header.slices())
    if len(slices) != expected:
        wrong = "cut short" if len(slices) < expected else "damaged"
        raise CodecError(f"rcp: the file is {wrong} ({len(slices)} of {expected} slices)")
    return Coded(header, tuple(slices), **beside)


def checksum(side: NDArray[np.int32], symbols: NDArray[np.int16]) -> int:
    """CRC-32 of the hyper-latent and the symbols, as little-endian 16-bit numbers.

    Examples
    --------
    >>> checksum(np.zeros((1, 1, 1), np.int32), np.zeros((1, 1, 1), np.int16))
    558161692
    """
    return zlib.crc32(symbols.astype("<i2").tobytes(), zlib.crc32(side.astype("<i2").tobytes()))


def _header(data: bytes) -> Header:
    """Read and check the head."""
    if data[: len(MAGIC)] != MAGIC:
        raise CodecError("rcp: no such file")
    if len(data) < _HEAD.size:
        raise CodecError("rcp: the file is cut short")
    _, version, grey, bits, quality, model, width, height, check = _HEAD.unpack_from(data)
    if version != VERSION:
        raise CodecError(f"rcp: version {version} of the format, and recoup here knows {VERSION}")
    sound = (
        zlib.crc32(data[: _HEAD.size - 4]) == check
        and grey <= 1
        and 8 <= bits <= 16
        and quality <= (QUALITIES - 1) * STEPS
        and 1 <= width <= LONGEST
        and 1 <= height <= LONGEST
    )
    if not sound:
        raise CodecError("rcp: the file is damaged (its header)")
    if width * height > MOST_PIXELS:
        raise CodecError(f"rcp: {width}x{height} pixels, more than {MOST_PIXELS}")
    return Header(width, height, 1 if grey else 3, bits, quality, model)
