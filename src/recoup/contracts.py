"""What a codec, a filter and a metric are; everything else only relies on this.

Codecs and filters are frozen dataclasses whose fields are all their settings, so equality, hash,
repr, pickle and JSON come free and a sweep is a list of values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal, Protocol, runtime_checkable

from recoup.image import Image

Timed = Literal["in-process", "out-of-process"]


class Codec(Protocol):
    """Turns an image into a whole file and back.

    The class attributes say what it is; the dataclass fields are every setting that fixes the
    bytes. Encoders run on one thread, so that bytes do not depend on the machine.
    """

    name: ClassVar[str]
    """How chains call it: lower case, no punctuation."""
    title: ClassVar[str]
    """How people call the format, for tables: ``JPEG XL``."""
    media_type: ClassVar[str]
    """IANA media type, ``application/octet-stream`` where there is none."""
    timed: ClassVar[Timed]
    """Whether its seconds include starting another program."""

    def __hash__(self) -> int:
        """Agree with equality of settings."""
        ...

    @property
    def suffix(self) -> str:
        """File name extension with the dot."""
        ...

    @property
    def lossless(self) -> bool:
        """Whether these settings promise ``decode(encode(image)) == image``."""
        ...

    def refusal(self, image: Image) -> str | None:
        """Why these settings cannot take this image, or None: *not applicable* is no failure."""
        ...

    def encode(self, image: Image) -> bytes:
        """Encode to a whole file, as shipped. Raises CodecError."""
        ...

    def decode(self, data: bytes) -> Image:
        """Decode such a file, to the depth and channels it states. Raises CodecError."""
        ...

    def version(self) -> str:
        """Library and version that make the bytes, e.g. ``libwebp 1.6.0``."""
        ...


class Filter(Protocol):
    """Turns an image into an image: degradations, resampling and restorers alike."""

    name: ClassVar[str]
    """How chains call it."""

    @property
    def scale(self) -> Fraction:
        """Output side over input side."""
        ...

    def apply(self, image: Image) -> Image:
        """Return the filtered image, same bit depth and channels."""
        ...

    def version(self) -> str:
        """What fixes the outcome beside the settings (library version, hash of weights)."""
        ...


@runtime_checkable
class Restorer(Filter, Protocol):
    """A filter that gains from knowing how its image was coded."""

    def told(self, facts: FileFacts | None) -> Filter:
        """The same filter for an image out of a file that says this; None: it says nothing."""
        ...


@runtime_checkable
class Promising(Filter, Protocol):
    """A filter whose strength is decided when the file is made, and noted in it."""

    def promised(
        self, original: Image, decoded: Image, facts: FileFacts | None
    ) -> tuple[Filter, bytes]:
        """What is done with the decoded image, and the XMP packet that says so; b"" for none."""
        ...


Subsampling = Literal["4:2:0", "4:2:2", "4:4:4", "4:0:0", "other"]


@dataclass(frozen=True)
class FileFacts:
    """What a coded file says of how it was coded; a fact is None where the file does not tell.

    Attributes
    ----------
    codec
        Name of the format as chains call the codec: ``jpeg``.
    bpp
        Bits per pixel of the coded picture; metadata, profiles and previews do not count, so that
        adding them changes no fact.
    quantiser
        How coarse the brightness was quantised, the more the coarser, on a scale of the format's
        own. JPEG: mean log2 of the luma table, 0 to 16. WebP: the quantiser index of the
        coefficients, 0 to 127, mean over the segments. AVIF: ``base_q_idx``, 0 to 255. JPEG XL:
        log2 of the step of the lowest frequencies. JPEG 2000: log2 of the step of the finest
        diagonal subband, in 1/256 of the range. JPEG-LS: largest error.
    chroma_quantiser
        The same of the colours, where they have tables of their own (JPEG).
    subsampling
        Of the colours; ``4:0:0`` for a picture without.
    lossless
        Whether coding gave up nothing.

    Examples
    --------
    >>> FileFacts("png", bpp=9.5, lossless=True).quantiser is None
    True
    """

    codec: str
    bpp: float
    quantiser: float | None = None
    chroma_quantiser: float | None = None
    subsampling: Subsampling | None = None
    lossless: bool | None = None


@dataclass(frozen=True)
class Metric:
    """A named measure of what survived.

    Attributes
    ----------
    name
        Column name in the rows: ``psnr_y``.
    title
        For tables and axes: ``PSNR-Y``.
    unit
        ``dB``, or empty for a pure number.
    better
        Which direction is better.
    perfect
        Score of an image against itself.
    definition
        One sentence: channels, window, crop, peak.
    source
        Paper or standard, with its year.
    version
        Changes whenever the same pair could get another score.
    score
        ``score(reference, distorted)``; raises NotApplicableError for images it cannot judge and
        ValueError for two that differ in shape or depth.
    needs
        Name of the model that must be installed before it can score; empty for most.
    """

    name: str
    title: str
    unit: str
    better: Literal["higher", "lower"]
    perfect: float
    definition: str
    source: str
    version: str
    score: Callable[[Image, Image], float]
    needs: str = ""
