"""Every metric beside other implementations on 50 real pairs: the largest difference, as a table.

    python benchmarks/cross_check.py FOLDER [FOLDER] --peer PYTHON [--weights FILE] [--tool PROGRAM]

FOLDERs hold PNG photographs; ``pairs.py`` makes the pairs, of which the middle 384 x 384 pixels
are compared: other implementations take long in double precision. PYTHON has scikit-image, torch
and any of piq, torchmetrics, pytorch-msssim, lpips and ssimulacra2. FILE is a safetensors file of
LPIPS (``benchmarks/lpips.py``); PROGRAM is SSIMULACRA2's own tool (``benchmarks/ssimulacra2.py``).
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from pairs import pairs
from recoup import Picture, save
from recoup.image import Image
from recoup.metrics import metrics, ready

SIDE = 384

PEER = '''
import json, sys, warnings
warnings.filterwarnings("ignore")
import numpy as np, torch
from PIL import Image
torch.set_num_threads(1)
torch.set_grad_enabled(False)
# torchvision's operators exist only beside the build of torch that it was made for.
library = torch.library.Library("torchvision", "DEF")
for name in ("nms", "qnms"):
    library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
scorers = {}
def adds(function):
    """Take the scorers of a package if it is there."""
    try:
        scorers.update(function())
    except ImportError as error:
        print(f"left out: {error}", file=sys.stderr)
def tensors(one, two):
    return [torch.from_numpy(x).permute(2, 0, 1)[None].double() / 255 for x in (one, two)]
@adds
def scikit_image():
    from skimage.color import rgb2ycbcr
    from skimage.metrics import peak_signal_noise_ratio as psnr, structural_similarity as ssim
    paper = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    return {
        "psnr scikit-image": lambda one, two: psnr(one, two, data_range=255),
        "psnr_y scikit-image": lambda one, two: psnr(
            rgb2ycbcr(one)[..., 0], rgb2ycbcr(two)[..., 0], data_range=255
        ),
        "ssim scikit-image": lambda one, two: ssim(
            one, two, data_range=255, channel_axis=2, **paper
        ),
        "ssim scikit-image, its defaults": lambda one, two: ssim(
            one, two, data_range=255, channel_axis=2
        ),
    }
@adds
def piq():
    import piq
    return {
        "psnr piq": lambda one, two: piq.psnr(*tensors(one, two), data_range=1.0),
        "ssim piq": lambda one, two: piq.ssim(*tensors(one, two), downsample=False),
        "ssim piq, its defaults": lambda one, two: piq.ssim(*tensors(one, two)),
        "ms_ssim piq": lambda one, two: piq.multi_scale_ssim(*tensors(one, two)),
    }
@adds
def torchmetrics():
    from torchmetrics.functional import image
    return {
        "psnr torchmetrics": lambda one, two: image.peak_signal_noise_ratio(
            *tensors(one, two), data_range=1.0
        ),
        "ssim torchmetrics": lambda one, two: image.structural_similarity_index_measure(
            *tensors(one, two), data_range=1.0
        ),
        "ms_ssim torchmetrics": (
            lambda one, two: image.multiscale_structural_similarity_index_measure(
                *tensors(one, two), data_range=1.0
            )
        ),
    }
@adds
def pytorch_msssim():
    from pytorch_msssim import ms_ssim, ssim
    return {
        "ssim pytorch-msssim": lambda one, two: ssim(*tensors(one, two), data_range=1.0),
        "ms_ssim pytorch-msssim": lambda one, two: ms_ssim(*tensors(one, two), data_range=1.0),
    }
@adds
def lpips():
    if not sys.argv[2]:
        return {}
    import lpips
    from safetensors.torch import load_file
    net = lpips.LPIPS(net="alex", version="0.1", pnet_rand=True, verbose=False).eval()
    state = net.state_dict()
    for name, array in load_file(sys.argv[2]).items():
        if name.startswith("features."):
            [key] = [k for k in state if k.startswith("net.") and k.endswith(name[8:])]
            state[key] = array
    net.load_state_dict(state)
    return {
        "lpips lpips": lambda one, two: net(*(2 * x.float() - 1 for x in tensors(one, two)))
    }
@adds
def ssimulacra2():
    from ssimulacra2 import compute_ssimulacra2
    return {"ssimulacra2 ssimulacra2 (PyPI)": compute_ssimulacra2}
found = {name: [] for name in scorers}
for number in range(int(sys.argv[3])):
    files = [f"{sys.argv[1]}/{number}-{which}.png" for which in ("one", "two")]
    samples = [np.array(Image.open(file)) for file in files]
    for name, score in scorers.items():
        found[name].append(float(score(*(files if "PyPI" in name else samples))))
print(json.dumps(found))
'''


def by_the_tool(tool: str, folder: Path, count: int) -> list[float]:
    """Scores of SSIMULACRA2's own program."""
    return [
        float(
            subprocess.check_output(
                [tool, folder / f"{n}-one.png", folder / f"{n}-two.png"],
                text=True,
                stderr=subprocess.DEVNULL,
            )
        )
        for n in range(count)
    ]


def table(theirs: dict[str, list[float]], ours: Callable[[str], list[float]]) -> list[str]:
    """One line for each other implementation, in Markdown."""
    lines = ["| metric | against | scores | largest difference | median |", "|---|---|---|---|---|"]
    for name, scores in sorted(
        theirs.items(), key=lambda item: list(metrics()).index(item[0].split()[0])
    ):
        metric, peer = name.split(" ", 1)
        gaps = np.abs(np.array(ours(metric)) - scores)
        span = f"{min(scores):.4g} to {max(scores):.4g}"
        lines.append(f"| `{metric}` | {peer} | {span} | {gaps.max():.1e} | {np.median(gaps):.1e} |")
    return lines


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--peer", required=True)
    parser.add_argument("--weights", default="")
    parser.add_argument("--tool")
    options = parser.parse_args()
    with TemporaryDirectory() as place:
        folder = Path(place)
        ours: dict[str, list[float]] = {name: [] for name in ready()}
        count = 0
        for count, pair in enumerate(pairs(options.folders), 1):
            one, two = middle(pair.reference), middle(pair.distorted)
            save(Picture(one), folder / f"{count - 1}-one.png")
            save(Picture(two), folder / f"{count - 1}-two.png")
            for name, scores in ours.items():
                scores.append(metrics()[name].score(one, two))
        words = [options.peer, "-c", PEER, place, options.weights, str(count)]
        theirs = json.loads(subprocess.check_output(words, text=True))
        if options.tool:
            told = by_the_tool(options.tool, folder, count)
            theirs["ssimulacra2 its author's tool"] = told
        print(f"{count} pairs\n")
        there = {name: scores for name, scores in theirs.items() if name.split()[0] in ours}
        print("\n".join(table(there, ours.__getitem__)))


def middle(image: Image) -> Image:
    """The middle of an image."""
    top, left = ((side - SIDE) // 2 for side in (image.height, image.width))
    return Image(image.samples[top : top + SIDE, left : left + SIDE].copy())


if __name__ == "__main__":
    main()
