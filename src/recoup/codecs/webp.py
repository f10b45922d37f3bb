"""WebP (RFC 9649) by libwebp."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from recoup.codecs.library import (
    depth_refusal,
    failing,
    imagecodecs_version,
    side_refusal,
)
from recoup.codecs.settings import validate
from recoup.codecs.vp8_header import quantiser
from recoup.contracts import FileFacts, Timed
from recoup.errors import UnreadableError
from recoup.image import Image
from recoup.picture.formats.webp import GREY, decode_samples, size, walk


@dataclass(frozen=True)
class WebP:
    """WebP at libwebp's quality scale, lossy or lossless; 8 bits, sides up to 16382.

    Lossy files have subsampling 4:2:0 and limited range, as the format demands. WebP has no grey:
    a grey picture is stored as RGB of equal channels, in the extended layout with an empty
    ``GREY`` chunk (26 bytes in all) that lets decoding return one channel.

    Parameters
    ----------
    quality
        0 to 100: lossy, the quality (smallest to best); lossless, the effort, and only that.
    lossless
        Exact samples.
    method
        0 (fastest) to 6 (smallest).

    Raises
    ------
    ChainError
        If a setting is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> image = Image(np.arange(6, dtype=np.uint8).reshape(2, 3, 1))
    >>> WebP(lossless=True).decode(WebP(lossless=True).encode(image)) == image
    True
    """

    name: ClassVar[str] = "webp"
    title: ClassVar[str] = "WebP"
    suffix: ClassVar[str] = ".webp"
    media_type: ClassVar[str] = "image/webp"
    timed: ClassVar[Timed] = "in-process"

    quality: float = 75.0
    lossless: bool = False
    method: int = 4

    def __post_init__(self) -> None:
        """Check the settings."""
        validate(self, quality=(0, 100), method=(0, 6))

    def refusal(self, image: Image) -> str | None:
        """8 bits, sides up to 16382: imagecodecs stops one short of the format's 16383."""
        depth = depth_refusal(self.title, image, (8,))
        return depth or side_refusal(self.title, image, 16382)

    def encode(self, image: Image) -> bytes:
        """Encode to a WebP file. Raises CodecError."""
        with failing("WebP encode"):
            import imagecodecs

            grey = image.channels == 1
            data = bytes(
                imagecodecs.webp_encode(
                    np.repeat(image.samples, 3, axis=2) if grey else image.samples,
                    self.quality,
                    lossless=self.lossless,
                    method=self.method,
                    numthreads=0,
                )
            )
            return _marked_grey(data, image.width, image.height) if grey else data

    def decode(self, data: bytes) -> Image:
        """Decode a still WebP file without alpha. Raises CodecError."""
        with failing("WebP decode"):
            return Image(decode_samples(data))

    def version(self) -> str:
        """Libwebp's."""
        import imagecodecs

        return imagecodecs_version(imagecodecs.webp_version())


def facts(data: bytes) -> FileFacts:
    """Read the quantiser out of a file.

    Raises
    ------
    CodecError, UnreadableError
        If it is no WebP file of a still picture.

    Examples
    --------
    >>> image = Image(np.full((8, 8, 3), 128, np.uint8))
    >>> facts(WebP(0).encode(image)).quantiser, facts(WebP(lossless=True).encode(image)).lossless
    (127.0, True)
    """
    with failing("WebP facts"):
        if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
            raise UnreadableError("WebP facts: no WebP file")
        chunk = next((one for one in walk(data) if one.kind in (b"VP8 ", b"VP8L")), None)
        width, height = size(data)
        if chunk is None or not width * height:
            raise UnreadableError("WebP facts: no still picture")
        bpp = 8 * (chunk.end - chunk.start) / (width * height)
        if chunk.kind == b"VP8L":
            return FileFacts("webp", bpp, subsampling="4:4:4", lossless=True)
        index = quantiser(data[chunk.start : chunk.end])
        return FileFacts("webp", bpp, index, subsampling="4:2:0", lossless=False)


def _marked_grey(data: bytes, width: int, height: int) -> bytes:
    """Return the simple file ``data`` in the extended layout, marked grey."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<II", 10, 0) + sides + data[12:] + GREY + bytes(4)
    return b"RIFF" + struct.pack("<I", len(body)) + body
