"""The lossless league as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recoup.analysis import League, Place, Setting, leagues
from recoup.report import numbers
from recoup.report.formats import setting_name


@dataclass(frozen=True)
class Standing:
    """One line of a league's table, as shown."""

    name: str
    chain: str
    colour: str
    bpp: str
    against: str
    interval: str
    encode: str
    decode: str
    n: int


@dataclass(frozen=True)
class Standings:
    """One league's table.

    Attributes
    ----------
    title
        Which pictures.
    rows
        Fewest bytes first.
    starred
        Whether a speed is marked as not to be relied on.
    """

    title: str
    rows: tuple[Standing, ...]
    starred: bool


def standings(settings: Iterable[Setting], colours: Mapping[str, str]) -> tuple[Standings, ...]:
    """A table for each league there is.

    Examples
    --------
    >>> standings([], {})
    ()
    """
    return tuple(_table(league, colours) for league in leagues(settings))


def _table(league: League, colours: Mapping[str, str]) -> Standings:
    several = f"{league.pictures} picture{'s' * (league.pictures != 1)}"
    rows = tuple(_standing(place, colours) for place in league.places)
    starred = any(not place.setting.timed_alone for place in league.places)
    return Standings(f"{several} of {'more than 8' if league.deep else '8'} bits", rows, starred)


def _standing(place: Place, colours: Mapping[str, str]) -> Standing:
    setting, gap = place.setting, place.against_first
    star = "" if setting.timed_alone else "*"
    low, high = ((end - 1) * 100 for end in (gap.low, gap.high)) if gap else (0.0, 0.0)
    sure = gap is not None and gap.verdict != "too few"
    return Standing(
        setting_name(setting),
        setting.chain,
        colours[setting.codec],
        numbers.figures(place.bpp),
        f"{(gap.ratio - 1) * 100:+.1f} %".replace("-", "\N{MINUS SIGN}") if gap else numbers.NONE,
        f"{low:+.1f} to {high:+.1f} %".replace("-", "\N{MINUS SIGN}") if sure else "",
        numbers.figures(place.encode) + star,
        numbers.figures(place.decode) + star,
        setting.n,
    )
