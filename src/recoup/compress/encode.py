"""One picture at one setting: a whole file, with what it carries and how to restore it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from recoup.chain.chain import facts_of
from recoup.codecs.carried import LEARNED, carrying, left_out
from recoup.contracts import Codec
from recoup.errors import NotApplicableError
from recoup.filters.promised import Promised, decided
from recoup.image import Image
from recoup.models.promise import Promise, without
from recoup.picture import Picture, measured


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
    restored
        What ``recoup restore`` makes of the file.
    promise
        What the file says of that; None if no restorer was asked for.
    notes
        What was lost on the way, in words.
    """

    codec: Codec
    data: bytes
    decoded: Image
    restored: Image
    promise: Promise | None
    notes: tuple[str, ...] = ()


def ready(picture: Picture, codec: Codec, *, strip: bool) -> Picture:
    """The picture as the codec gets it: in sRGB where the file cannot say otherwise.

    What an older file promised of its own restoring is dropped: it was of other samples.

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
        If the picture is not opaque and the file has no room for that, or of a depth or size that
        the codec does not take.

    Examples
    --------
    >>> import numpy as np
    >>> from recoup.codecs import Png
    >>> one = Picture(Image(np.zeros((8, 8, 3), np.uint8)), exif=b"II")
    >>> ready(one, Png(), strip=True).exif is None
    True
    """
    picture = replace(picture, xmp=without(picture.xmp))
    missing = left_out(picture, codec.name)
    if "alpha" in missing:
        raise NotApplicableError("has transparency, which is not written yet; flatten it first")
    if codec.name != LEARNED:
        picture = replace(picture, alpha=None)
    missing = ("icc", "exif", "xmp") if strip else missing
    if "icc" in missing and picture.icc:
        image, notes = measured(picture)
        picture = replace(picture, image=image, icc=None, notes=notes)
    if "exif" in missing and picture.exif:
        picture = replace(picture, exif=None, notes=(*picture.notes, "EXIF left out"))
    if "xmp" in missing and picture.xmp:
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
        If a restorer is to follow a format whose files are not restored from, or the format
        carries nothing.
    CodecError, MissingError, ModelError, PictureError
        As the parts raise them.

    Examples
    --------
    >>> import numpy as np
    >>> from recoup.codecs import Png
    >>> one = made(Picture(Image(np.zeros((8, 8, 3), np.uint8))), Png())
    >>> one.promise is None, one.restored == one.decoded
    (True, True)
    """
    if restorer is not None and codec.name == LEARNED:
        raise NotApplicableError("restorers follow .rcp files in chains only; leave out --restore")
    coded = codec.encode(picture.image)
    decoded = codec.decode(coded)
    if restorer is None:
        return Made(codec, carrying(coded, picture), decoded, decoded, None)
    full = restorer.step(1.0).told(facts_of(coded))
    decision = decided(picture.image, decoded, full)
    picture, notes = _noted(picture, decision.promise, codec.name)
    data = carrying(coded, picture)
    return Made(codec, data, decoded, decision.restored, decision.promise, notes)


def unrestored(picture: Picture, one: Made) -> Made:
    """The same file, but for its note: it asks to be left as it is.

    Parameters
    ----------
    picture
        That the file was made of.
    one
        As :func:`made` made it.

    Examples
    --------
    >>> import numpy as np
    >>> from recoup.codecs import Jpeg
    >>> ramp = np.add.outer(np.arange(64), np.arange(64)).astype(np.uint8)
    >>> picture = Picture(Image(ramp))
    >>> one = made(picture, Jpeg(10), Promised("deblock-fast"))
    >>> two = unrestored(picture, one)
    >>> one.promise.strength > 0, two.promise.strength, two.restored == one.decoded
    (True, 0, True)
    """
    if one.promise is None:
        return one
    promise = replace(one.promise, strength=0, gain=0.0)
    picture, notes = _noted(picture, promise, one.codec.name)
    data = carrying(one.data, picture)
    return replace(one, data=data, restored=one.decoded, promise=promise, notes=notes)


def _noted(picture: Picture, promise: Promise, codec: str) -> tuple[Picture, tuple[str, ...]]:
    """The picture with a promise in its XMP, and what that cost it."""
    old = picture.xmp
    both = replace(picture, xmp=promise.xmp(old))
    if "xmp" in left_out(both, codec):
        both = replace(picture, xmp=promise.xmp())
    lost = without(both.xmp) != without(old)
    return both, (("XMP left out for the note on restoring",) if lost else ())
