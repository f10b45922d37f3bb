"""recoup: compress hard, recoup the quality, and prove it.

>>> import recoup
>>> recoup.Chain.parse("jpeg:quality=40").text
'jpeg:quality=40'

Names are loaded when first used, so that ``import recoup`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recoup.analysis.analyse import analyse
    from recoup.analysis.ledger import ledger
    from recoup.chain import Chain
    from recoup.image import Image
    from recoup.picture import Picture, load, measured, save
    from recoup.report import write_report
    from recoup.results.row import Measurement
    from recoup.results.store import Store
    from recoup.sweep import compare

__version__ = "0.1.0"

__all__ = [
    "Chain",
    "Image",
    "Measurement",
    "Picture",
    "Store",
    "analyse",
    "compare",
    "ledger",
    "load",
    "measured",
    "save",
    "write_report",
]

_HOME = {
    "Chain": "chain",
    "Image": "image",
    "Measurement": "results.row",
    "Picture": "picture",
    "Store": "results.store",
    "analyse": "analysis.analyse",
    "compare": "sweep",
    "ledger": "analysis.ledger",
    "load": "picture",
    "measured": "picture",
    "save": "picture",
    "write_report": "report",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  (any public name)
    """Import a public name on first use (PEP 562)."""
    if name in {"codecs", "filters", "metrics"}:
        return import_module(f"recoup.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'recoup' has no attribute {name!r}")
    return getattr(import_module(f"recoup.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """Public names, loaded or not."""
    return [*__all__, "__version__", "codecs", "filters", "metrics"]
