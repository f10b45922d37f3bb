"""Structural similarity unveiling local and compression related artefacts: SSIMULACRA 2.1."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recoup.contracts import Metric
from recoup.errors import NotApplicableError
from recoup.image import Image
from recoup.metrics.pair import identical, require_alike

SMALLEST = 8
"""Shorter sides are refused, as by the official tool."""

_SCALES = 6
# By plane (X, Y, B - Y), scale, norm (1, 4) and error (structure, edges gained, edges lost): found
# by its author on people's opinions; cloudinary/ssimulacra2, src/ssimulacra2.cc (version 2.1).
# fmt: off
_WEIGHTS = np.array([
    0, 0.0007376606707406586, 0, 0, 0.0007793481682867309, 0,
    0, 0.0004371155730107379, 0, 1.1041726426657346, 0.00066284834129271, 0.00015231632783718752,
    0, 0.0016406437456599754, 0, 1.8422455520539298, 11.441172603757666, 0,
    0.0007989109436015163, 0.000176816438078653, 0, 1.8787594979546387, 10.94906990605142, 0,
    0.0007289346991508072, 0.9677937080626833, 0,
    0.00014003424285435884, 0.9981766977854967, 0.00031949755934435053,
    0.0004550992113792063, 0, 0, 0.0013648766163243398, 0, 0,
    0, 0, 0, 7.466890328078848, 0, 17.445833984131262,
    0.0006235601634041466, 0, 0, 6.683678146179332, 0.00037724407979611296, 1.027889937768264,
    225.20515300849274, 0, 0, 19.213238186143016, 0.0011401524586618361, 0.001237755635509985,
    176.39317598450694, 0, 0, 24.43300999870476, 0.28520802612117757, 0.0004485436923833408,
    0, 0, 0, 34.77906344483772, 44.835625328877896, 0,
    0, 0, 0, 0, 0, 0,
    0, 0.0008680556573291698, 0, 0, 0, 0,
    0, 0.0005313191874358747, 0, 0.00016533814161379112, 0, 0,
    0, 0, 0, 0.0004179171803251336, 0.0017290828234722833, 0,
    0.0020827005846636437, 0, 0, 8.826982764996862, 23.19243343998926, 0,
    95.1080498811086, 0.9863978034400682, 0.9834382792465353,
    0.0012286405048278493, 171.2667255897307, 0.9807858872435379,
    0, 0, 0, 0.0005130064588990679, 0, 0.00010854057858411537,
])
# fmt: on
# From the weighted sum to the score, same source.
_GAIN = 0.9562382616834844
_CURVE = (6.248496625763138e-05, -0.020884521182843837, 2.326765642916932, 0.0)
_POWER = 0.6276336467831387

Floats = NDArray[np.float32]
Scale = tuple[NDArray[Any], Floats | None]
"""A picture at one scale: levels and the table of their light, or light and None."""


def ssimulacra2(reference: Image, distorted: Image) -> float:
    """Score of SSIMULACRA 2.1, as its author's tool gives it.

    Samples are sRGB; a grey image is three equal channels. At up to six scales (1:1 to 1:32,
    means of 2 x 2 in linear light) pictures are brought to the opsin space of JPEG XL, and for
    each of X, Y and B - Y three errors are made at every pixel: a structural one (SSIM without
    the denominator of its luminance), edges that only the distorted picture has (ringing, blocks)
    and edges that only the original has (blur). Their means and their 4-norms, weighted as people
    judged, give the score. Below 113 pixels a side there are fewer scales; the weights are then
    used in the order of their list without gaps, as by the tool.

    The window is the tool's recursive Gaussian, rounded to float32 where the tool rounds
    (``gaussian_loops``): in nearly equal pictures of low contrast that rounding takes up to 3
    points off, and published scores hold it. On 50 pairs of photographs scores are within 0.1 of
    the tool's.

    Parameters
    ----------
    reference, distorted
        Images of one shape and depth; not symmetric in the two. An Image has no alpha: the tool
        blends a transparent picture with dark and with bright grey and takes the worse score.

    Returns
    -------
    float
        100 for identical images, and down, also below 0. Its author: 90 visually lossless, 70
        high, 50 medium, 30 low quality.

    Raises
    ------
    ValueError
        If the images differ in shape or depth.
    NotApplicableError
        If a side is shorter than 8 pixels.

    References
    ----------
    Sneyers: SSIMULACRA 2. Cloudinary, 2022, version 2.1 of April 2023.

    Examples
    --------
    >>> ramp = np.add.outer(np.arange(64), np.arange(64)).astype(np.uint8)
    >>> image, coarse = Image(ramp), Image(ramp // 8 * 8)
    >>> ssimulacra2(image, image), round(ssimulacra2(image, coarse), 1)
    (100.0, 84.1)
    """
    require_alike(reference, distorted)
    if min(reference.width, reference.height) < SMALLEST:
        raise NotApplicableError(
            f"SSIMULACRA2 needs sides of {SMALLEST} pixels or more, "
            f"not {reference.width}x{reference.height}"
        )
    if identical(reference, distorted):
        return 100.0
    norms = np.stack(list(_norms(reference, distorted)), axis=1)
    return _score(float(norms.ravel() @ _WEIGHTS[: norms.size]))


def _score(error: float) -> float:
    """Bring a weighted sum of norms to the scale of people's opinions."""
    bent = float(np.polyval(_CURVE, _GAIN * error))
    return 100 - 10 * math.pow(max(bent, 0.0), _POWER)


def _norms(reference: Image, distorted: Image) -> Iterator[NDArray[np.float64]]:
    """Of each scale, the 1-norms and 4-norms as (planes, 2, errors)."""
    from recoup.metrics.opsin_loops import error_sums  # not above: it imports numba

    for one, two in zip(_scales(reference), _scales(distorted), strict=True):
        height, width, _ = two[0].shape
        norms = error_sums(one, two) / (height * width)
        norms[:, 1] **= 0.25
        yield norms


def _scales(image: Image) -> Iterator[Scale]:
    """Give a picture at full size, at half, and so on, until a side is below 8 pixels."""
    from recoup.metrics.opsin_loops import halve_light  # not above: it imports numba

    scale: Scale = image.samples, _light(image.peak)
    yield scale
    for _ in range(_SCALES - 1):
        height, width, channels = scale[0].shape
        if min(height, width) < SMALLEST:
            return
        half = np.empty(((height + 1) // 2, (width + 1) // 2, channels), np.float32)
        halve_light(*scale, half)
        scale = half, None
        yield scale


def _light(peak: int) -> Floats:
    """Light of every level in sRGB, 0..1 (IEC 61966-2-1)."""
    values = np.arange(peak + 1) / peak
    power = ((values + 0.055) / 1.055) ** 2.4
    return np.where(values <= 0.04045, values / 12.92, power).astype(np.float32)


SSIMULACRA2 = Metric(
    name="ssimulacra2",
    title="SSIMULACRA2",
    unit="",
    better="higher",
    perfect=100.0,
    definition=(
        "Version 2.1 on sRGB (grey as three equal channels), full size, up to six scales; sides "
        "of 8 pixels or more."
    ),
    source="Sneyers, Cloudinary, 2022; version 2.1, 2023",
    version="1",
    score=ssimulacra2,
)
