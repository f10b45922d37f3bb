"""What bytes, seconds and energy cost, and what of it is paid once."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from recoup.analysis.interval import FEWEST, ends
from recoup.errors import ChainError

GB = 1e9
HOUR = 3600.0


@dataclass(frozen=True)
class Prices:
    """Prices that turn bytes and seconds into money, and watts that turn seconds into energy.

    Parameters
    ----------
    per_gb
        US dollars for 10⁹ bytes sent to a viewer. The default is the list price of the first
        10 TB a month of a large content network (Amazon CloudFront, North America and Europe,
        2026); large senders pay a quarter of it, some nothing.
    per_cpu_hour
        US dollars for one core at work for an hour, the electricity included. The default is
        where such an hour is for sale by itself (AWS Fargate, Linux on x86, 2026: 0.04048).
    watts
        Power of one core at work. The default lies between what a server's core may draw
        (EPYC 9654: 360 W over 96 cores, 3.8 W) and a desktop's (Ryzen 7 7700: 65 W over 8 cores,
        8.1 W). ``recoup ledger --watts rapl`` measures it.
    watts_from
        Where the watts are from, in words.

    Raises
    ------
    ChainError
        If one is negative or no number.

    Examples
    --------
    >>> prices = Prices(per_gb=0.1, per_cpu_hour=0.04, watts=10)
    >>> prices.of_bytes(1e9), prices.of_seconds(900), prices.joules(2.0)
    (0.1, 0.01, 20.0)
    """

    per_gb: float = 0.085
    per_cpu_hour: float = 0.04
    watts: float = 5.0
    watts_from: str = "assumed"

    def __post_init__(self) -> None:
        """Refuse what is no price."""
        for name in ("per_gb", "per_cpu_hour", "watts"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise ChainError(f"{name.replace('_', '-')} is a number from 0, not {value}")

    def of_bytes(self, count: float) -> float:
        """US dollars for so many bytes."""
        return count / GB * self.per_gb

    def of_seconds(self, seconds: float) -> float:
        """US dollars for so many CPU-seconds."""
        return seconds / HOUR * self.per_cpu_hour

    def joules(self, seconds: float) -> float:
        """Energy of so many CPU-seconds."""
        return seconds * self.watts


@dataclass(frozen=True)
class Amount:
    """A mean over pictures of something that can be added up, with its 95 % interval.

    Attributes
    ----------
    mean
        Arithmetic mean.
    low, high
        Ends of the interval (:func:`recoup.analysis.interval.ends`); both equal ``mean`` where
        there are too few pictures.
    n
        Pictures.

    Examples
    --------
    >>> Amount.of([1.0, 3.0])
    Amount(mean=2.0, low=2.0, high=2.0, n=2)
    """

    mean: float
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, values: Iterable[float]) -> Amount:
        """Mean and interval of at least one value.

        Examples
        --------
        >>> Amount.of([5.0]).verdict
        'too few'
        """
        several = list(values)
        return cls(fmean(several), *ends(several), len(several))

    @property
    def verdict(self) -> Literal["more", "less", "tie", "too few"]:
        """Whether it is above or below 0, where the interval leaves 0 out."""
        if self.n < FEWEST:
            return "too few"
        if self.low <= 0 <= self.high:
            return "tie"
        return "more" if self.mean > 0 else "less"


def times_to_pay(once: float, each: float) -> float:
    """How often something that earns ``each`` must happen to earn what was paid ``once``.

    Parameters
    ----------
    once
        Paid once; 0 or less if nothing was.
    each
        Earned every time.

    Returns
    -------
    float
        0 or more; infinite if it never pays, which is so wherever nothing is earned.

    Examples
    --------
    >>> times_to_pay(10.0, 4.0), times_to_pay(0.0, 4.0), times_to_pay(10.0, 0.0)
    (2.5, 0.0, inf)
    """
    if each <= 0:
        return math.inf
    return max(0.0, once) / each
