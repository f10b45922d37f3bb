"""What the rows say: means, matched settings, intervals and advice. Pure functions."""

from recoup.analysis.advise import STANDARDS, Advice, Pick, Standard, advise
from recoup.analysis.band import Span, band
from recoup.analysis.by_setting import Mean, Setting, by_setting
from recoup.analysis.interval import Difference, Gain, difference, gain
from recoup.analysis.match import AtLevel, Line, at_level, lines
from recoup.analysis.restoration import UNFAITHFUL, Restoration, Restorer, outside, restorations

__all__ = [
    "STANDARDS",
    "UNFAITHFUL",
    "Advice",
    "AtLevel",
    "Difference",
    "Gain",
    "Line",
    "Mean",
    "Pick",
    "Restoration",
    "Restorer",
    "Setting",
    "Span",
    "Standard",
    "advise",
    "at_level",
    "band",
    "by_setting",
    "difference",
    "gain",
    "lines",
    "outside",
    "restorations",
]
