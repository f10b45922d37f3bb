"""How many bytes of weights somebody must have before filters can run."""

from __future__ import annotations

from recoup.chain.table import parse_filters
from recoup.errors import RecoupError
from recoup.filters.onnx import Onnx
from recoup.filters.promised import Promised
from recoup.models import find


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
