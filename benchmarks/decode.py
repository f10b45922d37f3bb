r"""What restoring costs beside decoding: a 1080p frame out of each format, then through deblock.

    python benchmarks/decode.py PICTURE [--threads 2] [--rounds 5] [--precision fp32] \
        [--models deblock-fast deblock]

PICTURE is any photograph; it is brought to 1920 x 1080. Printed are median CPU seconds and wall
seconds of decoding the frame and of restoring it, how many times the decoding of JPEG and AVIF
that is, and frames a second with all threads. Models run as ``recoup restore`` runs them, in
stripes of the frame: full rows of 128 lines and what the net sees beyond them, so that a viewer
could show the first rows while the last are still coming in.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import PIL.Image

from recoup.chain.chain import facts_of
from recoup.codecs import Avif, Jpeg, Jpeg2000, JpegXl, WebP
from recoup.image import Image
from recoup.models import find
from recoup.models.engine import Precision, open_model
from recoup.models.told import vector

FORMATS = (Jpeg(40), WebP(50), Avif(45), JpegXl(3.0), Jpeg2000(34.0))
ROWS = 128


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("picture", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--models", nargs="*", default=["deblock-fast", "deblock"])
    options = parser.parse_args()
    photo = PIL.Image.open(options.picture).convert("RGB").resize((1920, 1080))
    frame = Image(np.asarray(photo).copy())
    files = {codec.title: (codec, codec.encode(frame)) for codec in FORMATS}
    works: dict[str, Callable[[], object]] = {
        f"decode {title}": lambda codec=codec, data=data: codec.decode(data)
        for title, (codec, data) in files.items()
    }
    codec, data = files["JPEG"]
    facts = vector(facts_of(data))[np.newaxis]
    decoded = codec.decode(data)
    for name in options.models:
        works[name] = stripes(name, decoded, facts, options.threads, options.precision)
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    for turn in range(options.rounds + 1):
        for name, work in works.items():
            cpu, wall = time.process_time(), time.perf_counter()
            work()
            if turn:  # the first warms up
                spent[name].append((time.process_time() - cpu, time.perf_counter() - wall))
    cpu = {name: median(one[0] for one in several) for name, several in spent.items()}
    wall = {name: median(one[1] for one in several) for name, several in spent.items()}
    print(f"1920 x 1080, {options.threads} thread(s) for the models\n")
    print("| | CPU s | wall s | times decoding JPEG | times decoding AVIF | frames/s |")
    print("|---|---|---|---|---|---|")
    for name in works:
        ratios = [cpu[name] / cpu[f"decode {title}"] for title in ("JPEG", "AVIF")]
        cells = (f"{cpu[name]:.3f}", f"{wall[name]:.3f}", *(f"{ratio:.1f}" for ratio in ratios))
        print(f"| {name} | {' | '.join(cells)} | {1 / wall[name]:.1f} |")


def stripes(
    name: str,
    image: Image,
    facts: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    threads: int,
    precision: Precision,
) -> Callable[[], object]:
    """A whole frame through a model, stripe by stripe."""
    card, path = find(name)
    session = open_model(path, threads=threads, precision=precision)
    margin = (card.margin or 0) + -(card.margin or 0) % card.multiple

    def run() -> object:
        out = np.empty_like(image.samples)
        for top in range(0, image.height, ROWS):
            first, last = max(0, top - margin), min(image.height, top + ROWS + margin)
            part = image.samples[first:last]
            planes = np.ascontiguousarray(part.transpose(2, 0, 1)[np.newaxis], np.float32)
            planes /= 255
            given = session.run(planes, facts)[0, :, top - first :][:, :ROWS]
            np.rint(given * 255, out=given)
            rows = given.clip(0, 255).transpose(1, 2, 0)
            out[top : top + rows.shape[0]] = rows
        return out

    return run


if __name__ == "__main__":
    main()
