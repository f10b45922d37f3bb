"""Gaussian denoising by the literature's protocol: noise that is neither rounded nor clipped."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recoup.errors import ModelError
from recoup.image import Image
from recoup.metrics import metrics
from recoup.models import Card, find
from recoup.models.engine import open_model
from recoup.models.session import Floats, Session
from recoup.picture import load, measured
from recoup.study.named import named


@dataclass(frozen=True)
class Denoised:
    """Means over pictures at one strength of noise.

    Attributes
    ----------
    model, told
        Which model, and whether it was told the strength.
    sigma
        Standard deviation on the scale 0..255.
    noisy, psnr, ssim
        PSNR-RGB in dB of the noisy pictures, unclipped; PSNR-RGB and SSIM of the restored ones,
        rounded to 8 bits.
    pictures
        How many.
    """

    model: str
    told: bool
    sigma: float
    noisy: float
    psnr: float
    ssim: float
    pictures: int


def denoise(
    paths: Sequence[str | Path],
    models: Sequence[str],
    *,
    sigmas: Sequence[float] = (15, 25, 50),
    seed: int = 0,
    threads: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Denoised]:
    """Measure denoisers as the literature does (Zhang et al., DnCNN, 2017).

    Noise is added to the samples as floating-point numbers and fed to the model as it is; the
    result is rounded and clipped to 8 bits. Models that can be told the strength are measured
    told and blind. Grey pictures go through colour models as in chains.

    Parameters
    ----------
    paths
        Files, folders and globs: 8-bit pictures.
    models
        Names of installed models of scale 1.
    sigmas
        Strengths.
    seed
        Of the noise, which differs from picture to picture.
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
    >>> denoise([], ["no-such-model"])
    Traceback (most recent call last):
    recoup.errors.ModelError: no model is called 'no-such-model'; ...
    """
    opened = [(*find(name), name) for name in models]
    for card, _, name in opened:
        if card.scale != 1:
            raise ModelError(f"{name}: enlarges; a denoiser keeps the size")
    files = named(paths, [card for card, *_ in opened])
    done = []
    for card, path, name in opened:
        session = open_model(path, threads=threads)
        for sigma in sigmas:
            for told in (True, False) if card.facts == ("sigma",) else (False,):
                progress(f"{name}, sigma {sigma:g}{', told' if told else ''}")
                done.append(_measured(files, card, session, sigma, seed, told=told))
    return done


def _measured(
    files: Sequence[Path], card: Card, session: Session, sigma: float, seed: int, *, told: bool
) -> Denoised:
    """Measure one model at one strength."""
    table = metrics()
    scored = []
    for at, file in enumerate(files):
        image = measured(load(file))[0]
        draw = np.random.Generator(np.random.PCG64([seed, at]))
        clean = np.ascontiguousarray(image.samples.transpose(2, 0, 1), np.float32) / image.peak
        noise = draw.standard_normal(clean.shape, np.float32) * np.float32(sigma / 255)
        restored = _restored(card, session, clean + noise, sigma if told else None)
        error = float(np.square(noise).mean())
        out = np.rint(restored.clip(0, 1) * image.peak).astype(image.samples.dtype)
        result = Image(np.ascontiguousarray(out.transpose(1, 2, 0)), image.bits)
        psnr, ssim = (table[metric].score(image, result) for metric in ("psnr", "ssim"))
        scored.append((-10 * math.log10(error) if error else math.inf, psnr, ssim))
    noisy, psnr, ssim = (math.fsum(column) / len(scored) for column in zip(*scored, strict=True))
    return Denoised(card.name, told, sigma, noisy, psnr, ssim, len(scored))


def _restored(card: Card, session: Session, planes: Floats, sigma: float | None) -> Floats:
    """Put planes through a model, mirrored to its multiple."""
    channels, height, width = planes.shape
    fed = planes if channels == card.channels else np.repeat(planes, card.channels, axis=0)
    pad = ((0, 0), (0, -height % card.multiple), (0, -width % card.multiple))
    fed = np.pad(fed, pad, mode="reflect")
    told = None if sigma is None else np.array([[1, sigma / 50]], np.float32)
    out = session.run(np.ascontiguousarray(fed[np.newaxis]), told)[0, :, :height, :width]
    return out if channels == len(out) else out.mean(axis=0, keepdims=True)
