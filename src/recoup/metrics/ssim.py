"""Structural similarity."""

from __future__ import annotations

from recoup.contracts import Metric
from recoup.errors import NotApplicableError
from recoup.image import Image
from recoup.metrics.pair import identical, require_alike
from recoup.metrics.structure import WINDOW, full_size


def ssim(reference: Image, distorted: Image) -> float:
    """Structural similarity with the paper's window, mean over channels.

    Gaussian window of 11 x 11 pixels with a standard deviation of 1.5; K1 = 0.01, K2 = 0.03;
    population (not sample) covariance; only windows inside the image, so 5 pixels are cropped
    on each side; each channel on its own, then their mean. Equal to scikit-image's
    ``structural_similarity`` with ``gaussian_weights=True, sigma=1.5,
    use_sample_covariance=False`` to 1e-6.

    Parameters
    ----------
    reference, distorted
        Images of one shape and depth; symmetric in the two.

    Returns
    -------
    float
        -1 to 1; 1 for identical images only.

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
    >>> import numpy as np
    >>> ramp = np.add.outer(np.arange(16), np.arange(16)).astype(np.uint8)
    >>> image, brighter = Image(ramp), Image(ramp + 10)
    >>> ssim(image, image), round(ssim(image, brighter), 4)
    (1.0, 0.8787)
    """
    require_alike(reference, distorted)
    if min(reference.width, reference.height) < WINDOW:
        raise NotApplicableError(
            f"SSIM needs sides of {WINDOW} pixels or more, not {reference.width}x{reference.height}"
        )
    if identical(reference, distorted):
        return 1.0
    return float(full_size(reference, distorted).ssim.mean())


SSIM = Metric(
    name="ssim",
    title="SSIM",
    unit="",
    better="higher",
    perfect=1.0,
    definition=(
        "Gaussian 11x11 window, sigma 1.5, K1 0.01, K2 0.03, population covariance, windows "
        "inside the image only (5 pixels cropped), per channel, then mean over channels."
    ),
    source="Wang et al., IEEE TIP 13(4), 2004",
    version="1",
    score=ssim,
)
