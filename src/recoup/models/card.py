"""The card beside every model: ``NAME.toml`` beside ``NAME.onnx``."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict, dataclass, field, fields
from typing import Literal, Self

from recoup.errors import ModelError

_NUMBERS = {"scale": int, "multiple": int, "channels": int, "parameters": int}


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a model is.

    Attributes
    ----------
    name
        Lower case, as chains call it.
    architecture
        ``DnCNN``, ``SwinIR``, ...
    task
        What it restores, in words: ``Gaussian noise, sigma 0 to 55``.
    scale
        Output side over input side, a whole number.
    multiple
        Input sides must be multiples of this; recoup pads by reflection.
    channels
        1 (grey) or 3 (RGB) in and out. Samples are fed as (1, channels, height, width) float32 in
        0..1 and come back likewise.
    margin
        Pixels of input around an output pixel that it depends on; None if unbounded (attention).
    precision
        Of weights and arithmetic: ``fp32``, ``fp16``, ``int8``.
    parameters
        Number of weights.
    facts
        What the model can be told beside the picture: ``sigma``, the standard deviation of its
        noise on the scale 0..255, which is fed as (1, sigma / 50), or (0, 0) if it is not known;
        or the names of the numbers that say how the picture was coded (``told.FACTS``).
    data, licence, source
        What it was trained on; the licence of the weights; where they came from.
    sha256
        Of the ONNX file.
    checked
        Largest difference from the framework it was exported from, of the range 0..1, and how it
        was found.
    measured
        Figures on the task with the command that gave them.
    """

    name: str
    architecture: str
    task: str = ""
    scale: int = 1
    multiple: int = 1
    channels: int = 3
    margin: int | None = None
    precision: Literal["fp32", "fp16", "int8"] = "fp32"
    parameters: int = 0
    facts: tuple[str, ...] = ()
    data: str = "unknown"
    licence: str = "unknown"
    source: str = ""
    sha256: str = ""
    checked: str = ""
    measured: tuple[str, ...] = field(default=())

    def text(self) -> str:
        """Write as TOML.

        Examples
        --------
        >>> Card.read(Card(name="dncnn", architecture="DnCNN", margin=20).text()).margin
        20
        """
        lines = [
            f"{name} = {json.dumps(value, ensure_ascii=False)}"
            for name, value in asdict(self).items()
            if value is not None
        ]
        return "\n".join(lines) + "\n"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read TOML. Raises ModelError if it is no card."""
        try:
            values = tomllib.loads(text)
            known = {f.name for f in fields(cls)}
            if unknown := values.keys() - known:
                raise ModelError(f"a card has no entry {', '.join(sorted(unknown))}")
            for several in values.keys() & {"measured", "facts"}:
                values[several] = tuple(values[several])
            card = cls(**values)
        except (tomllib.TOMLDecodeError, TypeError) as error:
            raise ModelError(f"not a model card: {error}") from error
        for name, kind in _NUMBERS.items():
            if not isinstance(getattr(card, name), kind) or getattr(card, name) < 0:
                raise ModelError(f"a card's {name} must be a whole number")
        return card
