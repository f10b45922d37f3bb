"""HTJ2K, high-throughput JPEG 2000 (ISO/IEC 15444-15), by OpenJPH."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from recoup.codecs.library import failing, imagecodecs_version, planes
from recoup.contracts import Timed
from recoup.errors import CodecError, UnreadableError
from recoup.image import Image, Samples
from recoup.picture.boxes import within

_START = b"\xff\x4f\xff\x51"
"""The markers SOC and SIZ, with which every codestream begins."""
_FILE = b"\0\0\0\x0cjP  \r\n\x87\n"
"""The box with which a JPH file begins."""
_COMPONENTS = 40
"""Where SIZ counts the components; three bytes about each follow, its depth less one first."""


@dataclass(frozen=True)
class Htj2k:
    """Lossless HTJ2K as a bare codestream; 8 to 16 bits, grey and RGB, one thread.

    5/3 wavelet, reversible colour transform, one tile. The block coder is another than JPEG
    2000's, several times as fast for 3 to 18 % more bytes. There is no lossy form here: in OpenJPH
    0.26, as imagecodecs calls it, a finer quantiser gives more bytes *and* a worse picture over
    most of its range (kodim05: 31.7 dB at 83 kB, 30.2 dB at 333 kB).

    Examples
    --------
    >>> image = Image(np.arange(6, dtype=np.uint16).reshape(2, 3, 1), bits=12)
    >>> Htj2k().decode(Htj2k().encode(image)) == image
    True
    """

    name: ClassVar[str] = "htj2k"
    title: ClassVar[str] = "HTJ2K"
    suffix: ClassVar[str] = ".jhc"
    media_type: ClassVar[str] = "image/jhc"
    timed: ClassVar[Timed] = "in-process"

    @property
    def lossless(self) -> bool:
        """Always."""
        return True

    def refusal(self, image: Image) -> str | None:
        """The one tile holds up to 4 GB of samples."""
        size = image.samples.nbytes
        if size >= 1 << 32:
            return f"HTJ2K takes up to 4 GB of samples; this picture has {size / 1e9:.1f}"
        return None

    def encode(self, image: Image) -> bytes:
        """Encode to a codestream. Raises CodecError."""
        with failing("HTJ2K encode"):
            import imagecodecs

            data = bytearray(
                imagecodecs.htj2k_encode(_levelled(image), rgb=image.channels == 3, reversible=True)
            )
            for component in range(image.channels):
                data[_COMPONENTS + 2 + 3 * component] = image.bits - 1
            return bytes(data)

    def decode(self, data: bytes) -> Image:
        """Decode a codestream of one or three components, bare or in JPH. Raises CodecError."""
        with failing("HTJ2K decode"):
            import imagecodecs

            stream = _codestream(data)
            bits = _stated_bits(stream)
            return Image(imagecodecs.htj2k_decode(stream), bits)

    def version(self) -> str:
        """OpenJPH's."""
        import imagecodecs

        return imagecodecs_version(str(imagecodecs.htj2k_version()).replace("openjph", "OpenJPH"))


def _levelled(image: Image) -> Samples:
    """Samples moved so that coding them as 16 bits gives what their own depth would.

    imagecodecs states 8 or 16 bits whatever the depth. A coder subtracts half the range first, so
    with half the 16-bit range less half the true one added, the coefficients are those of the
    true depth, which the header may then state.
    """
    samples = planes(image)
    if image.bits in (8, 16):
        return samples
    return np.add(samples, (1 << 15) - (1 << (image.bits - 1)), dtype=np.uint16)


def _codestream(data: bytes) -> bytes:
    """The codestream, out of its JPH file if it is in one."""
    try:
        box = within(data, b"jp2c") if data.startswith(_FILE) else None
    except UnreadableError as error:
        raise CodecError(f"HTJ2K decode: the file {error}") from error
    return box.content(data) if box else data


def _stated_bits(data: bytes) -> int:
    """Bit depth in the header; refuses a cut file."""
    if not data.startswith(_START) or len(data) < _COMPONENTS + 5:
        raise CodecError("HTJ2K decode: no codestream")
    if not data.endswith(b"\xff\xd9"):
        raise CodecError("HTJ2K decode: the file is cut short")
    return data[_COMPONENTS + 2] + 1
