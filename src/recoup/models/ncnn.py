"""Weights of Real-ESRGAN's RRDBNet out of an ncnn ``.bin``, under their official names.

Source: ncnn's ``modelbin.cpp`` (Tencent, 2023): every convolution is a tag of 4 bytes, its
weights, in half precision where the tag says so, filled up to 4 bytes, then its bias in float32.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from recoup.errors import ModelError

Array = NDArray[np.floating]

_HALF = 0x01306B47
_FEATURES, _GROWTH = 64, 32


def rrdb_state(data: bytes) -> dict[str, Array]:
    """Read the weights of an RRDBNet x4, however many blocks it has.

    Parameters
    ----------
    data
        The ``.bin``, whole.

    Returns
    -------
    dict
        Weights float16 of shape (out, in, 3, 3) and biases float32, in the order of the net.

    Raises
    ------
    ModelError
        If the bytes are no such weights.

    Examples
    --------
    >>> rrdb_state(bytes(100))
    Traceback (most recent call last):
    recoup.errors.ModelError: not the weights of an RRDBNet in ncnn's half precision
    """
    fixed = sum(_size(*shape) for name, *shape in _layers(0))
    blocks, rest = divmod(len(data) - fixed, sum(_size(*s) for _, *s in _block(0)))
    if blocks < 1 or rest:
        raise ModelError("not the weights of an RRDBNet in ncnn's half precision")
    state: dict[str, Array] = {}
    at = 0
    for name, into, out in _layers(blocks):
        if int.from_bytes(data[at : at + 4], "little") != _HALF:
            raise ModelError("not the weights of an RRDBNet in ncnn's half precision")
        weights = np.frombuffer(data, "<f2", out * into * 9, at + 4)
        state[f"{name}.weight"] = weights.reshape(out, into, 3, 3)
        at += _size(into, out)
        state[f"{name}.bias"] = np.frombuffer(data, "<f4", out, at - 4 * out)
    return state


def _layers(blocks: int) -> Iterator[tuple[str, int, int]]:
    """Name, input and output channels of every convolution, in the order of the net."""
    yield "conv_first", 3, _FEATURES
    for block in range(blocks):
        yield from _block(block)
    for name in ("conv_body", "conv_up1", "conv_up2", "conv_hr"):
        yield name, _FEATURES, _FEATURES
    yield "conv_last", _FEATURES, 3


def _block(block: int) -> Iterator[tuple[str, int, int]]:
    for dense in (1, 2, 3):
        for conv in range(1, 6):
            out = _FEATURES if conv == 5 else _GROWTH
            yield (
                f"body.{block}.rdb{dense}.conv{conv}",
                _FEATURES + (conv - 1) * _GROWTH,
                out,
            )


def _size(into: int, out: int) -> int:
    """Bytes of a convolution."""
    return 4 + -(-out * into * 9 * 2 // 4) * 4 + 4 * out
