"""LPIPS beside the lpips package on the same weights: values, CPU time and memory.

    python benchmarks/lpips.py PICTURES --weights FILE --peer PYTHON [--threads N] [--large]

PICTURES are five photographs or more; FILE is a safetensors file of the trunk (torchvision's
names) and the linear layers; PYTHON has torch, torchvision and lpips 0.1.4. The metric's model
must be installed (``recoup models get lpips-alex``). Values are compared on 50 pairs: ten crops
through JPEG, WebP and noise. Each contender runs in a process of its own, on a made picture.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import PIL.Image
from numpy.typing import NDArray

PEER = """
import sys, warnings
warnings.filterwarnings("ignore")
import torch
# torchvision's operators exist only beside the build of torch that it was made for.
library = torch.library.Library("torchvision", "DEF")
for name in ("nms", "qnms"):
    library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
import lpips
from safetensors.torch import load_file
torch.set_num_threads(int(sys.argv[3]))
net = lpips.LPIPS(net="alex", version="0.1", pnet_rand=True, verbose=False).eval()
state = net.state_dict()
for name, array in load_file(sys.argv[4]).items():
    if name.startswith("features."):
        [key] = [k for k in state if k.startswith("net.") and k.endswith(name[8:])]
        state[key] = array
net.load_state_dict(state)
def score(one, two):
    pair = [torch.from_numpy(x).permute(2, 0, 1)[None].float() / 127.5 - 1 for x in (one, two)]
    with torch.inference_mode():
        return float(net(*pair))
"""
OURS = """
import os, sys
threads = int(sys.argv[3])
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
from recoup.image import Image
from recoup.metrics.lpips import lpips
kept = {}
def score(one, two):
    reference = kept.setdefault(id(one), Image(one)) if KEEP else Image(one)
    return lpips(reference, Image(two))
"""
RUN = """
import json, resource, time
import numpy as np
pairs = np.load(sys.argv[1])
if sys.argv[2] == "values":
    print(json.dumps([score(one, two) for one, two in zip(pairs["ones"], pairs["twos"])]))
else:
    one, two = pairs["ones"][0], pairs["twos"][0]
    score(one[:64, :64].copy(), two[:64, :64].copy())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    took = []
    for _ in range(5):
        start = time.process_time(), time.perf_counter()
        value = score(one, two)
        took.append((time.process_time() - start[0], time.perf_counter() - start[1]))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps([*np.median(took[1:], axis=0), (most - before) / 1024, most / 1024, value]))
"""


def pairs(files: list[Path]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Fifty crops of 256 x 256 and what became of them."""
    draw = np.random.default_rng(0)
    ones, twos = [], []
    for number in range(10):
        photo = PIL.Image.open(files[number % len(files)]).convert("RGB")
        left, top = (int(draw.integers(0, side - 255)) for side in photo.size)
        crop = photo.crop((left, top, left + 256, top + 256))
        for kind, quality in (("JPEG", 10), ("JPEG", 60), ("WEBP", 20), ("WEBP", 80), ("", 15)):
            ones.append(np.asarray(crop))
            if kind:
                file = io.BytesIO()
                crop.save(file, kind, quality=quality)
                twos.append(np.asarray(PIL.Image.open(file).convert("RGB")))
            else:
                noisy = ones[-1] + draw.normal(0, quality, ones[-1].shape)
                twos.append(np.clip(np.rint(noisy), 0, 255).astype(np.uint8))
    return np.stack(ones), np.stack(twos)


def large(files: list[Path], width: int, height: int) -> tuple[NDArray[np.uint8], ...]:
    """A photograph enlarged, and its JPEG."""
    photo = PIL.Image.open(files[0]).convert("RGB").resize((width, height))
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=40)
    return np.asarray(photo)[np.newaxis], np.asarray(PIL.Image.open(file))[np.newaxis]


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--large", action="store_true", help="24 megapixels as well")
    options = parser.parse_args()
    options.sizes = [(1680, 1200), *([(6000, 4000)] if options.large else [])]
    files = sorted(options.pictures.glob("*.png"))
    contenders = {
        "lpips 0.1.4": (options.peer, PEER),
        "recoup, first": (sys.executable, "KEEP = False\n" + OURS),
        "recoup, further decode": (sys.executable, "KEEP = True\n" + OURS),
    }
    with TemporaryDirectory() as folder:
        work = str(Path(folder, "pairs.npz"))

        def ran(name: str, what: str) -> list[float]:
            python, code = contenders[name]
            words = [work, what, str(options.threads), str(options.weights)]
            told = subprocess.check_output([python, "-c", code + RUN, *words], text=True)
            return list(map(float, json.loads(told)))

        ones, twos = pairs(files)
        np.savez(work, ones=ones, twos=twos)
        theirs, ours = (np.array(ran(n, "values")) for n in ("lpips 0.1.4", "recoup, first"))
        far = np.abs(theirs - ours).max()
        print(f"{len(ours)} pairs, {theirs.min():.4f} to {theirs.max():.4f}: apart {far:.1e}\n")
        for width, height in options.sizes:
            one, two = large(files, width, height)
            np.savez(work, ones=one, twos=two)
            print(f"{width * height / 1e6:.1f} MP, {options.threads} threads")
            for name in contenders:
                cpu, wall, extra, most, value = ran(name, "time")
                print(
                    f"{cpu:8.2f} s CPU {wall:7.2f} s {extra:7.0f} MB more, {most:6.0f} MB in all"
                    f"  {value:.6f}  {name}"
                )


if __name__ == "__main__":
    main()
