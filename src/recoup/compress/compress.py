"""Files made smaller into a folder, one after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from recoup.chain.text import write as setting_text
from recoup.compress.encode import Made, made, ready
from recoup.compress.scales import family, variants
from recoup.compress.target import Met, Target, smallest
from recoup.contracts import Codec
from recoup.errors import ChainError, NotApplicableError, PictureError, RecoupError
from recoup.filters.promised import Promised
from recoup.models.promise import Promise
from recoup.picture import Found, Picture, find, load, shown
from recoup.picture.write import write_new

_CODESTREAM = b"\xff\x4f\xff\x51"  # ISO/IEC 15444-1, A.4


@dataclass(frozen=True)
class Compressed:
    """What became of one file.

    Attributes
    ----------
    source
        The file read, as shown.
    out
        The file written; None on failure.
    error
        One line, on failure.
    before, after
        Bytes of the two files.
    pixels
        Of the picture.
    settings
        Of the codec, as chains have them.
    promise
        How the file says it is to be restored; None if it does not.
    score
        Of the picture as restored, where there was a target.
    notes
        What was done on the way, in words.
    """

    source: str
    out: Path | None = None
    error: str | None = None
    before: int = 0
    after: int = 0
    pixels: int = 0
    settings: str = ""
    promise: Promise | None = None
    score: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Order:
    """What is wanted of every file."""

    several: list[list[Codec]]
    target: Target | None
    restorer: Promised | None
    strip: bool
    max_pixels: int


def compress(
    paths: Sequence[str | os.PathLike[str]],
    to: Sequence[str] = ("jpeg",),
    *,
    out: str | os.PathLike[str],
    quality: float | None = None,
    target: Target | None = None,
    restore: str | None = None,
    strip: bool = False,
    jobs: int = 1,
    max_pixels: int = 200_000_000,
    progress: Callable[[str], None] | None = None,
) -> list[Compressed]:
    """Write picture files into a folder; one that fails does not stop the others.

    With a restorer the encoder decodes and restores what it wrote, compares with the original,
    and notes in the file (XMP, below 200 bytes) how strongly to restore, or that it is to be left
    as it is where restoring does not help. The file stays what it is without: every viewer opens
    it. ``recoup restore`` reads the note and gives, on the same engine, what was measured here.

    Parameters
    ----------
    paths
        Files, folders and globs.
    to
        Codecs with settings, as in chains. Of several, or of one that stands for several, the
        smallest file is kept; that needs a target.
    out
        Folder for the results; made if need be. No file in it is replaced: a name that is taken
        gets a number, unless the file holds the same bytes.
    quality
        On the codec's own scale.
    target
        The smallest file whose picture, as restored, meets it is searched for, over qualities
        and over the settings in ``recoup.compress.scales`` that the text leaves open.
    restore
        Name of an installed model that keeps the size.
    strip
        Leave out EXIF, XMP and the profile.
    jobs
        Processor threads of the restorer.
    max_pixels
        Larger pictures are refused.
    progress
        Told the name of each file before it is begun.

    Raises
    ------
    ChainError
        If the settings are not understood or do not fit together.
    MissingError, ModelError
        If the restorer is not there, or enlarges.
    PictureError
        If the folder cannot be made.

    Examples
    --------
    >>> compress([], ["jpeg", "webp"], out="out")
    Traceback (most recent call last):
    recoup.errors.ChainError: jpeg, webp: several settings need a target to choose by: ...
    """
    order = _Order(
        _several(to, quality, target), target, _restorer(restore, jobs), strip, max_pixels
    )
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PictureError(f"{shown(folder)}: folder cannot be made: {error.strerror}") from error
    sources = find([os.fspath(path) for path in paths])
    taken = {source.path.resolve() for source in sources}
    results = []
    for source in sources:
        if progress:
            progress(source.name)
        one = _compressed(source, order, folder, taken)
        if one.out:
            taken.add(one.out.resolve())
        results.append(one)
    return results


def _several(to: Sequence[str], quality: float | None, target: Target | None) -> list[list[Codec]]:
    """Lists of settings to search; without a target one of one."""
    if target is not None:
        if quality is not None:
            raise ChainError("give a quality or a target, not both")
        return [codecs for text in to for codecs in variants(text)]
    found = [codec for text in to for codec in family(text, quality=quality)]
    if len(found) != 1:
        raise ChainError(
            f"{', '.join(to)}: several settings need a target to choose by: --target psnr=36"
        )
    return [found]


def _restorer(model: str | None, jobs: int) -> Promised | None:
    """The restorer; refused if it is absent or enlarges."""
    if model is None:
        return None
    restorer = Promised(model, threads=jobs)
    if restorer.scale != 1:
        raise ChainError(f"{model} enlarges; a file is restored by a model that keeps its size")
    promise = Promise.of(restorer.step(1.0).card, 1, 1.0)
    if promise.model != model or Promise.read(promise.xmp()) != promise:
        raise ChainError(
            f"{model}: a file can promise a model only by the name that it is installed under, of "
            "lower-case letters, digits, dots, dashes and underscores: recoup models import"
        )
    return restorer


def _compressed(source: Found, order: _Order, folder: Path, taken: set[Path]) -> Compressed:
    """Compress one file; what goes wrong with it becomes its error."""
    if source.error:
        return Compressed(source.name, error=f"{source.name}: {source.error}")
    try:
        picture = load(source.path, max_pixels=order.max_pixels)
        one, score, notes = _best(picture, order)
        path = write_new(one.data, folder, source.path.stem, _suffix(one), taken)
    except RecoupError as error:
        text = str(error) if source.name in str(error) else f"{source.name}: {error}"
        return Compressed(source.name, error=text)
    except MemoryError:
        return Compressed(source.name, error=f"{source.name}: does not fit in memory")
    return Compressed(
        source.name,
        path,
        before=source.path.stat().st_size,
        after=len(one.data),
        pixels=picture.image.pixels,
        settings=setting_text(one.codec),
        promise=one.promise,
        score=score,
        notes=notes,
    )


def _best(picture: Picture, order: _Order) -> tuple[Made, float | None, tuple[str, ...]]:
    """The file that is wanted of a picture, its score, and what was done."""
    found: list[tuple[Met, tuple[str, ...]]] = []
    reasons = []
    for codecs in order.several:
        try:
            own = ready(picture, codecs[0], strip=order.strip)
            if order.target is None:
                one = made(own, codecs[0], order.restorer)
                return one, None, (*own.notes, *one.notes)
            met = smallest(own, [codecs], order.target, order.restorer)
            found.append((met, (*own.notes, *met.made.notes)))
        except NotApplicableError as error:
            reasons.append(str(error))
    if not found:
        raise NotApplicableError("; ".join(dict.fromkeys(reasons)))
    best, notes = min(found, key=lambda one: len(one[0].made.data))
    return best.made, best.score, notes


def _suffix(one: Made) -> str:
    """Of the file: a codestream of HTJ2K that carries something has become a JPH file."""
    wrapped = one.codec.name == "htj2k" and not one.data.startswith(_CODESTREAM)
    return ".jph" if wrapped else one.codec.suffix
