"""The smallest file whose picture, as it will be restored, meets a target."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from recoup.compress.encode import Made, made, unrestored
from recoup.contracts import Codec
from recoup.errors import ChainError, NotApplicableError
from recoup.filters.promised import Promised
from recoup.metrics import metrics
from recoup.picture import Picture


@dataclass(frozen=True)
class Target:
    """A score that a picture must reach.

    Attributes
    ----------
    metric
        Name.
    value
        At least this, or at most where lower is better.

    Examples
    --------
    >>> target = Target.parse("psnr=34")
    >>> target.met(34.0), target.met(33.9)
    (True, False)
    """

    metric: str
    value: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``METRIC=VALUE``. Raises ChainError if it is none."""
        match = re.fullmatch(r"\s*(\w+)\s*(?:=|>=|<=)\s*(-?\d+\.?\d*)\s*", text)
        if not match or match[1] not in metrics():
            raise ChainError(
                f"a target is METRIC=VALUE with one of {', '.join(metrics())}, not {text!r}"
            )
        return cls(match[1], float(match[2]))

    def met(self, score: float) -> bool:
        """Whether a score is good enough."""
        return score == self.value or self.better(score, self.value)

    def better(self, one: float, two: float) -> bool:
        """Whether one score is better than another."""
        return one > two if metrics()[self.metric].better == "higher" else one < two


@dataclass(frozen=True)
class Met:
    """A file that meets a target, and its score as restored."""

    made: Made
    score: float


def smallest(
    picture: Picture,
    several: Sequence[Sequence[Codec]],
    target: Target,
    restorer: Promised | None = None,
) -> Met:
    """Find the smallest file that meets a target, given that the restorer follows.

    The restorer serves the squared error; where the target's own score is worse for it, the file
    asks to be left as it is. Each list of settings is searched by bisection, which takes the score
    to rise with quality: where it does not quite, a file near the smallest is found, and it always
    meets the target.

    Parameters
    ----------
    picture
        Ready for every codec.
    several
        Lists of settings, each from the smallest file to the best picture.
    target
        To be met by the picture as it is restored.
    restorer
        None for none.

    Raises
    ------
    NotApplicableError
        If no settings meet the target; says how near they come.

    Examples
    --------
    >>> import numpy as np
    >>> from recoup.compress.scales import variants
    >>> from recoup.image import Image
    >>> ramp = np.add.outer(np.arange(64), np.arange(64)).astype(np.uint8)
    >>> found = smallest(Picture(Image(ramp)), variants("webp:method=4"), Target("psnr", 40))
    >>> found.score >= 40
    True
    """
    found: list[Met] = []
    nearest: list[float] = []
    for codecs in several:
        met, best = _searched(picture, codecs, target, restorer)
        nearest.append(best)
        if met:
            found.append(met)
    if not found:
        lower = metrics()[target.metric].better == "lower"
        best = min(nearest) if lower else max(nearest)
        raise NotApplicableError(
            f"no quality reaches {target.metric} {target.value:g}; the best is {best:.4g}"
        )
    return min(found, key=lambda one: len(one.made.data))


def _searched(
    picture: Picture, codecs: Sequence[Codec], target: Target, restorer: Promised | None
) -> tuple[Met | None, float]:
    """Bisect; also return the score of the best quality that was tried."""
    score = metrics()[target.metric].score

    def tried(codec: Codec) -> Met:
        one = made(picture, codec, restorer)
        found = Met(one, score(picture.image, one.restored))
        if one.promise is None or not one.promise.strength:
            return found
        alone = score(picture.image, one.decoded)
        if target.better(alone, found.score):
            return Met(unrestored(picture, one), alone)
        return found

    top = tried(codecs[-1])
    if not target.met(top.score):
        return None, top.score
    low, high, kept = 0, len(codecs) - 1, top
    while low < high:
        middle = (low + high) // 2
        one = tried(codecs[middle])
        if target.met(one.score):
            high, kept = middle, one
        else:
            low = middle + 1
    return kept, top.score
