"""Small ONNX models with known answers, written where recoup looks for models."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from recoup.models import Card

MARGINS = {"identity": 0, "negative": 0, "convs": 3, "double": 2, "quadruple": 2, "strided": 16}
SCALES = {"double": 2, "quadruple": 4}
MULTIPLES = {"strided": 4}


@pytest.fixture(autouse=True, scope="session")
def own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Models that are installed here change nothing in the tests, and none is added to them."""
    folder = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECOUP_MODELS", str(folder))
        yield folder


@pytest.fixture
def make_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A function that installs a model of a kind, with its card, and returns its ONNX file.

    Kinds: identity, negative (1 - x), convs (three 3x3 convolutions and a residual), double and
    quadruple (a convolution and depth to space), strided (two convolutions down, two up),
    unbounded (subtracts a tenth of the mean). Keyword arguments replace what the card says.
    """
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("RECOUP_MODELS", str(folder))

    def make(kind: str, *, channels: int = 3, name: str = "", **says: str | int | None) -> Path:
        path = folder / f"{name or kind}.onnx"
        path.write_bytes(_model(kind, channels))
        card: dict[str, Any] = {
            "name": path.stem,
            "architecture": kind,
            "channels": channels,
            "margin": MARGINS.get(kind),
            "scale": SCALES.get(kind, 1),
            "multiple": MULTIPLES.get(kind, 1),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        path.with_suffix(".toml").write_text(Card(**{**card, **says}).text(), encoding="utf-8")
        return path

    return make


def _model(kind: str, channels: int) -> bytes:
    """Bytes of an ONNX model with seeded weights and free height and width."""
    import onnx
    from onnx import TensorProto, helper

    build = _Graph()
    last = getattr(build, kind)(channels)
    graph = helper.make_graph(
        build.nodes,
        kind,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", channels, "h", "w"])],
        [helper.make_tensor_value_info(last, TensorProto.FLOAT, ["n", channels, "H", "W"])],
        build.weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


class _Graph:
    """Nodes and weights; every method adds some and returns the name of the result."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []
        self.random = np.random.default_rng(5)

    def node(self, kind: str, *inputs: str, **settings: str | int | list[int]) -> str:
        from onnx import helper

        out = f"v{len(self.nodes)}"
        node = helper.make_node(kind, list(inputs), [out])
        node.attribute.extend(helper.make_attribute(k, v) for k, v in settings.items())
        self.nodes.append(node)
        return out

    def constant(self, values: ArrayLike) -> str:
        from onnx import numpy_helper

        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(values, np.float32), name))
        return name

    def conv(self, x: str, before: int, after: int, **settings: str | int | list[int]) -> str:
        weights = self.random.standard_normal((after, before, 3, 3)) / np.sqrt(9 * before)
        return self.node("Conv", x, self.constant(weights), pads=[1, 1, 1, 1], **settings)

    def identity(self, _channels: int) -> str:
        return self.node("Identity", "x")

    def negative(self, _channels: int) -> str:
        return self.node("Sub", self.constant(1), "x")

    def convs(self, channels: int) -> str:
        x = self.node("Relu", self.conv("x", channels, 16))
        x = self.node("Relu", self.conv(x, 16, 16))
        return self.node("Sub", "x", self.conv(x, 16, channels))

    def double(self, channels: int, scale: int = 2) -> str:
        x = self.node("Relu", self.conv("x", channels, 8))
        x = self.conv(x, 8, channels * scale * scale)
        return self.node("DepthToSpace", x, blocksize=scale, mode="CRD")

    def quadruple(self, channels: int) -> str:
        return self.double(channels, 4)

    def strided(self, channels: int) -> str:
        x = self.node("Relu", self.conv("x", channels, 8, strides=[2, 2]))
        x = self.node("Relu", self.conv(x, 8, 8, strides=[2, 2]))
        for _ in range(2):
            weights = self.constant(self.random.standard_normal((8, 8, 2, 2)) / 6)
            x = self.node("ConvTranspose", x, weights, strides=[2, 2])
        return self.node("Add", "x", self.conv(x, 8, channels))

    def unbounded(self, _channels: int) -> str:
        mean = self.node("GlobalAveragePool", "x")
        return self.node("Sub", "x", self.node("Mul", mean, self.constant(0.1)))
