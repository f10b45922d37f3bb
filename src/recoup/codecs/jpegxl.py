"""JPEG XL (ISO/IEC 18181-1) by libjxl."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from recoup.codecs.jxl_frame import after_header, read_frame
from recoup.codecs.jxl_header import as_srgb, read_header
from recoup.codecs.library import failing, imagecodecs_version, planes
from recoup.codecs.settings import lossless_without, validate
from recoup.contracts import FileFacts, Subsampling, Timed
from recoup.errors import ChainError, UnreadableError, UnsupportedError
from recoup.image import Image, Samples
from recoup.picture.bits import Bits
from recoup.picture.boxes import boxes
from recoup.picture.formats.jpegxl import stated_size

_SEARCHED = 1 << 16
"""Bytes from the start of which the header, the table of contents and the quantiser are read."""


@dataclass(frozen=True)
class JpegXl:
    """JPEG XL at a Butteraugli distance, or lossless; 8 to 16 bits, one thread.

    Parameters
    ----------
    distance
        0.01 to 25; 1 is meant to be visually lossless, more is smaller.
    effort
        1 (fastest) to 10 (smallest).
    lossless
        Exact samples; ``distance`` becomes None.
    quality
        Another way to give the distance, on libjxl's scale: 100 would be lossless, 90 is
        distance 1, 30 is 6.4, 0 is 25. It is turned into ``distance`` and then None, so that one
        setting has one spelling.

    Raises
    ------
    ChainError
        If a setting is out of range, or two of them say different things.

    Examples
    --------
    >>> JpegXl(quality=90)
    JpegXl(distance=1.0, effort=7, lossless=False, quality=None)
    >>> import numpy as np
    >>> image = Image(np.full((4, 4, 3), 1023, np.uint16), bits=10)
    >>> codec = JpegXl(lossless=True)
    >>> codec.decode(codec.encode(image)) == image
    True
    """

    name: ClassVar[str] = "jpegxl"
    title: ClassVar[str] = "JPEG XL"
    suffix: ClassVar[str] = ".jxl"
    media_type: ClassVar[str] = "image/jxl"
    timed: ClassVar[Timed] = "in-process"

    distance: float | None = 1.0
    effort: int = 7
    lossless: bool = False
    quality: float | None = None

    def __post_init__(self) -> None:
        """Check the settings; settle distance, quality and lossless among themselves."""
        validate(self, distance=(0.01, 25), effort=(1, 10), quality=(0, 99.99))
        if self.quality is not None:
            if self.distance not in (1.0, None) or self.lossless:
                raise ChainError("jpegxl: give one of distance, quality and lossless=true")
            object.__setattr__(self, "distance", _distance(self.quality))
            object.__setattr__(self, "quality", None)
        lossless_without(self, "distance")

    def refusal(self, image: Image) -> str | None:
        """Lossless above 14 bits needs ``effort`` 2: libjxl 0.11 corrupts memory at 1 on noise."""
        if self.lossless and self.effort == 1 and image.bits > 14:
            return f"JPEG XL takes effort=1 lossless up to 14 bits; this picture has {image.bits}"
        return None

    def encode(self, image: Image) -> bytes:
        """Encode to a JPEG XL file. Raises CodecError."""
        with failing("JPEG XL encode"):
            import imagecodecs

            deep_lossy = image.bits > 8 and not self.lossless
            samples = _linear(image) if deep_lossy else planes(image)
            data = bytes(
                imagecodecs.jpegxl_encode(
                    samples,
                    effort=self.effort,
                    distance=self.distance,
                    lossless=self.lossless,
                    bitspersample=16 if deep_lossy else image.bits,
                    usecontainer=False,
                    numthreads=1,
                )
            )
            return data if image.bits == 8 else as_srgb(data, image.bits)

    def decode(self, data: bytes) -> Image:
        """Decode a still JPEG XL file without alpha. Raises CodecError."""
        with failing("JPEG XL decode"):
            import imagecodecs

            bits = read_header(data).bits
            return Image(imagecodecs.jpegxl_decode(data, numthreads=1), bits)

    def version(self) -> str:
        """Libjxl's."""
        import imagecodecs

        return imagecodecs_version(imagecodecs.jpegxl_version())


def facts(data: bytes) -> FileFacts:
    """Read the quantiser out of a file, where it stands in the open.

    It does not in files with patches, splines, extra channels or an ICC profile, nor does the
    distance that libjxl was asked for; what is told is the step of the lowest frequencies, which
    libjxl makes from the distance alone.

    Raises
    ------
    CodecError, UnreadableError
        If it is no JPEG XL file.

    Examples
    --------
    >>> image = Image(np.full((8, 8, 3), 128, np.uint8))
    >>> [round(facts(JpegXl(d).encode(image)).quantiser, 1) for d in (1, 4)]
    [...]
    """
    with failing("JPEG XL facts"):
        codestream = _codestream(data)
        bits = Bits(codestream[2:_SEARCHED])
        width, height = stated_size(bits)
        bpp = 8 * len(codestream) / (width * height)
        try:
            xyb = after_header(bits)
            frame = read_frame(bits, width, height, xyb=xyb)
        except (UnsupportedError, UnreadableError):
            return FileFacts("jpegxl", bpp)
        lossless = frame.modular and not xyb
        chroma: Subsampling | None = "4:4:4" if xyb or lossless else None
        return FileFacts("jpegxl", bpp, frame.step, subsampling=chroma, lossless=lossless)


def _codestream(data: bytes) -> bytes:
    """The codestream, out of its container if it has one."""
    stream = data
    if not data.startswith(b"\xff\x0a"):
        parts = (box for box in boxes(data) if box.kind in (b"jxlc", b"jxlp"))
        stream = b"".join(data[b.start + 4 * (b.kind == b"jxlp") : b.end] for b in parts)
    if not stream.startswith(b"\xff\x0a"):
        raise UnreadableError("JPEG XL facts: no JPEG XL file")
    return stream


def _distance(quality: float) -> float:
    """Distance that libjxl's ``JxlEncoderDistanceFromQuality`` gives for ``quality``."""
    if quality >= 30:
        return round(0.1 + (100 - quality) * 0.09, 4)
    return round(53 / 3000 * quality**2 - 23 / 20 * quality + 25, 4)


def _linear(image: Image) -> Samples:
    """Return 16-bit linear light, which is what imagecodecs tells libjxl that it gets.

    Lossy coding is in an absolute colour space, XYB, so the header may then be set to sRGB
    without touching the picture. Source of the curve: IEC 61966-2-1:1999.
    """
    codes = np.arange(image.peak + 1) / image.peak
    light = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)
    curve: Samples = np.rint(light * 65535).astype(np.uint16)
    return np.take(curve, planes(image))
