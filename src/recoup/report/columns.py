"""The columns of the table by setting: title, unit, definition and how to read one off."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from recoup.analysis.by_setting import Setting
from recoup.contracts import Metric
from recoup.report import numbers


@dataclass(frozen=True)
class Column:
    """One quantity of a setting.

    Attributes
    ----------
    name, title, unit
        Key, heading, and unit (empty for a pure number).
    definition
        One sentence.
    better
        Which direction is better, or empty where neither is.
    value
        Sortable number, or None.
    text
        As shown.
    """

    name: str
    title: str
    unit: str
    definition: str
    better: Literal["higher", "lower", ""]
    value: Callable[[Setting], float | None]
    text: Callable[[Setting], str]

    @property
    def heading(self) -> str:
        """Title with its unit."""
        return f"{self.title}, {self.unit}" if self.unit else self.title


SIZE = "Mean over pictures of the whole file as shipped, in kB of 1000 bytes."
RATIO = (
    "Bytes of all originals as arrays (one byte per sample up to 8 bits, two above) over bytes of "
    "all files."
)
BPP = "Bits of the file per pixel of the original; mean over pictures."
TIME = (
    "Median over pictures of the median over repeats of the wall seconds of {}, in memory, "
    "around the call only."
)
PER_MEGAPIXEL = "The same per million pixels: median over pictures."
PEAK = "Most memory that one pass through the chain added, largest over pictures, in MB of 10⁶."
COUNT = "Pictures measured with this setting."


def columns(scores: Iterable[str], known: Mapping[str, Metric]) -> tuple[Column, ...]:
    """All columns of the table, metrics in the order given.

    Parameters
    ----------
    scores
        Names of the metrics in the rows.
    known
        Definitions by name; a metric without one still gets its column.

    Examples
    --------
    >>> [c.name for c in columns(["mine"], {})][:4]
    ['size', 'ratio', 'bpp', 'mine']
    """
    return (
        _plain("size", "Size", "kB", SIZE, "lower", lambda s: s.kilobytes),
        _plain("ratio", "Ratio", "", RATIO, "higher", lambda s: s.ratio),
        _plain("bpp", "Bits/pixel", "", BPP, "lower", lambda s: s.bpp),
        *(metric_column(name, known.get(name)) for name in scores),
        _timed("encode", "Encode", "s", TIME.format("encode"), lambda s: s.encode_s),
        _timed("encode_mp", "Encode", "s/MP", PER_MEGAPIXEL, lambda s: s.encode_s_mp),
        _timed("decode", "Decode", "s", TIME.format("decode"), lambda s: s.decode_s),
        _timed("decode_mp", "Decode", "s/MP", PER_MEGAPIXEL, lambda s: s.decode_s_mp),
        _plain("peak", "Peak", "MB", PEAK, "lower", lambda s: s.peak_mb),
        Column("n", "n", "", COUNT, "", lambda s: s.n, lambda s: str(s.n)),
    )


def metric_column(name: str, metric: Metric | None) -> Column:
    """The column of one metric, known or not.

    Examples
    --------
    >>> metric_column("mine", None).heading
    'mine'
    """
    unit = metric.unit if metric else ""
    digits = 2 if unit else 4
    definition = (
        f"{metric.definition.rstrip('.')}. {metric.source.rstrip('.')}. Mean over pictures; "
        f"{metric.better} is better."
        if metric
        else "A metric that this recoup does not know; mean over pictures."
    )

    def value(setting: Setting) -> float | None:
        found = setting.mean(name)
        return math.inf if found.infinite else found.value

    return Column(
        name,
        metric.title if metric else name,
        unit,
        definition,
        metric.better if metric else "",
        value,
        lambda setting: numbers.mean(setting.mean(name), digits),
    )


def _plain(
    name: str,
    title: str,
    unit: str,
    definition: str,
    better: Literal["higher", "lower"],
    value: Callable[[Setting], float | None],
) -> Column:
    return Column(name, title, unit, definition, better, value, lambda s: numbers.figures(value(s)))


def _timed(
    name: str,
    title: str,
    unit: str,
    definition: str,
    value: Callable[[Setting], float | None],
) -> Column:
    """Seconds, marked where they cannot be relied on."""

    def text(setting: Setting) -> str:
        mark = "" if setting.timed_alone else " *"
        return numbers.figures(value(setting)) + mark

    return Column(name, title, unit, definition, "lower", value, text)
