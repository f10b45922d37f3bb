"""What a picture carries beside its samples, in and out of ``.rcp`` files."""

from __future__ import annotations

from dataclasses import replace

from recoup.codecs.learned import decoded
from recoup.codecs.library import failing
from recoup.codecs.rcp import pack, unpack
from recoup.errors import CodecError
from recoup.image import Image, Samples
from recoup.picture import Picture
from recoup.picture.orientation import reset


def carry(data: bytes, picture: Picture) -> bytes:
    """Return the bytes of an .rcp file with a picture's alpha, ICC profile, EXIF and XMP in them.

    What the file held of those is replaced. The alpha is stored as a PNG file, without loss; EXIF
    orientation is set to 1, since it has been applied.

    Parameters
    ----------
    data
        A whole file, of the picture's samples.
    picture
        What to put in.

    Raises
    ------
    CodecError
        If the bytes are no .rcp file, or not of a picture of this size.

    Examples
    --------
    >>> import numpy as np
    >>> from recoup.codecs import Learned
    >>> grey = Image(np.zeros((8, 8, 1), np.uint8))
    >>> data = carry(Learned().encode(grey), Picture(grey, xmp=b"<x:xmpmeta/>"))
    >>> whole(data).xmp
    b'<x:xmpmeta/>'
    """
    coded = unpack(data)
    if (coded.header.width, coded.header.height) != (picture.image.width, picture.image.height):
        raise CodecError("rcp: the file and what it is to carry differ in size")
    return pack(
        replace(
            coded,
            alpha=_packed(picture),
            icc=picture.icc or b"",
            exif=reset(picture.exif) if picture.exif else b"",
            xmp=picture.xmp or b"",
        )
    )


def whole(data: bytes, *, threads: int = 1, max_pixels: int = 1 << 28) -> Picture:
    """Decode an .rcp file with everything that it carries.

    Parameters
    ----------
    data
        The file.
    threads
        Of the net.
    max_pixels
        Larger pictures are refused before anything is decoded.

    Raises
    ------
    CodecError
        If it is damaged, or larger.
    ModelError
        If the model that it needs is not on this machine.

    Examples
    --------
    >>> whole(b"GIF89a")
    Traceback (most recent call last):
    recoup.errors.CodecError: rcp: no such file
    """
    coded = unpack(data)
    header = coded.header
    if header.width * header.height > max_pixels:
        raise CodecError(f"rcp: {header.width}x{header.height} pixels, more than {max_pixels}")
    with failing("rcp: alpha"):
        alpha = Image(_unpacked(coded.alpha), header.bits) if coded.alpha else None
    if alpha and (alpha.width, alpha.height, alpha.channels) != (header.width, header.height, 1):
        raise CodecError("rcp: the file is damaged (its alpha is of another size)")
    image = decoded(coded, threads=threads)
    return Picture(
        image=image,
        alpha=None if alpha is None else alpha.samples[:, :, 0],
        icc=coded.icc or None,
        exif=coded.exif or None,
        xmp=coded.xmp or None,
        format="recoup learned codec",
    )


def _packed(picture: Picture) -> bytes:
    """The alpha as a PNG file; nothing if the picture is opaque."""
    if picture.alpha is None or int(picture.alpha.min()) == picture.image.peak:
        return b""
    import imagecodecs

    return bytes(imagecodecs.png_encode(picture.alpha.copy()))


def _unpacked(data: bytes) -> Samples:
    """Samples of the PNG file."""
    import imagecodecs

    return imagecodecs.png_decode(data)
