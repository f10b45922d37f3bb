"""What the models that ship cost: seconds per megapixel against the published net of their task.

``python benchmarks/shipped.py [--threads 1] [--rounds 5] [--side 512] [--models NAME ...]``: each
installed model of recoup's own runs in recoup's engine, the same net in PyTorch eager beside it,
and the 20-layer colour DnCNN in both; float models also in bfloat16, where the processor computes
in it. int8 models are opened for what they are told, as for large pictures. All take turns in one
run; printed are median CPU seconds for a megapixel of result and ratios.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import torch

from recoup.models import Card, find, installed
from recoup.models.engine import open_model, precisions
from recoup.training.build import build
from recoup.training.export import export
from recoup.training.recipe import recipe, recipes

DNCNN = "20-layer DnCNN"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--side", type=int, default=512, help="of the result, in pixels")
    parser.add_argument("--models", nargs="*", help="only these")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        runs = cases(Path(folder), options.threads, options.side, options.models)
        spent: dict[str, list[float]] = {name: [] for name in runs}
        for turn in range(options.rounds + 1):
            for name, run in runs.items():
                begun = time.process_time()
                run()
                if turn:  # the first warms up
                    spent[name].append((time.process_time() - begun) / (options.side**2 / 1e6))
    seconds = {name: median(several) for name, several in spent.items()}
    slowest = seconds[f"{DNCNN}, PyTorch"]
    print(f"{options.threads} thread(s), results of {options.side}x{options.side}")
    print("| | CPU s/MP | times the same net in PyTorch | times the 20-layer DnCNN in PyTorch |")
    print("|---|---|---|---|")
    for name, one in seconds.items():
        same = seconds.get(f"{name.removesuffix('-int8').removesuffix(', bf16')}, PyTorch")
        ratio = f"{same / one:.1f}" if same else ""
        print(f"| {name} | {one:.2f} | {ratio} | {slowest / one:.1f} |")


def cases(
    folder: Path, threads: int, side: int, only: list[str] | None
) -> dict[str, Callable[[], object]]:
    """What to run, by name."""
    net = build("dncnn:layers=20", seed=0).eval()
    torch.save(net.state_dict(), folder / "dncnn20.pth")
    card = export(folder / "dncnn20.pth", out=folder, name="dncnn20")
    found = engines(DNCNN, card, folder / "dncnn20.onnx", threads, side)
    found[f"{DNCNN}, PyTorch"] = eager(net, 1, side)
    for name in installed():
        if name.removesuffix("-int8") not in recipes() or (only and name not in only):
            continue
        card, path = find(name)
        found |= engines(name, card, path, threads, side)
        if card.precision == "fp32":
            same = build(recipe(name).net, seed=0).eval()
            found[f"{name}, PyTorch"] = eager(same, card.scale, side)
    return found


def engines(
    name: str, card: Card, path: Path, threads: int, side: int
) -> dict[str, Callable[[], object]]:
    """One run of a model in recoup's engine, at each precision that it has here."""
    fixed = (0.0,) * len(card.facts) if card.precision == "int8" and card.facts else None
    small = side // card.scale
    picture = np.random.default_rng(0).random((1, 3, small, small), np.float32)
    found: dict[str, Callable[[], object]] = {}
    for precision in precisions() if card.precision == "fp32" else ("fp32",):
        session = open_model(path, threads=threads, told=fixed, precision=precision)
        found[name if precision == "fp32" else f"{name}, {precision}"] = partial(
            session.run, picture
        )
    return found


def eager(net: torch.nn.Module, scale: int, side: int) -> Callable[[], object]:
    """One run of a net in PyTorch as it comes."""
    picture = torch.rand(1, 3, side // scale, side // scale)

    def run() -> object:
        with torch.inference_mode():
            return net(picture)

    return run


if __name__ == "__main__":
    main()
