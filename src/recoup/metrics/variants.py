"""Metrics of a part of the picture: of luma alone (``ssim_y``), inside a border (``psnr_y_b4``).

Super-resolution is scored in the literature on luma, with as many pixels cropped at each side as
the picture is enlarged. Such scores have names and definitions of their own, so that they are
never taken for those of the whole picture::

    name = metric ["_y"] ["_b" pixels]        metric: any of recoup.metrics.metrics()
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from recoup.contracts import Metric
from recoup.errors import ChainError, NotApplicableError
from recoup.image import Image
from recoup.metrics import metrics
from recoup.metrics.pair import require_alike

_WEIGHTS = (65.481, 128.553, 24.966)
_DEEP = 65535 / 255
_KEPT_PIXELS = 1 << 24  # larger originals are cropped or converted anew for each decode
_BORDER = re.compile(r"(\w+)_b([1-9][0-9]*)")


def named(name: str) -> Metric:
    """The metric of a name: one of the table, or a variant of one.

    Parameters
    ----------
    name
        ``psnr``, ``ssim_y``, ``psnr_y_b4``.

    Raises
    ------
    ChainError
        If there is no such metric.

    Examples
    --------
    >>> named("psnr_y_b4").title, named("ssim_y").title
    ('PSNR-Y (border 4)', 'SSIM-Y')
    """
    table = metrics()
    whole, border = name, 0
    if name not in table and (match := _BORDER.fullmatch(name)):
        whole, border = match[1], int(match[2])
    if whole in table:
        metric = table[whole]
    elif (of := whole.removesuffix("_y")) in table and not of.endswith("_y"):
        metric = _luma(table[of])
    else:
        raise ChainError(
            f"no metric is called {name!r}; there are: {', '.join(table)}; any of them of luma "
            "alone (ssim_y) and with pixels cropped at each side (psnr_y_b4)"
        )
    return _inside(metric, border) if border else metric


def known(names: Iterable[str]) -> Mapping[str, Metric]:
    """The metrics that these names mean here; names that mean none are left out.

    Examples
    --------
    >>> list(known(["psnr_b2", "mine"]))
    ['psnr_b2']
    """
    found = {}
    for name in names:
        try:
            found[name] = named(name)
        except ChainError:
            continue  # a row may hold a metric of a package that is not installed here
    return found


@dataclass(frozen=True)
class _Part:
    """Scores one part of both images; a value, so that plans compare equal and can be pickled."""

    score: Callable[[Image, Image], float]
    border: int = 0

    def __call__(self, reference: Image, distorted: Image) -> float:
        require_alike(reference, distorted)
        return self.score(self._of(reference), self._of(distorted))

    def _of(self, image: Image) -> Image:
        """What is scored; kept with the image, as an original is scored many times."""

        def make() -> Image:
            return cropped(image, self.border) if self.border else luma(image)

        if image.pixels > _KEPT_PIXELS:
            return make()
        return image.kept(("part", self.border), make)


def cropped(image: Image, border: int) -> Image:
    """An image without ``border`` pixels at each side.

    Raises
    ------
    NotApplicableError
        If nothing would be left.

    Examples
    --------
    >>> cropped(Image(np.zeros((9, 12), np.uint8)), 4).samples.shape
    (1, 4, 1)
    """
    if min(image.width, image.height) <= 2 * border:
        raise NotApplicableError(
            f"nothing is left of {image.width}x{image.height} inside a border of {border}"
        )
    return Image(image.samples[border:-border, border:-border].copy(), image.bits)


def luma(image: Image) -> Image:
    """Luma of ITU-R BT.601 in limited range, 16 to 235 of 255, as grey with 16 bits.

    Parameters
    ----------
    image
        RGB of any depth; a grey image is its own luma and is returned as it is.

    Examples
    --------
    >>> white = Image(np.full((1, 1, 3), 255, np.uint8))
    >>> luma(white).samples.item() / 65535 * 255
    235.0
    """
    if image.channels == 1:
        return image
    weights = np.array(_WEIGHTS, np.float32) * np.float32(_DEEP / image.peak)
    values = image.samples.astype(np.float32) @ weights + np.float32(16 * _DEEP)
    return Image(np.rint(values).astype(np.uint16))


def _luma(metric: Metric) -> Metric:
    return replace(
        metric,
        name=f"{metric.name}_y",
        title=f"{metric.title}-Y",
        definition=(
            "On luma of ITU-R BT.601 in limited range (16 to 235 of 255), 16 bits; a grey image "
            f"is its own luma. {metric.definition}"
        ),
        version=f"{metric.version} luma 1",
        score=_Part(metric.score),
    )


def _inside(metric: Metric, border: int) -> Metric:
    return replace(
        metric,
        name=f"{metric.name}_b{border}",
        title=f"{metric.title} (border {border})",
        definition=(
            f"{border} pixels are cropped at each side of both images first. "
            f"{metric.definition.replace('no crop', 'no further crop')}"
        ),
        version=f"{metric.version} border 1",
        score=_Part(metric.score, border),
    )
