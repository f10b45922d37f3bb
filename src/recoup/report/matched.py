"""The settings shown side by side: one per format near the good level, and the lossless ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recoup.analysis import Advice, Line, Setting
from recoup.analysis.advise import CONTROLS
from recoup.analysis.match import nearest

MOST_LINES = 10


@dataclass(frozen=True)
class Matched:
    """Settings shown side by side.

    Attributes
    ----------
    lossy
        Of each line (each codec where there are many lines) the setting whose mean score is
        nearest the standard; the middle one where there is no standard.
    lossless
        The smallest lossless setting of each codec, the control apart.
    """

    lossy: tuple[Setting, ...]
    lossless: tuple[Setting, ...]

    @property
    def every(self) -> tuple[Setting, ...]:
        """Lossy first."""
        return self.lossy + self.lossless


def matched(among: Sequence[Line], advice: Advice) -> Matched:
    """Choose them from the lines.

    Examples
    --------
    >>> from recoup.analysis import advise
    >>> matched([], advise([]))
    Matched(lossy=(), lossless=())
    """
    lossy = [line for line in among if not line.lossless and line.codec not in CONTROLS]
    ranked = sorted(lossy, key=lambda line: _place(line, advice))
    if len(ranked) > MOST_LINES:
        best: dict[str, Line] = {}
        for line in ranked:
            best.setdefault(line.codec, line)
        ranked = list(best.values())
    chosen = [found for line in ranked if (found := _near(line, advice)) is not None]
    exact: dict[str, Setting] = {}
    for line in among:
        for setting in line.settings if line.lossless and line.codec not in CONTROLS else ():
            if setting.codec not in exact or _size(setting) < _size(exact[setting.codec]):
                exact[setting.codec] = setting
    return Matched(tuple(chosen), tuple(sorted(exact.values(), key=_size)))


def _place(line: Line, advice: Advice) -> int:
    """Where a line stands in the ranking, by content; last if it is not ranked."""
    at = [i for i, a in enumerate(advice.equal) if a.line == line]
    return at[0] if at else len(advice.equal)


def _near(line: Line, advice: Advice) -> Setting | None:
    if advice.standard is None:
        return line.settings[len(line.settings) // 2] if line.settings else None
    return nearest(line, advice.standard.metric, advice.standard.level)


def _size(setting: Setting) -> float:
    return setting.bpp or 0.0
