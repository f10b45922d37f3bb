"""recoup: compress hard, recoup the quality, and prove it."""

__version__ = "0.1.0"
