"""BD-rate of WebP against JPEG on Kodak, both as CompressAI ran them: published and here.

``python benchmarks/published_bd.py FOLDER`` with the folder of the 24 Kodak pictures. The published
-36 % is the BD-rate of the mean curves: scores and bits per pixel are averaged over pictures for
each quality, and the deltas are taken of what comes out. recoup takes the delta of each picture and
then the mean, with an interval; both are shown, from the same files. JPEG is decoded in two ways
(see ``published.py``): by libjpeg-turbo, and with the chroma brought up as libjpeg 9 does, which is
how the published points came about.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean

from published import JPEG_POINTS, WEBP_POINTS, libjpeg9, pictures, psnr
from recoup.analysis import Curve, bd_rate
from recoup.analysis.interval import ends
from recoup.codecs import Jpeg, WebP
from recoup.image import Image

Point = tuple[float, float]
"""Bits per pixel, PSNR-RGB in dB."""
STEP = 5
"""Between qualities, for curves with more points over the same range."""


def jpeg(image: Image, quality: int, *, as_libjpeg9: bool) -> Point:
    """Pillow's defaults: 4:2:0, neither optimised nor progressive."""
    codec = Jpeg(quality, optimize=False, progressive=False)
    data = codec.encode(image)
    decoded = libjpeg9(data) if as_libjpeg9 else codec.decode(data).samples
    return len(data) * 8 / image.pixels, psnr(image, decoded)


def webp(image: Image, quality: int) -> Point:
    """Pillow's defaults: method 4."""
    codec = WebP(quality, method=4)
    data = codec.encode(image)
    return len(data) * 8 / image.pixels, psnr(image, codec.decode(data).samples)


def mean_curve(curves: Iterable[list[Point]]) -> list[Point]:
    """Points averaged over pictures, quality by quality."""
    by_quality = zip(*curves, strict=True)
    return [(fmean(b for b, _ in each), fmean(q for _, q in each)) for each in by_quality]


def show(label: str, anchors: list[list[Point]], tests: list[list[Point]]) -> None:
    """Print both ways to a mean from one set of measurements."""
    whole = bd_rate(Curve.of(mean_curve(anchors)), Curve.of(mean_curve(tests)))
    each = [bd_rate(Curve.of(a), Curve.of(t)) for a, t in zip(anchors, tests, strict=True)]
    good = [one for one in each if not one.reason]
    logs = [math.log1p(one.value) for one in good]
    low, high = (100 * math.expm1(end) for end in ends(logs))
    mean, plain = 100 * math.expm1(fmean(logs)), 100 * fmean(one.value for one in good)
    overlap = fmean(one.overlap for one in good)
    of_mean = f"{100 * whole.value:+.1f} %" if not whole.reason else whole.reason
    print(
        f"{label:44} {of_mean:>8}   {mean:+.1f} % ({low:+.1f} to {high:+.1f}), arithmetic "
        f"{plain:+.1f} %, n {len(good)} of {len(each)}, overlap {overlap:.0%}"
    )


def main() -> None:
    """Print published and ours."""
    if len(sys.argv) < 2:
        print("give the folder of the 24 Kodak pictures")
        return
    originals = pictures(Path(sys.argv[1]))
    published = [Curve.of((b, q) for q, b in p.values()) for p in (JPEG_POINTS, WEBP_POINTS)]
    found = bd_rate(*published)
    print(f"{'':44} {'of mean curves':>14}   mean of pictures (95 % interval)")
    print(f"{'the published points':44} {100 * found.value:+6.1f} %   overlap {found.overlap:.0%}")
    webps = [[webp(image, q) for q in WEBP_POINTS] for image in originals]
    for as_libjpeg9, how in ((True, "libjpeg 9"), (False, "libjpeg-turbo")):
        several = [
            [jpeg(image, q, as_libjpeg9=as_libjpeg9) for q in JPEG_POINTS] for image in originals
        ]
        show(f"here, JPEG decoded as {how}", several, webps)
    fine = [[jpeg(i, q, as_libjpeg9=False) for q in finer(JPEG_POINTS)] for i in originals]
    webps = [[webp(i, q) for q in finer(WEBP_POINTS)] for i in originals]
    show("here, every 5th quality of the same range", fine, webps)


def finer(qualities: Iterable[int]) -> list[int]:
    """Qualities from the first to the last, and those between them."""
    several = sorted(qualities)
    return sorted({*several, *range(several[0], several[-1], STEP)})


if __name__ == "__main__":
    main()
