"""Any model that is an ONNX file with a card: restorers and upscalers, tiled within memory."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import ClassVar

import numpy as np

from recoup.contracts import FileFacts
from recoup.errors import ChainError, ModelError
from recoup.image import Image
from recoup.models import Card, find
from recoup.models.engine import Engine, Precision, engine_version, open_model
from recoup.models.run import Progress, fitting_tile, restored
from recoup.models.session import Floats
from recoup.models.told import FACTS, vector

_LARGE = 1 << 21  # pixels from which opening an int8 model anew for what it is told pays
_UNITS = {"": 1e0, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


@dataclass(frozen=True)
class Onnx:
    """Put an image through a model.

    Samples go in as they are, scaled to 0..1 (no colour conversion), padded by reflection to the
    model's multiple, and come back rounded once to the image's own depth. Tiles overlap; where
    the model's card states a margin of up to 192 pixels the result is that of the whole image.

    A grey image goes through a colour model as three equal channels, whose results are averaged,
    so that it stays grey. A colour image goes through a grey model channel by channel, which
    docs/adr/0004-engine.md measures against luma alone.

    Parameters
    ----------
    model
        Name of an installed model, or a path that ends in .onnx with its card beside it.
    tile
        Side in pixels of what one run adds to the image; None takes the largest, up to 1024, for
        which ``memory`` should do. Halved when memory runs out.
    overlap
        Pixels of context at each side of a tile; None takes the card's margin, 32 where there is
        none (attention), 64 where it is above 192.
    memory
        What the whole process should need at most: ``2G``, ``800M``. Tiles of 32 pixels are taken
        however little that is.
    threads
        Processor threads.
    device
        ``cpu``, or another that ONNX Runtime has here.
    engine
        ``openvino``, ``onnxruntime``, or ``auto``.
    precision
        Of the arithmetic: ``fp32``, or ``bf16``, which is several times as fast on processors that
        multiply matrices of bfloat16; of 8-bit samples about a tenth then differ, by a step.
    sigma
        Standard deviation of the image's noise on the scale 0..255, for models that can be told
        (``facts`` on their card); None if it is not known.
    strength
        How much of what the model adds to the image is added, 0 to 2.
    blind
        Whether a model that can be told how the file before it was coded is not.

    Raises
    ------
    ChainError
        If a setting is out of range.

    Examples
    --------
    >>> Onnx("dncnn", tile=0)
    Traceback (most recent call last):
    recoup.errors.ChainError: onnx: tile must be 1 or more, not 0
    """

    model: str
    tile: int | None = None
    overlap: int | None = None
    memory: str = "2G"
    threads: int = 1
    device: str = "cpu"
    engine: Engine = "auto"
    precision: Precision = "fp32"
    sigma: float | None = None
    strength: float = 1.0
    blind: bool = False

    name: ClassVar[str] = "onnx"

    def __post_init__(self) -> None:
        """Refuse settings out of range."""
        least = {"tile": (self.tile, 1), "overlap": (self.overlap, 0), "threads": (self.threads, 1)}
        for what, (value, lowest) in least.items():
            if value is not None and value < lowest:
                raise ChainError(f"onnx: {what} must be {lowest} or more, not {value}")
        if self.sigma is not None and not 0 <= self.sigma <= 255:
            raise ChainError(f"onnx: sigma is 0 to 255, not {self.sigma}")
        if not 0 <= self.strength <= 2:
            raise ChainError(f"onnx: strength is 0 to 2, not {self.strength}")
        memory_bytes(self.memory)

    @property
    def card(self) -> Card:
        """The model's card. Raises MissingError or ModelError if there is no such model."""
        return find(self.model)[0]

    @property
    def scale(self) -> Fraction:
        """Output side over input side, from the card."""
        return Fraction(self.card.scale)

    def version(self) -> str:
        """First 16 digits of the model's SHA-256, the engine, and the precision if not fp32."""
        precise = "" if self.precision == "fp32" else f" {self.precision}"
        return f"{self.card.sha256[:16]} {engine_version(self.device, self.engine)}{precise}"

    def told(self, facts: FileFacts | None) -> Coded:
        """The same filter for an image out of a file that says this of how it was coded."""
        return Coded(self, facts)

    def apply(
        self, image: Image, progress: Progress | None = None, facts: FileFacts | None = None
    ) -> Image:
        """Return the restored image, same depth and channels.

        Parameters
        ----------
        image
            Any.
        progress
            Called with the pixels of input done so far; they fall back to 0 if memory ran out.
        facts
            What the file says that the image was decoded from, for models that can be told.

        Raises
        ------
        MissingError
            If the model or an engine is not installed, or has not this precision.
        ModelError
            If the model cannot be used or memory is not enough for the smallest tile.
        """
        card, path = find(self.model)
        told, fixed = self._told(card, facts), None
        if card.precision == "int8" and card.facts == FACTS and image.pixels > _LARGE:
            numbers = np.zeros(len(FACTS)) if told is None else told[0]
            told, fixed = None, tuple(map(float, numbers))
        session = open_model(
            path,
            device=self.device,
            threads=self.threads,
            engine=self.engine,
            told=fixed,
            precision=self.precision,
        )
        return restored(
            image,
            card,
            session,
            tile=self.tile or fitting_tile(image, card, session, memory_bytes(self.memory)),
            overlap=self.overlap,
            told=told,
            strength=self.strength,
            progress=progress,
        )

    def _told(self, card: Card, facts: FileFacts | None) -> Floats | None:
        """What the model is told. Raises ModelError if it cannot be told what is known."""
        if card.facts == FACTS and self.sigma is None:
            return None if self.blind else vector(facts)[np.newaxis]
        if self.sigma is None:
            return None
        if card.facts != ("sigma",):
            raise ModelError(f"{card.name} cannot be told sigma; leave it out")
        return np.array([[1, self.sigma / 50]], np.float32)


@dataclass(frozen=True)
class Coded:
    """A model that is told how its image was coded.

    Parameters
    ----------
    step
        The model and its settings.
    facts
        What the file says; None for nothing.

    Examples
    --------
    >>> Coded(Onnx("deblock"), FileFacts("jpeg", bpp=0.5)).step.model
    'deblock'
    """

    step: Onnx
    facts: FileFacts | None

    name: ClassVar[str] = Onnx.name

    @property
    def scale(self) -> Fraction:
        """Output side over input side, from the card."""
        return self.step.scale

    def version(self) -> str:
        """As the model's."""
        return self.step.version()

    def strong(self, strength: float) -> Coded:
        """The same at another strength."""
        return replace(self, step=replace(self.step, strength=strength))

    def apply(self, image: Image, progress: Progress | None = None) -> Image:
        """Return the restored image. Raises MissingError, ModelError as :class:`Onnx` does."""
        return self.step.apply(image, progress, self.facts)


def memory_bytes(text: str) -> int:
    """Read an amount of memory.

    Raises
    ------
    ChainError
        If it is none.

    Examples
    --------
    >>> memory_bytes("1.5G"), memory_bytes("800 MB")
    (1500000000, 800000000)
    """
    match = re.fullmatch(r"(\d+\.?\d*)\s*([KMGT]?)B?", text.strip(), re.IGNORECASE)
    if not match:
        raise ChainError(f"memory is an amount such as 2G or 800M, not {text!r}")
    return int(float(match[1]) * _UNITS[match[2].upper()])
