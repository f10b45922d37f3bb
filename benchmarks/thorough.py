"""The figures of docs/results/kodak.md out of the rows of ``recoup compare --plan thorough``.

Run ``python benchmarks/thorough.py FOLDER`` with the results folder. It prints, as Markdown:
BD-rates against the default JPEG in every metric, with 95 % intervals over pictures; the matrix of
BD-rates of a few lines in each metric; their bytes against one of them at several levels of the
last; every line against its honest opponents at one level of it; and the CPU seconds of each line.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from recoup.analysis import (
    Difference,
    Line,
    MeanDelta,
    by_setting,
    default_line,
    difference,
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
    "jpeg:encoder=jpegli,subsampling=4:2:0",
    "webp:method=4",
    "webp:method=6",
    "jpeg2000",
    "jpegxl:effort=7",
    "avif:speed=6,subsampling=4:2:0",
    "avif:speed=5,subsampling=4:4:4",
)
LADDER = (50, 60, 70, 80, 85)
AGAINST = "jpegxl:effort=7"


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
    best = sorted((x for x in several if x.text in BEST), key=lambda x: BEST.index(x.text))
    last = metrics[-1]
    for metric in metrics:
        _matrix(best, metric)
    _ladder(best, last)
    print()
    for line in several:
        found = opponents(line, several, last, LEVELS[last])
        for sentence in sentences(found, named(last).title, line_name):
            print(f"- {sentence}")
    print()
    for line in several:
        print(f"{line_name(line)}: {_cost(line):.2f} CPU s a megapixel to encode and decode once")


def _matrix(best: Sequence[Line], metric: str) -> None:
    print(f"\nBD-rate in {named(metric).title} of each row against each column, %\n")
    print(f"| | {' | '.join(line_name(line) for line in best)} |")
    print("|---" * (1 + len(best)) + "|")
    for test in best:
        cells = ["" if a is test else _cell(mean_delta(a, test, metric)) for a in best]
        print(f"| {line_name(test)} | {' | '.join(cells)} |")


def _ladder(best: Sequence[Line], metric: str) -> None:
    """Bytes of each line against one of them, at several levels."""
    first = next(line for line in best if line.text == AGAINST)
    title = named(metric).title
    print(f"\nBytes against {line_name(first)} at equal {title}, %\n")
    print(f"| | {' | '.join(f'{title} {level}' for level in LADDER)} |")
    print("|---" * (1 + len(LADDER)) + "|")
    for line in (line for line in best if line is not first):
        sizes = [(line.bytes_at(metric, at), first.bytes_at(metric, at)) for at in LADDER]
        print(f"| {line_name(line)} | {' | '.join(_gap(difference(*two)) for two in sizes)} |")


def _gap(gap: Difference | None) -> str:
    return _percent(gap.ratio - 1, gap.low - 1, gap.high - 1, gap.n) if gap else "n/a"


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
    return _percent(delta.mean, delta.low, delta.high, delta.n if delta.n < delta.common else 0)


def _percent(*shares: float) -> str:
    """A share with its interval; the pictures, where a number of them is given."""
    mean, low, high = (f"{100 * v:+.1f}".replace("-", "\N{MINUS SIGN}") for v in shares[:3])
    return f"{mean} ({low} to {high}{f', n = {shares[3]}' if shares[3] else ''})"


if __name__ == "__main__":
    main()
