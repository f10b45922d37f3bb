"""How a file wants to be restored: as it promises, or as what it says of its coding suggests."""

from __future__ import annotations

from dataclasses import dataclass, replace

from recoup.chain.chain import facts_of
from recoup.contracts import FileFacts
from recoup.errors import ModelError
from recoup.filters.onnx import Coded, Onnx
from recoup.filters.promised import TILE
from recoup.models.promise import STEPS, Promise, noted
from recoup.models.told import FACTS
from recoup.picture import Picture

DEFAULT = "deblock"
"""The model for files that promise nothing."""


@dataclass(frozen=True)
class Advice:
    """What is to be done with a file.

    Attributes
    ----------
    step
        The model, told how the file was coded; None if the file is to be left as it is.
    how
        In words.
    """

    step: Coded | None
    how: str


def advised(picture: Picture, data: bytes, step: Onnx, *, promises: bool) -> Advice:
    """How a file is to be restored.

    Parameters
    ----------
    picture, data
        The file, loaded and as it is.
    step
        The model to use, and the settings for any.
    promises
        Whether a promise in the file is kept instead: its model, at its strength, in tiles of the
        size that it was made with; or nothing, if its encoder found that nothing helps.

    Raises
    ------
    ModelError
        If the promise is of a model that is not installed, or of another version of it.

    Examples
    --------
    >>> import numpy as np
    >>> from recoup.image import Image
    >>> picture = Picture(Image(np.zeros((8, 8, 3), np.uint8)))
    >>> advised(picture, b"P5 1 1 255 a", Onnx("dncnn"), promises=True).how
    'restored by dncnn'
    """
    promise = Promise.read(picture.xmp) if promises else None
    if promise is None:
        return _by_facts(step, facts_of(data), vain=promises and noted(picture.xmp))
    if not promise.strength:
        return Advice(None, "left as it is, since its encoder found nothing that helps")
    kept = replace(step, model=promise.model, tile=TILE, strength=promise.strength / STEPS)
    here = kept.card.sha256[: len(promise.sha256)]
    if here != promise.sha256:
        raise ModelError(
            f"was made for {promise.model} {promise.sha256}, and here is {here}; --with "
            f"{promise.model} restores without keeping the promise"
        )
    strength, gain = f"{promise.strength}/{STEPS}", f"+{promise.gain:.2f} dB"
    how = f"restored by {promise.model} at {strength}, as promised: {gain}"
    return Advice(kept.told(facts_of(data)), how)


def _by_facts(step: Onnx, facts: FileFacts | None, *, vain: bool) -> Advice:
    """A model that is told what a file says; ``vain`` if the file's note means nothing."""
    words = [f"restored by {step.card.name}"]
    if step.card.facts == FACTS:
        words.append(f"told of {facts.codec} as the file says" if facts else "told nothing")
    if vain:
        words.append("the note in the file means nothing")
    return Advice(step.told(facts), ", ".join(words))
