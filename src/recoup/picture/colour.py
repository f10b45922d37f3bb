"""What measurement sees: sRGB samples, whatever profile a file was in."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recoup.image import Image
from recoup.picture import profile as icc_profile
from recoup.picture.depth import widened
from recoup.picture.picture import Picture


def measured(picture: Picture) -> tuple[Image, tuple[str, ...]]:
    """Return the image that metrics and codecs see, and what was done to get there.

    Samples in a profile that differs from sRGB are converted to sRGB (grey: to sRGB's curve) at
    the image's own depth; a profile that moves no colour by more than 1/255 changes nothing, to
    the bit. Alpha is left out.

    Parameters
    ----------
    picture
        As loaded.

    Returns
    -------
    tuple
        Image, same shape and depth; the picture's notes and what was done here, in words.

    Examples
    --------
    >>> import imagecodecs
    >>> white = Image(np.full((1, 1, 3), 255, np.uint8))
    >>> image, notes = measured(Picture(white, icc=imagecodecs.cms_profile("adobergb")))
    >>> image.samples.tolist(), notes
    ([[[255, 255, 255]]], ('converted from Adobe RGB (compatible) to sRGB',))
    """
    image, note = picture.image, ""
    if picture.icc is not None:
        image, note = _converted(picture.image, picture.icc)
    notes = [*picture.notes, note, "alpha not measured" if picture.alpha is not None else ""]
    return image, tuple(n for n in notes if n)


def from_cmyk(samples: NDArray[Any], icc: bytes | None) -> tuple[NDArray[Any], str]:
    """Return CMYK samples (0 is no ink) as sRGB, and a note.

    Without a usable profile each of red, green and blue is (1 - ink)(1 - black).

    Examples
    --------
    >>> from_cmyk(np.array([[[255, 0, 0, 0]]], np.uint8), None)
    (array([[[  0, 255, 255]]], dtype=uint8), 'CMYK without a usable profile converted to RGB ...')
    """
    if icc is not None and icc_profile.kind(icc) == "CMYK":
        try:
            rgb = icc_profile.to_srgb(np.ascontiguousarray(samples), icc)
        except (RuntimeError, ValueError):
            rgb = None  # said in the note below
        if rgb is not None:
            return rgb, f"CMYK converted to sRGB through its own profile {icc_profile.name(icc)}"
    peak = np.iinfo(samples.dtype).max
    left = (peak - samples).astype(np.uint32)
    rgb = ((left[..., :3] * left[..., 3:] + peak // 2) // peak).astype(samples.dtype)
    return rgb, "CMYK without a usable profile converted to RGB by (1 - ink)(1 - black)"


def _converted(image: Image, icc: bytes) -> tuple[Image, str]:
    """Return the image in sRGB and what was done; itself if it is there already."""
    label = icc_profile.name(icc)
    space = icc_profile.kind(icc)
    if space not in ("RGB", "GRAY") or (space == "GRAY" and image.channels == 3):
        return image, f"profile {label} is for {space or 'nothing known'}: taken as sRGB"
    try:
        if icc_profile.is_srgb(icc):
            return image, ""
        samples = _transformed(image, icc, as_grey=space == "GRAY")
    except (RuntimeError, ValueError):
        return image, f"profile {label} is damaged: taken as sRGB"
    return Image(samples, image.bits), f"converted from {label} to sRGB"


def _transformed(image: Image, icc: bytes, *, as_grey: bool) -> NDArray[Any]:
    """Samples through the profile, at the image's depth and channels."""
    samples = image.samples
    if 8 < image.bits < 16:
        samples = widened(samples, image.bits)
    if image.channels == 1 and not as_grey:
        samples = np.repeat(samples, 3, axis=2)
    out = icc_profile.to_srgb(samples, icc)
    if image.channels == 1:
        out = out[:, :, 1:2]
    if 8 < image.bits < 16:
        out = ((out.astype(np.uint32) * image.peak + 32767) // 65535).astype(np.uint16)
    return out
