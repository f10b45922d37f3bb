"""The command line: parse, call, print. The work is done elsewhere."""

from recoup.cli.commands import app

__all__ = ["app"]
