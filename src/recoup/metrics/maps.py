"""Where it hurts: how far a decode is from its original at every pixel.

Each map is float32, (height, width), whatever the channels, as large as the pictures.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recoup.errors import NotApplicableError
from recoup.image import Image
from recoup.metrics.lpips import AT_ONCE, distances, opened
from recoup.metrics.pair import require_alike
from recoup.metrics.structure import WINDOW, full_size_map

Map = NDArray[np.float32]


def error_map(reference: Image, distorted: Image) -> Map:
    """Absolute error of the worst channel, in levels of 255 whatever the depth.

    Parameters
    ----------
    reference, distorted
        Images of one shape and depth; symmetric in the two.

    Returns
    -------
    ndarray
        (height, width) float32, 0 (the same) to 255.

    Raises
    ------
    ValueError
        If the images differ in shape or depth.

    Examples
    --------
    >>> one, two = np.zeros((1, 2, 3), np.uint8), np.array([[[1, 7, 2], [0, 0, 3]]], np.uint8)
    >>> error_map(Image(one), Image(two)).tolist()
    [[7.0, 3.0]]
    """
    from recoup.metrics.map_loops import largest_error  # not above: it imports numba

    require_alike(reference, distorted)
    found = np.empty((reference.height, reference.width), np.float32)
    largest_error(reference.samples, distorted.samples, np.float32(255 / reference.peak), found)
    return found


def ssim_map(reference: Image, distorted: Image) -> Map:
    """Structural similarity of the window around every pixel, mean over channels.

    The window is that of ``ssim``, whose score is the mean of the map without the 5 pixels at
    each side: no window fits there, so they repeat the nearest value.

    Parameters
    ----------
    reference, distorted
        Images of one shape and depth; symmetric in the two.

    Returns
    -------
    ndarray
        (height, width) float32, -1 to 1 (the same).

    Raises
    ------
    ValueError
        If the images differ in shape or depth.
    NotApplicableError
        If a side is shorter than 11 pixels.

    References
    ----------
    Wang, Bovik, Sheikh, Simoncelli: Image quality assessment: from error visibility to
    structural similarity. IEEE Transactions on Image Processing 13(4), 2004.

    Examples
    --------
    >>> image = Image(np.eye(16, dtype=np.uint8))
    >>> ssim_map(image, image).min()
    np.float32(1.0)
    """
    require_alike(reference, distorted)
    if min(reference.width, reference.height) < WINDOW:
        raise NotApplicableError(
            f"SSIM needs sides of {WINDOW} pixels or more, not {reference.width}x{reference.height}"
        )
    return np.pad(full_size_map(reference, distorted), WINDOW // 2, mode="edge")


def lpips_map(reference: Image, distorted: Image) -> Map:
    """Distance of features at every pixel, summed over the five levels.

    Each level is enlarged bilinearly from its own places (the first has one for every 4 x 4
    pixels, the last three one for every 16 x 16), as the ``lpips`` package does with
    ``spatial=True``. The mean of the map is the score, but for places at the far sides that
    stand for a little more or less than 4 or 16 pixels: 1e-3 apart at most on photographs.

    Parameters
    ----------
    reference, distorted
        Images of one shape and depth; symmetric in the two.

    Returns
    -------
    ndarray
        (height, width) float32, 0 (the same) and up.

    Raises
    ------
    ValueError
        If the images differ in shape or depth.
    NotApplicableError
        If a side is shorter than 31 pixels.
    MissingError
        If the weights or an engine are not installed; names the command.

    References
    ----------
    Zhang, Isola, Efros, Shechtman, Wang: The unreasonable effectiveness of deep features as a
    perceptual metric. CVPR 2018.

    Examples
    --------
    >>> lpips_map(Image(np.zeros((30, 99), np.uint8)), Image(np.zeros((30, 99), np.uint8)))
    Traceback (most recent call last):
    recoup.errors.NotApplicableError: LPIPS needs sides of 31 pixels or more, not 99x30
    """
    from recoup.metrics.map_loops import add_enlarged  # not above: it imports numba

    session = opened(reference, distorted)
    found = np.zeros((reference.height, reference.width), np.float32)
    for level in distances(reference, distorted, session, AT_ONCE):
        add_enlarged(level, found)
    return found
