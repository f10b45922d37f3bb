"""A restorer whose strength the encoder decides, who has the original: it never does harm."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np

from recoup.contracts import FileFacts, Filter
from recoup.filters.identity import Identity
from recoup.filters.onnx import Coded, Onnx
from recoup.image import Image
from recoup.models.promise import STEPS, STRONGEST, Promise

_LOSSLESS = 99.0  # the most dB that a note states
_LEAST = 0.01  # less is not worth anybody's seconds
TILE = 512
"""Tiles of one size, so that whoever restores has the same numbers to the bit."""


@dataclass(frozen=True)
class Promised:
    """Put an image through a model as strongly as helps most, or not at all.

    The strength is the one whose mean squared error is least (projection of what is missing on
    what the model adds), in sixteenths, and 0 where that is not 0.01 dB better than the decoded
    image. The file says which, 0 too: see :class:`recoup.models.promise.Promise`.

    Parameters
    ----------
    model
        Name of an installed model that keeps the size.
    threads
        Processor threads; the result is the same for any number.

    Examples
    --------
    >>> Promised("deblock").name
    'promised'
    """

    model: str
    threads: int = 1

    name: ClassVar[str] = "promised"

    @property
    def scale(self) -> Fraction:
        """Output side over input side, from the card."""
        return self.step(1.0).scale

    def version(self) -> str:
        """As the model's."""
        return self.step(1.0).version()

    def step(self, strength: float) -> Onnx:
        """The model at a strength."""
        return Onnx(self.model, tile=TILE, threads=self.threads, strength=strength)

    def apply(self, image: Image) -> Image:
        """Restore at full strength, blind: without the original there is nothing to decide by."""
        return self.step(1.0).apply(image)

    def promised(
        self, original: Image, decoded: Image, facts: FileFacts | None
    ) -> tuple[Filter, bytes]:
        """Decide the strength.

        Parameters
        ----------
        original, decoded
            Images of one shape and depth.
        facts
            What the file says.

        Returns
        -------
        filter, bytes
            What is to be done with the decoded image, and the note that says so.
        """
        decision = decided(original, decoded, self.step(1.0).told(facts))
        return decision.step, decision.promise.xmp()


@dataclass(frozen=True)
class Decision:
    """What is to be done with a decoded image.

    Attributes
    ----------
    step
        The model at the strength that helps most, or the identity.
    promise
        What the file says of that; strength 0 if nothing is done.
    restored
        What it gives.
    """

    step: Filter
    promise: Promise
    restored: Image


def decided(original: Image, decoded: Image, full: Coded) -> Decision:
    """Try a model, and decide how strongly it is applied.

    Parameters
    ----------
    original, decoded
        Images of one shape and depth.
    full
        The model at full strength.

    Raises
    ------
    MissingError, ModelError
        As the model's filter raises them.
    """
    card = full.step.card
    nothing = Decision(Identity(), Promise.of(card, 0, 0.0), decoded)
    before = _squares(original, decoded)
    if not before:
        return nothing
    restored = full.apply(decoded)
    wanted = original.samples.astype(np.float32) - decoded.samples
    added = restored.samples.astype(np.float32) - decoded.samples
    power = float(np.vdot(added, added))
    best = float(np.vdot(added, wanted)) / power if power else 0.0
    strength = min(max(round(best * STEPS), 0), STRONGEST)
    if not strength:
        return nothing
    step = full.strong(strength / STEPS)
    if strength != STEPS:
        restored = step.apply(decoded)
    after = _squares(original, restored)
    gain = 10 * math.log10(before / after) if after else _LOSSLESS
    if gain < _LEAST:
        return nothing
    return Decision(step, Promise.of(card, strength, gain), restored)


def _squares(one: Image, two: Image) -> float:
    """Sum of squared differences."""
    off = one.samples.astype(np.float32) - two.samples
    return float(np.sum(np.square(off), dtype=np.float64))
