"""The chain as a value: filters, one codec, filters."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from itertools import product
from math import lcm
from typing import Self

from recoup.chain import text as steps
from recoup.chain.table import all_filters, by_model
from recoup.codecs import codecs
from recoup.codecs.carried import carrying
from recoup.codecs.facts import read_facts
from recoup.contracts import Codec, FileFacts, Filter, Promising, Restorer
from recoup.errors import ChainError, CodecError, UnsupportedError
from recoup.image import Image
from recoup.picture import Picture


@dataclass(frozen=True)
class Passed:
    """What came out of a chain: the file between, and the image at the end."""

    encoded: bytes
    decoded: Image


@dataclass(frozen=True)
class Chain:
    """Filters, a codec, filters; their scales must multiply to 1.

    Examples
    --------
    >>> chain = Chain.parse("bicubic:1/4 | raw | bicubic:4")
    >>> chain.text, chain.multiple
    ('bicubic:factor=1/4 | raw | bicubic:factor=4', 4)
    >>> [c.text for c in Chain.expand("raw | median:[3,5]")]
    ['raw | median:size=3', 'raw | median:size=5']
    """

    codec: Codec
    before: tuple[Filter, ...] = ()
    after: tuple[Filter, ...] = ()

    def __post_init__(self) -> None:
        """Raise ChainError unless an image comes out at the size it went in."""
        scale = reduce(lambda a, b: a * b, (f.scale for f in self.filters), Fraction(1))
        if scale != 1:
            raise ChainError(
                f"{self.text}: what comes out is {scale} times the size of the original; "
                f"add a filter that undoes it, such as bicubic:{1 / scale}"
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one chain. Raises ChainError, also where the text stands for several."""
        chains = cls.expand(text)
        if len(chains) != 1:
            raise ChainError(f"{text!r} stands for {len(chains)} chains where one is wanted")
        return chains[0]

    @classmethod
    def expand(cls, text: str) -> list[Self]:
        """Every chain that ``text`` stands for, ranges and lists spelled out.

        Raises
        ------
        ChainError
            If a step is not understood, or there is not exactly one codec.
        """
        codec_table, filter_table = codecs(), all_filters()
        parts = [p for p in steps.split(text, "|") if p]
        names = [p.partition(":")[0].strip() for p in parts]
        at = [i for i, name in enumerate(names) if name in codec_table]
        for i, name in enumerate(names):
            if name not in codec_table and name not in filter_table:
                parts[i] = by_model(name, parts[i])
        if len(at) != 1:
            raise ChainError(
                f"{text!r} has {len(at)} codecs; a chain has one (raw if none is meant)"
            )
        middle = at[0]
        choices = product(
            product(*(steps.parse(p, filter_table, "filter") for p in parts[:middle])),
            steps.parse(parts[middle], codec_table, "codec"),
            product(*(steps.parse(p, filter_table, "filter") for p in parts[middle + 1 :])),
        )
        return [cls(codec=codec, before=before, after=after) for before, codec, after in choices]

    @property
    def filters(self) -> tuple[Filter, ...]:
        """All filters, in order."""
        return self.before + self.after

    @cached_property
    def text(self) -> str:
        """Canonical text, which :meth:`parse` reads back."""
        always = 0 if self.codec.lossless else 1
        middle = steps.write(self.codec, always=always)
        return " | ".join([*map(steps.write, self.before), middle, *map(steps.write, self.after)])

    @cached_property
    def identity(self) -> str:
        """Every setting and version of every step, as JSON: what fixes the outcome."""
        all_steps: list[Codec | Filter] = [*self.before, self.codec, *self.after]
        return json.dumps([[s.name, steps.settings_json(s), s.version()] for s in all_steps])

    @cached_property
    def multiple(self) -> int:
        """Both sides of an original must be multiples of this."""
        return multiple(self.filters)

    def crop(self, image: Image) -> Image:
        """The original as this chain is measured on it: top left, sides cut to the multiple.

        Raises
        ------
        ChainError
            If nothing would be left.
        """
        return cropped(image, self.multiple, self.text)

    def run(self, image: Image) -> Passed:
        """Pass an image through, cropped to the multiple first.

        Raises
        ------
        CodecError, NotApplicableError
            As the steps raise them.
        """
        before = apply(self.before, self.crop(image))
        encoded = self.codec.encode(before)
        decoded = self.codec.decode(encoded)
        settled = settle(self.after, before, encoded, decoded)
        return Passed(settled.encoded, apply(settled.after, decoded))


@dataclass(frozen=True)
class Settled:
    """What follows the codec, once the file is there; and the file, with what was noted in it."""

    after: tuple[Filter, ...]
    encoded: bytes


def settle(after: tuple[Filter, ...], original: Image, encoded: bytes, decoded: Image) -> Settled:
    """Tell the first filter after the codec what the file says, or have it decide and note it.

    Parameters
    ----------
    after
        As the chain has them.
    original
        What was coded.
    encoded, decoded
        The file, and what the codec made of it.

    Raises
    ------
    NotApplicableError
        If something is to be noted in a file that holds no notes.
    MissingError, ModelError
        As the filter raises them.

    Examples
    --------
    >>> settle((), None, b"file", None)
    Settled(after=(), encoded=b'file')
    """
    first = after[0] if after else None
    if isinstance(first, Promising):
        step, note = first.promised(original, decoded, facts_of(encoded))
        noted = carrying(encoded, Picture(decoded, xmp=note)) if note else encoded
        return Settled((step, *after[1:]), noted)
    if isinstance(first, Restorer):
        return Settled((first.told(facts_of(encoded)), *after[1:]), encoded)
    return Settled(after, encoded)


def facts_of(encoded: bytes) -> FileFacts | None:
    """What a file says of how it was coded; None if it is of a format that says nothing.

    Examples
    --------
    >>> facts_of(b"P5 1 1 255 a") is None
    True
    """
    try:
        return read_facts(encoded)
    except (UnsupportedError, CodecError):
        return None


def multiple(filters: Iterable[Filter]) -> int:
    """Return what both sides of an image must be multiples of, for no filter to meet half a pixel.

    Examples
    --------
    >>> from recoup.chain import parse_filters
    >>> multiple(parse_filters("bicubic:1/2 | bicubic:1/3 | bicubic:6"))
    6
    """
    scale, need = Fraction(1), 1
    for step in filters:
        scale *= step.scale
        need = lcm(need, scale.denominator)
    return need


def cropped(image: Image, multiple: int, what: str) -> Image:
    """Cut an image at the right and at the bottom, so that its sides are multiples of a number.

    Parameters
    ----------
    image
        Any.
    multiple
        As :func:`multiple` gives it.
    what
        The steps that need it, for the error.

    Raises
    ------
    ChainError
        If nothing would be left.

    Examples
    --------
    >>> import numpy as np
    >>> cropped(Image(np.zeros((9, 11), np.uint8)), 4, "bicubic:1/4").samples.shape
    (8, 8, 1)
    """
    height, width = (side - side % multiple for side in (image.height, image.width))
    if (height, width) == (image.height, image.width):
        return image
    if not height or not width:
        raise ChainError(f"{what} needs at least {multiple}x{multiple} pixels")
    return image.kept(
        ("crop", height, width),
        lambda: Image(image.samples[:height, :width].copy(), image.bits),
    )


def apply(several: Iterable[Filter], image: Image) -> Image:
    """Apply filters in order."""
    return reduce(lambda passed, step: step.apply(passed), several, image)
