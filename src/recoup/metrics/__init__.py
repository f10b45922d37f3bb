"""Measures of what survived: one file a metric, and the table of their names."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from importlib.util import find_spec
from types import MappingProxyType

from recoup.contracts import Metric
from recoup.metrics.lpips import LPIPS
from recoup.metrics.msssim import MS_SSIM
from recoup.metrics.psnr import PSNR, PSNR_Y
from recoup.metrics.ssim import SSIM
from recoup.metrics.ssimulacra2 import SSIMULACRA2
from recoup.models import installed

METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        "psnr": PSNR,
        "psnr_y": PSNR_Y,
        "ssim": SSIM,
        "ms_ssim": MS_SSIM,
        "ssimulacra2": SSIMULACRA2,
        "lpips": LPIPS,
    }
)
"""recoup's own metrics by name, in the order of the columns."""


def metrics() -> dict[str, Metric]:
    """Return recoup's own metrics and those of installed packages, by name.

    A package adds one with an entry point of the group ``recoup.metrics`` that names a ``Metric``.
    recoup's own names cannot be taken over.

    Examples
    --------
    >>> list(metrics())[:5]
    ['psnr', 'psnr_y', 'ssim', 'ms_ssim', 'ssimulacra2']
    """
    found = {point.name: point for point in entry_points(group="recoup.metrics")}
    theirs = {name: point.load() for name, point in found.items() if name not in METRICS}
    return {**METRICS, **theirs}


def ready() -> list[str]:
    """Return the names of the metrics that can score here: what a plan measures by default.

    A metric that needs a model (LPIPS) is among them once that is installed, and a library that
    runs it.

    Examples
    --------
    >>> ready()[:5]
    ['psnr', 'psnr_y', 'ssim', 'ms_ssim', 'ssimulacra2']
    """
    runs = any(find_spec(engine) for engine in ("openvino", "onnxruntime"))
    here = installed() if runs else ()
    return [name for name, metric in metrics().items() if metric.needs in ("", *here)]
