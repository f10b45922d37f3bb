"""LPIPS against its authors' example, an implementation in PyTorch, and laws."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from recoup import Image, load
from recoup.errors import MissingError, ModelError, NotApplicableError
from recoup.metrics import METRICS, ready
from recoup.metrics.lpips import distance, lpips
from recoup.models import alexnet
from recoup.models.engine import Engine, open_model
from recoup.models.session import Session
from recoup.sweep.plan import Plan

KODAK = Path(__file__).parents[2] / "../shared/data/kodak24"
Weights = dict[str, NDArray[np.float32]]
WHOLE = 1 << 30


def made(seed: int = 3) -> Weights:
    """Weights that let features differ; a third of the channels count for nothing."""
    draw = np.random.default_rng(seed)
    weights: Weights = {}
    for name, shape in alexnet.shapes().items():
        spread = 1 / np.sqrt(np.prod(shape[1:])) if len(shape) > 1 else 0.1
        weights[name] = (draw.standard_normal(shape) * spread).astype(np.float32)
        if name.startswith("lin"):
            weights[name] = np.maximum(weights[name], 0) * (draw.random(shape) > 0.3)
            weights[name] = weights[name].astype(np.float32)
    return weights


def in_torch(weights: Mapping[str, NDArray[np.float32]], one: Image, two: Image) -> float:
    """LPIPS as the paper and the ``lpips`` package 0.1.4 define it, in double precision."""
    filters = {name: torch.from_numpy(array).double() for name, array in weights.items()}
    shift = torch.tensor([-0.030, -0.088, -0.188], dtype=torch.float64).view(1, 3, 1, 1)
    scale = torch.tensor([0.458, 0.448, 0.450], dtype=torch.float64).view(1, 3, 1, 1)

    def features(image: Image) -> list[Tensor]:
        samples = torch.from_numpy(image.samples.astype(np.float64)).permute(2, 0, 1)[None]
        x = (samples.expand(1, 3, -1, -1) / image.peak * 2 - 1 - shift) / scale
        found = []
        for number, stride, padding in ((0, 4, 2), (3, 1, 2), (6, 1, 1), (8, 1, 1), (10, 1, 1)):
            if number in (3, 6):
                x = functional.max_pool2d(x, 3, 2)
            weight, bias = (filters[f"features.{number}.{kind}"] for kind in ("weight", "bias"))
            x = functional.relu(functional.conv2d(x, weight, bias, stride, padding))
            found.append(x / (x.square().sum(1, keepdim=True).sqrt() + 1e-10))
        return found

    levels = zip(features(one), features(two), strict=True)
    return sum(
        float(functional.conv2d((a - b).square(), filters[f"lin{n}.weight"]).mean())
        for n, (a, b) in enumerate(levels)
    )


def pair(height: int, width: int, channels: int = 3, bits: int = 8) -> tuple[Image, Image]:
    """A made picture and a noisy one."""
    draw = np.random.default_rng(height * width)
    down, across = np.mgrid[:height, :width, :channels][:2] / 9
    picture = (np.sin(down + np.arange(channels)) + np.cos(across)) / 4 + 0.5
    noisy = np.clip(picture + draw.normal(0, 0.1, picture.shape), 0, 1)
    kind = np.uint8 if bits == 8 else np.uint16
    one, two = (np.rint(x * ((1 << bits) - 1)).astype(kind) for x in (picture, noisy))
    return Image(one, bits), Image(two, bits)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph of made weights."""
    path = tmp_path_factory.mktemp("made") / "net.onnx"
    path.write_bytes(alexnet.to_onnx(made()))
    return path


@pytest.fixture(scope="module")
def session(model: Path) -> Session:
    """The graph of made weights, open."""
    return open_model(model, outputs=5)


def test_the_authors_example(lpips_here: Path) -> None:
    """0.722 and 0.138, as their README prints."""
    folder = Path(__file__).with_name("lpips")
    reference, first, second = (load(folder / f"ex_{n}.png").image for n in ("ref", "p0", "p1"))
    assert lpips_here.is_dir()
    assert lpips(reference, first) == pytest.approx(0.722, abs=1e-3)
    assert lpips(reference, second) == pytest.approx(0.138, abs=1e-3)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_photographs_against_pytorch(kind: str, lpips_here: Path) -> None:
    """Crops of Kodak at three qualities, with the published weights."""
    files = sorted(KODAK.glob("*.png"))[:3]
    if not files:
        pytest.skip("no Kodak pictures here")
    session = open_model(lpips_here / "lpips-alex.onnx", outputs=5)
    from safetensors.numpy import load_file

    weights = load_file(KODAK.parents[1] / "weights/lpips_alex_v0.1.safetensors")
    for file in files:
        crop = PIL.Image.open(file).crop((100, 60, 421, 323))
        for quality in (10, 50, 90):
            data = io.BytesIO()
            crop.save(data, kind, quality=quality)
            one = Image(np.asarray(crop))
            two = Image(np.asarray(PIL.Image.open(data).convert("RGB")))
            ours = distance(one, two, session, WHOLE)
            assert ours == pytest.approx(in_torch(weights, one, two), abs=2e-6)


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_against_pytorch(model: Path, engine: Engine, channels: int, bits: int) -> None:
    """Every kind of image, with made weights, on both engines."""
    one, two = pair(61, 90, channels, bits)
    session = open_model(model, outputs=5, engine=engine)
    assert distance(one, two, session, WHOLE) == pytest.approx(in_torch(made(), one, two), rel=1e-4)


@pytest.mark.parametrize(
    ("size", "at_once"),
    [((31, 31), 1), ((33, 250), 1), ((47, 130), 1), ((200, 417), 60_000), ((300, 70), 15_000)],
)
def test_tiles_give_what_the_whole_picture_does(
    session: Session, size: tuple[int, int], at_once: int
) -> None:
    """Down to tiles of one cell."""
    one, two = pair(*size)
    whole = distance(Image(one.samples), two, session, WHOLE)
    assert distance(one, two, session, at_once) == pytest.approx(whole, rel=1e-5)


def test_laws(session: Session) -> None:
    """Symmetric, not negative, more for more noise; what is kept changes nothing."""
    one, two = pair(64, 80)
    there = distance(one, two, session, WHOLE)
    assert there == distance(one, two, session, WHOLE)
    assert there == pytest.approx(distance(two, one, session, WHOLE), rel=1e-6)
    assert there > 0
    half = ((one.samples.astype(np.uint16) + two.samples) // 2).astype(np.uint8)
    assert distance(one, Image(half), session, WHOLE) < there


def test_depth_and_grey_do_not_matter(session: Session) -> None:
    """The same picture at 16 bits, or as three equal channels, scores the same."""
    one, two = pair(50, 50, channels=1)
    there = distance(one, two, session, WHOLE)
    deep, deep_two = (Image(i.samples.astype(np.uint16) * 257) for i in (one, two))
    colour, colour_two = (Image(np.repeat(i.samples, 3, axis=2)) for i in (one, two))
    assert distance(deep, deep_two, session, WHOLE) == pytest.approx(there, rel=1e-5)
    assert distance(colour, colour_two, session, WHOLE) == pytest.approx(there, rel=1e-5)


def test_without_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No default, and when asked for the command that brings them."""
    monkeypatch.setenv("RECOUP_MODELS", str(tmp_path))
    assert "lpips" in METRICS
    assert "lpips" not in ready()
    assert "lpips" not in [metric.name for metric in Plan.of(["raw"]).metrics]
    with pytest.raises(MissingError, match="recoup models get lpips-alex"):
        Plan.of(["raw"], ["psnr", "lpips"])
    with pytest.raises(MissingError, match="recoup models get lpips-alex"):
        lpips(*pair(40, 40))


def test_with_weights_it_is_a_default(lpips_here: Path) -> None:
    """Once installed."""
    assert lpips_here.is_dir()
    assert "lpips" in [metric.name for metric in Plan.of(["raw"]).metrics]


@pytest.mark.usefixtures("lpips_here")
def test_weights_that_nothing_runs_are_no_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """The core alone has no engine: a sweep then measures what it can."""
    monkeypatch.setattr("recoup.metrics.find_spec", lambda _: None)
    assert "lpips" not in [metric.name for metric in Plan.of(["raw"]).metrics]


def test_pictures_that_are_refused() -> None:
    """Too small, unlike."""
    with pytest.raises(NotApplicableError, match="31 pixels"):
        lpips(*pair(30, 400))
    with pytest.raises(ValueError, match="cannot compare"):
        lpips(pair(40, 40)[0], pair(40, 41)[0])


def test_the_graph_is_the_same_every_time() -> None:
    """Byte for byte."""
    assert alexnet.to_onnx(made()) == alexnet.to_onnx(dict(reversed(made().items())))


def test_weights_that_are_none() -> None:
    """Missing, left over, of another shape, not finite, negative."""
    whole = made()
    bias = whole["features.0.bias"]
    wrong: dict[str, Weights] = {
        "lin0.weight is missing": {k: v for k, v in whole.items() if k != "lin0.weight"},
        "more is not part": {**whole, "more": bias},
        "shape": {**whole, "features.0.bias": bias[:3]},
        "finite": {**whole, "features.0.bias": bias * np.float32(np.nan)},
        "negative": {**whole, "lin0.weight": whole["lin0.weight"] - np.float32(1)},
    }
    for text, weights in wrong.items():
        with pytest.raises(ModelError, match=text):
            alexnet.to_onnx(weights)


def test_the_checkpoint_is_read_without_unpickling() -> None:
    """Arrays in flax's order and layout; a pickle of anything else is refused, never run."""
    whole = made()
    ordered = [f"features.{n}.{k}" for n in alexnet.LAYERS for k in ("weight", "bias")]
    ordered += [f"lin{level}.weight" for level in range(5)]
    arrays = [
        a.transpose(2, 3, 1, 0) if a.ndim == 4 else a for a in (whole[name] for name in ordered)
    ]
    data = pickle.dumps([a.tobytes() for a in arrays], protocol=3)
    read = alexnet.from_checkpoint(data)
    assert all(np.array_equal(read[name], whole[name]) for name in whole)
    for bad in (pickle.dumps(print), data[:-100], b"", pickle.dumps([b"x" * 300])):
        with pytest.raises(ModelError, match="not the checkpoint"):
            alexnet.from_checkpoint(bad)
