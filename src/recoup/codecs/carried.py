"""What a picture carries beside its samples, put into the file of any codec."""

from __future__ import annotations

from recoup.codecs import rcp
from recoup.codecs.rcp_picture import carry
from recoup.errors import NotApplicableError, UnsupportedError
from recoup.picture import Picture, embed, unfit

LEARNED = "learned"


def carrying(data: bytes, picture: Picture) -> bytes:
    """Return a coded file with the picture's profile, EXIF and XMP, and alpha where it has room.

    Parameters
    ----------
    data
        A whole file as a codec made it, of the picture's samples.
    picture
        What to put in.

    Raises
    ------
    NotApplicableError
        If files of this format carry nothing.
    CodecError, UnreadableError
        If the bytes are damaged.
    PictureError
        If the file cannot hold so much.

    Examples
    --------
    >>> import numpy as np
    >>> from recoup.codecs import Learned
    >>> from recoup.image import Image
    >>> image = Image(np.zeros((8, 8, 1), np.uint8))
    >>> b"<x/>" in carrying(Learned().encode(image), Picture(image, xmp=b"<x/>"))
    True
    """
    if data.startswith(rcp.MAGIC):
        return carry(data, picture)
    if not (picture.icc or picture.exif or picture.xmp):
        return data
    try:
        return embed(data, picture)
    except UnsupportedError as error:
        raise NotApplicableError(str(error)) from error


def left_out(picture: Picture, codec: str) -> tuple[str, ...]:
    """Name what a file of a codec cannot hold: some of ``alpha``, ``icc``, ``exif``, ``xmp``.

    An alpha channel that is opaque throughout is not missed, and so never named.

    Examples
    --------
    >>> import numpy as np
    >>> from recoup.image import Image
    >>> glass = np.zeros((2, 2), np.uint8)
    >>> picture = Picture(Image(np.zeros((2, 2, 3), np.uint8)), alpha=glass, xmp=b"<x/>")
    >>> left_out(picture, "jpeg"), left_out(picture, "jpegls"), left_out(picture, "learned")
    (('alpha',), ('alpha', 'xmp'), ())
    """
    if codec == LEARNED:
        return ()
    seen = picture.alpha is not None and int(picture.alpha.min()) < picture.image.peak
    return (*(("alpha",) if seen else ()), *unfit(picture, codec))
