"""Matched pairs: what another line needs, in bytes and seconds, for exactly the same quality."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from recoup.analysis.advise import CONTROLS
from recoup.analysis.by_setting import Setting
from recoup.analysis.curve import Curve, Direction, curves
from recoup.analysis.deltas import LEAST_PICTURES
from recoup.analysis.interval import Difference, difference
from recoup.analysis.match import Line


@dataclass(frozen=True)
class Pair:
    """One setting of the anchor, and another line at the quality that it gave each picture.

    Attributes
    ----------
    metric
        Name of the score that is equal.
    anchor, test
        The setting, and the line that is interpolated.
    score
        Mean score of the anchor's setting over the pictures compared.
    size, encode, decode
        Bytes, encode seconds and decode seconds of the line over those of the setting; None where
        it is refused. Encode has the filters before the codec, decode those after it.
    n, common
        Pictures compared, and pictures that both have.
    reason, untimed
        Why there are no bytes, and why there are no seconds; or empty.
    """

    metric: str
    anchor: Setting
    test: Line
    score: float | None
    size: Difference | None
    encode: Difference | None
    decode: Difference | None
    n: int
    common: int
    reason: str
    untimed: str


def matched_pairs(
    anchor: Line, among: Sequence[Line], metric: str, better: Direction = "higher"
) -> tuple[Pair, ...]:
    """Compare every setting of a line with all other lines at equal quality.

    For each picture, bytes of the other line are read off its curve (:class:`Curve`) at the
    score that the setting gave that picture; seconds are interpolated linearly in their logarithm
    between the two settings around it. Nothing is extrapolated: a pair needs at least
    :data:`recoup.analysis.deltas.LEAST_PICTURES` of the common pictures. Ratios are geometric
    means over pictures.

    Parameters
    ----------
    anchor
        Whose settings set the quality.
    among
        Lines to compare with; the anchor itself, lossless lines and controls are left out.
    metric, better
        Name of the score, and which direction of it is better.

    Examples
    --------
    >>> matched_pairs(Line("jpeg", "", "", "", "quality", ()), [], "psnr")
    ()
    """
    others = [
        line
        for line in among
        if line != anchor and not line.lossless and line.codec not in CONTROLS
    ]
    drawn = {line.text: curves(line, metric, better) for line in others}
    return tuple(
        _pair(setting, line, drawn[line.text], metric, better)
        for setting in anchor.settings
        for line in others
    )


@dataclass(frozen=True)
class Equal:
    """What a line needs, picture by picture, for exactly the quality that a setting gave.

    Attributes
    ----------
    sizes
        Bytes of the line, for the pictures on which it reaches that quality.
    there_s, back_s
        Its seconds to make the file and to get the picture back, where they can be told.
    common
        Pictures that both have.
    reason
        Why they are too few to be compared, or empty.
    untimed
        Why seconds of the two are not compared, or empty.
    """

    sizes: Mapping[str, float]
    there_s: Mapping[str, float]
    back_s: Mapping[str, float]
    common: int
    reason: str
    untimed: str


def at_equal_quality(
    setting: Setting,
    test: Line,
    metric: str,
    better: Direction = "higher",
    drawn: Mapping[str, Curve] | None = None,
) -> Equal:
    """Read bytes and seconds of a line off its curves at the quality of a setting.

    Parameters
    ----------
    setting
        Sets the quality, picture by picture.
    test
        The line that is read.
    metric, better
        Name of the score, and which direction of it is better.
    drawn
        :func:`recoup.analysis.curve.curves` of the line, where they are at hand.

    Examples
    --------
    >>> from recoup.analysis.by_setting import by_setting
    >>> from recoup.results.row import Measurement
    >>> rows = [Measurement(image="a", chain=f"j:quality={q}", codec="j", encoded_bytes=b,
    ...                     settings=f'{{"quality": {q}}}', scores={"psnr": s})
    ...         for q, b, s in [(1, 100, 30.0), (2, 400, 34.0)]]
    >>> settings = by_setting(rows)
    >>> line = Line("j", "", "", "", "quality", settings)
    >>> round(at_equal_quality(settings[0], line, "psnr").sizes["a"])
    100
    """
    drawn = curves(test, metric, better) if drawn is None else drawn
    sign = 1.0 if better == "higher" else -1.0
    scores = setting.scores(metric)
    wanted = {key: sign * scores[key] for key in sorted(scores.keys() & drawn.keys())}
    sizes = {
        key: math.exp(drawn[key].rate_of(level))
        for key, level in wanted.items()
        if not drawn[key].fault and drawn[key].quality[0] <= level <= drawn[key].quality[-1]
    }
    n, common = len(sizes), len(wanted)
    if not n or n < LEAST_PICTURES * common:
        reason = (
            f"{n} of {common} pictures reach that quality" if common else "no picture in common"
        )
        return Equal(sizes, {}, {}, common, reason, "")
    untimed = next(filter(None, (s.untimed for s in (setting, *test.settings))), "")
    levels = {key: wanted[key] for key in sizes}
    there, back = (_seconds(test, way, metric, levels, sign) for way in ("there_s", "back_s"))
    return Equal(sizes, there, back, common, "", untimed)


def _pair(
    setting: Setting, test: Line, drawn: Mapping[str, Curve], metric: str, better: Direction
) -> Pair:
    found = at_equal_quality(setting, test, metric, better, drawn)
    n, common, scores = len(found.sizes), found.common, setting.scores(metric)
    if found.reason:
        return Pair(metric, setting, test, None, None, None, None, n, common, found.reason, "")
    encode = decode = None
    if not found.untimed:
        encode = difference(found.there_s, setting.there_s)
        decode = difference(found.back_s, setting.back_s)
    mean = math.fsum(scores[key] for key in found.sizes) / n
    size = difference(found.sizes, {k: float(b) for k, b in setting.encoded_bytes.items()})
    return Pair(metric, setting, test, mean, size, encode, decode, n, common, "", found.untimed)


def _seconds(
    line: Line,
    which: Literal["there_s", "back_s"],
    metric: str,
    levels: Mapping[str, float],
    sign: float,
) -> Mapping[str, float]:
    """Seconds by picture at a quality, between the two settings of the line around it."""
    points: dict[str, list[tuple[float, float]]] = {}
    for setting in line.settings:
        seconds: Mapping[str, float] = getattr(setting, which)
        for key, score in setting.scores(metric).items():
            if key in levels and seconds.get(key, 0.0) > 0 and math.isfinite(score):
                points.setdefault(key, []).append((sign * score, math.log(seconds[key])))
    found = {key: _between(sorted(several), levels[key]) for key, several in points.items()}
    return {key: math.exp(at) for key, at in found.items() if at is not None}


def _between(points: Sequence[tuple[float, float]], level: float) -> float | None:
    """Linear interpolation of sorted points; None outside."""
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 <= level <= x1:
            return y0 + (y1 - y0) * (level - x0) / (x1 - x0) if x1 > x0 else y0
    return None
