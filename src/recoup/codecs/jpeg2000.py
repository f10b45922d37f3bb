"""JPEG 2000 (ISO/IEC 15444-1) by OpenJPEG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from recoup.codecs.library import failing, imagecodecs_version, planes
from recoup.codecs.settings import lossless_without, validate
from recoup.contracts import Timed
from recoup.errors import CodecError
from recoup.image import Image


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
        """Decode a JP2 file. Raises CodecError."""
        with failing("JPEG 2000 decode"):
            import imagecodecs

            bits = _stated_bits(data)
            return Image(imagecodecs.jpeg2k_decode(data, numthreads=1), bits)

    def version(self) -> str:
        """OpenJPEG's."""
        import imagecodecs

        return imagecodecs_version(
            str(imagecodecs.jpeg2k_version()).replace("openjpeg", "OpenJPEG")
        )


def _stated_bits(data: bytes) -> int:
    """Bit depth in the image header box; refuses what OpenJPEG only warns of, a cut file."""
    at = data.find(b"ihdr", 0, 1024)
    if at < 0 or len(data) < at + 18:
        raise CodecError("JPEG 2000 decode: no JP2 file")
    if not data.endswith(b"\xff\xd9"):
        raise CodecError("JPEG 2000 decode: the file is cut short")
    return data[at + 14] + 1
