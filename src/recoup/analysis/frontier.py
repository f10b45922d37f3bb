"""Pareto frontiers: settings that nothing beats in bytes, quality and time together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from recoup.analysis.advise import CONTROLS
from recoup.analysis.by_setting import Setting
from recoup.analysis.curve import Direction

Time = Literal["encode", "decode"]


@dataclass(frozen=True)
class Point:
    """One setting as a point.

    Attributes
    ----------
    setting
        The setting.
    bpp
        Mean over pictures of bits per pixel.
    score
        Mean over pictures; ``inf`` where every picture came back exactly.
    seconds
        Median over pictures of seconds per megapixel (10⁶ pixels).
    """

    setting: Setting
    bpp: float
    score: float
    seconds: float


@dataclass(frozen=True)
class Frontier:
    """The settings that nothing beats, and what beats the others.

    Attributes
    ----------
    metric, time
        Name of the score; ``encode`` (with the filters before the codec) or ``decode`` (with those
        after it).
    points
        On the frontier, fewest bits per pixel first.
    beaten
        By chain, the chain on the frontier that has no more bytes, no less quality and no more
        seconds, and is better in one of these.
    left_out
        Chains that are no points, with the reason.
    """

    metric: str
    time: Time
    points: tuple[Point, ...]
    beaten: Mapping[str, str]
    left_out: Mapping[str, str]


def frontier(
    settings: Iterable[Setting], metric: str, time: Time, better: Direction = "higher"
) -> Frontier:
    """The Pareto frontier over bits per pixel, a score and seconds.

    A setting is compared only if it was measured on as many pictures as any and its seconds can
    be relied on.

    Parameters
    ----------
    settings
        In any order; controls are left out.
    metric, better
        Name of the score, and which direction of it is better.
    time
        ``encode`` or ``decode``.

    Examples
    --------
    >>> from recoup.analysis.by_setting import by_setting
    >>> from recoup.results.row import Measurement
    >>> rows = [Measurement(image="a", chain=c, codec=c, width=9, height=9, encoded_bytes=b,
    ...                     encode_s_all=(s,), scores={"psnr": 30.0})
    ...         for c, b, s in [("quick", 300, 0.1), ("small", 200, 0.4), ("bad", 300, 0.2)]]
    >>> found = frontier(by_setting(rows), "psnr", "encode")
    >>> [point.setting.chain for point in found.points], found.beaten
    (['small', 'quick'], {'bad': 'quick'})
    """
    among = [s for s in settings if s.codec not in CONTROLS]
    most = max((s.n for s in among), default=0)
    sign = 1.0 if better == "higher" else -1.0
    left_out: dict[str, str] = {}
    points = []
    for setting in among:
        point = _point(setting, metric, time, most)
        if isinstance(point, str):
            left_out[setting.chain] = point
        else:
            points.append(point)
    ordered = sorted(points, key=lambda p: (p.bpp, -sign * p.score, p.seconds, p.setting.chain))
    best: list[Point] = []
    beaten: dict[str, str] = {}
    for point in ordered:  # whatever beats a point comes before it
        by = next((b for b in best if _beats(b, point, sign)), None)
        if by:
            beaten[point.setting.chain] = by.setting.chain
        else:
            best.append(point)
    return Frontier(metric, time, tuple(best), beaten, left_out)


def _point(setting: Setting, metric: str, time: Time, most: int) -> Point | str:
    """The setting as a point, or why it is none."""
    found = setting.mean(metric)
    seconds = _per_megapixel(setting, setting.there_s if time == "encode" else setting.back_s)
    reasons: Sequence[tuple[bool, str]] = (
        (setting.n < most, f"measured on {setting.n} of {most} pictures"),
        (found.value is None or found.n < setting.n, f"{metric} was not measured on every picture"),
        (0 < found.infinite < found.n, f"{metric} is infinite on {found.infinite} of {found.n}"),
        (bool(setting.untimed), setting.untimed),
        (len(seconds) < setting.n, "not timed"),
    )
    reason = next((text for wrong, text in reasons if wrong), "")
    if reason or found.value is None:
        return reason
    return Point(setting, setting.bpp or math.nan, found.value, median(seconds))


def _per_megapixel(setting: Setting, seconds: Mapping[str, float]) -> list[float]:
    pixels = {key: row.width * row.height for key, row in setting.rows.items()}
    return [1e6 * s / pixels[key] for key, s in seconds.items() if pixels[key]]


def _beats(one: Point, other: Point, sign: float) -> bool:
    """Whether it is nowhere worse and somewhere better."""
    ours = (one.bpp, -sign * one.score, one.seconds)
    theirs = (other.bpp, -sign * other.score, other.seconds)
    return ours != theirs and all(a <= b for a, b in zip(ours, theirs, strict=True))
