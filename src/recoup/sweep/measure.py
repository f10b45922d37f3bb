"""One picture through one chain: the whole experiment, and the only clock."""

from __future__ import annotations

import hashlib
import platform
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np

from recoup import __version__
from recoup.chain.chain import apply, settle
from recoup.chain.text import settings_json
from recoup.contracts import Codec, Filter
from recoup.errors import ChainError, CodecError, NotApplicableError, RecoupError
from recoup.image import Image
from recoup.picture import load, measured, shown
from recoup.results.row import Measurement
from recoup.sweep.core import hold_core
from recoup.sweep.faithful import unexplained
from recoup.sweep.memory import peak_memory
from recoup.sweep.plan import Cell

Result = TypeVar("Result")


def measure(cell: Cell) -> Measurement:
    """Run the chain on the picture and tell what it cost and what survived; never raises.

    The chain's first pass is also the one whose memory is counted; before it, the codec has coded
    a small picture, so that loading its library is in no figure. The filters after the codec have
    restored a small picture too, but their memory counts: a model's weights are part of its cost.

    Parameters
    ----------
    cell
        The picture's path, the chain and the plan.

    Returns
    -------
    Measurement
        ``status`` tells whether it worked; the reason is one line.
    """
    row = started(cell)
    try:
        image, notes = original(cell.path, cell.plan.max_pixels)
        if image.sha256 != cell.image_sha256:
            raise ChainError(f"{cell.image}: the file changed while it was measured; run again")
        chain = cell.chain
        reference = chain.crop(image)
        if reference is not image:
            cut = f"cropped to {reference.width}x{reference.height}, multiples of {chain.multiple}"
            notes = (*notes, cut)
        row = replace(
            row,
            notes="; ".join((*notes, *cell.notes)),
            width=reference.width,
            height=reference.height,
            bits=reference.bits,
            channels=reference.channels,
            codec_version=chain.codec.version(),
        )
        before = apply(chain.before, reference)
        if refusal := chain.codec.refusal(before):
            raise NotApplicableError(refusal)
        warm(chain.codec)
        return _score(cell, _passes(cell, row, reference), reference)
    except NotApplicableError as error:
        return replace(row, status="not applicable", error=str(error))
    except RecoupError as error:
        return replace(row, status="failed", error=str(error))
    except Exception as error:  # noqa: BLE001  (a library's surprise is one failed row, not the end)
        return replace(row, status="failed", error=f"{type(error).__name__}: {_line(error)}")


@dataclass
class _Clock:
    """Seconds of calls, each with its CPU time."""

    cpu_s: float = 0.0

    def time(self, call: Callable[[], Result]) -> tuple[Result, float]:
        """Return what the call gave and its wall seconds."""
        cpu, wall = time.process_time(), time.perf_counter()
        result = call()
        wall = time.perf_counter() - wall
        self.cpu_s += time.process_time() - cpu
        return result, wall


def _passes(cell: Cell, row: Measurement, reference: Image) -> tuple[Measurement, Image]:
    """Time the chain ``repeats`` times; return the row so far and the decoded image."""
    chain, coding, filtering = cell.chain, _Clock(), _Clock()
    encodes: list[float] = []
    decodes: list[float] = []
    filters: list[float] = []
    restores: list[float] = []

    def once() -> tuple[bytes, Image, Image]:
        before, first_s = filtering.time(lambda: apply(chain.before, reference))
        data, encode_s = coding.time(lambda: chain.codec.encode(before))
        decoded, decode_s = coding.time(lambda: chain.codec.decode(data))
        settled, settle_s = coding.time(lambda: settle(chain.after, before, data, decoded))
        data, encode_s = settled.encoded, encode_s + settle_s
        after, second_s = filtering.time(lambda: apply(settled.after, decoded))
        encodes.append(encode_s)
        decodes.append(decode_s)
        if chain.filters:
            filters.append(first_s + second_s)
        if chain.after:
            restores.append(second_s)
        return data, decoded, after

    with peak_memory() as added:
        warm_filters(chain.after)
        data, given, decoded = once()
    several, enough_s = cell.plan.repeats, cell.plan.repeat_s
    while len(encodes) < several and sum(encodes + decodes + filters) < enough_s:
        once()
    row = replace(
        row,
        encoded_bytes=len(data),
        encoded_sha256=hashlib.sha256(data).hexdigest(),
        encode_s_all=tuple(encodes),
        decode_s_all=tuple(decodes),
        filter_s_all=tuple(filters),
        restore_s_all=tuple(restores),
        cpu_s=coding.cpu_s,
        peak_mb=added(),
        unexplained=unexplained(chain, reference, given, decoded) if chain.after else None,
    )
    return row, decoded


def _score(cell: Cell, passed: tuple[Measurement, Image], reference: Image) -> Measurement:
    """Add the metrics; one that does not apply is None and says why in the notes."""
    row, decoded = passed
    codec = cell.chain.codec
    if codec.lossless and not cell.chain.filters and decoded != reference:
        raise ChainError(f"{cell.chain.text} promises no loss, but the decoded picture differs")
    scores: dict[str, float | None] = {}
    notes = [row.notes] if row.notes else []
    for metric in cell.plan.metrics:
        try:
            scores[metric.name] = metric.score(reference, decoded)
        except NotApplicableError as error:
            scores[metric.name] = None
            notes.append(f"no {metric.name}: {error}")
    return replace(row, scores=scores, notes="; ".join(notes))


@lru_cache(maxsize=1)
def original(path: Path, max_pixels: int) -> tuple[Image, tuple[str, ...]]:
    """Load the picture as it is measured; the last one is kept, with its metrics' statistics.

    Raises
    ------
    PictureError
        As :func:`recoup.picture.load` raises it.
    """
    return measured(load(path, max_pixels=max_pixels))


@lru_cache(maxsize=1024)
def warm(codec: Codec) -> None:
    """Code a small picture, so that the first timed call finds its library loaded."""
    ramp = np.add.outer(np.arange(64), np.arange(64)) * 2
    grey, rgb = (Image(np.dstack([ramp] * n).astype(np.uint8)) for n in (1, 3))
    for image in (rgb, grey):
        if codec.timed == "in-process" and codec.refusal(image) is None:
            with suppress(CodecError):  # the picture itself will tell
                codec.decode(codec.encode(image))
            return


@lru_cache(maxsize=64)
def warm_filters(several: tuple[Filter, ...]) -> None:
    """Filter a small picture, so that the first timed pass finds models loaded."""
    ramp = np.add.outer(np.arange(32), np.arange(32)) * 4
    if several:
        with suppress(RecoupError):  # the picture itself will tell
            apply(several, Image(np.dstack([ramp] * 3).astype(np.uint8)))


def started(cell: Cell) -> Measurement:
    """Give the row as it stands before anything was done."""
    chain = cell.chain
    return Measurement(
        cell=cell.cell,
        image=cell.image,
        source=source(cell.path),
        image_sha256=cell.image_sha256,
        chain=chain.text,
        codec=chain.codec.name,
        settings=settings_json(chain.codec),
        timed=chain.codec.timed,
        jobs=cell.jobs,
        cores=cell.cores,
        core_shared=cell.jobs > cell.cores or (cell.jobs > 0 and not hold_core()),
        recoup_version=__version__,
        machine=machine(),
        started_at=datetime.now(UTC),
    )


def source(path: Path) -> str:
    """Absolute path as text; escaped where the name is no Unicode text.

    Examples
    --------
    >>> source(Path("/photos/a.png"))
    '/photos/a.png'
    """
    whole = str(path.absolute())
    undecodable = any("\ud800" <= c <= "\udfff" for c in whole)
    return shown(whole) if undecodable else whole


@cache
def machine() -> str:
    """Processor and system, in words."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return f"{model}; {platform.system()} {platform.machine()}; Python {platform.python_version()}"


def _line(error: Exception) -> str:
    """Text of an error on one line."""
    return " ".join(str(error).split()) or "no reason given"
