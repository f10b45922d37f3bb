"""Honest opponents: whom a codec, with or without a restorer, has to beat at equal quality."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from recoup.analysis.advise import CONTROLS
from recoup.analysis.interval import Difference, difference
from recoup.analysis.match import Line

Role = Literal["alone", "encoder", "codec"]
ROLES: tuple[Role, ...] = ("alone", "encoder", "codec")
_WHO: Mapping[Role, str] = {
    "alone": "the same codec alone",
    "encoder": "the same codec with its best other encoder",
    "codec": "the best other codec alone",
}


@dataclass(frozen=True)
class Opponent:
    """One line to beat.

    Attributes
    ----------
    role
        ``alone``: the same codec with the same settings and no restorer. ``encoder``: the same
        codec alone, with the other encoder, effort or subsampling that needs fewest bytes.
        ``codec``: of the other codecs alone, the one that needs fewest bytes.
    line
        The line; None where none was measured, or none reaches the level.
    against
        Bytes of the contender over those of this opponent at equal quality, paired by picture;
        above 1 the opponent is ahead. None without a line.
    reason
        Why there is none, or empty.
    """

    role: Role
    line: Line | None
    against: Difference | None
    reason: str = ""


@dataclass(frozen=True)
class Opponents:
    """A contender and whom it has to beat.

    Attributes
    ----------
    line
        The contender.
    metric, level
        The score, and how much of it both must reach on each picture.
    n
        Pictures on which the contender reaches the level.
    against
        Its opponents, in the order of :data:`ROLES`; a contender without a restorer has no
        ``alone``, for that is itself.
    """

    line: Line
    metric: str
    level: float
    n: int
    against: tuple[Opponent, ...]

    def by_role(self, role: Role) -> Opponent | None:
        """The opponent of a role, or None.

        Examples
        --------
        >>> Opponents(Line("jpeg", "", "", "", "", ()), "psnr", 33.0, 0, ()).by_role("codec")
        """
        return next((one for one in self.against if one.role == role), None)

    @property
    def beaten_by(self) -> tuple[Opponent, ...]:
        """Opponents that clearly need fewer bytes: their interval leaves out a tie."""
        return tuple(
            one
            for one in self.against
            if one.against and one.against.verdict == "clear" and one.against.ratio > 1
        )


def opponents(line: Line, among: Iterable[Line], metric: str, level: float) -> Opponents:
    """Find whom a line has to beat, and how it does.

    Bytes at equal quality are those of :meth:`recoup.analysis.match.Line.bytes_at`, compared by
    :func:`recoup.analysis.interval.difference` over the pictures that both lines bracket. An
    opponent that reaches the level on few of the contender's pictures does not stand in for one
    that reaches it on more.

    Parameters
    ----------
    line
        The contender: a codec, with or without filters.
    among
        What was measured on the same pictures. Opponents are those that restore nothing and have
        the contender's filters before the codec, or no filters where there is none such (as for a
        picture that is coded smaller and enlarged again). Lossless lines and controls are no
        opponents.
    metric
        A score of which more is better.
    level
        The score to reach.

    Examples
    --------
    >>> from recoup.analysis.by_setting import by_setting
    >>> from recoup.analysis.match import lines
    >>> from recoup.results.row import Measurement
    >>> rows = [Measurement(image="a", chain=f"{codec}:quality={q}{after}", codec=codec,
    ...                     encoded_bytes=size * q, scores={"psnr": 30.0 + q},
    ...                     settings=f'{{"quality": {q}}}')
    ...         for codec, after, size in (("jpeg", "", 100), ("jpeg", " | dncnn", 90),
    ...                                    ("webp", "", 80)) for q in (1, 2, 4)]
    >>> several = lines(by_setting(rows))
    >>> found = opponents(next(l for l in several if l.after), several, "psnr", 32.0)
    >>> [(one.role, one.against and round(one.against.ratio, 3)) for one in found.against]
    [('alone', 0.9), ('encoder', None), ('codec', 1.125)]
    """
    ours = line.bytes_at(metric, level)
    fields = candidates(line, among)
    if not line.after:
        del fields["alone"]
    against = (_best(role, ours, there, metric, level) for role, there in fields.items())
    return Opponents(line, metric, level, len(ours), tuple(against))


def candidates(line: Line, among: Iterable[Line]) -> dict[Role, Sequence[Line]]:
    """The lines that can be a line's opponents, by role.

    ``alone`` has every setting of the line but its rate setting: the same subsampling, speed and
    encoder. Where the contender was measured at one setting only, its rate setting is the one
    that varies along the other line.

    Examples
    --------
    >>> from recoup.analysis.by_setting import by_setting
    >>> from recoup.analysis.match import lines
    >>> from recoup.results.row import Measurement
    >>> rows = [Measurement(image="a", chain=f"{codec}{after}", codec=codec, scores={"psnr": 30.0})
    ...         for codec, after in (("jpeg", ""), ("jpeg", " | dncnn"), ("webp", ""))]
    >>> alone, restored, webp = lines(by_setting(rows))
    >>> candidates(restored, [alone, restored, webp])["alone"][0] is alone
    True
    """
    plain = _plain(line, among)
    same = [one for one in plain if one.codec == line.codec]
    alike = [one for one in same if _alike(one, line)]
    return {
        "alone": alike,
        "encoder": [one for one in same if one not in alike],
        "codec": [one for one in plain if one.codec != line.codec],
    }


def sentences(
    found: Opponents,
    metric: str = "",
    name: Callable[[Line], str] = lambda line: line.text,
) -> tuple[str, ...]:
    """Say it in words, one sentence for each opponent.

    Parameters
    ----------
    found
        Of :func:`opponents`.
    metric
        What people call the metric; its name if not given.
    name
        What people call a line.

    Examples
    --------
    >>> jpeg, webp = (Line(codec, "", "", "", "quality", ()) for codec in ("jpeg", "webp"))
    >>> gap = Difference(1.25, 1.2, 1.3, 24)
    >>> found = Opponents(jpeg, "ssim", 0.95, 24, (Opponent("codec", webp, gap),))
    >>> print(*sentences(found, "SSIM"))
    At SSIM 0.95 jpeg needs 25 % more bytes (95 % interval +20 to +30 %) than the best other codec
    alone, webp, on 24 pictures.
    """
    at = f"{metric or found.metric} {found.level:g}"
    return tuple(_sentence(found, one, at, name) for one in found.against)


def _sentence(found: Opponents, one: Opponent, at: str, name: Callable[[Line], str]) -> str:
    ours, gap = name(found.line), one.against
    if gap is None or one.line is None:
        return f"At {at} {ours} cannot be set against {_WHO[one.role]}: {one.reason}."
    change = (gap.ratio - 1) * 100
    digits = 1 if abs(change) < 10 else 0
    low, high = (
        f"{(end - 1) * 100:+.{digits}f}".replace("-", "\N{MINUS SIGN}")
        for end in (gap.low, gap.high)
    )
    tie = {"tie": ": a tie", "clear": "", "too few": ""}[gap.verdict]
    between = f"95 % interval {low} to {high} %{tie}"
    sure = "too few pictures for an interval" if gap.verdict == "too few" else between
    on = f"{gap.n} picture{'s' * (gap.n != 1)}"
    way = "more" if change > 0 else "fewer"
    return (
        f"At {at} {ours} needs {abs(change):.{digits}f} % {way} bytes ({sure}) "
        f"than {_WHO[one.role]}, {name(one.line)}, on {on}."
    )


def _plain(line: Line, among: Iterable[Line]) -> list[Line]:
    """Lossy lines that restore nothing, degraded as the contender is if there are any."""
    bare = [
        one
        for one in among
        if one != line and not one.after and not one.lossless and one.codec not in CONTROLS
    ]
    return [one for one in bare if one.before == line.before] or [
        one for one in bare if not one.before
    ]


def _alike(one: Line, other: Line) -> bool:
    """Whether the settings beside the rate setting are the same in both."""
    axes = {one.axis, other.axis}
    first, second = (line.settings[0].settings if line.settings else {} for line in (one, other))
    return all(first.get(k) == second.get(k) for k in {*first, *second} - axes)


def _best(
    role: Role, ours: Mapping[str, float], there: Sequence[Line], metric: str, level: float
) -> Opponent:
    """The one that needs fewest bytes, of those compared on most pictures."""
    if not there:
        return Opponent(role, None, None, "none was measured")
    if not ours:
        return Opponent(role, None, None, "its own settings do not bracket that on any picture")
    gaps = [(one, difference(ours, one.bytes_at(metric, level))) for one in there]
    met = [(one, gap) for one, gap in gaps if gap is not None]
    if not met:
        return Opponent(role, None, None, "none brackets that on the same pictures")
    most = max(gap.n for _, gap in met)
    best, gap = max(
        ((one, gap) for one, gap in met if gap.n == most), key=lambda each: each[1].ratio
    )
    return Opponent(role, best, gap)
