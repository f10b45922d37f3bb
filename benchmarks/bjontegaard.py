"""BD-rate and BD-PSNR against the ``bjontegaard`` package on random monotone curves.

``python benchmarks/bjontegaard.py --peer PYTHON`` with an interpreter that has ``bjontegaard``
(Herglotz et al., "Beyond Bjontegaard: limits of video compression performance comparisons", ICIP
2022). 100 pairs of curves of 4 to 8 points each go through its ``pchip`` method and through ours.
``--golden`` prints its figures for the first pairs, which the tests keep. Without ``--peer``, the
time that ours takes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time

import numpy as np

from recoup.analysis import Curve, bd_metric, bd_rate

PAIRS = 100
GOLDEN = 5
THEIRS = """
import importlib.metadata, json, sys
import bjontegaard
out = []
for (ra, qa), (rt, qt) in json.load(sys.stdin):
    say = dict(method="pchip", require_matching_points=False, min_overlap=0)
    both = bjontegaard.bd_rate, bjontegaard.bd_psnr
    out.append([delta(ra, qa, rt, qt, **say) for delta in both])
print(json.dumps([importlib.metadata.version("bjontegaard"), out]))
"""
Columns = tuple[list[float], list[float]]


def curve(random: np.random.Generator, shift: float) -> Columns:
    """Rates and scores of one curve, as those of a codec lie."""
    number = int(random.integers(4, 9))
    ends = random.uniform(27, 30), random.uniform(38, 42)
    scores = np.sort([*ends, *random.uniform(30.5, 37.5, number - 2)]).round(2)
    scores += np.arange(number) / 100  # no two alike
    rises = random.uniform(0.05, 0.2, number - 1) * np.diff(scores)
    rates = np.exp(9 + shift + np.concatenate([[0], np.cumsum(rises)])).round(1)
    return rates.tolist(), scores.round(2).tolist()


def pairs() -> list[tuple[Columns, Columns]]:
    """Anchors and tests."""
    random = np.random.default_rng(20)
    return [(curve(random, 0.0), curve(random, random.normal(0, 0.3))) for _ in range(PAIRS)]


def ours(pair: tuple[Columns, Columns]) -> tuple[float, float]:
    """BD-rate in percent and BD-PSNR in dB."""
    anchor, test = (Curve.of(zip(*columns, strict=True)) for columns in pair)
    rate, psnr = (delta(anchor, test, least_overlap=0) for delta in (bd_rate, bd_metric))
    return 100 * rate.value, psnr.value


def main() -> None:
    """Print the largest differences."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", help="not used")
    parser.add_argument("--peer", help="interpreter that has bjontegaard")
    parser.add_argument("--golden", action="store_true", help="print what the tests keep")
    given = parser.parse_args()
    several = pairs()
    start = time.process_time()
    found = [ours(pair) for pair in several]
    spent = time.process_time() - start
    print(f"{PAIRS} pairs, both deltas: {1e6 * spent / PAIRS:.0f} CPU µs a pair")
    if not given.peer:
        return
    command = [given.peer, "-W", "ignore", "-c", THEIRS]
    ran = subprocess.run(
        command, input=json.dumps(several), capture_output=True, check=True, text=True
    )
    version, theirs = json.loads(ran.stdout)
    for at, what in enumerate(("BD-rate, percent", "BD-PSNR, dB")):
        values = [each[at] for each in theirs]
        off = max(abs(a[at] - b[at]) for a, b in zip(found, theirs, strict=True))
        span = f"{min(values):.2f} to {max(values):.2f}"
        print(f"bjontegaard {version}, {what}: {span}; largest difference {off:.1e}")
    for pair, figures in zip(several[: GOLDEN * given.golden], theirs, strict=False):
        points = [[tuple(point) for point in zip(*columns, strict=True)] for columns in pair]
        print((*points, *figures), end=",\n")


if __name__ == "__main__":
    main()
