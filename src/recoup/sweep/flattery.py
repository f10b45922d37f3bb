"""Pictures to be measured on that the chains' own models were trained on: found, said, noted."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from recoup.chain import Chain
from recoup.chain.weights import cards
from recoup.errors import FlatteringWarning, PictureError
from recoup.models import Card
from recoup.picture import Found

if TYPE_CHECKING:
    from recoup.datasets.leak import Seen
    from recoup.datasets.trained_on import Flattered
    from recoup.sweep.run import Map

_MOST = 20


def flatteries(
    pictures: Sequence[Found], chains: Iterable[Chain], map_: Map, max_pixels: int
) -> tuple[Flattered, ...]:
    """Find pictures that models of the chains were trained on; next to no work without models.

    Pictures that cannot be loaded, or that a worker's process dies of, are passed over.

    Parameters
    ----------
    pictures
        What is to be measured on.
    chains
        What they go through.
    map_
        Loads the pictures.
    max_pixels
        Larger pictures are not loaded.

    Examples
    --------
    >>> flatteries([], [Chain.parse("raw | deblock")], map, 1000)
    ()
    """
    return trained_on(
        pictures, [card for chain in chains for card in cards(chain)], map_, max_pixels
    )


def trained_on(
    pictures: Sequence[Found], models: Sequence[Card], map_: Map, max_pixels: int
) -> tuple[Flattered, ...]:
    """Find pictures that models were trained on, as :func:`flatteries` does.

    Examples
    --------
    >>> trained_on([Found("a.png", Path("a.png"))], [], map, 1000)
    ()
    """
    if not models:
        return ()
    from recoup.datasets.leak import Seen
    from recoup.datasets.trained_on import flattered

    items = ((found.path, max_pixels) for found in pictures if not found.error)
    looked = (one for one in map_(look, items) if isinstance(one, Seen))
    return tuple(flattered(looked, models))


def look(item: tuple[Path, int]) -> Seen | None:
    """Load a picture, given with the most pixels, and keep what it is compared by.

    Examples
    --------
    >>> look((Path("no such file.png"), 1000))
    """
    from recoup.datasets.leak import Seen
    from recoup.datasets.signature import thumbnail

    path, max_pixels = item
    with suppress(PictureError, MemoryError):  # whoever measures it is told
        return Seen(path, thumbnail(path, max_pixels=max_pixels))
    return None


def warn(several: Sequence[Flattered], *, stacklevel: int = 3) -> None:
    """Warn of each, the first ones of many.

    Parameters
    ----------
    several
        What was found.
    stacklevel
        Whose line a warning names, as ``warnings.warn`` has it.

    Examples
    --------
    >>> warn([])
    """
    for one in several[:_MOST]:
        warnings.warn(one.text, FlatteringWarning, stacklevel=stacklevel)
    if (more := len(several) - _MOST) > 0:
        text = f"and {more} more pictures that show what models were trained on"
        warnings.warn(text, FlatteringWarning, stacklevel=stacklevel)


def noted(several: Iterable[Flattered], found: Found, chain: Chain) -> tuple[str, ...]:
    """What the rows of a picture through a chain say.

    Examples
    --------
    >>> noted([], Found("a.png", Path("a.png")), Chain.parse("raw"))
    ()
    """
    mine = [one for one in several if one.leak.test == found.path]
    if not mine:
        return ()
    models = {card.name for card in cards(chain)}
    return tuple(filter(None, (one.note(models) for one in mine)))
