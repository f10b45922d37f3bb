"""How a file wants to be restored: as it promises, or as what it says of its coding suggests."""

from __future__ import annotations

from dataclasses import replace

from recoup.chain.chain import facts_of
from recoup.errors import ModelError
from recoup.filters.onnx import Coded, Onnx
from recoup.filters.promised import TILE
from recoup.models.promise import STEPS, Promise
from recoup.picture import Picture

DEFAULT = "deblock"
"""The model for files that promise nothing."""


def advised(picture: Picture, data: bytes, step: Onnx, *, promises: bool) -> Coded:
    """The model for a file, told how the file was coded.

    Parameters
    ----------
    picture, data
        The file, loaded and as it is.
    step
        The model to use, and the settings for any.
    promises
        Whether a promise in the file is kept instead: its model, at its strength, in tiles of the
        size that it was made with.

    Raises
    ------
    ModelError
        If the promise is of a model that is not installed, or of another version of it.

    Examples
    --------
    >>> import numpy as np
    >>> from recoup.image import Image
    >>> picture = Picture(Image(np.zeros((8, 8, 3), np.uint8)))
    >>> advised(picture, b"P5 1 1 255 a", Onnx("dncnn"), promises=True).facts is None
    True
    """
    promise = Promise.read(picture.xmp) if promises else None
    if promise is None:
        return step.told(facts_of(data))
    kept = replace(step, model=promise.model, tile=TILE, strength=promise.strength / STEPS)
    here = kept.card.sha256[: len(promise.sha256)]
    if here != promise.sha256:
        raise ModelError(
            f"was made for {promise.model} {promise.sha256}, and here is {here}; --with "
            f"{promise.model} restores without keeping the promise"
        )
    return kept.told(facts_of(data))
