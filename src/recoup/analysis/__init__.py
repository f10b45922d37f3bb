"""What the rows say: means, matched settings, intervals and advice. Pure functions."""

from recoup.analysis.advise import STANDARDS, Advice, Pick, Standard, advise
from recoup.analysis.analyse import Analysis, analyse
from recoup.analysis.anchor import default_line, named_line
from recoup.analysis.bdrate import Delta, bd_metric, bd_rate
from recoup.analysis.by_setting import Mean, Setting, by_setting
from recoup.analysis.curve import Curve, curves
from recoup.analysis.deltas import Matrix, MeanDelta, bd_matrix, mean_delta
from recoup.analysis.frontier import Frontier, frontier
from recoup.analysis.interval import Difference, Gain, difference, gain
from recoup.analysis.match import AtLevel, Line, at_level, lines
from recoup.analysis.pairs import Pair, matched_pairs
from recoup.analysis.restoration import UNFAITHFUL, Restoration, Restorer, outside, restorations
from recoup.analysis.table import Table

__all__ = [
    "STANDARDS",
    "UNFAITHFUL",
    "Advice",
    "Analysis",
    "AtLevel",
    "Curve",
    "Delta",
    "Difference",
    "Frontier",
    "Gain",
    "Line",
    "Matrix",
    "Mean",
    "MeanDelta",
    "Pair",
    "Pick",
    "Restoration",
    "Restorer",
    "Setting",
    "Standard",
    "Table",
    "advise",
    "analyse",
    "at_level",
    "bd_matrix",
    "bd_metric",
    "bd_rate",
    "by_setting",
    "curves",
    "default_line",
    "difference",
    "frontier",
    "gain",
    "lines",
    "matched_pairs",
    "mean_delta",
    "named_line",
    "outside",
    "restorations",
]
