"""The ranges of Real-ESRGAN's two rounds of degradation, and its draws from them.

The numbers are those of the published training options of RealESRGAN_x4plus, which are also in
the paper (Wang et al., 2021, section 4.1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from recoup.filters.interpolate import KINDS, Kind, interpolated
from recoup.filters.kernels import Kernel, Shape, bell, sinc
from recoup.filters.noise import gaussian_noise, photon_levels, poisson_noise
from recoup.filters.planes import Values

Range = tuple[float, float]

SIZES = (7, 9, 11, 13, 15, 17, 19, 21)
"""Sides that a kernel can have, all alike probable."""

FINAL_SINC = 0.8
"""Probability of the sinc filter at the end."""


@dataclass(frozen=True)
class Round:
    """Probabilities and ranges (low, high) of one round.

    Attributes
    ----------
    blur
        Probability that there is a blur at all.
    sinc
        Probability that the blur's kernel is a sinc.
    kernels
        Otherwise: probability of a Gaussian that is isotropic, one that is not, a generalised
        Gaussian (likewise two), a plateau (likewise two).
    sigma
        Of the kernels, pixels, both axes; the angle is anything.
    beta, plateau_beta
        Of generalised Gaussians and of plateaus: half of them below 1, half above.
    resize
        Probability to enlarge, to shrink, to keep the size.
    factor
        Of shrinking (from the low end to 1) and enlarging (from 1 to the high end).
    gaussian
        Probability that the noise is Gaussian; else Poisson.
    noise
        Standard deviation of Gaussian noise, on the scale 0..255.
    poisson
        Strength of Poisson noise.
    grey
        Probability that the noise is the same in all channels.
    jpeg
        Quality.

    Examples
    --------
    >>> FIRST.sigma, SECOND.sigma
    ((0.2, 3.0), (0.2, 1.5))
    """

    blur: float = 1.0
    sinc: float = 0.1
    kernels: tuple[float, ...] = (0.45, 0.25, 0.12, 0.03, 0.12, 0.03)
    sigma: Range = (0.2, 3.0)
    beta: Range = (0.5, 4.0)
    plateau_beta: Range = (1.0, 2.0)
    resize: tuple[float, float, float] = (0.2, 0.7, 0.1)
    factor: Range = (0.15, 1.5)
    gaussian: float = 0.5
    noise: Range = (1.0, 30.0)
    poisson: Range = (0.05, 3.0)
    grey: float = 0.4
    jpeg: tuple[int, int] = (30, 95)


FIRST = Round()
"""The first round."""

SECOND = Round(
    blur=0.8,
    sigma=(0.2, 1.5),
    resize=(0.3, 0.4, 0.3),
    factor=(0.3, 1.2),
    noise=(1.0, 25.0),
    poisson=(0.05, 2.5),
)
"""The second round."""


def drawn_kernel(ranges: Round, draw: np.random.Generator) -> Kernel:
    """A blur kernel of a random kind, size and shape.

    Examples
    --------
    >>> kernel = drawn_kernel(FIRST, np.random.default_rng(0))
    >>> kernel.shape, bool(abs(kernel.sum() - 1) < 1e-12)
    ((19, 19), True)
    """
    size = int(draw.choice(SIZES))
    if draw.random() < ranges.sinc:
        return sinc(size, draw.uniform(math.pi / (3 if size < 13 else 5), math.pi))
    family, turned = divmod(int(draw.choice(len(ranges.kernels), p=ranges.kernels)), 2)
    sigma, angle = draw.uniform(*ranges.sigma, size=2), draw.uniform(-180, 180)
    low, high = ((1.0, 1.0), ranges.beta, ranges.plateau_beta)[family]
    # Half of the draws from below 1, half from above, as published: both are as frequent.
    beta = draw.uniform(low, 1) if draw.random() < 0.5 else draw.uniform(1, high)
    shape: Shape = "plateau" if family == 2 else "gaussian"
    return bell(size, (sigma[0], sigma[turned]), angle, beta, shape)


def drawn_factor(ranges: Round, draw: np.random.Generator) -> float:
    """A factor of the size: above, below or at 1.

    Examples
    --------
    >>> 0.15 <= drawn_factor(FIRST, np.random.default_rng(0)) <= 1.5
    True
    """
    low, high = ranges.factor
    return (draw.uniform(1, high), draw.uniform(low, 1), 1.0)[draw.choice(3, p=ranges.resize)]


def drawn_resize(values: Values, height: int, width: int, draw: np.random.Generator) -> Values:
    """Change the size by a random kind of interpolation; sides below 1 become 1.

    Examples
    --------
    >>> drawn_resize(np.ones((4, 4, 1)), 2, 0, np.random.default_rng(0)).shape
    (2, 1, 1)
    """
    kind: Kind = KINDS[draw.integers(len(KINDS))]
    return interpolated(values, max(1, height), max(1, width), kind)


def with_drawn_noise(values: Values, ranges: Round, draw: np.random.Generator) -> Values:
    """Add Gaussian or Poisson noise of random strength, and clip to 0..255.

    Examples
    --------
    >>> with_drawn_noise(np.full((2, 2, 1), 9.0), FIRST, np.random.default_rng(0)).shape
    (2, 2, 1)
    """
    gaussian, grey = draw.random() < ranges.gaussian, bool(draw.random() < ranges.grey)
    if gaussian:
        noise = gaussian_noise(values.shape, draw.uniform(*ranges.noise), draw, grey=grey)
    else:
        levels = photon_levels(np.clip(np.rint(values), 0, 255).astype(np.uint8))
        noise = poisson_noise(values, levels, draw, grey=grey) * draw.uniform(*ranges.poisson)
    return np.clip(values + noise.astype(values.dtype), 0, 255)
