"""PNG (ISO/IEC 15948) by libpng, made smaller by oxipng on request."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from recoup.codecs.library import failing, imagecodecs_version, planes
from recoup.codecs.settings import validate
from recoup.contracts import FileFacts, Subsampling, Timed
from recoup.errors import CodecError, UnreadableError
from recoup.image import Image

_IHDR_END = 33
"""Signature, and the first chunk, which is always IHDR."""


@dataclass(frozen=True)
class Png:
    """Lossless PNG; 8 to 16 bits, grey and RGB.

    Depths of 9 to 15 bits are stored in 16, filled by left bit replication, with the depth in an
    sBIT chunk, as the standard (section 11.3.2.5, third edition 2025) recommends; decoding takes
    exactly the original samples back.

    Parameters
    ----------
    level
        zlib level, 0 (none) to 9.
    optimize
        oxipng level, 0 to 6, or None to leave oxipng out. It may store few colours as a palette,
        but keeps grey grey, RGB RGB and the depth. It uses every core that the process may use;
        the bytes do not depend on how many.

    Raises
    ------
    ChainError
        If a setting is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> image = Image(np.full((2, 2, 1), 1023, np.uint16), bits=10)
    >>> Png().decode(Png().encode(image)).bits
    10
    """

    name: ClassVar[str] = "png"
    title: ClassVar[str] = "PNG"
    suffix: ClassVar[str] = ".png"
    media_type: ClassVar[str] = "image/png"
    timed: ClassVar[Timed] = "in-process"

    level: int = 6
    optimize: int | None = None

    def __post_init__(self) -> None:
        """Check the settings."""
        validate(self, level=(0, 9), optimize=(0, 6))

    @property
    def lossless(self) -> bool:
        """Always."""
        return True

    def refusal(self, image: Image) -> str | None:  # noqa: ARG002 - the contract's signature
        """None: it takes every image."""
        return None

    def encode(self, image: Image) -> bytes:
        """Encode to a PNG file. Raises CodecError."""
        with failing("PNG encode"):
            import imagecodecs

            samples = planes(image)
            if 8 < image.bits < 16:
                up = 16 - image.bits
                samples = np.bitwise_or(
                    samples << up, samples >> (image.bits - up), dtype=np.uint16
                )
            data = bytes(imagecodecs.png_encode(samples, self.level))
            if 8 < image.bits < 16:
                sbit = _chunk(b"sBIT", bytes([image.bits]) * image.channels)
                data = data[:_IHDR_END] + sbit + data[_IHDR_END:]
            return data if self.optimize is None else self._oxipng(data, image)

    def decode(self, data: bytes) -> Image:
        """Decode a PNG file without alpha. Raises CodecError."""
        with failing("PNG decode"):
            import imagecodecs

            _check(data)
            samples = imagecodecs.png_decode(data)
            bits = _stated_bits(data) if samples.itemsize == 2 else 8
            return Image(samples >> np.uint16(16 - bits) if 8 < bits < 16 else samples, bits)

    def version(self) -> str:
        """Libpng's and, where used, oxipng's."""
        import imagecodecs

        libpng = imagecodecs_version(imagecodecs.png_version())
        if self.optimize is None:
            return libpng
        from importlib.metadata import version

        return f"{libpng}, pyoxipng {version('pyoxipng')}"

    def _oxipng(self, data: bytes, image: Image) -> bytes:
        import oxipng

        shallow = image.bits == 8
        return bytes(
            oxipng.optimize_from_memory(
                data,
                level=self.optimize or 0,
                grayscale_reduction=False,
                bit_depth_reduction=shallow,
                palette_reduction=shallow and image.channels == 3,
                strip=oxipng.StripChunks.none(),
            )
        )


def facts(data: bytes) -> FileFacts:
    """Say that nothing was lost, and how many bits the pixels take.

    Raises
    ------
    UnreadableError
        If it is no PNG file.

    Examples
    --------
    >>> facts(Png().encode(Image(np.zeros((8, 8, 3), np.uint8)))).lossless
    True
    """
    with failing("PNG facts"):
        if not data.startswith(b"\x89PNG\r\n\x1a\n") or data[12:16] != b"IHDR":
            raise UnreadableError("PNG facts: no PNG file")
        width, height, _, colour = struct.unpack_from(">IIBB", data, 16)
        if not width * height:
            raise UnreadableError("PNG facts: a picture of no size")
        at, coded = 8, 0
        while at + 8 <= len(data):
            length, kind = struct.unpack_from(">I4s", data, at)
            coded += min(length, len(data) - at) * (kind == b"IDAT")
            at += length + 12
        chroma: Subsampling = "4:4:4" if colour & 2 else "4:0:0"
        return FileFacts("png", 8 * coded / (width * height), subsampling=chroma, lossless=True)


def _chunk(kind: bytes, body: bytes) -> bytes:
    """Return a PNG chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _stated_bits(data: bytes) -> int:
    """Significant bits that sBIT states before the pixels, 16 where it is absent or odd."""
    at = data.find(b"sBIT", _IHDR_END, data.find(b"IDAT"))
    bits = set(data[at + 4 : at + 4 + int.from_bytes(data[at - 4 : at], "big")]) if at > 0 else {16}
    return bits.pop() if len(bits) == 1 and 8 < min(bits) <= 16 else 16


def _check(data: bytes) -> None:
    """Refuse a cut file, and a header that announces more than deflate's 1032:1 can hold."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n") or len(data) < _IHDR_END:
        raise CodecError("PNG decode: no PNG file")
    if data[-8:-4] != b"IEND":
        raise CodecError("PNG decode: the file is cut short")
    width, height, bits = struct.unpack(">IIB", data[16:25])
    if width * height * bits / 8 > 1032 * len(data):
        raise CodecError(f"PNG decode: {len(data)} bytes cannot hold {width}x{height}")
