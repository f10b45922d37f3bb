"""Profile and metadata put into a file that an encoder made from samples alone."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from recoup.errors import UnsupportedError
from recoup.picture.metadata import avif, jpeg, jpeg2000, jpegxl, png, webp
from recoup.picture.picture import Picture
from recoup.picture.sniff import sniff


class _Format(Protocol):
    """What every module in ``metadata`` has."""

    def put(self, data: bytes, picture: Picture) -> bytes: ...
    def unfit(self, picture: Picture) -> tuple[str, ...]: ...


_FORMATS: Mapping[str, _Format] = MappingProxyType(
    {
        "avif": avif,
        "htj2k": jpeg2000,
        "jpeg": jpeg,
        "jpeg2000": jpeg2000,
        "jpegxl": jpegxl,
        "png": png,
        "webp": webp,
    }
)
"""By the name of the format, as codecs have it."""


def embed(data: bytes, picture: Picture) -> bytes:
    """Return a coded file with the picture's ICC profile, EXIF and XMP in it.

    PNG, JPEG, WebP, AVIF, JPEG 2000 and JPEG XL. What the bytes held of those kinds is replaced;
    EXIF orientation is set to 1, since it has been applied. The pixels are not touched, nor is
    anything if there is nothing to put in and nothing to take out. Alpha is the encoder's to
    write. A bare JPEG XL codestream becomes a container, a bare JPEG 2000 codestream a JP2 file
    and a bare HTJ2K codestream a JPH file.

    Parameters
    ----------
    data
        A whole file as the encoder made it, of samples in the picture's own colour space.
    picture
        What to put in; its samples are not looked at.

    Raises
    ------
    UnsupportedError
        If the bytes are of another format or of a kind that is not understood to the end, or if
        the format has no place for the profile.
    UnreadableError
        If the bytes are damaged.
    PictureError
        If JPEG's segments cannot hold so much.

    Examples
    --------
    >>> import imagecodecs
    >>> import numpy as np
    >>> from recoup.image import Image
    >>> picture = Picture(Image(np.zeros((2, 2, 3), np.uint8)), xmp=b"<x:xmpmeta/>")
    >>> b"<x:xmpmeta/>" in embed(imagecodecs.png_encode(picture.image.samples), picture)
    True
    """
    name = sniff(data)
    if name not in _FORMATS:
        raise UnsupportedError(
            "metadata can be put into PNG, JPEG, WebP, AVIF, JPEG 2000 and JPEG XL files, not "
            f"into {name}"
        )
    return _FORMATS[name].put(data, picture)


def unfit(picture: Picture, name: str) -> tuple[str, ...]:
    """Name what the picture carries that a file of a format cannot hold.

    The caller converts to sRGB where ``icc`` is named, leaves out what else is, and says so.

    Parameters
    ----------
    picture
        Samples with profile, EXIF and XMP.
    name
        Of the format, as the codec is called: ``jpegxl``.

    Returns
    -------
    tuple
        Some of ``icc``, ``exif``, ``xmp``, in this order; all that the picture has for formats
        that ``embed`` refuses.

    Examples
    --------
    >>> import imagecodecs
    >>> import numpy as np
    >>> from recoup.image import Image
    >>> adobe = imagecodecs.cms_profile("adobergb")
    >>> picture = Picture(Image(np.zeros((2, 2, 3), np.uint8)), icc=adobe, xmp=b"<x:xmpmeta/>")
    >>> unfit(picture, "avif"), unfit(picture, "jpegxl"), unfit(picture, "jpegls")
    ((), ('icc',), ('icc', 'xmp'))
    """
    if name in _FORMATS:
        return _FORMATS[name].unfit(picture)
    return tuple(kind for kind in ("icc", "exif", "xmp") if getattr(picture, kind))
