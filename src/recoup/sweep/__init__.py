"""Plan, measure and run: every picture through every chain."""

from recoup.sweep.comparison import Comparison, compare
from recoup.sweep.plan import Plan
from recoup.sweep.plans import PLANS, NamedPlan

__all__ = ["PLANS", "Comparison", "NamedPlan", "Plan", "compare"]
