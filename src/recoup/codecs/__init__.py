"""The codecs: one file each, and the table of their names.

Strangers add theirs with an entry point of the group ``recoup.codecs``: its name is the codec's,
its value the class.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from types import MappingProxyType

from recoup.codecs.avif import Avif
from recoup.codecs.command import Command
from recoup.codecs.htj2k import Htj2k
from recoup.codecs.jpeg import Jpeg
from recoup.codecs.jpeg2000 import Jpeg2000
from recoup.codecs.jpegls import JpegLs
from recoup.codecs.jpegxl import JpegXl
from recoup.codecs.learned import Learned
from recoup.codecs.png import Png
from recoup.codecs.raw import Raw
from recoup.codecs.webp import WebP
from recoup.contracts import Codec
from recoup.errors import ChainError

__all__ = [
    "CODECS",
    "Avif",
    "Command",
    "Htj2k",
    "Jpeg",
    "Jpeg2000",
    "JpegLs",
    "JpegXl",
    "Learned",
    "Png",
    "Raw",
    "WebP",
    "codecs",
]

CODECS: Mapping[str, type[Codec]] = MappingProxyType(
    {
        "jpeg": Jpeg,
        "jpeg2000": Jpeg2000,
        "htj2k": Htj2k,
        "png": Png,
        "webp": WebP,
        "avif": Avif,
        "jpegxl": JpegXl,
        "jpegls": JpegLs,
        "learned": Learned,
        "raw": Raw,
        "command": Command,
    }
)
"""recoup's own codecs by name."""


def codecs() -> dict[str, type[Codec]]:
    """Return recoup's own codecs and the installed strangers', by name.

    Raises
    ------
    ChainError
        If a stranger takes a name that is taken, or cannot be imported.

    Examples
    --------
    >>> codecs()["jpeg"](40)
    Jpeg(quality=40, subsampling='4:2:0', optimize=True, progressive=True, encoder='libjpeg-turbo')
    """
    found = dict(CODECS)
    for point in entry_points(group="recoup.codecs"):
        if point.name in found:
            raise ChainError(f"codec {point.name}: {point.value} takes a name that is taken")
        try:
            found[point.name] = point.load()
        except (ImportError, AttributeError) as error:
            raise ChainError(f"codec {point.name}: cannot import {point.value}: {error}") from error
    return found
