"""Every filter that a chain can hold, and filters read from text without a codec among them."""

from __future__ import annotations

from recoup.chain import text as steps
from recoup.chain.recoded import AnyCodec
from recoup.codecs import codecs
from recoup.contracts import Filter
from recoup.errors import ChainError
from recoup.filters import filters
from recoup.models import CATALOGUE, find, installed


def all_filters() -> dict[str, type[Filter]]:
    """Filters by name: those of :mod:`recoup.filters`, installed packages', and ``any-codec``.

    Examples
    --------
    >>> all_filters()["any-codec"]().scale
    Fraction(1, 1)
    """
    return {**filters(), AnyCodec.name: AnyCodec}


def parse_filters(text: str) -> tuple[Filter, ...]:
    """Read filters joined by ``|``, such as a degradation; any scale will do.

    Raises
    ------
    ChainError
        If a step is not understood, is a codec, or stands for several.
    MissingError
        If a step is a known model that is not installed.

    Examples
    --------
    >>> parse_filters("bicubic:1/4 | noise:sigma=10,seed=1")
    (Bicubic(factor=Fraction(1, 4)), Noise(sigma=10.0, seed=1, grey=False))
    """
    table, found = all_filters(), []
    for part in filter(None, steps.split(text, "|")):
        name = part.partition(":")[0].strip()
        if name in codecs():
            raise ChainError(f"{name!r} is a codec, and only filters are wanted in {text!r}")
        values = steps.parse(part if name in table else by_model(name, part), table, "filter")
        if len(values) != 1:
            raise ChainError(f"{part!r} stands for {len(values)} filters where one is wanted")
        found += values
    return tuple(found)


def by_model(name: str, part: str) -> str:
    """Read a model's name as the filter that runs it: ``dncnn:tile=256``.

    Raises
    ------
    ChainError
        If there is no such model either.
    MissingError
        If the model is known, but not installed.

    Examples
    --------
    >>> by_model("nothing", "nothing:tile=256")
    Traceback (most recent call last):
    recoup.errors.ChainError: 'nothing' is no codec (...
    """
    if name not in installed():
        if name in CATALOGUE:
            find(name)
        raise ChainError(
            f"{name!r} is no codec ({', '.join(codecs())}), no filter ({', '.join(all_filters())}) "
            f"and no installed model ({', '.join(installed()) or 'there is none'})"
        )
    _, _, rest = part.partition(":")
    return f"onnx:model={name}" + (f",{rest.strip()}" if rest.strip() else "")
