"""File names as they are shown: one printable line, whatever bytes they hold."""

from __future__ import annotations

import os


def shown(path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> str:
    r"""Return the name with everything unprintable escaped.

    Line breaks, control characters, direction marks and bytes that are no text in the file
    system's encoding become backslash escapes, so that a message stays one line and can always
    be printed.

    Examples
    --------
    >>> shown("holiday.png"), shown("two\nlines.png"), shown(b"caf\xe9.png")
    ('holiday.png', 'two\\nlines.png', 'caf\\xe9.png')
    """
    return "".join(c if c.isprintable() else _escaped(c) for c in os.fsdecode(path))


def _escaped(character: str) -> str:
    """Return the escape of one character; undecodable bytes come as lone surrogates."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
