"""Files through a restorer: pixels by the model, everything else kept."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

from recoup.errors import ChainError, PictureError, RecoupError
from recoup.filters.onnx import Coded, Onnx
from recoup.filters.resample import Bicubic
from recoup.image import Image, Samples
from recoup.models.engine import Precision
from recoup.models.promise import without
from recoup.picture import Picture, load, save, shown
from recoup.restore import ledger
from recoup.restore.advice import DEFAULT, Advice, advised
from recoup.restore.outcome import Progress, Restored, Track
from recoup.restore.survey import Source, place, survey

PROMISED = "as promised"
"""What the ledger calls results that were made as each file asks."""

_NONE = "none"


def restore(
    paths: Sequence[str | os.PathLike[str]],
    model: str | None = None,
    *,
    out: str | os.PathLike[str],
    suffix: Literal[".png", ".tif", ".tiff"] = ".png",
    tile: int | None = None,
    memory: str = "2G",
    jobs: int = 1,
    device: str = "cpu",
    precision: Precision = "fp32",
    max_pixels: int = 200_000_000,
    progress: Callable[[Progress], None] | None = None,
) -> list[Restored]:
    """Restore files into a folder, one after the other; one that fails does not stop the others.

    The colours go through the model in the file's own profile and depth. ICC profile, EXIF and
    XMP are kept; alpha is kept by a model of scale 1 and enlarged by bicubic otherwise. A result
    whose source, model and engine are unchanged since (``restored.jsonl`` in the folder tells)
    is not made again. No file is replaced but the same source's older result by the same model.

    A file that was written by ``recoup compress --restore`` says which model at which strength it
    was made for, which is what it gets unless another model is asked for. A model that can be
    told how a picture was coded is told what the file says.

    Parameters
    ----------
    paths
        Files, folders and globs. Results in ``out`` are not taken as sources.
    model
        Name of an installed model, or a path to an ONNX file with its card; None does what each
        file promises, and uses ``deblock`` for those that promise nothing.
    out
        Folder for the results; made if need be.
    suffix
        Format of the results.
    tile, memory, device, precision
        As settings of :class:`recoup.filters.onnx.Onnx`.
    jobs
        Processor threads. They share each picture, so that memory is needed for one only.
    max_pixels
        Larger pictures are refused.
    progress
        Called after every tile.

    Returns
    -------
    list of Restored
        One for each file, in order.

    Raises
    ------
    MissingError
        If the model or an engine is not installed.
    ModelError
        If the model cannot be used.
    PictureError
        If the folder cannot be made.
    StoreError
        If the folder's ``restored.jsonl`` cannot be read or written.
    ChainError
        If a setting is out of range.

    Examples
    --------
    >>> restore([], "swinir-xxl", out="out")
    Traceback (most recent call last):
    recoup.errors.ModelError: no model is called 'swinir-xxl'; ...
    """
    if suffix not in (".png", ".tif", ".tiff"):
        raise ChainError(f"results can be .png, .tif or .tiff, not {suffix!r}")
    step = Onnx(
        model or DEFAULT,
        tile=tile,
        memory=memory,
        threads=jobs,
        device=device,
        precision=precision,
    )
    kept = model is None
    folder = Path(out)
    asked = _Asked(step, PROMISED if kept else step.model, suffix)
    step.version()  # a model or an engine that is not there stops the run before it begins
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PictureError(f"{shown(folder)}: folder cannot be made: {error.strerror}") from error
    known = ledger.read(folder)
    sources = survey([os.fspath(path) for path in paths], folder, known, max_pixels)
    ready = [_ready(source, asked, folder, known) for source in sources]
    work = [source for source, name in zip(sources, ready, strict=True) if name is None]
    track = Track(sum(source.pixels for source in work), progress, time.perf_counter())
    taken = {name.lower() for name in ready if name}
    results = []
    for source, there in zip(sources, ready, strict=True):
        if there is not None:
            path = folder / there
            results.append(Restored(source.name, "skipped", path, megapixels=source.pixels / 1e6))
            continue
        name = place(source, asked.model, suffix, folder, known, taken)
        taken.add(name.lower())
        results.append(_restored(_Work(source, asked, folder / name, max_pixels), track))
        track.done += source.pixels
        track.tell(source.name, 0)
    return results


@dataclass(frozen=True)
class _Asked:
    """What is wanted of every file.

    ``model`` is what the ledger calls it: ``as promised``, or the model's name.
    """

    step: Onnx
    model: str
    suffix: str

    @property
    def promises(self) -> bool:
        return self.model == PROMISED


def _ready(source: Source, asked: _Asked, out: Path, known: dict[str, ledger.Entry]) -> str | None:
    """Name of the result that is there already, or None."""
    wanted = (source.where, source.sha256, asked.model)
    for name, entry in known.items():
        has = (entry.source, entry.source_sha256, entry.model)
        fits = has == wanted and name.endswith(asked.suffix)
        if fits and _current(entry, asked) and ledger.intact(out, entry):
            return name
    return None


def _current(entry: ledger.Entry, asked: _Asked) -> bool:
    """Whether what made a result is the same today."""
    if not asked.promises:
        return entry.version == _version(asked.step)
    model = entry.version.partition(" ")[0]  # of promises, and so without spaces
    try:
        return model == _NONE or entry.version == _version(replace(asked.step, model=model))
    except RecoupError:  # no longer installed
        return False


def _version(step: Onnx | None) -> str:
    """What made a result: the model's name, weights and engine."""
    return f"{step.model} {step.version()}" if step else _NONE


@dataclass(frozen=True)
class _Work:
    """One file to restore, how, and where to."""

    source: Source
    asked: _Asked
    path: Path
    max_pixels: int


def _restored(work: _Work, track: Track) -> Restored:
    """Restore one file; what goes wrong with it becomes its error."""
    source, path = work.source, work.path
    megapixels, start = source.pixels / 1e6, time.perf_counter()
    if source.error:
        return Restored(source.name, "failed", error=source.error)
    try:
        advice, notes = _write(work, track)
    except RecoupError as error:
        text = str(error) if source.name in str(error) else f"{source.name}: {error}"
        return Restored(source.name, "failed", error=text, megapixels=megapixels)
    except MemoryError:
        text = f"{source.name}: the result does not fit in this machine's memory"
        return Restored(source.name, "failed", error=text, megapixels=megapixels)
    entry = ledger.Entry(
        source=source.where,
        source_sha256=source.sha256,
        model=work.asked.model,
        version=_version(advice.step.step if advice.step else None),
        output=path.name,
        output_sha256=ledger.file_sha256(path),
    )
    ledger.add(path.parent, entry)
    seconds = time.perf_counter() - start
    return Restored(source.name, "restored", path, None, megapixels, seconds, notes, advice.how)


def _write(work: _Work, track: Track) -> tuple[Advice, tuple[str, ...]]:
    """Load, restore and save; return what was done, and the notes on loading."""
    source = work.source
    picture = load(source.path, max_pixels=work.max_pixels)
    asked = work.asked
    advice = advised(picture, source.path.read_bytes(), asked.step, promises=asked.promises)
    done = replace(picture, xmp=without(picture.xmp))  # what was promised is done
    if advice.step:
        done = restored_picture(done, advice.step, lambda pixels: track.tell(source.name, pixels))
    save(done, work.path)
    return advice, picture.notes


def restored_picture(
    picture: Picture, step: Onnx | Coded, progress: Callable[[int], None] | None = None
) -> Picture:
    """Restore a picture: colours by the model, alpha kept or enlarged, the rest as it is.

    Parameters
    ----------
    picture
        Any.
    step
        The model and its settings.
    progress
        Called with the pixels done.

    Raises
    ------
    MissingError, ModelError
        As :meth:`recoup.filters.onnx.Onnx.apply`.

    Examples
    --------
    >>> import numpy as np
    >>> picture = Picture(Image(np.zeros((2, 2), np.uint8)))
    >>> restored_picture(picture, Onnx("swinir-xxl"))
    Traceback (most recent call last):
    recoup.errors.ModelError: no model is called 'swinir-xxl'; ...
    """
    image = step.apply(picture.image, progress)
    alpha = _scaled(picture.alpha, picture.image.bits, step.scale)
    return replace(picture, image=image, alpha=alpha)


def _scaled(alpha: Samples | None, bits: int, scale: Fraction) -> Samples | None:
    """Enlarge alpha by bicubic, if there is any and the model enlarges."""
    if alpha is None or scale == 1:
        return alpha
    return Bicubic(scale).apply(Image(alpha, bits)).samples[:, :, 0]
