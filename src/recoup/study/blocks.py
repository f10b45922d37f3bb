"""JPEG restoration by the literature's protocol: baseline files, colour at 4:2:0, grey as luma."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recoup.chain.chain import facts_of
from recoup.codecs import Jpeg
from recoup.errors import ModelError
from recoup.filters.onnx import Onnx
from recoup.image import Image
from recoup.metrics import metrics
from recoup.models.told import FACTS
from recoup.picture import load, measured
from recoup.study.named import named


@dataclass(frozen=True)
class Deblocked:
    """Means over pictures at one quality.

    Attributes
    ----------
    model, told
        Which model, and whether it was told what the file says.
    quality
        Of libjpeg.
    decoded, psnr
        PSNR in dB of the decoded and of the restored pictures, over all channels.
    least
        Smallest gain of a picture, dB.
    decoded_ssim, ssim
        SSIM of both.
    pictures
        How many.
    """

    model: str
    told: bool
    quality: int
    decoded: float
    psnr: float
    least: float
    decoded_ssim: float
    ssim: float
    pictures: int


def deblock(
    paths: Sequence[str | Path],
    models: Sequence[str],
    *,
    qualities: Sequence[int] = (10, 20, 30, 40),
    grey: bool = False,
    threads: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Deblocked]:
    """Measure restorers of JPEG files as the literature does (Dong et al., ARCNN, 2015).

    Files are baseline with libjpeg's standard tables, colour at 4:2:0. PSNR is over all channels
    of the pictures, no border cropped. Models that can be told how a file was coded are measured
    told and blind.

    Parameters
    ----------
    paths
        Files, folders and globs: 8-bit pictures.
    models
        Names of installed models of scale 1.
    qualities
        Of libjpeg.
    grey
        Code luma alone, as MATLAB's ``rgb2ycbcr`` gives it (BT.601, 16 to 235).
    threads
        Of the engine.

    Raises
    ------
    ModelError
        If a model changes the size, or there is no such model.
    PictureError
        If a picture cannot be read, or there is none.

    Examples
    --------
    >>> deblock([], ["no-such-model"])
    Traceback (most recent call last):
    recoup.errors.ModelError: no model is called 'no-such-model'; ...
    """
    steps = [Onnx(name, threads=threads) for name in models]
    for step in steps:
        if step.scale != 1:
            raise ModelError(f"{step.model}: enlarges; files are restored at their size")
    files = named(paths, [step.card for step in steps])
    images = [measured(load(file))[0] for file in files]
    if grey:
        images = [luma(image) for image in images]
    done = []
    for step in steps:
        for quality in qualities:
            for told in (True, False) if step.card.facts == FACTS else (False,):
                progress(f"{step.model}, quality {quality}{', told' if told else ''}")
                done.append(_measured(images, step, quality, told=told))
    return done


def luma(image: Image) -> Image:
    """Luma in 16 to 235 by BT.601, rounded, as MATLAB's ``rgb2ycbcr``; grey stays as it is.

    Examples
    --------
    >>> white = Image(np.full((1, 1, 3), 255, np.uint8))
    >>> luma(white).samples.tolist()
    [[[235]]]
    """
    if image.channels == 1:
        return image
    weights = np.array([65.481, 128.553, 24.966]) / 255
    return Image(np.rint(16 + image.samples @ weights).astype(np.uint8)[:, :, np.newaxis])


def _measured(images: Sequence[Image], step: Onnx, quality: int, *, told: bool) -> Deblocked:
    """Measure one model at one quality."""
    psnr, ssim = (metrics()[name].score for name in ("psnr", "ssim"))
    codec = Jpeg(quality, optimize=False, progressive=False)
    scored = []
    for image in images:
        data = codec.encode(image)
        decoded = codec.decode(data)
        restored = step.told(facts_of(data) if told else None).apply(decoded)
        scores = [(score(image, one)) for score in (psnr, ssim) for one in (decoded, restored)]
        scored.append((*scores, scores[1] - scores[0]))
    means = [math.fsum(column) / len(scored) for column in zip(*scored, strict=True)]
    least = min(row[-1] for row in scored)
    return Deblocked(
        step.model, told, quality, means[0], means[1], least, means[2], means[3], len(scored)
    )
