"""A chain: ``filters | codec | filters``, as text and as a value."""

from recoup.chain.chain import Chain, Passed

__all__ = ["Chain", "Passed"]
