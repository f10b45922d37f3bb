"""A chain: ``filters | codec | filters``, as text and as a value."""

from recoup.chain.chain import Chain, Passed, apply
from recoup.chain.table import all_filters, parse_filters

__all__ = ["Chain", "Passed", "all_filters", "apply", "parse_filters"]
