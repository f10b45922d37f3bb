"""The filter that is a codec: code and decode at settings drawn at random.

It lives with chains because it is the one filter that needs the codecs.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np

from recoup.codecs import Avif, Jpeg, Jpeg2000, JpegLs, JpegXl, Learned, WebP
from recoup.contracts import Codec
from recoup.errors import ChainError, NotApplicableError
from recoup.filters.draw import check_seed, generator
from recoup.image import Image

USUAL = ("jpeg", "webp", "avif", "jpegxl", "jpeg2000")
"""Codecs that are drawn if none are named: what pictures have mostly been through."""

LOSSY = (*USUAL, "jpegls", "learned")
"""Codecs that can be drawn."""

_SUBSAMPLINGS: tuple[Literal["4:2:0", "4:2:2", "4:4:4"], ...] = ("4:2:0", "4:2:2", "4:4:4")


@dataclass(frozen=True)
class AnyCodec:
    """Code and decode by a lossy codec at a quality, both drawn at random.

    Of the codecs named, those that take the image's depth and size are drawn from. The quality is
    on each format's own scale; of those with another, JPEG 2000 aims at a PSNR of 20 dB plus a
    quarter of it, JPEG-LS errs by 1 at 99 and by 13 at 1, recoup's net goes from 1 to 8. Chroma
    subsampling (JPEG, AVIF), AVIF's speed (6 to 9), JPEG XL's effort (3 to 7) and WebP's method
    (2 to 4) are drawn too.

    Parameters
    ----------
    low, high
        Range of the quality, whole numbers from 1 to 99, both included.
    codecs
        Names joined by ``+``: of ``jpeg``, ``webp``, ``avif``, ``jpegxl``, ``jpeg2000``, which are
        drawn if none are named, ``jpegls`` and ``learned``.
    seed
        Of the draw, 0 or more.

    Raises
    ------
    ChainError
        If a setting is out of range or a codec is not one of the seven.

    Examples
    --------
    >>> image = Image(np.zeros((8, 8, 3), np.uint8))
    >>> AnyCodec(30, 40, codecs="jpeg+webp", seed=1).drawn(image).name
    'jpeg'
    """

    low: int = 10
    high: int = 95
    codecs: str = "+".join(USUAL)
    seed: int = 0

    name: ClassVar[str] = "any-codec"

    def __post_init__(self) -> None:
        """Refuse settings out of range."""
        if not 1 <= self.low <= self.high <= 99:
            raise ChainError(
                "any-codec: low and high are a range within 1 and 99, "
                f"not {self.low} and {self.high}"
            )
        unknown = [name for name in self.codecs.split("+") if name not in LOSSY]
        if unknown:
            raise ChainError(
                f"any-codec: codecs are of {'+'.join(LOSSY)}, not {', '.join(map(repr, unknown))}"
            )
        check_seed(self.name, self.seed)

    @property
    def scale(self) -> Fraction:
        """Output side over input side: 1."""
        return Fraction(1)

    def drawn(self, image: Image) -> Codec:
        """The codec that the seed draws for this image.

        Raises
        ------
        NotApplicableError
            If none of the codecs takes it.
        """
        draw = generator(self.seed)
        drawn = [_drawn(name, self.low, self.high, draw) for name in self.codecs.split("+")]
        fitting = [codec for codec in drawn if codec.refusal(image) is None]
        if not fitting:
            raise NotApplicableError(f"any-codec: {drawn[0].refusal(image)}; allow more codecs")
        return fitting[draw.integers(len(fitting))]

    def apply(self, image: Image) -> Image:
        """Return the image coded and decoded. Raises CodecError, NotApplicableError."""
        codec = self.drawn(image)
        return codec.decode(codec.encode(image))

    def version(self) -> str:
        """NumPy's version, and the libraries of all codecs that can be drawn."""
        draw = generator(0)
        libraries = [_drawn(name, 50, 50, draw).version() for name in self.codecs.split("+")]
        return ", ".join([f"numpy {np.__version__}", *libraries])


def _drawn(name: str, low: int, high: int, draw: np.random.Generator) -> Codec:
    """The codec of this name at random settings; always draws three numbers."""
    quality = int(draw.integers(low, high + 1))
    subsampling = _SUBSAMPLINGS[draw.integers(len(_SUBSAMPLINGS))]
    effort = draw.random()
    every: dict[str, Codec] = {
        "jpeg": Jpeg(quality, subsampling, optimize=False, progressive=False),
        "webp": WebP(quality, method=2 + int(3 * effort)),
        "avif": Avif(quality, speed=6 + int(4 * effort), subsampling=subsampling),
        "jpegxl": JpegXl(quality=quality, effort=3 + int(5 * effort)),
        "jpeg2000": Jpeg2000(20 + quality / 4),
        "jpegls": JpegLs(1 + (99 - quality) // 8),
        "learned": Learned(round(1 + 7 * quality / 100, 2)),
    }
    return every[name]
