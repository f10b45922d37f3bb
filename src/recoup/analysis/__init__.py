"""What the rows say: means, matched settings, intervals and advice. Pure functions."""

from recoup.analysis.advise import STANDARDS, Advice, Pick, Standard, advise
from recoup.analysis.by_setting import Mean, Setting, by_setting
from recoup.analysis.interval import Difference, difference
from recoup.analysis.match import AtLevel, Line, at_level, lines

__all__ = [
    "STANDARDS",
    "Advice",
    "AtLevel",
    "Difference",
    "Line",
    "Mean",
    "Pick",
    "Setting",
    "Standard",
    "advise",
    "at_level",
    "by_setting",
    "difference",
    "lines",
]
