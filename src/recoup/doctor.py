"""What is installed: codec libraries beneath, cores, extras and how to get the missing ones."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version

from recoup import __version__
from recoup.chain import Chain
from recoup.codecs import codecs
from recoup.errors import RecoupError

_OTHER_ENCODERS = ("jpeg:progressive=false", "jpeg:encoder=jpegli", "png:optimize=2")
_EXTRA = re.compile(r"extra == ['\"](\w+)['\"]")
_NAME = re.compile(r"^[\w.-]+")


@dataclass(frozen=True)
class Findings:
    """Sections of (name, state) pairs, ready to print."""

    sections: dict[str, list[tuple[str, str]]]


def examine() -> Findings:
    """Look at this installation.

    Examples
    --------
    >>> list(examine().sections)
    ['recoup', 'codecs', 'libraries', 'extras']
    """
    return Findings(
        {
            "recoup": _recoup(),
            "codecs": [(text, _codec_version(text)) for text in (*_in_process(), *_OTHER_ENCODERS)],
            "libraries": [(name, _installed(name) or "missing") for name in _needs(None)],
            "extras": [(extra, _extra(extra)) for extra in _extras()],
        }
    )


def _recoup() -> list[tuple[str, str]]:
    from recoup.sweep.core import cores
    from recoup.sweep.measure import machine

    return [
        ("recoup", __version__),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("machine", machine()),
        ("cores", f"{len(cores())} to use"),
    ]


def _in_process() -> list[str]:
    return [name for name, cls in codecs().items() if cls.timed == "in-process"]


def _codec_version(text: str) -> str:
    try:
        return Chain.parse(text).codec.version()
    except RecoupError as error:
        return str(error)


def _extra(extra: str) -> str:
    missing = [name for name in _needs(extra) if not _installed(name)]
    if not missing:
        return "installed"
    return f"missing {', '.join(missing)}; get it: pip install 'recoup[{extra}]'"


def _extras() -> list[str]:
    lines = (_EXTRA.search(line) for line in requires("recoup") or ())
    return list(dict.fromkeys(found[1] for found in lines if found))


def _needs(extra: str | None) -> list[str]:
    """Names of the packages that the core (None) or an extra asks for."""
    names = []
    for line in requires("recoup") or ():
        found, name = _EXTRA.search(line), _NAME.match(line)
        if name and name[0] != "recoup" and (found[1] if found else None) == extra:
            names.append(name[0])
    return names


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
