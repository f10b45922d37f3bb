"""The line to beat: what a chain gives when nothing is restored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import reduce

from recoup.chain import Chain
from recoup.contracts import Filter
from recoup.filters.resample import Bicubic

NOTHING = frozenset({"identity", "bicubic", "bilinear", "lanczos", "area"})
"""Filters that restore nothing: they leave the picture as it is or only change its size."""


def do_nothing(chain: Chain) -> Chain | None:
    """The same degradation and codec with nothing restored; None for a chain that restores nothing.

    Where the restorers change the size, ``bicubic`` changes it instead; else nothing follows the
    codec.

    Examples
    --------
    >>> do_nothing(Chain.parse("bicubic:1/4 | raw | lanczos:4 | median:3")).text
    'bicubic:factor=1/4 | raw | bicubic:factor=4'
    >>> do_nothing(Chain.parse("jpeg:30 | median:3")).text
    'jpeg:quality=30'
    >>> do_nothing(Chain.parse("bicubic:1/2 | webp | bicubic:2"))
    """
    if all(step.name in NOTHING for step in chain.after):
        return None
    scale = enlargement(chain)
    return replace(chain, after=() if scale == 1 else (Bicubic(scale),))


def enlargement(chain: Chain) -> Fraction:
    """Output side over input side of the filters after the codec.

    Examples
    --------
    >>> enlargement(Chain.parse("seed-recipe | raw | bicubic:4"))
    Fraction(4, 1)
    """
    return reduce(lambda scale, step: scale * step.scale, chain.after, Fraction(1))


def missing(chains: Iterable[Chain]) -> Iterator[Chain]:
    """Yield the do-nothing chains that these lack, in their order, each once.

    Examples
    --------
    >>> [c.text for c in missing(Chain.expand("jpeg:30 | median:[3,5]"))]
    ['jpeg:quality=30']
    """
    several = list(chains)
    there = {_plain(chain) for chain in several}
    for chain in several:
        control = do_nothing(chain)
        if control is not None and control not in there:
            there.add(control)
            yield control


def _plain(chain: Chain) -> Chain:
    """The chain without filters that leave the picture as it is."""
    after: tuple[Filter, ...] = tuple(s for s in chain.after if s.name != "identity")
    return replace(chain, after=after)
