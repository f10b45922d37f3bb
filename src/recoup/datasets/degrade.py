"""A folder of pictures through degradations, to another folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, cast

from recoup.chain import text as steps
from recoup.chain.chain import cropped, multiple
from recoup.codecs import codecs
from recoup.contracts import Codec, Filter
from recoup.errors import ChainError, DataError, RecoupError
from recoup.filters import filters
from recoup.image import Image
from recoup.picture import Picture, load, measured, save, shown, write

Step = Codec | Filter


@dataclass(frozen=True)
class Degraded:
    """What became of one picture.

    Attributes
    ----------
    source, out
        The original, and the PNG file made from it.
    error
        Why there is none; empty if there is.
    kept
        Whether it was there already.
    cut
        Whether the original was cut to sides that the chain can take.
    """

    source: Path
    out: Path
    error: str = ""
    kept: bool = False
    cut: bool = False


def parse(text: str) -> tuple[Step, ...]:
    """Read filters and codecs in any order and number, as ``recoup data degrade --chain`` has them.

    Unlike a chain that is measured, what comes out may have another size than the original.

    Raises
    ------
    ChainError
        If a step is not understood, or stands for several.

    Examples
    --------
    >>> parse("blur:sigma=2 | jpeg:quality=30 | bicubic:1/2 | jpeg")[1].quality
    30
    """
    codec_table, filter_table = codecs(), filters()
    out: list[Step] = []
    for part in filter(None, steps.split(text, "|")):
        name = part.partition(":")[0].strip()
        if name in codec_table:
            out += (made := cast("list[Step]", steps.parse(part, codec_table, "codec")))
        else:
            out += (made := cast("list[Step]", steps.parse(part, filter_table, "filter or codec")))
        if len(made) != 1:
            raise ChainError(f"{part!r} stands for {len(made)} steps where one is wanted")
    if not out:
        raise ChainError("the chain is empty; write filters and codecs: 'seed-recipe | jpeg'")
    return tuple(out)


def degrade(
    pictures: Sequence[Path],
    chain: str,
    out: Path,
    *,
    root: Path | None = None,
    progress: Callable[[Degraded], None] | None = None,
) -> tuple[Degraded, ...]:
    """Put pictures through filters and codecs and write PNG files.

    Every setting called ``seed`` is replaced, for each picture and step, by the first 63 bits of
    the SHA-256 of seed, number of the step and content of the picture (``Image.sha256``): no two
    pictures get the same noise, and the same picture gets the same wherever it lies. Pictures are
    taken as metrics see them (sRGB, without alpha), at their own depth, and cut as :func:`fitted`
    says. Files are written whole; those that are there and newer than their original are kept, so
    that a run that was stopped goes on. One picture that fails does not stop the others.

    Parameters
    ----------
    pictures
        Files.
    chain
        As :func:`parse` reads it.
    out
        Folder for the results, which keep their places below ``root``. It remembers the chain.
    root
        Folder that names are taken from; by default the nearest that holds all pictures.
    progress
        Told after each picture.

    Returns
    -------
    tuple of Degraded
        In the order given.

    Raises
    ------
    ChainError
        If the chain is not understood.
    DataError
        If the folder holds results of another chain, or cannot be made.
    PictureError
        If nothing can be written into it.

    Examples
    --------
    >>> degrade([], "noise:sigma=5", Path("out"))
    Traceback (most recent call last):
    recoup.errors.DataError: there are no pictures to degrade
    """
    todo = parse(chain)
    if not pictures:
        raise DataError("there are no pictures to degrade")
    _remember(out, todo)
    done = []
    for source, target in _targets(pictures, out, root):
        done.append(_one(source, target, todo))
        if progress is not None:
            progress(done[-1])
    return tuple(done)


def fitted(todo: Sequence[Step], image: Image) -> Image:
    """Cut an image to sides that the steps can take, as a chain is measured on it.

    At the right and at the bottom, to multiples of what resizing needs; see ``Chain.crop``.

    Raises
    ------
    ChainError
        If nothing would be left.

    Examples
    --------
    >>> import numpy as np
    >>> fitted(parse("bicubic:1/4 | jpeg"), Image(np.zeros((321, 481), np.uint8))).samples.shape
    (320, 480, 1)
    """
    sizing = [cast("Filter", step) for step in todo if not _codes(step)]
    return cropped(image, multiple(sizing), " | ".join(map(steps.write, todo)))


def apply(todo: Sequence[Step], image: Image) -> Image:
    """Put one image through steps, cut to size, seeds made its own as :func:`degrade` says.

    Raises
    ------
    ChainError
        If the image is too small.
    CodecError, NotApplicableError
        As the steps raise them.

    Examples
    --------
    >>> import numpy as np
    >>> grey = Image(np.full((8, 8), 128, np.uint8))
    >>> apply(parse("noise:sigma=5"), grey) == apply(parse("noise:sigma=5,seed=1"), grey)
    False
    """
    image = fitted(todo, image)
    key = image.sha256
    for number, step in enumerate(todo):
        own = _seeded(step, number, key)
        if _codes(own):
            codec = cast("Codec", own)
            image = codec.decode(codec.encode(image))
        else:
            image = cast("Filter", own).apply(image)
    return image


def _codes(step: Step) -> bool:
    """Whether a step is a codec."""
    return hasattr(step, "encode")


def _seeded(step: Step, number: int, key: str) -> Step:
    """Return the step with a seed of its own, if it has one."""
    some: Any = step
    if "seed" not in {field.name for field in fields(some)}:
        return step
    digest = hashlib.sha256(f"recoup degrade {some.seed} {number} {key}".encode()).digest()
    return cast("Step", replace(some, seed=int.from_bytes(digest[:8]) >> 1))


def _remember(out: Path, todo: Sequence[Step]) -> None:
    """Refuse a folder that another chain was used for; write down this one."""
    text = " | ".join(f"{steps.write(step)} [{step.version()}]" for step in todo) + "\n"
    note = out / "chain.txt"
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not note.exists():
            write(text.encode(), note)
        elif (held := note.read_text("utf-8")) != text:
            raise DataError(
                f"{shown(out)}: holds pictures made by {held.strip()}; choose another --out, or "
                "delete it"
            )
    except OSError as error:
        raise DataError(f"{shown(out)}: cannot be written: {error.strerror}") from error


def _targets(pictures: Sequence[Path], out: Path, root: Path | None) -> Iterator[tuple[Path, Path]]:
    """Yield where each result goes; names that would fall together keep their suffix."""
    full = [path.absolute() for path in pictures]
    top = root.absolute() if root else Path(os.path.commonpath([path.parent for path in full]))
    places = [path.relative_to(top) for path in full]
    stems = [place.with_suffix("") for place in places]
    for path, place, stem in zip(pictures, places, stems, strict=True):
        name = place.name if stems.count(stem) > 1 and place.suffix != ".png" else place.stem
        yield path, out / place.with_name(f"{name}.png")


def _one(source: Path, target: Path, todo: Sequence[Step]) -> Degraded:
    """Degrade one picture, unless that was done."""
    try:
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            return Degraded(source, target, kept=True)
        if target.resolve() == source.resolve():
            raise DataError(f"{shown(source)}: would be replaced; choose another --out")
        image, _ = measured(load(source))
        fitting = fitted(todo, image)
        result = apply(todo, fitting)
        target.parent.mkdir(parents=True, exist_ok=True)
        save(Picture(result), target)
    except RecoupError as error:
        return Degraded(source, target, _named(source, target, str(error)))
    except OSError as error:
        return Degraded(source, target, f"{shown(target)}: cannot be written: {error.strerror}")
    return Degraded(source, target, cut=fitting is not image)


def _named(source: Path, target: Path, text: str) -> str:
    """Put the file's name before a reason that does not have it."""
    if shown(source) in text or shown(target) in text:
        return text
    return f"{shown(source)}: {text}"
