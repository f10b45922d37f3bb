"""What formats are called and the one colour each has everywhere in the report."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from recoup.analysis.by_setting import Setting
from recoup.analysis.match import Line

TITLES = MappingProxyType(
    {
        "jpeg": "JPEG",
        "jpeg2000": "JPEG 2000",
        "htj2k": "HTJ2K",
        "png": "PNG",
        "webp": "WebP",
        "avif": "AVIF",
        "jpegxl": "JPEG XL",
        "jpegls": "JPEG-LS",
        "raw": "raw (control)",
        "command": "command",
    }
)
COLOURS = MappingProxyType(
    {
        "jpeg": "#d1603d",
        "jpeg2000": "#b98a00",
        "htj2k": "#4aa3a2",
        "png": "#3f97cf",
        "webp": "#3563c9",
        "avif": "#0f9d76",
        "jpegxl": "#c45f9e",
        "jpegls": "#8d6bc7",
        "raw": "#8a8f98",
        "command": "#7c8b2f",
    }
)
"""Hues of Okabe and Ito (2008), moved in lightness until they hold on white and on near-black."""

SPARE = ("#a9714b", "#2a9db0", "#b0507a", "#6f7f4f", "#7a7fd0", "#a8862f")


def title(codec: str) -> str:
    """What people call a codec.

    Examples
    --------
    >>> title("jpegxl"), title("new")
    ('JPEG XL', 'new')
    """
    return TITLES.get(codec, codec)


def colours(codecs: Iterable[str]) -> dict[str, str]:
    """A colour for each codec, the same in every report for those that recoup ships.

    Examples
    --------
    >>> colours(["avif", "mine"])
    {'avif': '#0f9d76', 'mine': '#a9714b'}
    """
    found = sorted(set(codecs))
    strangers = [c for c in found if c not in COLOURS]
    spare = {c: SPARE[i % len(SPARE)] for i, c in enumerate(strangers)}
    return {c: COLOURS.get(c) or spare[c] for c in found}


_SAY_THEMSELVES = frozenset({"encoder", "subsampling"})
"""Settings whose values need no name before them: jpegli, 4:2:0."""


def line_name(line: Line) -> str:
    """Name of a rate-distortion line: format, variant and filters.

    Examples
    --------
    >>> line_name(Line("jpeg", "", "median:size=3", "encoder=jpegli", "quality", ()))
    'JPEG jpegli + median:size=3'
    >>> line_name(Line("jpeg", "", "onnx:model=dncnn,sigma=8", "", "quality", ()))
    'JPEG + dncnn, sigma 8'
    >>> line_name(Line("jpeg", "", "promised:model=deblock", "", "quality", ()))
    'JPEG + deblock where it helps'
    """
    return _name(line.codec, line.before, line.after, line.variant.split(", "))


def setting_name(setting: Setting) -> str:
    """Name of one setting: format, what its chain says in plain words, filters.

    Examples
    --------
    >>> setting_name(Setting("avif:quality=50,speed=6 | median:3", "avif", {}, {}))
    'AVIF quality 50, speed 6 + median:3'
    >>> setting_name(Setting("jpegxl:distance=none,lossless=true", "jpegxl", {}, {}))
    'JPEG XL lossless'
    """
    parts = (p.partition(":") for p in setting.chain.split(" | "))
    said = next((rest for name, _, rest in parts if name == setting.codec), "")
    return _name(setting.codec, setting.before, setting.after, said.split(","))


def steps_name(steps: str) -> str:
    """Filters as people call them: a model by its name, others with their settings.

    Examples
    --------
    >>> steps_name("onnx:model=swinir-m,tile=256"), steps_name("noise:sigma=25 | median:size=3")
    ('swinir-m, tile 256', 'noise sigma 25, then median size 3')
    """
    return ", then ".join(_step(step) for step in steps.split(" | ") if step)


def _step(step: str) -> str:
    """One filter in plain words."""
    name, _, said = step.partition(":")
    words = [_words(given) for given in said.split(",")]
    if name == "promised":
        return f"{words[0].removeprefix('model ').strip(chr(34))} where it helps"
    if name == "onnx":
        return ", ".join([words[0].removeprefix("model ").strip('"'), *words[1:]])
    return f"{name} {', '.join(filter(None, words))}".strip()


def _name(codec: str, before: str, after: str, said: list[str]) -> str:
    words = [_words(given) for given in said]
    flags = [w for w in words if " " not in w]
    ordered = flags + [w for w in words if w not in flags]
    name = " ".join([title(codec), ", ".join(filter(None, ordered))]).strip()
    first, last = (" | ".join(map(_plain_step, side.split(" | "))) for side in (before, after))
    return " + ".join(filter(None, (first, name, last)))


def _plain_step(step: str) -> str:
    """A filter as its chain has it, a model by its name."""
    return _step(step) if step.startswith(("onnx:", "promised:")) else step


def _words(given: str) -> str:
    """One setting in plain words; empty where it says nothing."""
    name, _, value = given.partition("=")
    plain = {"true": name, "false": f"no {name}", "none": "", "": name}
    return plain.get(value, value if name in _SAY_THEMSELVES else f"{name} {value}")
