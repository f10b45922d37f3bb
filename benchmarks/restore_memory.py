"""Peak memory of ``recoup restore`` on large pictures, against what ``--memory`` allows.

``python benchmarks/restore_memory.py [--layers 20] [--precision fp32] [--size 6000x4000=1.5G
12000x8334=2G]``: each synthetic picture goes through the whole command (read, restored, written as
PNG) in a process of its own, which at its end tells its largest resident size (VmHWM; Linux only).
The net is a colour DnCNN, 64 wide, with random weights: what they are does not change what they
need, and neither do fewer layers, since two layers' results are held at a time however many there
are.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

RESTORE = """
import sys, time
from pathlib import Path
from recoup.__main__ import main
code = main(sys.argv[1:])
lines = Path("/proc/self/status").read_text().splitlines()
print("MEASURED", next(s.split()[1] for s in lines if s.startswith("VmHWM")), time.process_time())
sys.exit(code)
"""


def draw(path: Path, width: int, height: int) -> None:
    """Save a picture with slopes and grain, so that it is about as hard to code as a photograph."""
    from recoup.image import Image
    from recoup.picture import Picture, save

    grain = np.random.default_rng(0).integers(0, 12, (height, width, 3), np.uint8)
    slope = np.add.outer(np.linspace(0, 120, height), np.linspace(0, 120, width)).astype(np.uint8)
    grain += slope[:, :, np.newaxis]
    save(Picture(Image(grain)), path)


def measure(
    picture: Path, folder: Path, layers: int, memory: str, jobs: int, precision: str
) -> None:
    """Restore one picture and print what it took."""
    command = ["restore", picture, "--with", "dncnn", "--out", folder / "out"]
    command += ["--precision", precision]
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", RESTORE, *command, "--memory", memory, "--jobs", str(jobs)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"RECOUP_MODELS": str(folder)},
        check=False,
    )
    wall = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(done.stdout)
    told = next(line for line in done.stdout.splitlines() if line.startswith("MEASURED"))
    peak, cpu = told.split()[1:]
    print(
        f"| {picture.stem} | {layers}, {precision} | {memory} | {int(peak) * 1024 / 1e9:.2f} GB "
        f"| {float(cpu):.0f} | {wall:.0f} |",
        flush=True,
    )


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--layers", type=int, default=20)
    parser.add_argument("--size", nargs="+", default=["6000x4000=1.5G", "12000x8334=2G"])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    given = parser.parse_args()
    import torch

    from recoup.training.export import export
    from recoup.training.nets.dncnn import DnCNN

    print("| picture | layers | --memory | peak | CPU s | wall s |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        torch.manual_seed(0)
        torch.save(DnCNN(3, layers=given.layers).state_dict(), folder / "net.pth")
        export(folder / "net.pth", out=folder, name="dncnn")
        for asked in given.size:
            size, _, memory = asked.partition("=")
            width, height = map(int, size.split("x"))
            picture = folder / f"{size}.png"
            draw(picture, width, height)
            measure(picture, folder, given.layers, memory, given.jobs, given.precision)


if __name__ == "__main__":
    main()
