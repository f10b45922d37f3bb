"""The plans by name: what ``recoup compare --plan NAME`` puts every picture through.

Each codec is there at its best practice, so that whatever is measured beside it meets an honest
opponent: JPEG with fitted Huffman tables and progressive scans, by libjpeg-turbo and by jpegli;
every codec that subsamples chroma also at 4:4:4, so that a limit of 4:2:0 is not taken for the
format's; slower encoders beside the usual ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class NamedPlan:
    """Chains that belong together.

    Attributes
    ----------
    name
        As ``--plan`` takes it.
    what
        In one line, what it is for.
    chains
        Text, as :meth:`recoup.chain.Chain.expand` reads it; :func:`recoup.compare` takes it as is.

    Examples
    --------
    >>> from recoup.chain import Chain
    >>> sum(len(Chain.expand(text)) for text in QUICK.chains)
    21
    """

    name: str
    what: str
    chains: tuple[str, ...]


QUICK = NamedPlan(
    "quick",
    "each format at four qualities and the fast lossless ones: seconds per photograph",
    (
        "jpeg:quality=[40,65,85,95]",
        "jpeg:quality=[40,65,85,95],encoder=jpegli",
        "webp:quality=[40,65,85,95]",
        "avif:quality=[35,60,80,90],speed=8",
        "jpegxl:distance=[0.7,1.5,3,6],effort=4",
        "jpegxl:lossless=true,effort=1",
    ),
)

STANDARD = NamedPlan(
    "standard",
    "every format over its useful range, and lossless: what compare does if not told otherwise",
    (
        "jpeg:quality=[30,50,70,80,90,95]",
        "jpeg:quality=[50,80,90,95],subsampling=4:4:4",
        "jpeg:quality=[30,50,70,80,90,95],encoder=jpegli",
        "jpeg:quality=[50,80,90,95],subsampling=4:4:4,encoder=jpegli",
        "webp:quality=[30,50,70,80,90,95]",
        "avif:quality=[30,45,60,70,80,90]",
        "avif:quality=[30,60,80,90],subsampling=4:4:4",
        "jpegxl:distance=[0.5,1,1.5,2.5,4,7]",
        "jpeg2000:psnr=[30,33,36,39,42,45]",
        "png",
        "webp:lossless=true",
        "jpegxl:lossless=true,effort=[1,7]",
        "jpeg2000:lossless=true",
        "htj2k",
        "jpegls",
    ),
)

_JPEG = "quality=[15,25,35,50,65,80,90,95]"
_AVIF_6, _AVIF_5 = "quality=[15,25,35,45,60,70,80,90]", "quality=[15,30,45,60,72,84],speed=5"
_JPEG_XL = "distance=[0.4,0.7,1,1.5,2.5,4,7,12]"

THOROUGH = NamedPlan(
    "thorough",
    "each codec's best practice and its faster self, with enough qualities for BD-rates",
    (
        f"jpeg:{_JPEG}",
        f"jpeg:{_JPEG},subsampling=4:4:4",
        f"jpeg:{_JPEG},encoder=jpegli",
        f"jpeg:{_JPEG},subsampling=4:4:4,encoder=jpegli",
        "webp:quality=[5,15,30,50,70,80,90,96],method=[4,6]",
        f"avif:{_AVIF_6}",
        f"avif:{_AVIF_6},subsampling=4:4:4",
        f"avif:{_AVIF_5}",
        f"avif:{_AVIF_5},subsampling=4:4:4",
        f"jpegxl:{_JPEG_XL},effort=[5,7]",
        "jpeg2000:psnr=[26,28,30,33,36,39,42,45]",
    ),
)

LOSSLESS = NamedPlan(
    "lossless",
    "the lossless league: bits per pixel and speed of every lossless format",
    (
        "png",
        "png:level=9",
        "png:optimize=2",
        "webp:lossless=true",
        "webp:lossless=true,quality=100,method=5",
        "jpegxl:lossless=true,effort=[1,3,7]",
        "jpeg2000:lossless=true",
        "htj2k",
        "jpegls",
        "avif:lossless=true",
    ),
)

PLANS: Mapping[str, NamedPlan] = MappingProxyType(
    {plan.name: plan for plan in (QUICK, STANDARD, THOROUGH, LOSSLESS)}
)
"""Every plan by name."""
