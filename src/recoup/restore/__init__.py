"""Restoring picture files: whole folders, with what they carry, resumable."""

from recoup.restore.outcome import Progress, Restored
from recoup.restore.restore import restore, restored_picture

__all__ = ["Progress", "Restored", "restore", "restored_picture"]
