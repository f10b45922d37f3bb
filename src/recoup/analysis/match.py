"""Settings at matched quality: rate-distortion lines and where they reach a level."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

from recoup.analysis.by_setting import Setting
from recoup.analysis.interval import Difference, difference
from recoup.results.row import Scalar

AXES = ("quality", "distance", "near", "psnr", "rate", "level")
"""Settings that trade bytes for quality, in the order in which they are looked for."""


@dataclass(frozen=True)
class Line:
    """Settings that differ in one rate setting only: one rate-distortion curve.

    Attributes
    ----------
    codec, before, after
        The codec's name and the filters around it, as text.
    variant
        What tells this line from others of the same codec, such as ``encoder=jpegli``.
    axis
        The setting that varies along it, or empty.
    settings
        From fewest bits per pixel to most.
    """

    codec: str
    before: str
    after: str
    variant: str
    axis: str
    settings: tuple[Setting, ...]

    @property
    def text(self) -> str:
        """What tells it from all other lines, written as chains are.

        Examples
        --------
        >>> Line("jpeg", "", "median:size=3", "encoder=jpegli, speed=4", "quality", ()).text
        'jpeg:encoder=jpegli,speed=4 | median:size=3'
        """
        said = self.variant.replace(", ", ",")
        parts = (self.before, f"{self.codec}:{said}" if said else self.codec, self.after)
        return " | ".join(filter(None, parts))

    @cached_property
    def lossless(self) -> bool:
        """Whether every setting gave every picture back exactly."""
        return all(s.lossless for s in self.settings)

    def bytes_at(self, metric: str, level: float) -> dict[str, float]:
        """Bytes at which each picture reaches a score, between the two settings around it.

        Linear in log bytes over the score. Pictures that start above the level or never reach
        it are left out: nothing is extrapolated.

        Parameters
        ----------
        metric
            A score of which more is better.
        level
            The score to reach.

        Examples
        --------
        >>> from recoup.analysis.by_setting import by_setting
        >>> from recoup.results.row import Measurement
        >>> rows = [Measurement(image="a", chain=f"j:quality={q}", codec="j", encoded_bytes=b,
        ...                     settings=f'{{"quality": {q}}}', scores={"ssim": s})
        ...         for q, b, s in [(1, 100, 0.9), (2, 400, 0.98)]]
        >>> round(lines(by_setting(rows))[0].bytes_at("ssim", 0.94)["a"])
        200
        """
        points: dict[str, list[tuple[float, float]]] = {}
        for setting in self.settings:
            for key, size in setting.encoded_bytes.items():
                score = setting.rows[key].scores.get(metric)
                if score is not None and size > 0:
                    points.setdefault(key, []).append((math.log(size), score))
        found = ((key, _crossing(sorted(p), level)) for key, p in points.items())
        return {key: math.exp(at) for key, at in found if at is not None}


@dataclass(frozen=True)
class AtLevel:
    """What one line needs to reach the level, picture by picture.

    Attributes
    ----------
    line
        The line.
    sizes
        Bytes by picture.
    against_first
        Its bytes over those of the line that needs fewest; None for that line itself and where
        no picture is common.
    """

    line: Line
    sizes: Mapping[str, float]
    against_first: Difference | None


def lines(settings: Iterable[Setting]) -> tuple[Line, ...]:
    """Sort settings into lines; lossless settings make lines of their own.

    Examples
    --------
    >>> from recoup.analysis.by_setting import by_setting
    >>> from recoup.results.row import Measurement
    >>> rows = [Measurement(image="a", chain=f"avif:quality={q},speed={s}", codec="avif",
    ...                     settings=f'{{"quality": {q}, "speed": {s}}}')
    ...         for q in (30, 60) for s in (4, 6)]
    >>> [(line.variant, line.axis, len(line.settings)) for line in lines(by_setting(rows))]
    [('speed=4', 'quality', 2), ('speed=6', 'quality', 2)]
    """
    groups: dict[tuple[str, str, str, bool], list[Setting]] = {}
    for s in settings:
        groups.setdefault((s.codec, s.before, s.after, s.lossless), []).append(s)
    return tuple(line for key in sorted(groups) for line in _split(key, groups[key]))


def at_level(among: Sequence[Line], metric: str, level: float) -> tuple[AtLevel, ...]:
    """Rank lossy lines by the bytes they need to reach a score, fewest first.

    Lines that reach it on most pictures are ranked over the pictures they share; the rest follow,
    compared with the first over the pictures that both have.

    Examples
    --------
    >>> at_level([], "ssim", 0.95)
    ()
    """
    sized = [(line, line.bytes_at(metric, level)) for line in among if not line.lossless]
    sized = [(line, sizes) for line, sizes in sized if sizes]
    if not sized:
        return ()
    most = max(len(sizes) for _, sizes in sized)
    full = [(line, sizes) for line, sizes in sized if len(sizes) == most]
    shared = set.intersection(*(set(sizes) for _, sizes in full)) or None

    def need(sizes: Mapping[str, float]) -> float:
        return fmean(math.log(sizes[k]) for k in sorted(shared or sizes))

    first_line, first = min(full, key=lambda each: (need(each[1]), _name(each[0])))
    ranked = [
        AtLevel(line, sizes, None if line is first_line else difference(sizes, first))
        for line, sizes in sized
    ]
    return tuple(
        sorted(
            ranked,
            key=lambda a: (
                a.line is not first_line,
                a.against_first.ratio if a.against_first else math.inf,
                _name(a.line),
            ),
        )
    )


def nearest(line: Line, metric: str, level: float) -> Setting | None:
    """The setting of a line whose mean score is nearest a level, or None without such scores.

    Examples
    --------
    >>> nearest(Line("raw", "", "", "", "", ()), "ssim", 0.95)
    """
    means = ((s, s.mean(metric).value) for s in line.settings)
    scored = [(abs(m - level), s.chain, s) for s, m in means if m is not None]
    return min(scored, key=lambda each: each[:2])[2] if scored else None


def _split(key: tuple[str, str, str, bool], group: list[Setting]) -> list[Line]:
    """Split one group into lines by what varies beside the rate setting."""
    codec, before, after, lossless = key
    values: dict[str, set[Scalar]] = {}
    for s in group:
        for name, value in s.settings.items():
            values.setdefault(name, set()).add(value)
    varying = {name: v for name, v in values.items() if len(v) > 1}
    axis = _axis(varying)
    telling = _telling(group, [name for name in sorted(varying) if name != axis])
    by_rest: dict[str, list[Setting]] = {}
    for s in group:
        rest = ", ".join(f"{name}={_word(s.settings.get(name))}" for name in telling)
        by_rest.setdefault(rest, []).append(s)
    return [
        Line(
            codec,
            before,
            after,
            ", ".join(filter(None, ["lossless" if lossless else "", rest])),
            axis,
            tuple(sorted(several, key=lambda s: (s.bpp or 0.0, s.chain))),
        )
        for rest, several in sorted(by_rest.items())
    ]


def _telling(group: Sequence[Setting], names: Sequence[str]) -> list[str]:
    """As few names as tell the group's members apart as well as all of them do.

    Flags go first: they often only follow from another setting (an encoder, say).
    """

    def parts(chosen: Sequence[str]) -> int:
        return len({tuple(s.settings.get(name) for name in chosen) for s in group})

    left = list(names)
    flags = [n for n in names if all(isinstance(s.settings.get(n), bool) for s in group)]
    for name in [*flags, *(n for n in names if n not in flags)]:
        fewer = [n for n in left if n != name]
        if parts(fewer) == parts(names):
            left = fewer
    return left


def _word(value: Scalar) -> str:
    """A setting's value as chains spell it."""
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def _axis(varying: Mapping[str, set[Scalar]]) -> str:
    """The rate setting among those that vary: a known name, else the number with most values."""
    numeric = {
        name: values
        for name, values in varying.items()
        if all(
            isinstance(v, int | float) and not isinstance(v, bool) for v in values if v is not None
        )
    }
    known = [name for name in AXES if name in numeric]
    if known:
        return known[0]
    return max(sorted(numeric), key=lambda name: len(numeric[name]), default="")


def _crossing(points: Sequence[tuple[float, float]], level: float) -> float | None:
    """Log bytes where a sequence of (log bytes, score) first rises to the level."""
    at = next((i for i, (_, score) in enumerate(points) if score >= level), None)
    if at is None:
        return None
    size, score = points[at]
    if score == level:
        return size
    if at == 0:
        return None
    size_below, below = points[at - 1]
    if math.isinf(score):
        return size
    return size_below + (size - size_below) * (level - below) / (score - below)


def _name(line: Line) -> tuple[str, ...]:
    return line.codec, line.before, line.after, line.variant
