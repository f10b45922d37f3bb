"""What the metrics cost beside scikit-image and pytorch-msssim, in one run, one thread.

    python benchmarks/metrics.py [PICTURE] [--rounds N]

Every round runs every contender once, one after the other, on fresh images (nothing kept from
before except where the line says so); medians of CPU seconds. Needs scikit-image; pytorch-msssim
is compared if it is installed. Without PICTURE a 2-megapixel one is made of two of scikit-image's
photographs.
"""

from __future__ import annotations

import argparse
import io
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import PIL.Image
import skimage
from numpy.typing import NDArray
from skimage import data
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from recoup.image import Image
from recoup.metrics.msssim import ms_ssim
from recoup.metrics.psnr import psnr, psnr_y
from recoup.metrics.ssim import ssim

Task = Callable[[], float]
Samples = NDArray[np.uint8]


def made_picture() -> Samples:
    """Two real photographs side by side, 1680 x 1200."""
    halves = [PIL.Image.fromarray(p).resize((840, 1200)) for p in (data.astronaut(), data.coffee())]
    return np.concatenate([np.asarray(half) for half in halves], axis=1)


def decodes(samples: Samples) -> list[Samples]:
    """The picture after JPEG at three qualities."""
    out = []
    for quality in (30, 60, 90):
        file = io.BytesIO()
        PIL.Image.fromarray(samples).save(file, "JPEG", quality=quality)
        out.append(np.array(PIL.Image.open(file)))
    return out


def theirs_ssim(one: Samples, two: Samples) -> float:
    """scikit-image at the paper's settings."""
    return float(
        structural_similarity(
            one,
            two,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            channel_axis=2,
            data_range=255,
        )
    )


def torch_ms_ssim(one: Samples, two: Samples) -> Task | None:
    """pytorch-msssim on one thread, in float32 as it is used, if it is there."""
    try:
        import torch
        from pytorch_msssim import ms_ssim as theirs
    except ImportError:
        return None
    torch.set_num_threads(1)
    tensors = [
        torch.from_numpy(i.astype(np.float32)).permute(2, 0, 1)[None].contiguous()
        for i in (one, two)
    ]
    return lambda: float(theirs(*tensors, data_range=255))


def contenders(one: Samples, others: list[Samples]) -> dict[str, Task]:
    """Every line of the table: a task that returns its score."""
    two = others[0]
    known = Image(one)
    for other in others[1:]:  # two decodes have been scored: the original's statistics are kept
        ms_ssim(known, Image(other))

    def together() -> float:
        first, second = Image(one), Image(two)
        return ssim(first, second) + ms_ssim(first, second)

    def together_further() -> float:
        second = Image(two)
        return ssim(known, second) + ms_ssim(known, second)

    tasks: dict[str, Task | None] = {
        "psnr, scikit-image": lambda: float(peak_signal_noise_ratio(one, two, data_range=255)),
        "psnr, recoup": lambda: psnr(Image(one), Image(two)),
        "psnr_y, recoup": lambda: psnr_y(Image(one), Image(two)),
        "ssim, scikit-image": lambda: theirs_ssim(one, two),
        "ssim, recoup, first": lambda: ssim(Image(one), Image(two)),
        "ssim, recoup, further decode": lambda: ssim(known, Image(two)),
        "ms_ssim, pytorch-msssim": torch_ms_ssim(one, two),
        "ms_ssim, recoup, first": lambda: ms_ssim(Image(one), Image(two)),
        "ms_ssim, recoup, further decode": lambda: ms_ssim(known, Image(two)),
        "ssim + ms_ssim, recoup, first": together,
        "ssim + ms_ssim, recoup, further decode": together_further,
    }
    return {name: task for name, task in tasks.items() if task is not None}


def timed(tasks: dict[str, Task], rounds: int) -> dict[str, tuple[float, float]]:
    """Median CPU seconds and the score of each, contenders interleaved, after one warm-up."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    scores: dict[str, float] = {}
    for turn in range(rounds + 1):
        for name, task in tasks.items():
            start = time.process_time()
            scores[name] = task()
            if turn:
                seconds[name].append(time.process_time() - start)
    return {name: (median(seconds[name]), scores[name]) for name in tasks}


def ratios(results: dict[str, tuple[float, float]]) -> list[str]:
    """How many times faster, and how far the score is."""
    pairs = [
        ("psnr, scikit-image", "psnr, recoup"),
        ("ssim, scikit-image", "ssim, recoup, first"),
        ("ssim, scikit-image", "ssim, recoup, further decode"),
        ("ssim, scikit-image", "ssim + ms_ssim, recoup, first"),
        ("ssim, scikit-image", "ssim + ms_ssim, recoup, further decode"),
        ("ms_ssim, pytorch-msssim", "ms_ssim, recoup, first"),
        ("ms_ssim, pytorch-msssim", "ms_ssim, recoup, further decode"),
    ]
    lines = []
    for theirs, ours in pairs:
        if theirs in results:
            times = results[theirs][0] / results[ours][0]
            apart = abs(results[theirs][1] - results[ours][1])
            same = theirs.split(",")[0] == ours.split(",")[0]
            lines.append(
                f"{times:6.1f} x  {ours}  (against {theirs.split(', ')[1]}"
                + (f"; difference {apart:.1e})" if same else "'s SSIM alone)")
            )
    return lines


def start_up() -> dict[str, float]:
    """CPU seconds that a fresh process spends before its first scores, compiled code cached."""
    code = (
        "import time; a = time.process_time(); import recoup.metrics; b = time.process_time()\n"
        "import numba; c = time.process_time()\n"
        "import numpy as np; from recoup.image import Image\n"
        "from recoup.metrics import metrics, ready\n"
        "x = Image(np.zeros((161, 161, 3), np.uint8)); y = Image(x.samples + np.uint8(1))\n"
        "[metrics()[name].score(x, y) for name in ready()]; d = time.process_time()\n"
        "print(b - a, c - b, d - c)"
    )
    runs = [subprocess.check_output([sys.executable, "-c", code], text=True) for _ in range(3)]
    names = ("import recoup.metrics", "import numba", "load the loops, first scores of all")
    columns = zip(*(run.split() for run in runs), strict=True)
    return {name: median(map(float, took)) for name, took in zip(names, columns, strict=True)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("picture", type=Path, nargs="?")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    if options.picture:
        one = np.array(PIL.Image.open(options.picture).convert("RGB"))
    else:
        one = made_picture()
    results = timed(contenders(one, decodes(one)), options.rounds)
    print(
        f"{one.shape[1]} x {one.shape[0]} RGB, {one.shape[0] * one.shape[1] / 1e6:.2f} MP; "
        f"CPU time, median of {options.rounds}; scikit-image {skimage.__version__}; "
        f"{platform.machine()}, Python {platform.python_version()}\n"
    )
    for name, (seconds, score) in results.items():
        print(f"{seconds * 1e3:9.2f} ms  {score:11.7f}  {name}")
    print()
    print("\n".join(ratios(results)))
    print()
    for name, seconds in start_up().items():
        print(f"{seconds:6.2f} s  {name}")


if __name__ == "__main__":
    main()
