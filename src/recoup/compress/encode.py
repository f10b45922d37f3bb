"""One picture at one setting: a whole file, with what it carries and how to restore it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from recoup.chain.chain import facts_of
from recoup.codecs import Learned
from recoup.codecs.rcp_picture import carry
from recoup.contracts import Codec, Filter
from recoup.errors import NotApplicableError
from recoup.filters.identity import Identity
from recoup.filters.promised import Promised
from recoup.image import Image
from recoup.models.promise import Promise
from recoup.picture import Picture, measured
from recoup.picture.embed import embed, unfit


@dataclass(frozen=True)
class Made:
    """A file and what became of the picture in it.

    Attributes
    ----------
    codec
        Its settings.
    data
        The whole file.
    decoded
        What every viewer shows.
    step
        What restores it; the identity if nothing does.
    promise
        What the file says of that; None if nothing.
    """

    codec: Codec
    data: bytes
    decoded: Image
    step: Filter
    promise: Promise | None

    def restored(self) -> Image:
        """What ``recoup restore`` makes of the file."""
        return self.step.apply(self.decoded)


def ready(picture: Picture, codec: Codec, *, strip: bool) -> Picture:
    """The picture as the codec gets it: in sRGB where the file cannot say otherwise.

    Parameters
    ----------
    picture
        As loaded.
    codec
        Says what file it will be.
    strip
        Whether EXIF, XMP and, by way of sRGB, the profile are left out.

    Raises
    ------
    NotApplicableError
        If the picture is not opaque, or of a depth or size that the codec does not take.

    Examples
    --------
    >>> import numpy as np
    >>> from recoup.codecs import Png
    >>> one = Picture(Image(np.zeros((8, 8, 3), np.uint8)), exif=b"II")
    >>> ready(one, Png(), strip=True).exif is None
    True
    """
    if codec.name == Learned.name:  # its own format has room for everything
        left_out: tuple[str, ...] = ()
    else:
        if picture.alpha is not None and int(picture.alpha.min()) < picture.image.peak:
            raise NotApplicableError("has transparency, which is not written yet; flatten it first")
        picture = replace(picture, alpha=None)
        left_out = unfit(picture, codec.name)
    left_out = ("icc", "exif", "xmp") if strip else left_out
    if "icc" in left_out and picture.icc:
        image, notes = measured(picture)
        picture = replace(picture, image=image, icc=None, notes=notes)
    if "exif" in left_out and picture.exif:
        picture = replace(picture, exif=None, notes=(*picture.notes, "EXIF left out"))
    if "xmp" in left_out and picture.xmp:
        picture = replace(picture, xmp=None, notes=(*picture.notes, "XMP left out"))
    if reason := codec.refusal(picture.image):
        raise NotApplicableError(reason)
    return picture


def made(picture: Picture, codec: Codec, restorer: Promised | None = None) -> Made:
    """Encode a picture, decide how it is to be restored, and put in what it carries.

    Parameters
    ----------
    picture
        See :func:`ready`.
    codec
        With all settings.
    restorer
        Decides by the original whether and how strongly it helps; None for none.

    Raises
    ------
    NotApplicableError
        If a restorer is to follow a format whose files are not restored from.
    CodecError, MissingError, ModelError, PictureError, UnsupportedError
        As the parts raise them.

    Examples
    --------
    >>> import numpy as np
    >>> from recoup.codecs import Png
    >>> one = made(Picture(Image(np.zeros((8, 8, 3), np.uint8))), Png())
    >>> one.promise is None, one.restored() == one.decoded
    (True, True)
    """
    if restorer is not None and codec.name == Learned.name:
        raise NotApplicableError("restorers follow .rcp files in chains only; leave out --restore")
    coded = codec.encode(picture.image)
    decoded = codec.decode(coded)
    step: Filter = Identity()
    promise = None
    if restorer is not None:
        step, note = restorer.promised(picture.image, decoded, facts_of(coded))
        promise = Promise.read(note)
    carried = replace(picture, xmp=promise.xmp(picture.xmp) if promise else picture.xmp)
    if codec.name == Learned.name:
        coded = carry(coded, carried)
    elif carried.icc or carried.exif or carried.xmp:
        coded = embed(coded, carried)
    return Made(codec, coded, decoded, step, promise)
