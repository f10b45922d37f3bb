"""The viewer's pictures: made again from the originals, checked against the rows."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recoup.analysis import Setting
from recoup.analysis.by_setting import picture_key
from recoup.chain import Chain, Passed
from recoup.errors import RecoupError
from recoup.image import Image
from recoup.picture import load, measured
from recoup.report import choose, numbers
from recoup.report.columns import Column
from recoup.report.formats import setting_name
from recoup.report.keep import Keep
from recoup.report.maps import LAYERS, map_still, maps
from recoup.report.stills import decode_still, original_still
from recoup.report.tiles import Tile, worst_tiles
from recoup.results.row import Measurement

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Gallery:
    """What the viewer shows.

    Attributes
    ----------
    pictures
        Ready to be written as JSON for the page's script.
    messages
        Why pictures or settings are not there, in sentences.
    """

    pictures: list[dict[str, Any]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


def gallery(
    chosen: Sequence[tuple[str, str]],
    settings: Sequence[Setting],
    scores: Sequence[Column],
    colours: dict[str, str],
    keep: Keep,
    progress: Progress,
) -> Gallery:
    """Decode the chosen pictures with the chosen settings again.

    Parameters
    ----------
    chosen
        (role, picture) pairs.
    settings
        Shown for each picture, where there is a result.
    scores
        Metric columns for the captions.
    colours
        By codec.
    keep
        Takes each still.
    progress
        Told what is being made.
    """
    found = Gallery()
    for place, (role, key) in enumerate(chosen):
        pairs = choose.rows_of(key, settings)
        if not pairs:
            continue
        progress(f"viewer: {pairs[0][1].image}")
        try:
            original = source_image(pairs[0][1])
        except (RecoupError, OSError) as error:
            found.messages.append(f"{pairs[0][1].image} is not shown: {error}")
            continue
        shown = _Shown(place, original, pairs[0][1], scores, colours, keep)
        entry = shown.entry(role)
        for setting, row in pairs:
            try:
                entry["decodes"].append(shown.decode(setting, row))
            except RecoupError as error:
                found.messages.append(f"{row.image}, {row.chain}, is not shown: {error}")
        found.pictures.append(entry)
    return found


def source_image(row: Measurement) -> Image:
    """Load the original again. Raises RecoupError if it is gone or no longer the same.

    Examples
    --------
    >>> source_image(Measurement(image="a.png"))
    Traceback (most recent call last):
    recoup.errors.RecoupError: its original is no longer where it was when it was measured
    """
    if not row.source or not Path(row.source).exists():
        raise RecoupError("its original is no longer where it was when it was measured")
    image, _ = measured(load(Path(row.source)))
    if image.sha256 != row.image_sha256:
        raise RecoupError("its original has changed since it was measured")
    return image


@dataclass(frozen=True)
class _Shown:
    """One picture on its way into the page."""

    place: int
    original: Image
    row: Measurement
    scores: Sequence[Column]
    colours: dict[str, str]
    keep: Keep

    def entry(self, role: str) -> dict[str, Any]:
        """The picture with its original."""
        still = original_still(self.original, Path(self.row.source))
        return {
            "name": self.row.image,
            "key": picture_key(self.row)[:16],
            "role": role,
            "width": self.original.width,
            "height": self.original.height,
            "size": numbers.size(self.row.raw_bytes),
            "note": still.note,
            "original": self.keep(f"{self.place}-original", still, 0),
            "decodes": [],
        }

    def decode(self, setting: Setting, row: Measurement) -> dict[str, Any]:
        """One decode with its caption and maps. Raises RecoupError if it is another one."""
        chain, passed = pass_again(self.original, row)
        original = chain.crop(self.original)
        exact = passed.decoded == original and original is self.original
        name = f"{self.place}-{row.cell}"
        out = {
            "label": setting_name(setting),
            "chain": row.chain,
            "codec": row.codec,
            "colour": self.colours[row.codec],
            "size": numbers.size(row.encoded_bytes),
            "bpp": numbers.figures(row.bpp),
            "ratio": numbers.figures(row.ratio),
            "scores": [[c.title, score_text(row, c)] for c in self.scores],
            "exact": exact,
            "note": "",
            "maps": {},
            "tiles": {},
        }
        if exact:  # the original itself, bit for bit
            return out
        still = decode_still(chain, passed)
        made = maps(original, passed.decoded)
        later = 2 * min(self.place, 1)  # the first picture whole, before the others' decodes
        return out | {
            "note": still.note,
            "width": original.width,
            "height": original.height,
            "image": self.keep(name, still, later + 1),
            "maps": {
                layer: self.keep(f"{name}-{layer}", map_still(LAYERS[layer], values), later + 2)
                for layer, values in made.items()
            },
            "tiles": {
                layer: [_tile(tile) for tile in tiles]
                for layer, tiles in worst_tiles(original, passed.decoded, made).items()
            },
        }


def pass_again(original: Image, row: Measurement) -> tuple[Chain, Passed]:
    """Put the original through a row's chain again. Raises RecoupError if other bytes come out."""
    chain = Chain.parse(row.chain)
    passed = chain.run(original)
    if hashlib.sha256(passed.encoded).hexdigest() != row.encoded_sha256:
        raise RecoupError(
            "encoding it again gave other bytes than were measured (another library version?)"
        )
    return chain, passed


def _tile(tile: Tile) -> dict[str, int | float | None]:
    """As the page's script reads it."""
    return {
        "x": tile.x,
        "y": tile.y,
        "width": tile.width,
        "height": tile.height,
        "psnr": round(tile.psnr, 2) if math.isfinite(tile.psnr) else None,
        "ssim": None if tile.ssim is None else round(tile.ssim, 4),
        "lpips": None if tile.lpips is None else round(tile.lpips, 4),
    }


def score_text(row: Measurement, column: Column) -> str:
    """One score with its unit.

    Examples
    --------
    >>> from recoup.report.columns import metric_column
    >>> score_text(Measurement(scores={"mine": 0.25}), metric_column("mine", None))
    '0.2500'
    """
    value = numbers.fixed(row.scores.get(column.name), 2 if column.unit else 4)
    return f"{value} {column.unit}".strip()


def layers(gallery: Gallery) -> list[dict[str, str]]:
    """The kinds of map that any decode has, as the page's script reads them.

    Examples
    --------
    >>> layers(Gallery([{"decodes": [{"maps": {"ssim": {}}}]}]))[0]["title"]
    'SSIM map'
    """
    there = {name for picture in gallery.pictures for d in picture["decodes"] for name in d["maps"]}
    return [
        {"name": one.name, "title": one.title, "low": one.low, "high": one.high}
        for one in LAYERS.values()
        if one.name in there
    ]


def drop_missing(gallery: Gallery, kept: set[str]) -> int:
    """Take out what did not fit; pictures without their original go whole. Returns how many.

    Examples
    --------
    >>> found = Gallery([{"name": "a", "original": {"id": "x"}, "decodes": []}])
    >>> drop_missing(found, set()), found.pictures
    (1, [])
    """
    dropped = 0
    for picture in list(gallery.pictures):
        if picture["original"].get("id", "") not in kept:
            dropped += 1 + sum("image" in d for d in picture["decodes"])
            gallery.pictures.remove(picture)
            continue
        for decode in list(picture["decodes"]):
            for layer in [n for n, map_ in decode["maps"].items() if map_["id"] not in kept]:
                dropped += 1
                del decode["maps"][layer], decode["tiles"][layer]
            if not decode["exact"] and decode["image"]["id"] not in kept:
                dropped += 1
                picture["decodes"].remove(decode)
    return dropped
