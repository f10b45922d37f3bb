"""Bars and the heat map: the matched settings side by side, drawn by the page's own styles."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from recoup.analysis import Setting
from recoup.report import numbers
from recoup.report.columns import Column
from recoup.report.formats import setting_name


@dataclass(frozen=True)
class Bar:
    """One bar: label, chain, colour, share of the panel's width in percent, its value as text.

    ``behind`` is the share of a second, fainter bar behind it; 0 for none. ``infinite`` bars
    fill the panel and are hatched.
    """

    label: str
    chain: str
    colour: str
    share: float
    text: str
    behind: float = 0.0
    infinite: bool = False


@dataclass(frozen=True)
class Panel:
    """One set of bars."""

    name: str
    title: str
    note: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Cell:
    """One value of the heat map; ``heat`` from 0 (worst of its column) to 100, None unranked."""

    text: str
    heat: float | None


@dataclass(frozen=True)
class HeatRow:
    """One setting of the heat map."""

    label: str
    chain: str
    colour: str
    cells: tuple[Cell, ...]


def panels(
    settings: Sequence[Setting], table: Mapping[str, Column], colours: Mapping[str, str]
) -> tuple[Panel, ...]:
    """The seed study's figures: ratio, sizes, times, PSNR and SSIM by format.

    Parameters
    ----------
    settings
        One per format, in order.
    table
        Columns by name.
    colours
        By codec.

    Examples
    --------
    >>> panels([], {}, {})
    ()
    """
    if not settings:
        return ()

    def panel(
        name: str, title: str, note: str, text: Callable[[Setting], str] | None = None
    ) -> Panel:
        return Panel(name, title, note, _bars(settings, table[name], colours, text))

    scores = [n for n in ("psnr", "ssim") if n in table] or [c for c in table if c not in _PLAIN][
        :2
    ]
    return (
        panel("ratio", "Compression ratio", "longer is better"),
        Panel(
            "against",
            "Original against compressed",
            "faint: samples of the original, uncompressed; mean kB",
            _against(settings, colours),
        ),
        panel("size", "Compressed size", "mean kB; shorter is better"),
        panel("encode", "Encode time", _SHORTER, lambda s: numbers.seconds(s.encode_s)),
        panel("decode", "Decode time", _SHORTER, lambda s: numbers.seconds(s.decode_s)),
        *(
            panel(
                n,
                table[n].title,
                f"mean{_unit(table[n])}; {table[n].better or 'unranked'}"
                f"{' is better' if table[n].better else ''}",
            )
            for n in scores
        ),
    )


_SHORTER = "median over pictures; shorter is better"
_PLAIN = frozenset(
    ("size", "ratio", "bpp", "encode", "encode_mp", "decode", "decode_mp", "peak", "n")
)


def heat_map(
    settings: Sequence[Setting], columns: Sequence[Column], colours: Mapping[str, str]
) -> tuple[HeatRow, ...]:
    """Metrics by format, each column scaled from its worst (0) to its best (100) value.

    Examples
    --------
    >>> heat_map([], [], {})
    ()
    """
    heats = [_heat([c.value(s) for s in settings], c.better) for c in columns]
    return tuple(
        HeatRow(
            setting_name(s),
            s.chain,
            colours[s.codec],
            tuple(Cell(c.text(s), heats[j][i]) for j, c in enumerate(columns)),
        )
        for i, s in enumerate(settings)
    )


def _heat(values: Sequence[float | None], better: str) -> list[float | None]:
    finite = [v for v in values if v is not None and math.isfinite(v)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 0.0)

    def one(value: float | None) -> float | None:
        if value is None or not better:
            return None
        if math.isinf(value) or high == low:
            return 100.0
        share = (value - low) / (high - low)
        return round(100 * (share if better == "higher" else 1 - share), 1)

    return [one(v) for v in values]


def _bars(
    settings: Sequence[Setting],
    column: Column,
    colours: Mapping[str, str],
    text: Callable[[Setting], str] | None = None,
) -> tuple[Bar, ...]:
    values = [column.value(s) for s in settings]
    share = _scale(values)
    return tuple(
        Bar(
            setting_name(s),
            s.chain,
            colours[s.codec],
            share(v),
            (text or column.text)(s) + (" *" if text and not s.timed_alone else ""),
            infinite=v is not None and math.isinf(v),
        )
        for s, v in zip(settings, values, strict=True)
    )


def _against(settings: Sequence[Setting], colours: Mapping[str, str]) -> tuple[Bar, ...]:
    raw = [fmean(r.raw_bytes for r in s.rows.values()) / 1000 for s in settings]
    share = _scale([*raw, *(s.kilobytes for s in settings)])
    return tuple(
        Bar(
            setting_name(s),
            s.chain,
            colours[s.codec],
            share(s.kilobytes),
            f"{numbers.figures(original)} \N{RIGHTWARDS ARROW} {numbers.figures(s.kilobytes)}",
            behind=share(original),
        )
        for s, original in zip(settings, raw, strict=True)
    )


def _scale(values: Iterable[float | None]) -> Callable[[float | None], float]:
    """A function from a value to percent of the greatest finite one."""
    greatest = max((v for v in values if v is not None and math.isfinite(v)), default=0.0)

    def share(value: float | None) -> float:
        if value is None or greatest <= 0:
            return 100.0 if value is not None and math.isinf(value) else 0.0
        return round(max(0.0, min(100.0, 100 * value / greatest)), 2)

    return share


def _unit(column: Column) -> str:
    return f" {column.unit}" if column.unit else ""
