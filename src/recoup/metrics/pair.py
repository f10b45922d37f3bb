"""What every metric asks of the two images it compares."""

import numpy as np

from recoup.image import Image

_STRIP = 64  # rows compared at a time, so that two that differ are told apart at once


def require_alike(reference: Image, distorted: Image) -> None:
    """Refuse two images that differ in shape or depth.

    Raises
    ------
    ValueError
        Nothing is resized or converted to be measured.

    Examples
    --------
    >>> require_alike(Image(np.zeros((2, 3), np.uint8)), Image(np.zeros((3, 2), np.uint8)))
    Traceback (most recent call last):
    ValueError: cannot compare 3x2, 1 channel, 8 bits with 2x3, 1 channel, 8 bits: ...
    """
    if reference.samples.shape != distorted.samples.shape or reference.bits != distorted.bits:
        raise ValueError(
            f"cannot compare {_form(reference)} with {_form(distorted)}: "
            "both must have the same sides, channels and bits"
        )


def identical(reference: Image, distorted: Image) -> bool:
    """Whether two images of one shape and depth have the same samples; quick if they do not.

    Examples
    --------
    >>> image = Image(np.zeros((2, 3), np.uint8))
    >>> identical(image, image), identical(image, Image(np.ones((2, 3), np.uint8)))
    (True, False)
    """
    return all(
        np.array_equal(reference.samples[top : top + _STRIP], distorted.samples[top : top + _STRIP])
        for top in range(0, reference.height, _STRIP)
    )


def _form(image: Image) -> str:
    """Sides, channels and depth in words."""
    plural = "" if image.channels == 1 else "s"
    return f"{image.width}x{image.height}, {image.channels} channel{plural}, {image.bits} bits"
