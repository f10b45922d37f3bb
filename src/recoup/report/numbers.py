"""Numbers as people read them, the same in the page and on the terminal."""

from __future__ import annotations

import math

from recoup.analysis.by_setting import Mean

NONE = "\N{EN DASH}"
INFINITE = "∞"


def fixed(value: float | None, digits: int = 2) -> str:
    """A number with fixed decimals.

    Examples
    --------
    >>> fixed(3.14159), fixed(float("inf")), fixed(1234.6, 0).split()
    ('3.14', '∞', ['1', '235'])
    """
    if value is None or math.isnan(value):
        return NONE
    if math.isinf(value):
        return INFINITE if value > 0 else f"-{INFINITE}"
    return f"{value:,.{digits}f}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def figures(value: float | None, digits: int = 3) -> str:
    """A number with so many figures that count, never in powers of ten.

    Examples
    --------
    >>> figures(0.012345), figures(123.45), figures(0), figures(2.5)
    ('0.0123', '123', '0', '2.50')
    """
    if value is None or not math.isfinite(value) or value == 0:
        return "0" if value == 0 else fixed(value)
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return fixed(value, min(places, 6))


def seconds(value: float | None) -> str:
    """Seconds in the unit that reads best.

    Examples
    --------
    >>> seconds(0.0123), seconds(2.5), seconds(0.00004)
    ('12.3 ms', '2.50 s', '0.0400 ms')
    """
    if value is None:
        return NONE
    return f"{figures(value * 1000)} ms" if value < 1 else f"{figures(value)} s"


def size(value: float | None) -> str:
    """Bytes in kB (10³) or MB (10⁶).

    Examples
    --------
    >>> size(123456), size(2_500_000), size(12)
    ('123 kB', '2.50 MB', '12 bytes')
    """
    if value is None:
        return NONE
    if value < 1000:
        return f"{value:.0f} bytes"
    return f"{figures(value / 1e3)} kB" if value < 1e6 else f"{figures(value / 1e6)} MB"


def mean(value: Mean, digits: int) -> str:
    """A mean score; where some pictures are infinite, it says on how many.

    Examples
    --------
    >>> mean(Mean(40.0, 12, 3), 2), mean(Mean(float("inf"), 12, 12), 2), mean(Mean(0.9, 1, 0), 3)
    ('∞ on 3 of 12', '∞', '0.900')
    """
    if value.infinite and value.infinite < value.n:
        return f"{INFINITE} on {value.infinite} of {value.n}"
    return fixed(value.value, digits)


def percent(ratio: float) -> str:
    """How far a ratio is from 1, in percent, without a sign.

    Examples
    --------
    >>> percent(0.77), percent(1.5), percent(0.996)
    ('23 %', '50 %', '0.4 %')
    """
    off = abs(ratio - 1) * 100
    return f"{off:.1f} %" if off < 1 else f"{off:,.0f} %"
