"""One file of published weights, and where it can be had."""

from __future__ import annotations

from dataclasses import dataclass

from recoup.models.sources import PyPI, Url


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One file of published weights.

    Attributes
    ----------
    name
        As chains call the model once it is imported.
    architecture, task, scale, channels
        As on the card.
    sources
        Where it can be had, the official address first. A SHA-256 is stated there.
    licence
        Of the weights.
    data
        What it was trained on.
    note
        What else to know; may be empty.
    """

    name: str
    architecture: str
    task: str
    sources: tuple[Url | PyPI, ...]
    scale: int = 1
    channels: int = 3
    licence: str
    data: str = "unknown"
    note: str = ""

    @property
    def url(self) -> str:
        """Official address.

        Examples
        --------
        >>> from recoup.models import CATALOGUE
        >>> CATALOGUE["dncnn3"].url
        'https://github.com/cszn/KAIR/releases/download/v1.0/dncnn3.pth'
        """
        return self.sources[0].address

    @property
    def file(self) -> str:
        """File name of the weights.

        Examples
        --------
        >>> from recoup.models import CATALOGUE
        >>> CATALOGUE["dncnn3"].file
        'dncnn3.pth'
        """
        return self.sources[0].file

    @property
    def sha256(self) -> str:
        """Of the file at the official address; empty if not known.

        Examples
        --------
        >>> from recoup.models import CATALOGUE
        >>> CATALOGUE["dncnn3"].sha256
        ''
        """
        first = self.sources[0]
        return first.sha256 if isinstance(first, Url) else first.member_sha256
