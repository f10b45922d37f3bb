"""JPEG (ISO/IEC 10918-1) by libjpeg-turbo or jpegli."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from recoup.codecs import jpegli
from recoup.codecs.library import (
    depth_refusal,
    failing,
    imagecodecs_version,
    planes,
    side_refusal,
)
from recoup.codecs.settings import validate
from recoup.contracts import FileFacts, Subsampling, Timed
from recoup.errors import CodecError, UnreadableError
from recoup.image import Image
from recoup.picture.formats.jpeg import FRAMES, walk

_STEPS = MappingProxyType({"4:2:0": (2, 2), "4:2:2": (2, 1), "4:4:4": (1, 1)})
"""Chroma's horizontal and vertical step."""


@dataclass(frozen=True)
class Jpeg:
    """JPEG at libjpeg's quality scale; 8 bits, or 12 with ``progressive=False``.

    ``Jpeg(q, optimize=False, progressive=False)`` writes the bytes of Pillow's
    ``save(quality=q)``; the defaults here write the same pixels smaller.

    Parameters
    ----------
    quality
        1 (smallest) to 100.
    subsampling
        Of the chroma planes of RGB pictures; grey has none.
    optimize
        Huffman tables fitted to the picture. Progressive and 12-bit files always have them.
    progressive
        Coefficients in several scans, as a rule smaller.
    encoder
        ``jpegli`` chooses quantisers that fit the picture, place by place; 8 bits only.

    Raises
    ------
    ChainError
        If a setting is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> image = Image(np.full((8, 8, 1), 128, np.uint8))
    >>> Jpeg(40).decode(Jpeg(40).encode(image)) == image
    True
    """

    name: ClassVar[str] = "jpeg"
    title: ClassVar[str] = "JPEG"
    suffix: ClassVar[str] = ".jpg"
    media_type: ClassVar[str] = "image/jpeg"
    timed: ClassVar[Timed] = "in-process"

    quality: int = 75
    subsampling: Literal["4:2:0", "4:2:2", "4:4:4"] = "4:2:0"
    optimize: bool = True
    progressive: bool = True
    encoder: Literal["libjpeg-turbo", "jpegli"] = "libjpeg-turbo"

    def __post_init__(self) -> None:
        """Check the settings; settle what progressive files always have."""
        validate(self, quality=(1, 100))
        if self.progressive:
            object.__setattr__(self, "optimize", True)

    @property
    def lossless(self) -> bool:
        """Never."""
        return False

    def refusal(self, image: Image) -> str | None:
        """8 bits (12 sequential, not by jpegli), sides up to 65500."""
        by_jpegli = self.encoder == "jpegli"
        if by_jpegli and jpegli.interface() is None:
            return "jpegli is not installed, or not as a version whose C interface is known"
        if image.bits == 12 and self.progressive and not by_jpegli:
            return "JPEG of 12 bits is written with progressive=false only"
        depths = (8,) if by_jpegli or self.progressive else (8, 12)
        return depth_refusal(self.title, image, depths) or side_refusal(self.title, image, 65500)

    def encode(self, image: Image) -> bytes:
        """Encode to a JFIF file. Raises CodecError."""
        with failing("JPEG encode"):
            if self.encoder == "jpegli":
                coding = {"optimize": self.optimize, "progressive": self.progressive}
                return jpegli.encode(image, self.quality, _STEPS[self.subsampling], **coding)
            return self._progressive(image) if self.progressive else self._sequential(image)

    def decode(self, data: bytes) -> Image:
        """Decode with libjpeg-turbo, whoever encoded. Raises CodecError."""
        with failing("JPEG decode"):
            import imagecodecs

            _check(data)
            samples = imagecodecs.jpeg8_decode(data)
            return Image(samples, 8 if samples.itemsize == 1 else 12)

    def version(self) -> str:
        """The encoder's, and what decodes if that is another library."""
        import imagecodecs
        from PIL import features

        name = str(imagecodecs.jpeg8_version()).split("/")[0].replace("_", "-")
        decoder = imagecodecs_version(name)
        if self.encoder == "jpegli":
            from importlib.metadata import version

            return f"pyjpegli {version('pyjpegli')}, decoded by {decoder}"
        if not self.progressive:
            return decoder
        from PIL import __version__ as pillow

        turbo = features.version_feature("libjpeg_turbo")
        return f"libjpeg-turbo {turbo} (Pillow {pillow}), decoded by {decoder}"

    def _sequential(self, image: Image) -> bytes:
        import imagecodecs

        chroma: dict[str, Any] = {}
        if image.channels == 3:
            chroma["subsampling"] = self.subsampling.replace(":", "")
        return bytes(
            imagecodecs.jpeg8_encode(
                planes(image),
                self.quality,
                optimize=self.optimize,
                bitspersample=image.bits,
                **chroma,
            )
        )

    def _progressive(self, image: Image) -> bytes:
        """Through Pillow: imagecodecs writes sequential files only."""
        import PIL.Image

        chroma = {"subsampling": self.subsampling} if image.channels == 3 else {}
        out = io.BytesIO()
        PIL.Image.fromarray(planes(image)).save(
            out, "JPEG", quality=self.quality, optimize=True, progressive=True, **chroma
        )
        return out.getvalue()


def facts(data: bytes) -> FileFacts:
    """Read quantisation tables and subsampling out of a file.

    Tables are those that stand before the first scan; of a component, the table that its frame
    header names (ISO/IEC 10918-1, B.2.2 and B.2.4.1). What stands behind the picture's end, such
    as the further pictures of phones, is not counted.

    Raises
    ------
    CodecError, UnreadableError
        If it is no JPEG file or has no frame.

    Examples
    --------
    >>> import numpy as np
    >>> grey = Image(np.full((8, 8, 1), 128, np.uint8))
    >>> facts(Jpeg(50).encode(grey)).quantiser, facts(Jpeg(100).encode(grey)).quantiser
    (5.5..., 0.0)
    """
    with failing("JPEG facts"):
        if not data.startswith(b"\xff\xd8"):
            raise UnreadableError("JPEG facts: no JPEG file")
        tables: dict[int, float] = {}
        frame: bytes | None = None
        told, end = 4, len(data)
        for segment in walk(data):
            content = data[segment.start : segment.end]
            if segment.marker == 0xDB and frame is None:
                tables |= _tables(content)
            elif segment.marker in FRAMES - {0xF7} and frame is None:
                frame = content
            if 0xE0 <= segment.marker <= 0xEF or segment.marker == 0xFE:
                told += segment.end - segment.start + 4
            elif segment.marker == 0xD9:
                end = segment.end
        if frame is None or len(frame) < 6 + 3 * frame[5] or not frame[5]:
            raise UnreadableError("JPEG facts: no frame header")
        pixels = int.from_bytes(frame[1:3], "big") * int.from_bytes(frame[3:5], "big")
        if not pixels:
            raise UnreadableError("JPEG facts: a picture of no size")
        parts = [frame[6 + 3 * n : 9 + 3 * n] for n in range(frame[5])]
        return FileFacts(
            "jpeg",
            bpp=8 * (end - told) / pixels,
            quantiser=tables.get(parts[0][2]),
            chroma_quantiser=tables.get(parts[1][2]) if len(parts) == 3 else None,
            subsampling=_subsampling([part[1] for part in parts]),
            lossless=False,
        )


def _tables(content: bytes) -> dict[int, float]:
    """Mean log2 of each table in a segment, by its number; 0 counts as 1."""
    out, at = {}, 0
    while at < len(content):
        size = 2 if content[at] >> 4 else 1
        table = content[at + 1 : at + 1 + 64 * size]
        if len(table) == 64 * size:
            steps = [int.from_bytes(table[n : n + size], "big") for n in range(0, 64 * size, size)]
            out[content[at] & 15] = sum(math.log2(step or 1) for step in steps) / 64
        at += 1 + 64 * size
    return out


def _subsampling(factors: list[int]) -> Subsampling:
    """Sampling factors of the components, each two times four bits, in words."""
    if len(factors) == 1:
        return "4:0:0"
    if len(factors) != 3 or factors[1] != factors[2] or not factors[1] & 15 or factors[1] < 16:
        return "other"
    across = (factors[0] >> 4) / (factors[1] >> 4)
    down = (factors[0] & 15) / (factors[1] & 15)
    kinds: dict[tuple[float, float], Subsampling] = {
        (1, 1): "4:4:4",
        (2, 1): "4:2:2",
        (2, 2): "4:2:0",
    }
    return kinds.get((across, down), "other")


def _check(data: bytes) -> None:
    """Refuse what libjpeg only warns of (a cut file) or would fill gigabytes for (a lying header).

    A block of 64 samples costs at least one bit, so the header cannot announce more.
    """
    if not data.startswith(b"\xff\xd8"):
        raise CodecError("JPEG decode: no JPEG file")
    if not data.endswith(b"\xff\xd9"):
        raise CodecError("JPEG decode: the file is cut short")
    at = 2
    while at + 9 <= len(data):
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at] != 0xFF or marker == 0xDA:
            break
        if marker in (0xC0, 0xC1, 0xC2):
            height, width = (int.from_bytes(data[at + n : at + n + 2], "big") for n in (5, 7))
            if height * width > 64 * 8 * len(data):
                raise CodecError(f"JPEG decode: {len(data)} bytes cannot hold {width}x{height}")
            return
        at += 2 + length
    raise CodecError("JPEG decode: no frame header")
