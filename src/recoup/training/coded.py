"""Crops from pictures that were coded whole, with what their files say of it.

Coding crops by themselves would be another thing: a header weighs more, the rate is spread
otherwise, and every crop would begin on the block grid.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recoup.codecs import Avif, Jpeg, Jpeg2000, JpegXl, WebP
from recoup.codecs.facts import read_facts
from recoup.contracts import Codec
from recoup.image import Image, Samples
from recoup.models.told import forget, vector
from recoup.training.drawn import GRAIN, GREY, SINGLE, drawn, grained
from recoup.training.pool import Pool

Facts = NDArray[np.float32]

_WINDOW = 64
"""Coded pictures that crops are drawn from at a time."""

FIXED: tuple[tuple[Codec, ...], ...] = (
    (Jpeg(10), Jpeg(30), Jpeg(70), Jpeg(50, "4:4:4")),
    (WebP(10), WebP(40), WebP(75), WebP(90)),
    (Avif(25), Avif(45), Avif(65), Avif(45, subsampling="4:4:4")),
    (JpegXl(6.0), JpegXl(3.0), JpegXl(1.5), JpegXl(1.0)),
    (Jpeg2000(28.0), Jpeg2000(32.0), Jpeg2000(36.0), Jpeg2000(42.0)),
)
"""What validation pictures are coded by, a row for each codec; pictures take turns in a row."""


class Sample(NamedTuple):
    """A crop, what became of it in coding, and what the file says: see :func:`vector`."""

    clean: Image
    shown: Image
    facts: Facts


@dataclass(frozen=True, eq=False)
class CodedPictures:
    """Coded pictures that depend on the seed and their number alone, each for many crops.

    Crops come from a window of pictures that moves on by one for every ``reuse`` crops; with
    several processes, each codes them for itself.

    Parameters
    ----------
    pool
        Clean pictures.
    side
        Of the square that is coded whole.
    crop
        Of the crops.
    seed
        Of everything.
    zoom
        See ``Pool.crop``.
    reuse
        Crops from each coded picture, on average.
    told
        Share of crops with all facts. Of the others a third each lacks the quantiser, the
        quantiser and the codec, and everything.
    late
        Coded pictures that are kept after the window has moved on, for threads that lag behind.
    """

    pool: Pool
    side: int
    crop: int
    seed: int
    zoom: tuple[int, ...] = (1,)
    reuse: int = 1
    told: float = 1.0
    late: int = 16
    _window: dict[int, Sample] = field(default_factory=dict, init=False, repr=False)

    def sample(self, before: int, draw: np.random.Generator) -> Sample:
        """Cut a crop at an even place out of one of the window's pictures.

        Parameters
        ----------
        before
            Crops of all steps before this one.
        draw
            Where the randomness comes from.
        """
        first = before // self.reuse
        whole = self._kept(first, first + int(draw.integers(_WINDOW)))
        room = whole.clean.height - self.crop, whole.clean.width - self.crop
        top, left = (2 * int(draw.integers(spare // 2 + 1)) for spare in room)
        return cut(whole, top, left, self.crop, self._some(whole.facts, draw))

    def _kept(self, first: int, number: int) -> Sample:
        """One of the window's pictures."""
        found = self._window.get(number)
        if found is None:  # of two threads that find it missing both make it, and the same
            own = np.random.Generator(np.random.PCG64([self.seed, number, 0, 2]))
            found = self._window[number] = self._made(own)
        for old in [one for one in list(self._window) if one < first - self.late]:
            self._window.pop(old, None)
        return found

    def _made(self, draw: np.random.Generator) -> Sample:
        """Take a square of a picture, some of them with grain, some grey, and code it."""
        clean = self.pool.crop(self.side, draw, zoom=self.zoom)
        if draw.random() < GRAIN:
            clean = Image(grained(clean.samples, draw))
        if draw.random() < GREY:
            clean = grey(clean, channels=1 if draw.random() < SINGLE else 3)
        first, codec = drawn(draw)
        if first is None:
            return coded(clean, codec)
        again = first.decode(first.encode(clean)).samples
        top, left = (int(shift) for shift in draw.integers(8, size=2))
        made = coded(Image(np.ascontiguousarray(again[top:, left:])), codec)
        whole = _three(clean)
        return made._replace(clean=Image(np.ascontiguousarray(whole.samples[top:, left:])))

    def _some(self, facts: Facts, draw: np.random.Generator) -> Facts:
        """What is told of the facts, which are all or only some."""
        kept, what = draw.random() < self.told, int(draw.integers(3))
        if kept:
            return facts
        return np.zeros_like(facts) if what == 2 else forget(facts, codec=what == 1)


def coded(image: Image, codec: Codec) -> Sample:
    """Code an image; return it with its decode, both as RGB, and the facts of the file.

    Examples
    --------
    >>> one = coded(Image(np.full((16, 16, 1), 9, np.uint8)), WebP(50))
    >>> one.shown.channels, one.facts.size
    (3, 12)
    """
    data = codec.encode(image)
    return Sample(_three(image), _three(codec.decode(data)), vector(read_facts(data)))


def fixed(image: Image, number: int) -> tuple[tuple[str, Sample], ...]:
    """A validation picture coded by every codec, at settings that its number chooses.

    Examples
    --------
    >>> image = Image(np.full((16, 16, 3), 9, np.uint8))
    >>> [name for name, _ in fixed(image, 0)]
    ['jpeg', 'webp', 'avif', 'jpegxl', 'jpeg2000']
    """
    chosen = (row[number % len(row)] for row in FIXED)
    return tuple((codec.name, coded(image, codec)) for codec in chosen)


def cut(whole: Sample, top: int, left: int, side: int, facts: Facts) -> Sample:
    """Cut the same square out of a picture and its decode.

    Examples
    --------
    >>> whole = coded(Image(np.full((16, 16, 3), 9, np.uint8)), Jpeg(50))
    >>> cut(whole, 2, 4, 8, whole.facts).shown.samples.shape
    (8, 8, 3)
    """

    def part(image: Image) -> Image:
        return Image(np.ascontiguousarray(image.samples[top : top + side, left : left + side]))

    return Sample(part(whole.clean), part(whole.shown), facts)


def grey(image: Image, *, channels: int) -> Image:
    """Brightness as JPEG has it (Rec. 601), in one channel or three that are alike.

    Examples
    --------
    >>> grey(Image(np.full((2, 2, 3), 9, np.uint8)), channels=1).samples.tolist()
    [[[9], [9]], [[9], [9]]]
    """
    light = np.rint(image.samples @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)
    samples: Samples = np.repeat(light[:, :, np.newaxis], channels, axis=2)
    return Image(samples)


def _three(image: Image) -> Image:
    """RGB."""
    return image if image.channels == 3 else Image(np.repeat(image.samples, 3, axis=2))
