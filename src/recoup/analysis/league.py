"""The lossless league: what exact copies cost, in bits per pixel and in time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import log
from statistics import fmean

from recoup.analysis.advise import CONTROLS
from recoup.analysis.by_setting import Setting
from recoup.analysis.interval import Difference, difference
from recoup.results.row import Measurement


@dataclass(frozen=True)
class Place:
    """One lossless setting on the pictures of one depth.

    Attributes
    ----------
    setting
        The setting, with the rows of these pictures only.
    bpp
        Mean over pictures of bits per pixel.
    encode, decode
        Speed: 10⁶ pixels of all pictures over the seconds of all (each the median of its repeats);
        None where a time is missing.
    against_first
        Its bytes over those of the first place, paired by picture; None for the first itself.
    """

    setting: Setting
    bpp: float
    encode: float | None
    decode: float | None
    against_first: Difference | None


@dataclass(frozen=True)
class League:
    """The settings that gave every picture of one depth back exactly.

    Attributes
    ----------
    deep
        Whether the pictures have more than 8 bits.
    pictures
        How many there are.
    places
        Fewest bytes first; settings that do not take every picture come after those that do.
    """

    deep: bool
    pictures: int
    places: tuple[Place, ...]


def leagues(settings: Iterable[Setting]) -> tuple[League, ...]:
    """Rank the lossless settings, for pictures of 8 bits and of more.

    Parameters
    ----------
    settings
        Whatever was measured; lossy ones, chains with filters and controls are left out, and so is
        a league with fewer than two places.

    Examples
    --------
    >>> from recoup.analysis.by_setting import by_setting
    >>> from recoup.results.row import Measurement
    >>> rows = [Measurement(image="a", chain=codec, codec=codec, width=10, height=10, bits=8,
    ...                     channels=1, encoded_bytes=size, encode_s_all=(0.001,),
    ...                     scores={"psnr": float("inf")})
    ...         for codec, size in (("png", 100), ("webp", 75))]
    >>> (found,) = leagues(by_setting(rows))
    >>> [(place.setting.codec, place.bpp, place.encode) for place in found.places]
    [('webp', 6.0, 0.1), ('png', 8.0, 0.1)]
    """
    exact = [s for s in settings if s.lossless and not s.filtered and s.codec not in CONTROLS]
    found = (_league(exact, deep=deep) for deep in (False, True))
    return tuple(one for one in found if len(one.places) > 1)


def _league(settings: Iterable[Setting], *, deep: bool) -> League:
    """Rank over the pictures of one depth."""
    parts = [
        replace(s, rows={key: row for key, row in s.rows.items() if (row.bits > 8) == deep})
        for s in settings
    ]
    parts = [s for s in parts if s.encoded_bytes]
    pictures = len({key for s in parts for key in s.encoded_bytes})
    whole = [s for s in parts if s.n == pictures] or parts
    first = min(whole, key=lambda s: (fmean(_logs(s)), s.chain), default=None)
    places = [_place(s, first) for s in parts]

    def rank(place: Place) -> tuple[bool, float, str]:
        ratio = place.against_first.ratio if place.against_first else 1.0
        return place.setting.n < pictures, ratio, place.setting.chain

    ranked = sorted(places, key=lambda p: (p.setting is not first, *rank(p)))
    return League(deep, pictures, tuple(ranked))


def _place(setting: Setting, first: Setting | None) -> Place:
    sizes = {key: float(size) for key, size in setting.encoded_bytes.items()}
    leader = {key: float(size) for key, size in first.encoded_bytes.items()} if first else {}
    against = None if setting is first else difference(sizes, leader)
    return Place(
        setting,
        setting.bpp or 0.0,
        _speed(setting, lambda row: row.encode_s),
        _speed(setting, lambda row: row.decode_s),
        against,
    )


def _logs(setting: Setting) -> list[float]:
    return [log(size) for size in setting.encoded_bytes.values()]


def _speed(setting: Setting, seconds: Callable[[Measurement], float | None]) -> float | None:
    """10⁶ pixels a second over all pictures, None where one was not timed."""
    rows = setting.rows.values()
    taken = [s for row in rows if (s := seconds(row)) is not None]
    if len(taken) < len(rows) or not sum(taken):
        return None
    return sum(row.width * row.height for row in rows) / 1e6 / sum(taken)
