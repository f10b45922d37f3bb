"""Plan, measure and run: every picture through every chain."""

from recoup.sweep.comparison import Comparison, compare
from recoup.sweep.plan import DEFAULT_CHAINS, Plan

__all__ = ["DEFAULT_CHAINS", "Comparison", "Plan", "compare"]
