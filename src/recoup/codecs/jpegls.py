"""JPEG-LS (ISO/IEC 14495-1) by CharLS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from recoup.codecs.charls import encode_exact_depth, largest
from recoup.codecs.library import failing, imagecodecs_version, planes, side_refusal
from recoup.codecs.settings import validate
from recoup.contracts import FileFacts, Subsampling, Timed
from recoup.errors import CodecError, UnreadableError
from recoup.image import Image
from recoup.picture.formats.jpeg import frame, walk


@dataclass(frozen=True)
class JpegLs:
    """JPEG-LS, lossless or with a bound on every sample's error; 8 to 16 bits, grey and RGB.

    RGB is interleaved by sample, without a colour transform.

    Parameters
    ----------
    near
        Largest error of a sample, 0 (lossless) to 255 and at most half the peak.

    Raises
    ------
    ChainError
        If ``near`` is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> image = Image(np.arange(6, dtype=np.uint16).reshape(2, 3, 1), bits=12)
    >>> JpegLs().decode(JpegLs().encode(image)) == image
    True
    """

    name: ClassVar[str] = "jpegls"
    title: ClassVar[str] = "JPEG-LS"
    suffix: ClassVar[str] = ".jls"
    media_type: ClassVar[str] = "image/jls"
    timed: ClassVar[Timed] = "in-process"

    near: int = 0

    def __post_init__(self) -> None:
        """Check the setting."""
        validate(self, near=(0, 255))

    @property
    def lossless(self) -> bool:
        """With ``near=0``."""
        return self.near == 0

    def refusal(self, image: Image) -> str | None:
        """Sides up to 65535; ``near`` at most half the peak."""
        if self.near > image.peak // 2:
            return f"JPEG-LS of {image.bits} bits takes near up to {image.peak // 2}"
        return side_refusal(self.title, image, 65535)

    def encode(self, image: Image) -> bytes:
        """Encode to a JPEG-LS file. Raises CodecError."""
        with failing("JPEG-LS encode"):
            if image.bits not in (8, 16):
                return encode_exact_depth(image, self.near)
            import imagecodecs

            return bytes(imagecodecs.jpegls_encode(planes(image), self.near, out=largest(image)))

    def decode(self, data: bytes) -> Image:
        """Decode a JPEG-LS file of one or three components. Raises CodecError."""
        with failing("JPEG-LS decode"):
            import imagecodecs

            bits = _stated_bits(data)
            samples = imagecodecs.jpegls_decode(data)
            return Image(np.minimum(samples, (1 << bits) - 1, dtype=samples.dtype), bits)

    def version(self) -> str:
        """CharLS'."""
        import imagecodecs

        return imagecodecs_version(str(imagecodecs.jpegls_version()).replace("charls", "CharLS"))


def _stated_bits(data: bytes) -> int:
    """Bit depth in the frame header (SOF55); refuses a cut file, on which CharLS can hang."""
    if not data.endswith(b"\xff\xd9"):
        raise CodecError("JPEG-LS decode: the file is cut short, or no JPEG-LS file")
    at = 2
    while data.startswith(b"\xff\xd8") and at + 5 <= len(data) and data[at] == 0xFF:
        if data[at + 1] == 0xF7:
            return data[at + 4]
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    raise CodecError("JPEG-LS decode: no JPEG-LS file")


def facts(data: bytes) -> FileFacts:
    """Read the largest error out of a file: that of its first scan (ISO/IEC 14495-1, C.2.3).

    Raises
    ------
    CodecError, UnreadableError
        If it is no JPEG-LS file.

    Examples
    --------
    >>> image = Image(np.zeros((8, 8, 1), np.uint8))
    >>> facts(JpegLs(3).encode(image)).quantiser, facts(JpegLs().encode(image)).lossless
    (3.0, True)
    """
    with failing("JPEG-LS facts"):
        header = frame(data)
        scan = next((one for one in walk(data, ls=True) if one.marker == 0xDA), None)
        if header.marker != 0xF7 or scan is None or not header.width * header.height:
            raise UnreadableError("JPEG-LS facts: no JPEG-LS file")
        near = data[scan.start + 1 + 2 * data[scan.start]]
        bpp = 8 * len(data) / (header.width * header.height)
        chroma: Subsampling = "4:0:0" if header.components == 1 else "4:4:4"
        return FileFacts("jpegls", bpp, float(near), subsampling=chroma, lossless=not near)
