"""The lossless league: bits per pixel and speed of every lossless format, by class of picture.

Run ``python benchmarks/lossless.py FOLDER...``; each folder is a class. What is measured is plan
``lossless`` (``recoup compare --plan lossless`` gives the same bytes), every decode is compared
with its original, and a chain that does not take a picture is left out there and says on how many
it stands. Bits per pixel are means over pictures. Speed is 10^6 pixels of all pictures over the CPU
seconds of encode or decode, all threads together, the faster of two calls for each picture (one,
where it takes over a second), so that programs beside this one disturb it little.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TypeVar

from recoup.chain import Chain
from recoup.contracts import Codec
from recoup.image import Image
from recoup.picture import find, load, measured
from recoup.sweep import PLANS
from recoup.sweep.measure import machine, warm

ENOUGH_S = 1.0
"""A call that takes longer is not made again."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Standing:
    """One chain on one class."""

    chain: str
    bpp: float
    encode: float
    decode: float
    n: int


def main() -> None:
    """Print a table for each folder."""
    print(machine())
    for folder in sys.argv[1:]:
        images = [measured(load(found.path))[0] for found in find([folder])]
        megapixels = sum(image.pixels for image in images) / 1e6
        kinds = sorted({f"{i.bits}-bit {'grey' if i.channels == 1 else 'RGB'}" for i in images})
        about = f"{len(images)} pictures, {megapixels:.1f} MP, {', '.join(kinds)}"
        print(f"\n{Path(folder).name}: {about}\n")
        print(
            "| chain | bits/pixel | encode MP/s | decode MP/s | pictures |\n|---|---|---|---|---|"
        )
        chains = [chain for text in PLANS["lossless"].chains for chain in Chain.expand(text)]
        for chain in chains:
            _print(stand(chain, images))


def _print(one: Standing) -> None:
    numbers = (
        "none | - | -" if not one.n else f"{one.bpp:.3f} | {one.encode:.3g} | {one.decode:.3g}"
    )
    print(f"| `{one.chain}` | {numbers} | {one.n} |", flush=True)


def stand(chain: Chain, images: list[Image]) -> Standing:
    """Measure one chain on the pictures that it takes."""
    codec = chain.codec
    warm(codec)
    taken = [image for image in images if codec.refusal(image) is None]
    rates, encode_s, decode_s = [], 0.0, 0.0
    for image in taken:
        data, seconds = _faster(lambda image=image: codec.encode(image))  # type: ignore[misc]
        encode_s += seconds
        decode_s += _checked(codec, data, image)
        rates.append(len(data) * 8 / image.pixels)
    if not taken:
        return Standing(chain.text, 0, 0, 0, 0)
    pixels = sum(image.pixels for image in taken) / 1e6
    return Standing(chain.text, fmean(rates), pixels / encode_s, pixels / decode_s, len(taken))


def _checked(codec: Codec, data: bytes, image: Image) -> float:
    """CPU seconds of decode; stops where the picture did not come back."""
    decoded, seconds = _faster(lambda: codec.decode(data))
    if decoded != image:
        raise SystemExit(f"{codec}: the decoded picture differs")
    return seconds


def _faster(call: Callable[[], Result]) -> tuple[Result, float]:
    """What a call gives, and the CPU seconds of the faster of two."""
    result, seconds = _timed(call)
    return result, seconds if seconds > ENOUGH_S else min(seconds, _timed(call)[1])


def _timed(call: Callable[[], Result]) -> tuple[Result, float]:
    start = time.process_time()
    return call(), time.process_time() - start


if __name__ == "__main__":
    main()
