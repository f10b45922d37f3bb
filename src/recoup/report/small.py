"""Every picture small, with a small map of what one setting loses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from recoup.analysis import Setting
from recoup.errors import RecoupError
from recoup.image import Image
from recoup.report.formats import setting_name
from recoup.report.keep import Keep
from recoup.report.maps import LAYERS, map_still, maps, reduced
from recoup.report.stills import Still, codec_of
from recoup.report.viewer import Progress, pass_again, source_image

MOST = 60
"""Pictures shown small at most, the worst ones."""
MOST_PIXELS = 1 << 15
_RANK = 3  # after the first picture of the viewer, before the others' decodes


def smalls(
    order: Sequence[str], setting: Setting | None, keep: Keep, progress: Progress
) -> list[dict[str, Any]]:
    """Reduce the first pictures, and map what a setting loses on them.

    Pictures that are gone or have changed are left out.

    Parameters
    ----------
    order
        Keys of the pictures, the worst first.
    setting
        The one that is mapped.
    keep, progress
        As for :func:`recoup.report.viewer.gallery`.

    Examples
    --------
    >>> smalls(["a"], None, lambda name, still, rank: {}, print)
    []
    """
    found: list[dict[str, Any]] = []
    for place, key in enumerate(order[:MOST]):
        row = setting.rows.get(key) if setting else None
        if row is None or setting is None:
            continue
        progress(f"small: {row.image}")
        try:
            original = source_image(row)
            chain, passed = pass_again(original, row)
        except (RecoupError, OSError):
            continue  # the viewer says why, where it shows the picture
        layers = maps(chain.crop(original), passed.decoded, ("ssim", "error"))
        name = next(iter(layers))  # SSIM, unless the picture is too small for it
        layer = LAYERS[name]
        map_ = map_still(layer, layers[name], MOST_PIXELS)
        entry = {"key": key[:16], "small": keep(f"s{place}", _small(original), _RANK)["id"]}
        entry["map"] = keep(f"s{place}-map", map_, _RANK)["id"]
        entry["note"] = f"{layer.title} of {setting_name(setting)}: bright where it hurts"
        found.append(entry)
    return found


def _small(original: Image) -> Still:
    """A reduced picture in 8 bits, a few kB."""
    samples = reduced(original.samples.astype(np.float32), MOST_PIXELS)
    eight = np.rint(samples * np.float32(255 / original.peak)).astype(np.uint8)
    codec = codec_of("webp:quality=75")
    return Still(codec.encode(Image(eight)), codec.media_type)
