"""Which models a chain runs, and how many bytes of weights somebody must have before it can."""

from __future__ import annotations

from contextlib import suppress

from recoup.chain.chain import Chain
from recoup.chain.table import parse_filters
from recoup.codecs import Learned
from recoup.errors import RecoupError
from recoup.filters.onnx import Onnx
from recoup.filters.promised import Promised
from recoup.models import Card, find
from recoup.models.autoencoder import find_autoencoder


def cards(chain: Chain) -> tuple[Card, ...]:
    """Cards of the models that a chain runs, in order; those that cannot be had are left out.

    Examples
    --------
    >>> [card.name for card in cards(Chain.parse("learned | deblock:strength=0.5"))]
    ['vae', 'deblock']
    """
    found = []
    for step in (*chain.before, chain.codec, *chain.after):
        with suppress(RecoupError):  # whoever runs the chain is told
            if isinstance(step, Onnx | Promised):
                found.append(find(step.model)[0])
            elif isinstance(step, Learned):
                found.append(find_autoencoder(step.model).card)
    return tuple(found)


def weight_bytes(steps: str) -> int | None:
    """Sizes of the model files that some filters need, each file once.

    Parameters
    ----------
    steps
        Filters as a chain has them: ``dncnn:sigma=8 | median:size=3``.

    Returns
    -------
    int or None
        Bytes of the files as they lie here, which is how they would be sent; 0 without a model;
        None where a model or filter is not known here.

    Examples
    --------
    >>> weight_bytes("median:size=3"), weight_bytes("onnx:model=no-such-model")
    (0, None)
    >>> 1_000_000 < weight_bytes("onnx:model=dncnn,sigma=8 | onnx:model=dncnn") < 2_000_000
    True
    >>> weight_bytes("promised:model=dncnn") == weight_bytes("dncnn")
    True
    """
    try:
        models = {s.model for s in parse_filters(steps) if isinstance(s, Onnx | Promised)}
        return sum(find(name)[1].stat().st_size for name in models)
    except (RecoupError, OSError):
        return None
