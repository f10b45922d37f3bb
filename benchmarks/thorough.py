"""The figures of docs/results/kodak.md out of the rows of ``recoup compare --plan thorough``.

Run ``python benchmarks/thorough.py FOLDER`` with the results folder. It prints, as Markdown:
BD-rates against the default JPEG in every metric, with 95 % intervals over pictures; the matrix of
BD-rates of the best line of each codec in the last metric; every line against its honest opponents
at one level of it; and the CPU seconds of each line.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from statistics import fmean

from recoup.analysis import (
    Line,
    MeanDelta,
    by_setting,
    default_line,
    lines,
    mean_delta,
    opponents,
    sentences,
)
from recoup.metrics.variants import named
from recoup.report.formats import line_name
from recoup.results.store import Store

LEVELS = {"psnr": 34.0, "ssim": 0.95, "ms_ssim": 0.98, "ssimulacra2": 70.0}
BEST = (
    "jpeg:encoder=jpegli,subsampling=4:4:4",
    "webp:method=6",
    "avif:speed=5,subsampling=4:2:0",
    "avif:speed=5,subsampling=4:4:4",
    "jpegxl:effort=7",
    "jpeg2000",
)


def main() -> None:
    """Print everything."""
    rows = Store.existing(Path(sys.argv[1])).measurements()
    several = [line for line in lines(by_setting(rows)) if not line.lossless]
    metrics = [name for name in LEVELS if any(name in row.scores for row in rows)]
    pictures = len({row.image_sha256 for row in rows})
    failed = sum(row.status == "failed" for row in rows)
    print(f"{pictures} pictures, {len(rows)} rows, {failed} failed\n")
    anchor = default_line(several)
    if anchor is None:
        raise SystemExit("no lossy line here")
    print(f"BD-rate against {line_name(anchor)}, %\n")
    print(f"| line | {' | '.join(named(name).title for name in metrics)} |")
    print("|---" * (1 + len(metrics)) + "|")
    for line in several:
        cells = [_cell(mean_delta(anchor, line, name)) for name in metrics]
        print(f"| {line_name(line)} | {' | '.join(cells)} |")
    last = metrics[-1]
    best = [line for line in several if line.text in BEST]
    print(f"\nBD-rate in {named(last).title} of each row against each column, %\n")
    print(f"| | {' | '.join(line_name(line) for line in best)} |")
    print("|---" * (1 + len(best)) + "|")
    for test in best:
        cells = ["" if a is test else _cell(mean_delta(a, test, last)) for a in best]
        print(f"| {line_name(test)} | {' | '.join(cells)} |")
    print()
    for line in several:
        found = opponents(line, several, last, LEVELS[last])
        for sentence in sentences(found, named(last).title, line_name):
            print(f"- {sentence}")
    print()
    for line in several:
        print(f"{line_name(line)}: {_cost(line):.2f} CPU s a megapixel to encode and decode once")


def _cost(line: Line) -> float:
    """Mean over settings and pictures of CPU seconds a megapixel."""
    rows = [row for setting in line.settings for row in setting.rows.values()]
    once = [
        row.cpu_s / len(row.encode_s_all) / (row.width * row.height / 1e6)
        for row in rows
        if row.cpu_s is not None
    ]
    return fmean(once) if once else math.nan


def _cell(delta: MeanDelta) -> str:
    if delta.mean is None or delta.low is None or delta.high is None:
        return f"n/a ({delta.reason})"
    mean, low, high = (
        f"{100 * v:+.1f}".replace("-", "\N{MINUS SIGN}")
        for v in (delta.mean, delta.low, delta.high)
    )
    few = "" if delta.n == delta.common else f", n = {delta.n}"
    return f"{mean} ({low} to {high}{few})"


if __name__ == "__main__":
    main()
