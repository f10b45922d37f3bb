"""Where a restorer helped and where it hurt: maps, made again from the originals."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recoup.analysis import Effect, Loop
from recoup.chain import Chain
from recoup.errors import RecoupError
from recoup.image import Image
from recoup.report.columns import Column
from recoup.report.formats import line_name
from recoup.report.keep import Keep
from recoup.report.maps import MOST_PIXELS, reduced
from recoup.report.stills import Still, codec_of
from recoup.report.triptychs import again
from recoup.report.verdicts import signed
from recoup.report.viewer import Progress, source_image

BLOCK = 8
"""Pixels a side over which errors are averaged."""
FULL = 2.0
"""Levels of 255 at which a map's colours end."""
SEEN = 0.1
"""Levels of 255 from which a block counts as helped or hurt."""
STEPS = 17
"""Colours in a map; odd, so that one of them is neither."""
_ANCHORS = ((5, 63, 125), (75, 147, 195), (244, 243, 240), (221, 132, 73), (140, 45, 4))
"""Helped, neither, hurt: a blue and an orange of like darkness at both ends."""
_MOST_SMALL = 1 << 17
_RANK = 2


def balance(original: Image, given: Image, restored: Image) -> NDArray[np.float32]:
    """Error that a restorer took away, block by block.

    Parameters
    ----------
    original, given, restored
        Images of one shape and depth.

    Returns
    -------
    ndarray
        One value for each block of 8 x 8 pixels (less at the right and the bottom), float32:
        mean over its samples of the absolute error before less that after, in levels of 255.
        Above 0 the restorer helped.

    Examples
    --------
    >>> one, two = (Image(np.full((8, 12), level, np.uint8)) for level in (10, 14))
    >>> balance(one, two, one).tolist(), balance(one, one, two).tolist()
    ([[4.0, 4.0]], [[-4.0, -4.0]])
    """
    exact = original.samples.astype(np.float32)
    before, after = (np.abs(i.samples.astype(np.float32) - exact) for i in (given, restored))
    gained = (before - after).mean(axis=2, keepdims=True) * np.float32(255 / original.peak)
    return _blocks(gained)


def harm_still(values: NDArray[np.float32], width: int, height: int) -> Still:
    """A map of blocks as a lossless WebP of the picture's shape: blue helped, orange hurt.

    Parameters
    ----------
    values
        Of :func:`balance`.
    width, height
        Of the picture, pixels; a map is smaller than a large picture by a whole factor.

    Examples
    --------
    >>> harm_still(np.zeros((1, 2), np.float32), 12, 8).media_type
    'image/webp'
    """
    share = (1 - np.clip(values / FULL, -1, 1)) / 2
    at = np.rint(share * (STEPS - 1)).astype(np.intp)
    step = 1
    while -(-height // step) * -(-width // step) > MOST_PIXELS:
        step += 1
    down, across = (np.arange(0, side, step) // BLOCK for side in (height, width))
    colours = palette()[at[np.ix_(down, across)]]
    codec = codec_of("webp:lossless=true,method=4")
    return Still(codec.encode(Image(np.ascontiguousarray(colours))), codec.media_type)


def palette() -> NDArray[np.uint8]:
    """Colours of the maps from helped most to hurt most, shape (STEPS, 3), sRGB.

    Examples
    --------
    >>> palette()[STEPS // 2].tolist()
    [244, 243, 240]
    """
    at, known = np.linspace(0, len(_ANCHORS) - 1, STEPS), np.arange(len(_ANCHORS))
    channels = [np.interp(at, known, [colour[i] for colour in _ANCHORS]) for i in range(3)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)


@dataclass(frozen=True)
class Harms:
    """Maps by name of their line, and why some are not there, in sentences."""

    maps: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)

    def within(self, kept: set[str]) -> Harms:
        """Those whose pictures are in the page.

        Examples
        --------
        >>> Harms({"JPEG": [{"small": "a", "map": "b"}]}).within({"a"}).maps
        {'JPEG': []}
        """
        maps = {
            line: [each for each in several if {each["small"], each["map"]} <= kept]
            for line, several in self.maps.items()
        }
        return Harms(maps, self.messages)


def harms(
    several: Sequence[Loop], columns: Mapping[str, Column], keep: Keep, progress: Progress
) -> Harms:
    """Map the picture that each restorer made worst, and that it helped most.

    Parameters
    ----------
    several
        Codecs with restorers.
    columns
        Of the metrics, by name.
    keep, progress
        As for :func:`recoup.report.viewer.gallery`.

    Examples
    --------
    >>> harms([], {}, lambda name, still, rank: {}, print).maps
    {}
    """
    found = Harms()
    for one in several:
        mine = found.maps.setdefault(line_name(one.line), [])
        for role, effect, key in extremes(one):
            row = effect.setting.rows[key]
            progress(f"map of {row.image} through {row.chain}")
            try:
                mine.append(_entry(one, role, effect, key, columns[one.metric], keep))
            except (RecoupError, OSError) as error:
                found.messages.append(f"{row.image} through {row.chain} is not mapped: {error}")
    return found


def extremes(one: Loop) -> Iterator[tuple[str, Effect, str]]:
    """(least or most, effect, picture) of the pictures that gained least and most at any setting.

    Examples
    --------
    >>> from recoup.analysis import Line, Setting
    >>> effects = tuple(Effect(Setting(f"jpeg:{q} | x", "jpeg", {}, {}), {"a": g, "b": g - 1})
    ...                 for q, g in ((1, 2.0), (2, 0.5)))
    >>> loop = Loop(Line("jpeg", "", "x", "", "", ()), "psnr", {}, {}, effects)
    >>> [(role, effect.setting.chain, key) for role, effect, key in extremes(loop)]
    [('least', 'jpeg:2 | x', 'b'), ('most', 'jpeg:1 | x', 'a')]
    """
    every = [(step, at, key) for at, e in enumerate(one.effects) for key, step in e.steps.items()]
    if not every:
        return
    for role, (_, at, key) in (("least", min(every)), ("most", max(every))):
        yield role, one.effects[at], key


def _entry(
    one: Loop, role: str, effect: Effect, key: str, column: Column, keep: Keep
) -> dict[str, Any]:
    """One map with its picture. Raises RecoupError if it is not what was measured."""
    row = effect.setting.rows[key]
    chain = Chain.parse(row.chain)
    original = chain.crop(source_image(row))
    given, restored = again(chain, original, row)
    if given.samples.shape != original.samples.shape:
        raise RecoupError("what the restorer was given has another size than the original")
    values = balance(original, given, restored)
    name = hashlib.sha256(f"{row.cell} harm".encode()).hexdigest()[:16]
    step = signed(effect.steps[key], 2 if column.unit else 4)
    value = effect.setting.settings.get(one.line.axis)
    return {
        "role": role,
        "name": row.image,
        "setting": f"{one.line.axis} {value:g}" if isinstance(value, int | float) else row.chain,
        "gain": f"{step} {column.unit} {column.title}".replace("  ", " "),
        "helped": _share(values > SEEN),
        "hurt": _share(values < -SEEN),
        "width": original.width,
        "height": original.height,
        "small": keep(f"h-{name}", _small(restored), _RANK)["id"],
        "map": keep(f"h-{name}-map", harm_still(values, given.width, given.height), _RANK)["id"],
    }


def _share(mask: NDArray[np.bool_]) -> str:
    return f"{100 * float(mask.mean()):.0f} %"


def _small(image: Image) -> Still:
    """A reduced picture in 8 bits."""
    samples = reduced(image.samples.astype(np.float32), _MOST_SMALL)
    eight = np.rint(samples * np.float32(255 / image.peak)).astype(np.uint8)
    codec = codec_of("webp:quality=85")
    return Still(codec.encode(Image(eight)), codec.media_type)


def _blocks(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means over blocks of (height, width, 1); those at the right and bottom are cut."""
    height, width, _ = values.shape
    down, across = (np.arange(0, side, BLOCK) for side in (height, width))
    sums = np.add.reduceat(np.add.reduceat(values[..., 0], down, axis=0), across, axis=1)
    tall, wide = (np.minimum(at + BLOCK, n) - at for at, n in ((down, height), (across, width)))
    return np.asarray(sums / np.outer(tall, wide), np.float32)
