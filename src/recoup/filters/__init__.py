"""Image to image: degradations, changes of size and restorers, and the table of their names."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from types import MappingProxyType

from recoup.contracts import Filter
from recoup.filters.degrade import SeedRecipe
from recoup.filters.high_order import HighOrder
from recoup.filters.identity import Identity
from recoup.filters.kernel_blur import KernelBlur, RandomBlur, Sinc
from recoup.filters.noise import Noise, Poisson
from recoup.filters.onnx import Onnx
from recoup.filters.promised import Promised
from recoup.filters.random_resize import RandomResize
from recoup.filters.resample import Area, Bicubic, Bilinear, Lanczos
from recoup.filters.smooth import Blur, Median
from recoup.filters.wiener import Wiener, WienerSeed

FILTERS: Mapping[str, type[Filter]] = MappingProxyType(
    {
        "identity": Identity,
        "bicubic": Bicubic,
        "bilinear": Bilinear,
        "lanczos": Lanczos,
        "area": Area,
        "random-resize": RandomResize,
        "noise": Noise,
        "poisson": Poisson,
        "blur": Blur,
        "kernel-blur": KernelBlur,
        "sinc": Sinc,
        "random-blur": RandomBlur,
        "median": Median,
        "wiener": Wiener,
        "seed-recipe": SeedRecipe,
        "high-order": HighOrder,
        "wiener-seed-x4": WienerSeed,
        "onnx": Onnx,
        "promised": Promised,
    }
)
"""recoup's own filters by name."""


def filters() -> dict[str, type[Filter]]:
    """Return recoup's own filters and those of installed packages, by name.

    A package adds one with an entry point of the group ``recoup.filters`` that names a class.
    recoup's own names cannot be taken over.

    Examples
    --------
    >>> filters()["median"](3).scale
    Fraction(1, 1)
    """
    found = {point.name: point for point in entry_points(group="recoup.filters")}
    theirs = {name: point.load() for name, point in found.items() if name not in FILTERS}
    return {**FILTERS, **theirs}
