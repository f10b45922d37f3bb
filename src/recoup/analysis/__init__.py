"""What the rows say: means, matched settings, intervals and advice. Pure functions."""

from recoup.analysis.advise import STANDARDS, Advice, Pick, Standard, advise
from recoup.analysis.band import Span, band
from recoup.analysis.bdrate import Delta, bd_metric, bd_rate
from recoup.analysis.by_setting import Mean, Setting, by_setting
from recoup.analysis.curve import Curve, curves
from recoup.analysis.deltas import Matrix, MeanDelta, bd_matrix, mean_delta
from recoup.analysis.interval import Difference, Gain, difference, gain
from recoup.analysis.match import AtLevel, Line, at_level, lines
from recoup.analysis.restoration import UNFAITHFUL, Restoration, Restorer, outside, restorations

__all__ = [
    "STANDARDS",
    "UNFAITHFUL",
    "Advice",
    "AtLevel",
    "Curve",
    "Delta",
    "Difference",
    "Gain",
    "Line",
    "Matrix",
    "Mean",
    "MeanDelta",
    "Pick",
    "Restoration",
    "Restorer",
    "Setting",
    "Span",
    "Standard",
    "advise",
    "at_level",
    "band",
    "bd_matrix",
    "bd_metric",
    "bd_rate",
    "by_setting",
    "curves",
    "difference",
    "gain",
    "lines",
    "mean_delta",
    "outside",
    "restorations",
]
