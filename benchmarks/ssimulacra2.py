"""SSIMULACRA2 beside its author's tool (values) and the PyPI package (CPU time, memory).

    python benchmarks/ssimulacra2.py FOLDER [FOLDER] [--tool PROGRAM] [--peer PYTHON]

FOLDERs hold PNG photographs; values are compared on the 50 pairs of ``pairs.py``. PROGRAM is
``ssimulacra2`` as built from github.com/cloudinary/ssimulacra2, PYTHON has the package
``ssimulacra2`` 0.3.0. Time and memory are those of a process of its own, on the largest picture
and its JPEG.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from pairs import pairs
from recoup import Picture, load, save
from recoup.codecs.jpeg import Jpeg
from recoup.image import Image
from recoup.metrics.msssim import ms_ssim
from recoup.metrics.ssim import ssim
from recoup.metrics.ssimulacra2 import ssimulacra2

PEER = "from ssimulacra2 import compute_ssimulacra2 as score\n"
OURS = """
from recoup import load
from recoup.metrics.ssimulacra2 import ssimulacra2
def score(one, two):
    return ssimulacra2(load(one).image, load(two).image)
"""
RUN = """
import json, resource, sys, time
score(sys.argv[1], sys.argv[2])  # compiled code is loaded, files are in memory
took = []
for _ in range(int(sys.argv[3])):
    start = time.process_time()
    value = score(sys.argv[1], sys.argv[2])
    took.append(time.process_time() - start)
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([sorted(took)[len(took) // 2], most, value]))
"""


def against_the_tool(folders: list[Path], tool: str, work: Path) -> None:
    """Largest and median distance on real pairs."""
    gaps = []
    for pair in pairs(folders):
        files = [work / "one.png", work / "two.png"]
        for file, image in zip(files, pair[1:], strict=True):
            save(Picture(image), file)
        told = subprocess.check_output([tool, *files], text=True, stderr=subprocess.DEVNULL)
        gaps.append((abs(float(told) - ssimulacra2(*pair[1:])), float(told), pair.name))
    far, score, name = max(gaps)
    scores = [score for _, score, _ in gaps]
    print(f"{len(gaps)} pairs, {min(scores):.1f} to {max(scores):.1f} by the tool:")
    print(
        f"  apart {far:.4f} at most ({score:.2f}, {name}), median {median(g[0] for g in gaps):.4f}"
    )


def against_the_package(peer: str, files: list[str], rounds: int) -> None:
    """CPU time and memory, each in a process of its own, twice in turn."""
    told: dict[str, list[list[float]]] = {"ssimulacra2 0.3.0": [], "recoup": []}
    for _ in range(2):
        for name, python, code in (
            ("ssimulacra2 0.3.0", peer, PEER),
            ("recoup", sys.executable, OURS),
        ):
            words = [python, "-c", code + RUN, *files, str(rounds)]
            told[name].append(json.loads(subprocess.check_output(words, text=True)))
    best = {name: np.min(runs, axis=0) for name, runs in told.items()}
    for name, (cpu, most, value) in best.items():
        print(f"{cpu:8.2f} s CPU {most:7.0f} MB in all  {value:9.4f}  {name} (files read as well)")
    theirs, ours = best.values()
    print(f"{theirs[0] / ours[0]:8.1f} x less time, {theirs[1] / ours[1]:.1f} x less memory")


def beside_the_others(one: Image, two: Image, rounds: int) -> None:
    """What it adds to the default metrics, on fresh images."""
    for name, scores in (("ssim + ms_ssim", (ssim, ms_ssim)), ("ssimulacra2", (ssimulacra2,))):
        took = []
        for _ in range(rounds + 1):
            first, second = Image(one.samples), Image(two.samples)
            start = time.process_time()
            for score in scores:
                score(first, second)
            took.append(time.process_time() - start)
        print(f"{median(took[1:]) * 1e3:8.0f} ms CPU  {name}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--tool")
    parser.add_argument("--peer")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        work = Path(folder)
        if options.tool:
            against_the_tool(options.folders, options.tool, work)
        photos = [file for folder in options.folders for file in folder.glob("*.png")]
        one = max((load(file).image for file in photos), key=lambda image: image.pixels)
        codec = Jpeg(quality=60)
        two = codec.decode(codec.encode(one))
        print(f"{one.width} x {one.height}, {one.pixels / 1e6:.1f} megapixels")
        if options.peer:
            files = [str(work / name) for name in ("original.png", "decoded.png")]
            save(Picture(one), Path(files[0]))
            save(Picture(two), Path(files[1]))
            against_the_package(options.peer, files, options.rounds)
        beside_the_others(one, two, options.rounds)


if __name__ == "__main__":
    main()
