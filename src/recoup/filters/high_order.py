"""The high-order degradation of Real-ESRGAN: blur, resize, noise and JPEG, twice."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np
import PIL.Image

from recoup.errors import ChainError
from recoup.filters.convolve import convolved
from recoup.filters.draw import check_seed, generator, numpy_version
from recoup.filters.kernels import sinc
from recoup.filters.planes import Values, pillow_version, quantised
from recoup.filters.resample import scaled_size
from recoup.filters.rounds import (
    FINAL_SINC,
    FIRST,
    SECOND,
    SIZES,
    Round,
    drawn_factor,
    drawn_kernel,
    drawn_resize,
    with_drawn_noise,
)
from recoup.image import Image


@dataclass(frozen=True)
class HighOrder:
    """The two-round degradation of Real-ESRGAN with its published ranges (Wang et al., 2021).

    Blur, resize, noise, JPEG; then the same with narrower ranges, a resize to the final size with
    a sinc filter, and JPEG before or after these (:data:`recoup.filters.rounds.FIRST`,
    :data:`~recoup.filters.rounds.SECOND`). JPEG is libjpeg's with 4:2:0 at a whole quality, so
    that nothing finer than 8 bits survives it, whatever the image's depth. The published
    training also sharpens the originals first; this does not.

    Parameters
    ----------
    factor
        Output side over input side: 1/4, 1/2 or 1.
    seed
        Of everything drawn, 0 or more.

    Raises
    ------
    ChainError
        If a setting is out of range.

    Examples
    --------
    >>> HighOrder(seed=3).apply(Image(np.zeros((16, 32, 3), np.uint8))).samples.shape
    (4, 8, 3)
    """

    factor: Fraction = Fraction(1, 4)
    seed: int = 0

    name: ClassVar[str] = "high-order"

    def __post_init__(self) -> None:
        """Refuse settings out of range."""
        if self.factor not in (1, Fraction(1, 2), Fraction(1, 4)):
            raise ChainError(f"high-order: factor must be 1/4, 1/2 or 1, not {self.factor}")
        check_seed(self.name, self.seed)

    @property
    def scale(self) -> Fraction:
        """Output side over input side: the factor."""
        return Fraction(self.factor)

    def apply(self, image: Image) -> Image:
        """Return the degraded image. Raises NotApplicableError if a side would be no integer."""
        width, height = scaled_size(self.name, self.scale, image)
        draw = generator(self.seed)
        unit = 255 / image.peak
        values = image.samples.astype(np.float32) * np.float32(unit)
        values = _worn(values, FIRST, image.height, image.width, draw)
        values = _through_jpeg(values, FIRST, draw)
        values = _worn(values, SECOND, height, width, draw)
        if draw.random() < 0.5:
            values = _through_jpeg(_finished(values, height, width, draw), SECOND, draw)
        else:
            values = _finished(_through_jpeg(values, SECOND, draw), height, width, draw)
        return quantised(values / np.float32(unit), image.bits)

    def version(self) -> str:
        """Version of the algorithm, and NumPy's and Pillow's."""
        return f"1, {numpy_version()}, {pillow_version()}"


def _worn(
    values: Values, ranges: Round, height: int, width: int, draw: np.random.Generator
) -> Values:
    """Blur, resize to a random factor of ``height`` and ``width``, add noise."""
    if draw.random() < ranges.blur:
        values = convolved(values, drawn_kernel(ranges, draw))
    factor = drawn_factor(ranges, draw)
    values = drawn_resize(values, int(height * factor), int(width * factor), draw)
    return with_drawn_noise(values, ranges, draw)


def _finished(values: Values, height: int, width: int, draw: np.random.Generator) -> Values:
    """Resize to the final size, and mostly put through a sinc filter."""
    values = drawn_resize(values, height, width, draw)
    if draw.random() < FINAL_SINC:
        size = int(draw.choice(SIZES))
        values = convolved(values, sinc(size, draw.uniform(math.pi / 3, math.pi)))
    return values


def _through_jpeg(values: Values, ranges: Round, draw: np.random.Generator) -> Values:
    """Code and decode by JPEG at a random quality."""
    quality = int(draw.integers(ranges.jpeg[0], ranges.jpeg[1] + 1))
    samples = quantised(values, 8).samples
    grey = samples.shape[2] == 1
    file = io.BytesIO()
    PIL.Image.fromarray(samples[:, :, 0] if grey else samples).save(file, "JPEG", quality=quality)
    decoded = np.asarray(PIL.Image.open(file), np.float32)
    return decoded[:, :, np.newaxis] if grey else decoded
