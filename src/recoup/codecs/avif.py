"""AVIF (AV1 Image File Format 1.1) by libavif and aom."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from recoup.codecs.av1_header import read
from recoup.codecs.avif_item import stream
from recoup.codecs.library import (
    bundled,
    depth_refusal,
    failing,
    imagecodecs_version,
    planes,
    side_refusal,
)
from recoup.codecs.settings import lossless_without, validate
from recoup.contracts import FileFacts, Timed
from recoup.errors import CodecError
from recoup.image import Image
from recoup.picture.formats.avif import size

_SRGB = {"primaries": 1, "transfer": 13}
"""Colour as the file states it (ITU-T H.273): BT.709 primaries, sRGB transfer."""


@dataclass(frozen=True)
class Avif:
    """AVIF at libavif's quality scale, lossy or lossless; 8, 10 and 12 bits, one thread.

    Full range; lossy RGB is coded as BT.601 YCbCr, lossless RGB as it is (identity matrix), grey
    as a monochrome picture.

    Parameters
    ----------
    quality
        0 (smallest) to 99; 100 would be lossless, which has a setting of its own.
    speed
        0 (smallest file) to 10 (fastest).
    subsampling
        Of the chroma planes; grey has none, lossless 4:4:4.
    lossless
        Exact samples; ``quality`` becomes None and ``subsampling`` 4:4:4.

    Raises
    ------
    ChainError
        If a setting is out of range or contradicts ``lossless``.

    Examples
    --------
    >>> import numpy as np
    >>> image = Image(np.full((4, 4, 1), 4095, np.uint16), bits=12)
    >>> Avif(lossless=True).decode(Avif(lossless=True).encode(image)) == image
    True
    """

    name: ClassVar[str] = "avif"
    title: ClassVar[str] = "AVIF"
    suffix: ClassVar[str] = ".avif"
    media_type: ClassVar[str] = "image/avif"
    timed: ClassVar[Timed] = "in-process"

    quality: int | None = 60
    speed: int = 6
    subsampling: Literal["4:2:0", "4:2:2", "4:4:4"] = "4:2:0"
    lossless: bool = False

    def __post_init__(self) -> None:
        """Check the settings; settle those that ``lossless`` fixes."""
        validate(self, quality=(0, 99), speed=(0, 10))
        lossless_without(self, "quality")
        if self.lossless:
            object.__setattr__(self, "subsampling", "4:4:4")

    def refusal(self, image: Image) -> str | None:
        """8, 10 or 12 bits, sides up to 32768, 2^28 pixels (libavif's own limits)."""
        if image.pixels > 1 << 28:
            return f"AVIF takes up to 268 megapixels; this picture has {image.pixels / 1e6:.0f}"
        depth = depth_refusal(self.title, image, (8, 10, 12))
        return depth or side_refusal(self.title, image, 32768)

    def encode(self, image: Image) -> bytes:
        """Encode to an AVIF file. Raises CodecError."""
        settings: dict[str, Any] = dict(_SRGB)
        samples = planes(image)
        if self.lossless:
            settings["matrix"] = 6 if image.channels == 1 else 0
        else:
            settings |= {"matrix": 6, "pixelformat": self.subsampling.replace(":", "")}
            if image.channels == 1:  # imagecodecs makes every one-channel array lossless
                samples = np.repeat(image.samples, 3, axis=2)
                settings["pixelformat"] = "400"
        with failing("AVIF encode"):
            import imagecodecs

            level = 100 if self.quality is None else self.quality
            return bytes(
                imagecodecs.avif_encode(
                    samples,
                    level,
                    speed=self.speed,
                    bitspersample=image.bits,
                    numthreads=1,
                    **settings,
                )
            )

    def decode(self, data: bytes) -> Image:
        """Decode a still AVIF file without alpha. Raises CodecError."""
        with failing("AVIF decode"):
            import imagecodecs

            at = data.find(b"av1C")
            if at < 0:
                raise CodecError("AVIF decode: no AVIF file")
            high, twelve = data[at + 6] & 0x40, data[at + 6] & 0x20
            bits = 8 if not high else 12 if twelve else 10
            return Image(imagecodecs.avif_decode(data, numthreads=1), bits)

    def version(self) -> str:
        """Libavif's and, where it can be asked, the AV1 encoder's and decoder's."""
        import imagecodecs

        text = str(imagecodecs.avif_version())
        library = bundled("avif")
        if library is not None:
            answer = ctypes.create_string_buffer(256)
            library.avifCodecVersions(answer)
            text += f" with {answer.value.decode()}"
        return imagecodecs_version(text)


def facts(data: bytes) -> FileFacts:
    """Read the quantiser out of a file.

    Raises
    ------
    CodecError, UnreadableError, UnsupportedError
        If it is no AVIF file, or not of a kind that this reads.

    Examples
    --------
    >>> image = Image(np.full((8, 8, 3), 128, np.uint8))
    >>> [facts(Avif(q).encode(image)).quantiser for q in (10, 60, 99)]
    [...]
    """
    with failing("AVIF facts"):
        content, coded_bytes = stream(data)
        coded, (width, height) = read(content), size(data)
        return FileFacts(
            "avif",
            bpp=8 * coded_bytes / (width * height),
            quantiser=float(coded.quantiser),
            subsampling=coded.subsampling,
            lossless=coded.lossless,
        )
