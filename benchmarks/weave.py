"""What LPIPS as a loss weaves into pictures, with and without moving them over AlexNet's grid.

``python benchmarks/weave.py --data FOLDER --start FILE [--steps 100]``: from the weights of
``realesr-compact-x4-pixel``, trained by its recipe with LPIPS beside the pixels and no critic;
scores on the held-out pictures, and the weave: how far the mean of the fine detail differs between
the sixteen places of a 4 x 4 grid, as a standard deviation in levels of 255.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from recoup.picture import find
from recoup.training.perceptual import Perceptual
from recoup.training.recipe import Recipe, recipe
from recoup.training.run import Run

GRID = 4


class Still(Perceptual):
    """LPIPS that leaves pictures where they are."""

    def forward(self, restored: Tensor, wanted: Tensor, *, step: int = 0) -> Tensor:
        """Mean distance over the batch."""
        del step
        return super().forward(restored, wanted)


def weave(picture: Tensor) -> float:
    """Of a picture (1, 3, height, width) in 0..1, in levels of 255."""
    height, width = (side // GRID * GRID for side in picture.shape[2:])
    kept = picture[:, :, :height, :width]
    fine = kept - functional.avg_pool2d(kept, 5, 1, 2, count_include_pad=False)
    places = fine.reshape(3, height // GRID, GRID, width // GRID, GRID).mean(dim=(0, 1, 3))
    return float(places.std()) * 255


def told(run: Run, what: str) -> None:
    """Print what a net gives for the held-out pictures."""
    scores, given = run.validation.score(run.mean)
    mean = sum(map(weave, given)) / len(given)
    seen = "-" if scores.lpips is None else f"{scores.lpips:.4f}"
    print(f"| {what} | {scores.psnr:.2f} | {scores.ssim:.4f} | {seen} | {mean:.2f} |", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", required=True, help="folders of photographs")
    parser.add_argument("--start", required=True, help="weights of realesr-compact-x4-pixel")
    parser.add_argument("--steps", type=int, default=100)
    asked = parser.parse_args()
    paths = [found.path for found in find(asked.data)]
    ours: Recipe = replace(
        recipe("realesr-compact-x4"),
        steps=asked.steps,
        crop=192,
        zoom=(1,),
        rate=2e-4,
        decay=0.3,
        perceptual=1.0,
        adversarial=0.0,
        start=asked.start,
        validate_every=asked.steps,
    )
    torch.set_num_threads(1)
    print("| | PSNR dB | SSIM | LPIPS | weave |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for still in (True, False):
            run = Run(ours, paths, Path(folder) / str(still))
            if still:
                told(run, "before")
                run.objective.perceptual = Still.installed()
            run.train()
            told(run, "left where they are" if still else "moved")


if __name__ == "__main__":
    main()
