"""Files that are no models, or would make recoup read what it must not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recoup.errors import MissingError, ModelError
from recoup.models import Card, external, find
from recoup.models.engine import Engine, open_model

Make = Callable[..., Path]
ENGINES: tuple[Engine, ...] = ("openvino", "onnxruntime")
EACH = pytest.mark.parametrize("engine", ENGINES)


def one_line(error: pytest.ExceptionInfo[ModelError], path: Path) -> bool:
    """Whether a message names the file and fits on a line."""
    text = str(error.value)
    return str(path) in text and "\n" not in text and len(text) < 400


@EACH
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_truncated(make_model: Make, engine: Engine, share: float) -> None:
    """Refused, whatever is left."""
    path = make_model("convs")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ModelError) as error:
        open_model(path, engine=engine)
    assert one_line(error, path)


@EACH
@pytest.mark.parametrize(
    "content", [b"not a model\n" * 50, b"\x89PNG\r\n\x1a\n" + bytes(99), b"\x80"]
)
def test_rubbish(tmp_path: Path, engine: Engine, content: bytes) -> None:
    """Text, a picture, half a number."""
    pytest.importorskip(engine, reason=f"no {engine}")
    path = tmp_path / "rubbish.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="damaged or no ONNX file") as error:
        open_model(path, engine=engine)
    assert one_line(error, path)


def test_no_file(tmp_path: Path) -> None:
    """Missing, a folder, a name that is none."""
    for path in (tmp_path / "none.onnx", tmp_path, tmp_path / "a\0b.onnx"):
        with pytest.raises(ModelError, match="cannot be read"):
            open_model(path)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_the_walk_ends_on_any_bytes(data: bytes) -> None:
    """Names or a ModelError, nothing else."""
    with suppress(ModelError):
        assert isinstance(external.locations(data), tuple)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(at=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_the_walk_ends_on_a_damaged_model(make_bytes: bytes, at: int, byte: int) -> None:
    """One byte of a real model replaced."""
    data = bytearray(make_bytes)
    data[at % len(data)] = byte
    with suppress(ModelError):
        assert isinstance(external.locations(bytes(data)), tuple)


@pytest.fixture
def make_bytes(make_model: Make) -> bytes:
    """A real model."""
    return make_model("convs").read_bytes()


def with_external(path: Path, location: str) -> None:
    """Rewrite a model so that its first weights lie in another file."""
    onnx = pytest.importorskip("onnx")
    model = onnx.load(path, load_external_data=False)
    tensor = model.graph.initializer[0]
    size = len(tensor.raw_data)
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", "0"), ("length", str(size))):
        tensor.external_data.add(key=key, value=value)
    path.write_bytes(model.SerializeToString())


@EACH
@pytest.mark.parametrize(
    "location",
    [
        "../secret.bin",
        "/etc/hostname",
        "sub/../../secret.bin",
        "C:\\secret.bin",
        "..\\secret.bin",
        "\\\\host\\share\\secret.bin",
        "",
        "a\0b",
    ],
)
def test_weights_outside_the_folder(make_model: Make, engine: Engine, location: str) -> None:
    """Refused by name before an engine sees the file."""
    path = make_model("convs")
    (path.parent.parent / "secret.bin").write_bytes(bytes(1 << 16))
    with_external(path, location)
    with pytest.raises(ModelError, match="outside its folder") as error:
        open_model(path, engine=engine)
    assert one_line(error, path)


def test_a_link_that_leads_outside(make_model: Make) -> None:
    """The name is harmless, what it points to is not."""
    path = make_model("convs")
    (path.parent.parent / "secret.bin").write_bytes(bytes(1 << 16))
    (path.parent / "weights.bin").symlink_to("../secret.bin")
    with_external(path, "weights.bin")
    with pytest.raises(ModelError, match=r"'weights.bin', outside its folder"):
        open_model(path)


def test_external_weights_are_found_in_every_kind_of_tensor(make_model: Make) -> None:
    """In a constant node inside the branch of a condition, and in a sparse initialiser."""
    onnx = pytest.importorskip("onnx")
    path = make_model("convs")
    for hidden in ("branch", "sparse"):
        model = onnx.load(path)
        tensor = onnx.TensorProto(data_type=1, dims=[1], data_location=1)
        tensor.external_data.add(key="location", value="../secret.bin")
        if hidden == "branch":
            constant = onnx.helper.make_node("Constant", [], ["c"], value=tensor)
            value = onnx.helper.make_tensor_value_info("c", 1, [1])
            graph = onnx.helper.make_graph([constant], "branch", [], [value])
            model.graph.node.append(
                onnx.helper.make_node("If", ["x"], ["y"], then_branch=graph, else_branch=graph)
            )
        else:
            model.graph.sparse_initializer.add().values.CopyFrom(tensor)
        assert external.locations(model.SerializeToString()) == ("../secret.bin",)


def test_weights_beside_the_file_can_be_run_but_not_installed(make_model: Make) -> None:
    """A model's hash must cover its weights."""
    path = make_model("convs")
    data = path.read_bytes()
    whole = np.asarray(open_model(path).run(np.full((1, 3, 8, 8), 0.5, np.float32)))
    onnx = pytest.importorskip("onnx")
    weights = onnx.load(path).graph.initializer[0].raw_data
    (path.parent / "weights.bin").write_bytes(weights)
    with_external(path, "weights.bin")
    for engine in ENGINES:
        out = open_model(path, engine=engine).run(np.full((1, 3, 8, 8), 0.5, np.float32))
        assert np.abs(out - whole).max() < 1e-5
    card = Card(
        name="convs", architecture="x", sha256=hashlib.sha256(path.read_bytes()).hexdigest()
    )
    path.with_suffix(".toml").write_text(card.text())
    with pytest.raises(ModelError, match="keeps weights in other files"):
        find("convs")
    path.write_bytes(data)


@EACH
def test_huge_claims(make_model: Make, engine: Engine) -> None:
    """Weights said to be 2**60 numbers, with a few bytes behind them."""
    onnx = pytest.importorskip("onnx")
    path = make_model("convs")
    model = onnx.load(path)
    model.graph.initializer[0].dims[0] = 1 << 40
    path.write_bytes(model.SerializeToString())
    with pytest.raises((ModelError, MemoryError)):
        open_model(path, engine=engine)


@EACH
def test_inputs_that_no_picture_fits(make_model: Make, engine: Engine) -> None:
    """Fixed sides, four channels, no four sides, half precision, more inputs."""
    onnx = pytest.importorskip("onnx")
    path = make_model("identity")
    sound = path.read_bytes()

    def refused(change: Callable[..., object], text: str) -> None:
        model = onnx.load_from_string(sound)
        change(model.graph, model.graph.input[0].type.tensor_type)
        path.write_bytes(model.SerializeToString())
        with pytest.raises(ModelError, match=text) as error:
            open_model(path, engine=engine)
        assert one_line(error, path)

    def fixed(_graph: object, kind: object) -> None:
        for side in kind.shape.dim[2:]:  # type: ignore[attr-defined]  # a protobuf message
            side.dim_value = 64

    def four(_graph: object, kind: object) -> None:
        kind.shape.dim[1].dim_value = 4  # type: ignore[attr-defined]  # a protobuf message

    def flat(graph: object, kind: object) -> None:
        del kind.shape.dim[3]  # type: ignore[attr-defined]  # a protobuf message
        del graph.output[0].type.tensor_type.shape.dim[3]  # type: ignore[attr-defined]

    def two(graph: object, _kind: object) -> None:
        more = onnx.helper.make_tensor_value_info("more", 1, [1, 3, "h", "w"])
        graph.input.append(more)  # type: ignore[attr-defined]  # a protobuf message

    def three(graph: object, kind: object) -> None:
        two(graph, kind)
        more = onnx.helper.make_tensor_value_info("most", 1, [1, 1])
        graph.input.append(more)  # type: ignore[attr-defined]  # a protobuf message

    refused(fixed, "takes pictures of 64x64 only")
    refused(four, "its input is not")
    refused(flat, "its input is not")
    refused(two, "its second input is not")
    refused(three, "has 3 inputs and 1 outputs")


@EACH
def test_results_that_are_no_pictures(make_model: Make, engine: Engine) -> None:
    """Infinite values."""
    onnx = pytest.importorskip("onnx")
    path = make_model("negative")
    model = onnx.load(path)
    model.graph.initializer[0].raw_data = np.float32(np.inf).tobytes()
    path.write_bytes(model.SerializeToString())
    session = open_model(path, engine=engine)
    with pytest.raises(ModelError, match="values that are no numbers"):
        session.run(np.zeros((1, 3, 4, 4), np.float32))


def test_devices_that_are_not_here(make_model: Make) -> None:
    """What there is, is listed."""
    path = make_model("identity")
    with pytest.raises(MissingError, match=r"no engine here runs on cuda; there is: cpu"):
        open_model(path, device="cuda")
    with pytest.raises(MissingError, match="openvino runs on cpu here"):
        open_model(path, device="cuda", engine="openvino")
