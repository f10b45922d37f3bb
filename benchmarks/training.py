"""How fast ``recoup train`` is, and what each optimiser makes of the same CPU time.

``python benchmarks/training.py --data FOLDER``: crops a second and CPU time of a step, against a
plain PyTorch loop of the same net, crops, batch and optimiser in the same run, taking turns; and
the share that preparing pictures has in the CPU time of recipes that are made for processors.

``python benchmarks/training.py --data FOLDER --optimisers [--seconds 90]``: the same net learns the
same task for the same CPU time with each optimiser; gains on pictures that were held out.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from recoup.picture import find
from recoup.training.build import build
from recoup.training.pool import Pool
from recoup.training.recipe import Recipe, recipe
from recoup.training.run import Run

NOISE = Recipe(
    name="benchmark",
    task="Gaussian noise, sigma 25",
    net="plain:width=64,blocks=5",
    data=("-",),
    sigma=(25.0, 25.0),
    clipped=0.0,
    optimiser="adam",
    rate=1e-3,
    sharpen=0.0,
    checkpoint_s=1e9,
    validate_every=10**9,
)
RECIPES = (
    "dncnn",
    "deblock-fast",
    "deblock",
    "unet-seed-x4",
    "swinir-light-seed-x4",
    "realesr-compact-x4-pixel",
)
PLAIN = replace(NOISE, net="plain:width=32,blocks=4", sigma=(15.0, 50.0), clipped=0.5)
OPTIMISERS = {
    "Adam, rate 1e-4, as in the seed study": replace(PLAIN, rate=1e-4, warmup=0.0, decay=0.0),
    "Adam, rate 1.5e-3": replace(PLAIN, rate=1.5e-3),
    "AdamW, rate 1.5e-3": replace(PLAIN, optimiser="adamw", rate=1.5e-3),
    "Muon, rate 8e-3, and AdamW, 1.5e-3, for biases": replace(PLAIN, optimiser="muon", rate=8e-3),
}


_WARM = 60
"""Steps whose pictures are made before any time is taken."""


def plain_loop(pool: Pool, ours: Recipe, steps: int) -> None:
    """What one writes without recoup: float32, NCHW, one process."""
    draw = np.random.default_rng(0)
    pictures = [picture.samples for picture in pool.pictures]
    net = build(ours.net, seed=0)
    optimiser = torch.optim.Adam(net.parameters(), lr=ours.rate)
    for _ in range(steps):
        crops = []
        for _ in range(ours.batch):
            picture = pictures[draw.integers(len(pictures))]
            top, left = (draw.integers(side - ours.crop + 1) for side in picture.shape[:2])
            crop = picture[top : top + ours.crop, left : left + ours.crop]
            crops.append(crop[:, ::-1] if draw.random() < 0.5 else crop)
        stacked = np.ascontiguousarray(np.stack(crops).transpose(0, 3, 1, 2))
        clean = torch.from_numpy(stacked).float() / 255
        noisy = clean + torch.randn_like(clean) * (25 / 255)
        loss = ((net(noisy) - clean).square() + 1e-6).sqrt().mean()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), ours.clip)
        optimiser.step()


def our_loop(run: Run, steps: int) -> float:
    """So many more steps of a run; return the share of time spent waiting for pictures."""
    ends, waited = run.state.step + steps, [0.0]
    run.train(
        stop=lambda: run.state.step >= ends,
        progress=lambda told: waited.__setitem__(0, told.waited),
    )
    return waited[0]


def speed(paths: Sequence[Path], rounds: int, steps: int) -> None:
    """Print crops a second of both loops."""
    rows: dict[str, list[tuple[float, float]]] = {"recoup": [], "plain loop": []}
    with tempfile.TemporaryDirectory() as folder:
        run = Run(NOISE, paths, Path(folder))
        our_loop(run, 3)
        plain_loop(run.pairs.pool, NOISE, 3)
        for _ in range(rounds):
            for name, times in rows.items():
                wall, cpu = time.perf_counter(), time.process_time()
                if name == "recoup":
                    our_loop(run, steps)
                else:
                    plain_loop(run.pairs.pool, NOISE, steps)
                times.append((time.perf_counter() - wall, time.process_time() - cpu))
    print(
        f"{NOISE.net}, batch {NOISE.batch}, crops of {NOISE.crop}, {rounds} turns of {steps} steps"
    )
    print("| | crops a second | CPU ms a step |\n|---|---|---|")
    for name, times in rows.items():
        wall, cpu = (statistics.median(column) for column in zip(*times, strict=True))
        print(f"| {name} | {steps * NOISE.batch / wall:.1f} | {cpu / steps * 1000:.0f} |")
    ratios = [
        plain[1] / ours[1] for ours, plain in zip(rows["recoup"], rows["plain loop"], strict=True)
    ]
    print(f"\nspeed over the plain loop, in CPU time: {statistics.median(ratios):.2f}\n")


def shares(paths: Sequence[Path], names: Sequence[str], steps: int) -> None:
    """Print what preparing pictures costs in each recipe."""
    print("| recipe | CPU ms a step | of them for pictures | share | waiting |")
    print("|---|---|---|---|---|")
    for name in names:
        ours = replace(recipe(name), validate_every=10**9, checkpoint_s=1e9, held_out=1, start="")
        with tempfile.TemporaryDirectory() as folder:
            run = Run(ours, paths, Path(folder))
            for number in range(_WARM):  # what is used again and again is there, as it is later on
                run.pairs.at(number)
            our_loop(run, 2)
            begun = time.process_time()
            waited = our_loop(run, steps)
            step = (time.process_time() - begun) / steps
            begun = time.process_time()
            for number in range(run.state.step, run.state.step + steps):
                run.pairs.at(number)
            pictures = (time.process_time() - begun) / steps
        cells = (f"`{name}`", f"{step * 1000:.0f}", f"{pictures * 1000:.1f}")
        print(*("", *cells, f"{pictures / step:.1%}", f"{waited:.1%}", ""), sep=" | ", flush=True)


def optimisers(paths: Sequence[Path], seconds: float, seeds: int) -> None:
    """Print what each optimiser gained in the same CPU time."""
    sizes = f"batch {PLAIN.batch} x {PLAIN.crop}"
    print(f"{PLAIN.net}, noise sigma 15 to 50, {sizes}, {seconds:.0f} CPU s")
    print("| optimiser | steps | CPU s | PSNR, dB | gain, dB | SSIM |\n|---|---|---|---|---|---|")
    for name, ours in OPTIMISERS.items():
        for seed in range(seeds):
            with tempfile.TemporaryDirectory() as folder:
                trial = Run(replace(ours, seed=seed, steps=10**6), paths, Path(folder) / "trial")
                our_loop(trial, 3)
                begun = time.process_time()
                our_loop(trial, 30)
                steps = round(30 * seconds / (time.process_time() - begun))
                run = Run(replace(ours, seed=seed, steps=steps), paths, Path(folder) / "run")
                state = run.train()
                point = state.curve[-1]
            print(
                f"| {name} | {point.step} | {state.cpu_seconds:.0f} | {point.psnr:.2f} "
                f"| {point.psnr - point.shown:+.2f} | {point.ssim:.4f} |",
                flush=True,
            )


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", nargs="+", required=True, help="folders of photographs")
    parser.add_argument("--most", type=int, default=48, help="pictures used, evenly chosen")
    parser.add_argument("--recipes", nargs="*", default=RECIPES, help="for the share of pictures")
    parser.add_argument("--optimisers", action="store_true", help="compare optimisers instead")
    parser.add_argument("--seconds", type=float, default=90, help="CPU time of each optimiser")
    parser.add_argument("--seeds", type=int, default=1, help="runs of each optimiser")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each loop")
    parser.add_argument("--steps", type=int, default=20, help="steps in a turn")
    given = parser.parse_args()
    found = [one.path for one in find(given.data) if one.error is None]
    paths = found[:: max(1, len(found) // given.most)][: given.most]
    torch.set_num_threads(1)
    if given.optimisers:
        optimisers(paths, given.seconds, given.seeds)
    else:
        if given.rounds:
            speed(paths, given.rounds, given.steps)
        shares(paths, given.recipes, given.steps)


if __name__ == "__main__":
    main()
