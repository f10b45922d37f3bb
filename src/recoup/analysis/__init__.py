"""What the rows say: means, matched settings, intervals and advice. Pure functions."""

from recoup.analysis.accounts import Account, Entry, Ledger
from recoup.analysis.advise import STANDARDS, Advice, Pick, Standard, advise
from recoup.analysis.analyse import Analysis, analyse
from recoup.analysis.anchor import default_line, named_line
from recoup.analysis.band import Span, band
from recoup.analysis.bdrate import Delta, bd_metric, bd_rate
from recoup.analysis.by_setting import Mean, Setting, by_setting
from recoup.analysis.curve import Curve, curves
from recoup.analysis.deltas import Matrix, MeanDelta, bd_matrix, mean_delta
from recoup.analysis.frontier import Frontier, frontier
from recoup.analysis.interval import Difference, Gain, difference, gain
from recoup.analysis.league import League, Place, leagues
from recoup.analysis.ledger import ledger, ledgers
from recoup.analysis.loop import Effect, Loop, loop_sentence, loops
from recoup.analysis.match import AtLevel, Line, at_level, lines
from recoup.analysis.opponents import Opponent, Opponents, opponents, sentences
from recoup.analysis.pairs import Pair, matched_pairs
from recoup.analysis.prices import Amount, Prices
from recoup.analysis.restoration import UNFAITHFUL, Restoration, Restorer, outside, restorations
from recoup.analysis.table import Table

__all__ = [
    "STANDARDS",
    "UNFAITHFUL",
    "Account",
    "Advice",
    "Amount",
    "Analysis",
    "AtLevel",
    "Curve",
    "Delta",
    "Difference",
    "Effect",
    "Entry",
    "Frontier",
    "Gain",
    "League",
    "Ledger",
    "Line",
    "Loop",
    "Matrix",
    "Mean",
    "MeanDelta",
    "Opponent",
    "Opponents",
    "Pair",
    "Pick",
    "Place",
    "Prices",
    "Restoration",
    "Restorer",
    "Setting",
    "Span",
    "Standard",
    "Table",
    "advise",
    "analyse",
    "at_level",
    "band",
    "bd_matrix",
    "bd_metric",
    "bd_rate",
    "by_setting",
    "curves",
    "default_line",
    "difference",
    "frontier",
    "gain",
    "leagues",
    "ledger",
    "ledgers",
    "lines",
    "loop_sentence",
    "loops",
    "matched_pairs",
    "mean_delta",
    "named_line",
    "opponents",
    "outside",
    "restorations",
    "sentences",
]
