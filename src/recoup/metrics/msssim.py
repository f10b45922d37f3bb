"""Multi-scale structural similarity."""

from __future__ import annotations

import numpy as np

from recoup.contracts import Metric
from recoup.errors import NotApplicableError
from recoup.image import Image
from recoup.metrics.pair import identical, require_alike
from recoup.metrics.structure import full_size, smaller_sizes

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
SMALLEST = 161
"""Shorter sides leave no whole 11-pixel window at the fifth scale."""


def ms_ssim(reference: Image, distorted: Image) -> float:
    """Multi-scale structural similarity over five scales, mean over channels.

    The window is that of ``ssim``. Scales 1 to 4 give the mean of the contrast-structure factor
    over all windows, scale 5 the mean SSIM; each is raised to its weight (0.0448, 0.2856,
    0.3001, 0.2363, 0.1333) and all are multiplied, each channel on its own. A negative mean
    counts as 0, since it has no real power. Scales are made by 2 x 2 means; an odd side is first
    given one line of zeros, as pytorch-msssim does, with which this agrees to 1e-5.

    Parameters
    ----------
    reference, distorted
        Images of one shape and depth; symmetric in the two.

    Returns
    -------
    float
        0 to 1; 1 for identical images.

    Raises
    ------
    ValueError
        If the images differ in shape or depth.
    NotApplicableError
        If a side is shorter than 161 pixels.

    References
    ----------
    Wang, Simoncelli, Bovik: Multiscale structural similarity for image quality assessment.
    Asilomar Conference on Signals, Systems and Computers, 2003.

    Examples
    --------
    >>> noise = np.random.default_rng(0).integers(0, 255, (161, 161), np.uint8)
    >>> image, flat = Image(noise), Image(np.full((161, 161), 127, np.uint8))
    >>> ms_ssim(image, image), round(ms_ssim(image, flat), 3)
    (1.0, 0.156)
    """
    require_alike(reference, distorted)
    if min(reference.width, reference.height) < SMALLEST:
        raise NotApplicableError(
            f"MS-SSIM needs sides of {SMALLEST} pixels or more, "
            f"not {reference.width}x{reference.height}"
        )
    if identical(reference, distorted):
        return 1.0
    scales = [full_size(reference, distorted), *smaller_sizes(reference, distorted)]
    factors = np.array([scale.contrast for scale in scales[:-1]] + [scales[-1].ssim])
    powers = np.maximum(factors, 0) ** np.array(WEIGHTS)[:, np.newaxis]
    return float(powers.prod(axis=0).mean())


MS_SSIM = Metric(
    name="ms_ssim",
    title="MS-SSIM",
    unit="",
    better="higher",
    perfect=1.0,
    definition=(
        "Five scales by 2x2 means, weights 0.0448 0.2856 0.3001 0.2363 0.1333, the window of "
        "SSIM, negative factors taken as 0, per channel, then mean over channels."
    ),
    source="Wang, Simoncelli, Bovik, Asilomar 2003; scales and padding as pytorch-msssim",
    version="1",
    score=ms_ssim,
)
