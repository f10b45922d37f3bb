"""Each lossy format's quality, and the other settings that make files smaller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from types import MappingProxyType
from typing import Any

from recoup.chain.text import parse, split
from recoup.codecs import codecs
from recoup.contracts import Codec
from recoup.errors import ChainError

Values = tuple[Any, ...]


@dataclass(frozen=True)
class Scale:
    """How a format's quality is set.

    Attributes
    ----------
    field
        The setting.
    values
        From smallest file to best picture.
    others
        Settings that are tried beside it, unless they are given.
    """

    field: str
    values: Values
    others: tuple[tuple[str, Values], ...] = ()


_CHROMA = ("4:2:0", "4:4:4")

SCALES: Mapping[str, Scale] = MappingProxyType(
    {
        "jpeg": Scale(
            "quality",
            tuple(range(3, 101)),
            (("subsampling", _CHROMA), ("encoder", ("libjpeg-turbo", "jpegli"))),
        ),
        "webp": Scale("quality", tuple(range(101)), (("method", (4, 6)),)),
        "avif": Scale("quality", tuple(range(100)), (("subsampling", _CHROMA), ("speed", (4, 6)))),
        "jpegxl": Scale(
            "distance",
            tuple(round(15 * 0.96**n, 2) for n in range(124)),
            (("effort", (5, 7)),),
        ),
        "learned": Scale("quality", tuple(1 + n / 12 for n in range(85))),
        "jpeg2000": Scale("psnr", tuple(20 + n / 4 for n in range(141))),
    }
)
"""By the codec's name."""


ALIASES: Mapping[str, str] = MappingProxyType(
    {"jpg": "jpeg", "jp2": "jpeg2000", "jxl": "jpegxl", "rcp": "learned"}
)
"""Suffixes that stand for a codec of another name."""


def family(text: str, *, quality: float | None = None) -> list[Codec]:
    """Codecs that a text stands for, at one quality.

    Parameters
    ----------
    text
        ``jpeg``, ``avif:speed=4``: as in chains; a suffix such as ``jxl`` stands for its codec.
    quality
        On the codec's own scale (JPEG XL: of ``quality``, not distance); None leaves it.

    Raises
    ------
    ChainError
        If the text is not understood, or the codec has no quality.

    Examples
    --------
    >>> [codec.quality for codec in family("jpeg", quality=40)]
    [40]
    """
    text = _named(text)
    found = parse(text, codecs(), "codec")
    if quality is None:
        return found
    name = found[0].name
    if name not in SCALES or name == "jpeg2000":
        raise ChainError(f"{name} has no quality from 0 to 100; give its settings: --to '{text}:…'")
    return parse(_with(text, f"quality={quality:g}"), codecs(), "codec")


def variants(text: str) -> list[list[Codec]]:
    """Every combination of the settings that are searched, each at every quality.

    Parameters
    ----------
    text
        Settings given in it are kept.

    Returns
    -------
    list of list
        Of codecs from the smallest file to the best picture; one list has one quality where the
        text gives it.

    Raises
    ------
    ChainError
        If the text is not understood, stands for several, or is of a lossless format.

    Examples
    --------
    >>> [len(codecs) for codecs in variants("webp:method=6")]
    [101]
    >>> len(variants("jpeg"))
    4
    """
    text = _named(text)
    found = family(text)
    if len(found) != 1 or found[0].name not in SCALES or found[0].lossless:
        raise ChainError(
            f"{text!r}: a target is met by one lossy format at a time: {', '.join(SCALES)}"
        )
    codec: Any = found[0]
    scale, given = SCALES[codec.name], _given(text, codec.name)
    values = [getattr(codec, scale.field)] if given & {scale.field, "quality"} else scale.values
    free = {name: several for name, several in scale.others if name not in given}
    return [
        [replace(codec, **dict(zip(free, chosen, strict=True)), **{scale.field: v}) for v in values]
        for chosen in product(*free.values())
    ]


def _named(text: str) -> str:
    """The text with the codec's name in the place of a suffix."""
    name, colon, rest = text.partition(":")
    return ALIASES.get(name.strip(), name) + colon + rest


def _given(text: str, name: str) -> set[str]:
    """Settings that a text names."""
    _, _, rest = text.partition(":")
    parts = [part.partition("=") for part in split(rest, ",") if part]
    first = "quality" if name != "jpeg2000" else "psnr"
    return {before.strip() if equals else first for before, equals, _ in parts}


def _with(text: str, setting: str) -> str:
    return f"{text},{setting}" if ":" in text else f"{text}:{setting}"
