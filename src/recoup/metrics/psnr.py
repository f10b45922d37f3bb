"""Peak signal-to-noise ratio, over all samples and of luma alone."""

from __future__ import annotations

import math

from recoup.contracts import Metric
from recoup.image import Image
from recoup.metrics.pair import require_alike


def psnr(reference: Image, distorted: Image) -> float:
    """Peak signal-to-noise ratio over all samples of all channels, in dB.

    ``10 log10(peak² / mean squared error)`` with ``peak = 2**bits - 1``.

    Parameters
    ----------
    reference, distorted
        Images of one shape and depth; symmetric in the two.

    Returns
    -------
    float
        0 (black against white) and up; ``inf`` for identical images.

    Raises
    ------
    ValueError
        If the images differ in shape or depth.

    Examples
    --------
    >>> import numpy as np
    >>> black, grey = Image(np.zeros((2, 2), np.uint8)), Image(np.full((2, 2), 51, np.uint8))
    >>> round(psnr(black, grey), 4), psnr(grey, grey)
    (13.9794, inf)
    """
    from recoup.metrics.loops import squared_error  # not above: it imports numba

    require_alike(reference, distorted)
    error = squared_error(reference.samples.reshape(-1), distorted.samples.reshape(-1))
    return _decibels(error / reference.samples.size, reference.peak)


def psnr_y(reference: Image, distorted: Image) -> float:
    """Peak signal-to-noise ratio of luma, in dB, as the restoration literature takes it.

    Luma is ``16 + (65.481 R + 128.553 G + 24.966 B) / peak`` (ITU-R BT.601, limited range, as
    MATLAB's ``rgb2ycbcr``), not rounded (as BasicSR), the peak 255 whatever the depth. A grey
    image is its own luma, as in the literature's grey sets: there this is ``psnr``.

    Parameters
    ----------
    reference, distorted
        Images of one shape and depth; symmetric in the two.

    Returns
    -------
    float
        1.3 (black against white; 0 for grey) and up; ``inf`` for equal luma.

    Raises
    ------
    ValueError
        If the images differ in shape or depth.

    Examples
    --------
    >>> import numpy as np
    >>> black, grey = (Image(np.full((2, 2, 3), v, np.uint8)) for v in (0, 51))
    >>> round(psnr_y(black, grey), 4)
    15.3013
    """
    from recoup.metrics.loops import luma_squared_error  # not above: it imports numba

    if reference.channels == 1:
        return psnr(reference, distorted)
    require_alike(reference, distorted)
    error = luma_squared_error(reference.samples.reshape(-1), distorted.samples.reshape(-1))
    return _decibels(error / reference.pixels / reference.peak**2, 255)


def _decibels(mean_squared_error: float, peak: int) -> float:
    """Ratio of the squared peak to the error, in dB."""
    if mean_squared_error == 0:
        return math.inf
    return 10 * math.log10(peak**2 / mean_squared_error)


PSNR = Metric(
    name="psnr",
    title="PSNR",
    unit="dB",
    better="higher",
    perfect=math.inf,
    definition="Over all samples of all channels (RGB or grey), peak 2^bits - 1, no crop.",
    source="ISO/IEC 29170-1:2017",
    version="1",
    score=psnr,
)

PSNR_Y = Metric(
    name="psnr_y",
    title="PSNR-Y",
    unit="dB",
    better="higher",
    perfect=math.inf,
    definition=(
        "Luma of ITU-R BT.601 in limited range (16 to 235 of 255), not rounded, peak 255, "
        "no crop; a grey image is its own luma."
    ),
    source="ITU-R BT.601-7 (2011), as MATLAB rgb2ycbcr and BasicSR",
    version="1",
    score=psnr_y,
)
