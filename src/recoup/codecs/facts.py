"""What a coded file says of how it was coded, whichever codec of recoup's it is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from recoup.codecs import avif, jpeg, jpeg2000, jpegls, jpegxl, png, webp
from recoup.contracts import FileFacts
from recoup.errors import UnsupportedError
from recoup.picture.sniff import sniff

READERS: Mapping[str, Callable[[bytes], FileFacts]] = MappingProxyType(
    {
        "avif": avif.facts,
        "jpeg": jpeg.facts,
        "jpeg2000": jpeg2000.facts,
        "jpegls": jpegls.facts,
        "jpegxl": jpegxl.facts,
        "png": png.facts,
        "webp": webp.facts,
    }
)
"""By the name of the format."""


def read_facts(data: bytes) -> FileFacts:
    """Read the facts out of a file, told by its content.

    Parameters
    ----------
    data
        The whole file.

    Raises
    ------
    UnsupportedError
        For formats whose facts are not read.
    CodecError, UnreadableError
        If the file is damaged.

    Examples
    --------
    >>> import numpy as np
    >>> from recoup.image import Image
    >>> read_facts(jpeg.Jpeg(90).encode(Image(np.zeros((8, 8, 3), np.uint8)))).subsampling
    '4:2:0'
    """
    name = sniff(data)
    if name not in READERS:
        raise UnsupportedError(f"facts are read of {', '.join(READERS)}; this is {name}")
    return READERS[name](data)
