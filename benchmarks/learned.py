"""BD-rates of the learned codec on Kodak, from the rows of a ``recoup compare``.

``python benchmarks/learned.py RESULTS`` with a folder that holds ``learned`` at several qualities,
JPEG as CompressAI ran it, and any opponents; docs/results/learned.md has the command. Against the
published JPEG points the delta is of mean curves, as published ones are; against codecs in the
same rows it is also the mean over pictures, with an interval.
"""

import json
import math
import sys
from collections import defaultdict
from pathlib import Path
from statistics import fmean

from published import JPEG_POINTS
from recoup.analysis import Curve, bd_rate
from recoup.analysis.interval import ends
from recoup.results.store import Store

Point = tuple[float, float]
Curves = dict[str, dict[str, list[Point]]]
"""By codec without its quality, by picture: bits per pixel and score."""


def curves(folder: Path, metric: str) -> Curves:
    """Read the rows."""
    found: Curves = defaultdict(lambda: defaultdict(list))
    for row in Store.existing(folder).measurements():
        score = row.scores.get(metric)
        if row.status != "ok" or row.bpp is None or score is None:
            continue
        settings = json.loads(row.settings)
        kept = {k: v for k, v in settings.items() if k not in ("quality", "distance", "psnr")}
        name = f"{row.codec} {' '.join(f'{k}={v}' for k, v in kept.items())}".strip()
        if metric == "ms_ssim":
            score = -10 * math.log10(1 - score)  # in decibels, as it is usually drawn
        found[name][row.image].append((row.bpp, score))
    return {name: {k: sorted(v) for k, v in each.items()} for name, each in found.items()}


def mean(pictures: dict[str, list[Point]]) -> Curve:
    """The curve of means, setting by setting."""
    by_setting = zip(*pictures.values(), strict=True)
    return Curve.of([(fmean(b for b, _ in s), fmean(q for _, q in s)) for s in by_setting])


def line(label: str, anchor: dict[str, list[Point]], test: dict[str, list[Point]]) -> str:
    """Both ways to a mean."""
    whole = bd_rate(mean(anchor), mean(test))
    each = [bd_rate(Curve.of(anchor[name]), Curve.of(test[name])) for name in anchor]
    good = [math.log1p(one.value) for one in each if not one.reason]
    of_mean = whole.reason or f"{whole.value:+.1%}"
    if len(good) < 2:
        return f"| {label} | {of_mean} | - |"
    low, high = (math.expm1(end) for end in ends(good))
    several = f"{math.expm1(fmean(good)):+.1%} ({low:+.1%} to {high:+.1%}), {len(good)} pictures"
    return f"| {label} | {of_mean} | {several} |"


def main() -> None:
    """Print a table for each metric."""
    if len(sys.argv) < 2:
        print("give a results folder")
        return
    for metric in ("psnr", "ms_ssim"):
        found = curves(Path(sys.argv[1]), metric)
        ours = next((found[name] for name in found if name.startswith("learned")), None)
        if not ours:
            continue
        print(f"\n| {metric}: against | of mean curves | mean of pictures (95 % interval) |")
        print("|---|---|---|")
        if metric == "psnr":
            published = Curve.of([(bits, score) for score, bits in JPEG_POINTS.values()])
            print(f"| JPEG, published | {bd_rate(published, mean(ours)).value:+.1%} | - |")
        for name, pictures in found.items():
            if pictures is not ours:
                print(line(name, pictures, ours))
        points = mean(ours)
        pairs = zip(points.rates, points.quality, strict=True)
        print("points:", ", ".join(f"{math.exp(r):.4f} bpp {q:.3f}" for r, q in pairs))


if __name__ == "__main__":
    main()
