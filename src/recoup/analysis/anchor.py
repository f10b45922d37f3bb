"""Which line others are compared with."""

from __future__ import annotations

from collections.abc import Sequence

from recoup.analysis.match import Line
from recoup.codecs import codecs
from recoup.errors import ChainError


def default_line(among: Sequence[Line]) -> Line | None:
    """The line that others are compared with where nobody says which: JPEG at its defaults.

    Without JPEG, the first codec by name. Filters count against a line, then every setting that is
    not the codec's default.

    Examples
    --------
    >>> both = [Line(c, "", "", "", "", ()) for c in ("avif", "jpeg")]
    >>> default_line(both).codec
    'jpeg'
    """

    def odd(line: Line) -> int:
        """How many of its settings are not the codec's defaults."""
        codec = codecs().get(line.codec)
        said = line.settings[0].settings if line.settings else {}
        return sum(getattr(codec, k, None) != v for k, v in said.items() if k != line.axis)

    lossy = [line for line in among if not line.lossless or not line.settings]
    return min(
        lossy,
        key=lambda line: (
            bool(line.before or line.after),
            line.codec != "jpeg",
            line.codec,
            odd(line),
            line.text,
        ),
        default=None,
    )


def named_line(among: Sequence[Line], text: str) -> Line:
    """The line of a name: its whole text, its codec, or a part that no other has.

    Raises
    ------
    ChainError
        If there is none, or more than one.

    Examples
    --------
    >>> lines = [Line("jpeg", "", "", f"encoder={e}", "quality", ()) for e in ("jpegli", "mine")]
    >>> named_line(lines, "jpegli").text
    'jpeg:encoder=jpegli'
    """
    exact = [line for line in among if line.text == text]
    of_codec = default_line([line for line in among if line.codec == text and not line.after])
    found = exact or ([of_codec] if of_codec else [line for line in among if text in line.text])
    if len(found) != 1:
        what = "several lines are" if found else "no line is"
        there = "; ".join(line.text for line in found or among)
        raise ChainError(f"{what} called {text!r}: {there}")
    return found[0]
