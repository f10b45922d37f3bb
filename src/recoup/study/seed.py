"""The seed study again, by one command: its table of formats and its table of restorers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from recoup.chain import Chain
from recoup.models import installed
from recoup.picture.write import write
from recoup.results.row import Measurement
from recoup.study import page
from recoup.study.figures import CODED, RESTORED
from recoup.sweep import compare
from recoup.sweep.run import Progress

DEGRADED = "seed-recipe:seed=0 | raw"
"""The study's degradation: a quarter of the size by bicubic, blurred, noise of sigma 10."""

CODERS = (
    "jpeg2000:lossless=true",
    "png",
    "jpeg:quality=75,subsampling=4:2:0,optimize=false,progressive=false",
    "avif:quality=75,speed=6,subsampling=4:2:0",
    "webp:quality=80",
)
"""Table I's formats at Pillow's default settings, which is what the study used."""

_NETS = {
    "unet-seed-x4": ("bicubic:4", "unet-seed-x4"),
    "swinir-light-seed-x4": ("swinir-light-seed-x4",),
    "realesr-compact-x4-pixel": ("realesr-compact-x4-pixel",),
    "realesr-compact-x4": ("realesr-compact-x4",),
    "realesrgan-x4plus": ("realesrgan-x4plus",),
    "swinir-m": ("swinir-m",),
    "swinir-l": ("swinir-l",),
}


@dataclass(frozen=True)
class Study:
    """What a repetition gave.

    Attributes
    ----------
    folder
        Results folder with its rows; ``study.md`` lies in it.
    text
        The page, in Markdown.
    failures
        Rows that failed.
    """

    folder: Path
    text: str
    failures: tuple[Measurement, ...]


def repeat(
    paths: Sequence[str | Path],
    *,
    out: str | Path = "recoup-study",
    parts: Iterable[str] = ("formats", "restorers"),
    metrics: Sequence[str] | None = None,
    jobs: int | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Study:
    """Repeat the seed study on any pictures, and set its own figures beside.

    Restorers are those of :func:`restorers` that are installed. Pictures are measured at full
    size, one row for each; the page gives means over pictures and says why the study's figures
    differ.

    Parameters
    ----------
    paths
        Files, folders and globs.
    out
        Results folder, made or added to; what it holds already is not measured again.
    parts
        ``formats`` (Table I) and ``restorers`` (Figure 26).
    metrics, jobs, progress
        As :func:`recoup.sweep.compare` takes them.

    Raises
    ------
    ChainError, StoreError
        As ``compare`` raises them.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from recoup import Image, Picture, save
    >>> folder = Path(tempfile.mkdtemp())
    >>> save(Picture(Image(np.zeros((64, 64, 3), np.uint8))), folder / "black.png")
    >>> done = repeat([folder], out=folder / "out", parts=["formats"], metrics=["psnr"], jobs=0)
    >>> done.text.splitlines()[0]
    '# The seed study, repeated'
    """
    chosen = tuple(parts)
    chains = [*(CODERS if "formats" in chosen else ())]
    chains += restorers() if "restorers" in chosen else ()
    done = compare(paths, chains, metrics=metrics, out=out, jobs=jobs, progress=progress)
    place = {Chain.parse(chain).text: at for at, chain in enumerate(chains)}
    good = [row for row in done.rows if row.status == "ok" and row.chain in place]
    good.sort(key=lambda row: place[row.chain])
    coded = [row for row in good if not row.filter_s_all]
    restored = [row for row in good if row.filter_s_all]
    text = page.written(coded, restored, CODED, RESTORED)
    write(text.encode(), Path(out) / "study.md")
    return Study(done.folder, text, tuple(done.failures))


def restorers() -> tuple[str, ...]:
    """Chains of the second part: do nothing, the classical opponent, and the nets there are.

    Examples
    --------
    >>> restorers()[0]
    'seed-recipe:seed=0 | raw | bicubic:4'
    """
    have = installed()
    nets = (" | ".join(steps) for name, steps in _NETS.items() if name in have)
    return tuple(f"{DEGRADED} | {last}" for last in ("bicubic:4", "wiener-seed-x4", *nets))
