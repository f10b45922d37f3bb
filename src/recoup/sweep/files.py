"""Scores of files against a file, without a codec between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recoup.contracts import Metric
from recoup.errors import NotApplicableError, RecoupError
from recoup.image import Image
from recoup.picture import load, measured
from recoup.sweep.plan import Plan


@dataclass(frozen=True)
class Scored:
    """One picture's scores; a metric that does not apply is None. ``error`` is set on failure."""

    name: str
    scores: dict[str, float | None] = field(default_factory=dict)
    error: str = ""


def score_files(
    original: str | Path,
    distorted: Sequence[str | Path],
    metrics: Sequence[str] | None = None,
    *,
    max_pixels: int = 200_000_000,
) -> list[Scored]:
    """Score every distorted file against the original; one that fails does not stop the others.

    Parameters
    ----------
    original, distorted
        Files of the same size and depth; profiles are honoured as in :func:`measured`.
    metrics
        Names; None takes every metric.
    max_pixels
        Larger pictures are refused.

    Raises
    ------
    PictureError
        If the original cannot be used.
    ChainError
        If a metric is not known.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from recoup import Picture, save
    >>> file = Path(tempfile.mkdtemp()) / "black.png"
    >>> save(Picture(Image(np.zeros((16, 16, 3), np.uint8))), file)
    >>> score_files(file, [file], ["psnr"])[0].scores
    {'psnr': inf}
    """
    several = Plan.of(["raw"], metrics).metrics
    reference, _ = measured(load(original, max_pixels=max_pixels))
    return [_scored(reference, str(file), several, max_pixels) for file in distorted]


def _scored(reference: Image, file: str, metrics: Sequence[Metric], max_pixels: int) -> Scored:
    try:
        image, _ = measured(load(file, max_pixels=max_pixels))
        scores: dict[str, float | None] = {}
        for metric in metrics:
            try:
                scores[metric.name] = metric.score(reference, image)
            except NotApplicableError:
                scores[metric.name] = None
    except RecoupError as error:
        return Scored(file, error=str(error))
    except ValueError as error:
        return Scored(file, error=f"{file}: {error}")
    return Scored(file, scores)
