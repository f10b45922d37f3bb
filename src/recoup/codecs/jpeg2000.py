"""JPEG 2000 (ISO/IEC 15444-1) by OpenJPEG."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import ClassVar

from recoup.codecs.library import failing, imagecodecs_version, planes
from recoup.codecs.settings import lossless_without, validate
from recoup.contracts import FileFacts, Subsampling, Timed
from recoup.errors import CodecError, UnreadableError
from recoup.image import Image
from recoup.picture.boxes import within
from recoup.picture.formats.jpeg2000 import without_profile


@dataclass(frozen=True)
class Jpeg2000:
    """JPEG 2000 in a JP2 file, aimed at a PSNR or lossless; 8 to 16 bits, one thread.

    Lossy: 9/7 wavelet, irreversible colour transform. Lossless: 5/3 wavelet, reversible colour
    transform. One tile, one layer, up to 6 resolutions, fewer for small sides.

    Parameters
    ----------
    psnr
        What the encoder aims at, dB, 1 to 100. It is an estimate before rounding to whole
        samples: up to about 45 dB at 8 bits the decode is within a few tenths of it; beyond some
        50 dB the colour transform's rounding keeps it from being reached, and the bytes grow.
    lossless
        Exact samples; ``psnr`` becomes None.

    Raises
    ------
    ChainError
        If a setting is out of range or contradicts ``lossless``.

    Examples
    --------
    >>> import numpy as np
    >>> image = Image(np.full((4, 4, 3), 65535, np.uint16))
    >>> codec = Jpeg2000(lossless=True)
    >>> codec.decode(codec.encode(image)) == image
    True
    """

    name: ClassVar[str] = "jpeg2000"
    title: ClassVar[str] = "JPEG 2000"
    suffix: ClassVar[str] = ".jp2"
    media_type: ClassVar[str] = "image/jp2"
    timed: ClassVar[Timed] = "in-process"

    psnr: float | None = 40.0
    lossless: bool = False

    def __post_init__(self) -> None:
        """Check the settings; settle those that ``lossless`` fixes."""
        validate(self, psnr=(1, 100))
        lossless_without(self, "psnr")

    def refusal(self, image: Image) -> str | None:
        """The one tile holds up to 4 GB of samples."""
        size = image.samples.nbytes
        if size >= 1 << 32:
            return f"JPEG 2000 takes up to 4 GB of samples; this picture has {size / 1e9:.1f}"
        return None

    def encode(self, image: Image) -> bytes:
        """Encode to a JP2 file. Raises CodecError."""
        with failing("JPEG 2000 encode"):
            import imagecodecs

            return bytes(
                imagecodecs.jpeg2k_encode(
                    planes(image),
                    0 if self.psnr is None else self.psnr,  # type: ignore[arg-type]  # a float
                    codecformat="jp2",
                    planar=False,
                    bitspersample=image.bits,
                    reversible=self.lossless,
                    mct=True,
                    numthreads=1,
                )
            )

    def decode(self, data: bytes) -> Image:
        """Decode a JP2 file to the samples as coded, profile or not. Raises CodecError."""
        with failing("JPEG 2000 decode"):
            import imagecodecs

            bits = _stated_bits(data)
            return Image(imagecodecs.jpeg2k_decode(_as_coded(data), numthreads=1), bits)

    def version(self) -> str:
        """OpenJPEG's."""
        import imagecodecs

        return imagecodecs_version(
            str(imagecodecs.jpeg2k_version()).replace("openjpeg", "OpenJPEG")
        )


def facts(data: bytes) -> FileFacts:
    """Read the quantiser step out of a file.

    The step is that of the finest diagonal subband (ISO/IEC 15444-1, equation E-3). OpenJPEG, as
    recoup uses it, always writes the same and is steered by what it leaves out, which shows in
    the bits per pixel alone; other encoders are steered by the step. Whether files of the 5/3
    wavelet are exact is not told.

    Raises
    ------
    CodecError, UnreadableError
        If it is no JPEG 2000 file.

    Examples
    --------
    >>> import numpy as np
    >>> image = Image(np.full((8, 8, 3), 128, np.uint8))
    >>> facts(Jpeg2000(40.0).encode(image)).lossless
    False
    """
    with failing("JPEG 2000 facts"):
        start, end = _codestream(data)
        segments = _main_header(data, start, end)
        size, coding, steps = (segments.get(marker, b"") for marker in (0x51, 0x52, 0x5C))
        if len(size) < 39 or len(coding) < 10 or len(steps) < 2:
            raise UnreadableError("JPEG 2000 facts: damaged header")
        right, bottom, left, top = struct.unpack_from(">IIII", size, 2)
        pixels = (right - left) * (bottom - top)
        if right <= left or bottom <= top:
            raise UnreadableError("JPEG 2000 facts: a picture of no size")
        reversible = steps[0] & 31 == 0
        return FileFacts(
            "jpeg2000",
            bpp=8 * (end - start) / pixels,
            quantiser=None if reversible else _step(steps, coding[5]),
            subsampling=_chroma(size),
            lossless=None if reversible else False,
        )


def _codestream(data: bytes) -> tuple[int, int]:
    """Where the codestream starts and ends."""
    start, end = 0, len(data)
    if data[:4] != b"\xff\x4f\xff\x51":
        box = within(data, b"jp2c")
        start, end = (box.start, box.end) if box else (0, 0)
    if data[start : start + 4] != b"\xff\x4f\xff\x51":
        raise UnreadableError("JPEG 2000 facts: no JPEG 2000 file")
    return start, end


def _main_header(data: bytes, start: int, end: int) -> dict[int, bytes]:
    """Content of the segments before the first tile, by the second byte of their marker."""
    found: dict[int, bytes] = {}
    at = start + 2
    while at + 4 <= end and data[at] == 0xFF and data[at + 1] != 0x90:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        found.setdefault(data[at + 1], data[at + 4 : min(at + 2 + length, end)])
        at += 2 + max(length, 2)
    return found


def _step(steps: bytes, levels: int) -> float:
    """Log2 of the finest diagonal subband's step, in 1/256 of the range."""
    derived = steps[0] & 31 == 1
    at = 1 if derived else 1 + 2 * 3 * levels
    if at + 2 > len(steps):
        raise UnreadableError("JPEG 2000 facts: damaged quantiser")
    value = int.from_bytes(steps[at : at + 2], "big")
    exponent = (value >> 11) - (levels - 1 if derived and levels else 0)
    return 2 + 8 - exponent + math.log2(1 + (value & 2047) / 2048)


def _chroma(size: bytes) -> Subsampling:
    """Subsampling as the components' sampling factors have it."""
    factors = [(size[at + 1], size[at + 2]) for at in range(36, len(size) - 2, 3)]
    if len(factors) < 3:
        return "4:0:0"
    kinds: dict[tuple[int, int], Subsampling] = {
        (1, 1): "4:4:4", (2, 1): "4:2:2", (2, 2): "4:2:0",
    }  # fmt: skip
    return kinds.get(factors[1], "other") if factors[0] == (1, 1) else "other"


def _as_coded(data: bytes) -> bytes:
    """The file so that OpenJPEG does not convert its colours."""
    try:
        return without_profile(data)
    except UnreadableError as error:
        raise CodecError(f"JPEG 2000 decode: the file {error}") from error


def _stated_bits(data: bytes) -> int:
    """Bit depth in the image header box; refuses what OpenJPEG only warns of, a cut file."""
    at = data.find(b"ihdr", 0, 1024)
    if at < 0 or len(data) < at + 18:
        raise CodecError("JPEG 2000 decode: no JP2 file")
    if not data.endswith(b"\xff\xd9"):
        raise CodecError("JPEG 2000 decode: the file is cut short")
    return data[at + 14] + 1
