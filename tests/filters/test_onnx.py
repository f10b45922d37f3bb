"""Models as filters: tiled is whole, channels and depth are kept, memory is honoured."""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from recoup.errors import ChainError, MissingError, ModelError
from recoup.filters.onnx import Onnx, memory_bytes
from recoup.image import Image
from recoup.models import Card
from recoup.models.engine import Engine, open_model
from recoup.models.run import fitting_tile, restored
from recoup.models.session import Floats, Session

Make = Callable[..., Path]
CONVOLUTIONS = ("identity", "negative", "convs", "double", "quadruple", "strided")


def picture(height: int, width: int, channels: int = 3, bits: int = 8) -> Image:
    """Smooth shapes with noise, over the whole range."""
    rows, columns = np.mgrid[:height, :width]
    wave = 0.5 + 0.4 * np.sin(rows / 7)[..., np.newaxis] * np.cos(columns / 9)[..., np.newaxis]
    noise = np.random.default_rng(height).normal(0, 0.1, (height, width, channels))
    peak = (1 << bits) - 1
    samples = np.clip(np.rint((wave + noise) * peak), 0, peak)
    return Image(samples.astype(np.uint8 if bits == 8 else np.uint16), bits)


def whole(path: Path, image: Image, multiple: int, scale: int) -> Image:
    """What ONNX Runtime makes of the whole picture, straight from the file."""
    runtime = pytest.importorskip("onnxruntime")
    pads = [(0, -side % multiple) for side in (image.height, image.width)]
    padded = np.pad(image.samples, (*pads, (0, 0)), mode="reflect").astype(np.float32)
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    planes = (padded / np.float32(image.peak)).transpose(2, 0, 1)[np.newaxis]
    out = session.run(None, {session.get_inputs()[0].name: planes})[0][0].transpose(1, 2, 0)
    out = out[: image.height * scale, : image.width * scale] * image.peak
    return Image(np.clip(np.rint(out), 0, image.peak).astype(image.samples.dtype), image.bits)


def largest_difference(one: Image, other: Image) -> float:
    """In units of the range."""
    assert one.samples.shape == other.samples.shape
    difference = one.samples.astype(np.int64) - other.samples
    return float(np.abs(difference).max() / one.peak)


@pytest.mark.parametrize("kind", CONVOLUTIONS)
@pytest.mark.parametrize("tile", [None, 8, 17, 40])
@pytest.mark.parametrize("size", [(61, 83), (64, 30), (1, 1), (3, 90)])
def test_tiled_is_whole(
    make_model: Make, kind: str, tile: int | None, size: tuple[int, int]
) -> None:
    """Within a rounding of 8 bits, at every size of tile and picture."""
    path = make_model(kind)
    step, image = Onnx(kind, tile=tile), picture(*size)
    out = step.apply(image)
    expected = whole(path, image, step.card.multiple, step.card.scale)
    assert largest_difference(out, expected) <= 1 / 255


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
def test_sixteen_bits_tiled_is_whole_to_a_hundredth(make_model: Make, engine: Engine) -> None:
    """The margin makes tiles exact, not merely close: 16 bits show a hundredth of 1/255."""
    for kind in CONVOLUTIONS:
        path = make_model(kind)
        image = picture(67, 45, bits=16)
        step = Onnx(kind, tile=16, engine=engine)
        out = step.apply(image)
        expected = whole(path, image, step.card.multiple, step.card.scale)
        assert largest_difference(out, expected) <= 0.01 / 255


def test_a_margin_that_is_not_given_shows(make_model: Make) -> None:
    """The test above can fail: without context the seams are there."""
    path = make_model("convs")
    image = picture(67, 45, bits=16)
    out = Onnx("convs", tile=16, overlap=0).apply(image)
    assert largest_difference(out, whole(path, image, 1, 1)) > 1 / 255


def test_without_a_margin_tiles_fade_into_each_other(make_model: Make) -> None:
    """Each tile of this model has another brightness; no step between pixels gives it away."""
    make_model("unbounded")
    ramp = np.linspace(10_000, 65_535, 300).astype(np.uint16)
    image = Image(np.broadcast_to(ramp[np.newaxis, :, np.newaxis], (8, 300, 3)).copy())
    out = Onnx("unbounded", tile=60, overlap=20).apply(image).samples[4, :, 0].astype(np.int64)
    hard = Onnx("unbounded", tile=60, overlap=0).apply(image).samples[4, :, 0].astype(np.int64)
    assert np.abs(np.diff(out) - 186).max() < 120
    assert np.abs(np.diff(hard) - 186).max() > 1000


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("net_channels", [1, 3])
def test_identity_changes_no_sample(
    make_model: Make, bits: int, channels: int, net_channels: int
) -> None:
    """Every level of every depth comes back, whatever channels the model has."""
    make_model("identity", channels=net_channels)
    samples = np.arange(1 << bits, dtype=np.uint8 if bits == 8 else np.uint16).reshape(16, -1)
    image = Image(np.repeat(samples[:, :, np.newaxis], channels, axis=2), bits)
    assert Onnx("identity", tile=50).apply(image) == image


def test_grey_through_a_colour_model_is_its_mean_and_has_no_tint(make_model: Make) -> None:
    """One channel in, one out: the mean of the three that the model gives."""
    path = make_model("convs")
    grey = picture(20, 30, 1, 16)
    colour = whole(path, Image(np.repeat(grey.samples, 3, axis=2), 16), 1, 1)
    out = Onnx("convs").apply(grey)
    assert out.channels == 1
    inside = (colour.samples > 0).all(axis=2) & (colour.samples < 65535).all(axis=2)
    mean = colour.samples.astype(float).mean(axis=2)
    assert np.abs(out.samples[:, :, 0] - mean)[inside].max() <= 2


def test_colour_through_a_grey_model_goes_channel_by_channel(make_model: Make) -> None:
    """Each channel as a grey picture of its own."""
    make_model("double", channels=1)
    image = picture(20, 30)
    step = Onnx("double")
    out = step.apply(image)
    for channel in range(3):
        alone = step.apply(Image(image.samples[:, :, channel : channel + 1].copy()))
        assert np.array_equal(out.samples[:, :, channel], alone.samples[:, :, 0])


class Failing:
    """An engine that runs out of memory on some of its runs."""

    def __init__(self, *failures: int) -> None:
        self.failures = failures
        self.runs = 0
        self.shapes: list[tuple[int, ...]] = []

    def __call__(self, array: Floats) -> Floats:
        """One minus the input, unless this run is one that fails."""
        self.runs += 1
        self.shapes.append(array.shape)
        if self.runs in self.failures:
            raise RuntimeError("could not allocate 1234 bytes")
        return 1 - array


def test_memory_that_runs_out_makes_tiles_smaller_and_shows_no_other_tile() -> None:
    """Whichever tile fails, the result is right in every pixel."""
    image = picture(200, 150)
    card = Card(name="negative", architecture="none", margin=0)
    for failures in ((1,), (3,), (1, 2), (2, 7)):
        engine = Failing(*failures)
        told: list[int] = []
        session = Session("negative.onnx", 3, "", 0.0, engine)
        out = restored(image, card, session, tile=128, progress=told.append)
        assert np.array_equal(out.samples, 255 - image.samples)
        assert engine.shapes[-1][2] < engine.shapes[0][2]
        assert told[-1] == image.pixels


def test_memory_that_never_suffices_is_told() -> None:
    """One line, after the smallest tile."""
    engine = Failing(*range(1, 100))
    session = Session("negative.onnx", 3, "", 0.0, engine)
    card = Card(name="negative", architecture="none", margin=0)
    with pytest.raises(ModelError, match=r"negative: not enough memory, even for tiles of 32"):
        restored(picture(200, 150), card, session, tile=128)


def test_less_memory_means_smaller_tiles(make_model: Make) -> None:
    """Monotone, never below 32 pixels or above 1024."""
    path = make_model("convs")
    card, session = Onnx("convs").card, open_model(path)
    image = picture(900, 1200)
    tiles = [fitting_tile(image, card, session, m) for m in (1, 320 * 10**6, 10**9, 10**12)]
    assert tiles == sorted(tiles)
    assert (tiles[0], tiles[-1]) == (32, 1024)
    assert 32 < tiles[1] < 1024


def test_progress_counts_every_pixel(make_model: Make) -> None:
    """Rising, and whole at the end."""
    make_model("identity")
    told: list[int] = []
    Onnx("identity", tile=20).apply(picture(70, 50), told.append)
    assert told == sorted(told)
    assert len(told) > 6
    assert told[-1] == 3500


def test_settings_are_values(make_model: Make) -> None:
    """Pickle, JSON, equality; scale and version come from the card."""
    path = make_model("double")
    step = Onnx("double", tile=64, memory="800M")
    assert pickle.loads(pickle.dumps(step)) == step
    assert Onnx(**json.loads(json.dumps(asdict(step)))) == step
    assert step.scale == Fraction(2)
    digest, engine, version = step.version().split()
    assert digest == Onnx(str(path)).card.sha256[:16]
    assert (engine, version[:2]) == ("openvino", "20")


@pytest.mark.parametrize(
    "settings", [{"tile": 0}, {"overlap": -1}, {"threads": 0}, {"memory": "much"}, {"memory": ""}]
)
def test_settings_out_of_range(settings: dict[str, int | str]) -> None:
    """Refused at once, by name."""
    with pytest.raises(ChainError, match=next(iter(settings))):
        replace(Onnx("m"), **settings)  # type: ignore[arg-type]  # on purpose


def test_amounts_of_memory() -> None:
    """Decimal units, upper or lower case."""
    assert [memory_bytes(t) for t in ("1", "2k", "1.5 GB", "3T")] == [
        *(1, 2000, 1_500_000_000, 3 * 10**12)
    ]


def test_a_card_that_does_not_fit_its_file(make_model: Make) -> None:
    """Channels and scale are checked against what the file does."""
    grey = make_model("identity", name="said-colour", channels=1)
    text = grey.with_suffix(".toml").read_text()
    grey.with_suffix(".toml").write_text(text.replace("channels = 1", "channels = 3"))
    with pytest.raises(ModelError, match="takes 1 channels, its card says 3"):
        Onnx("said-colour").apply(picture(8, 8))
    make_model("identity", name="said-double", scale=2)
    with pytest.raises(ModelError, match=r"gives \(3, 8, 8\) where its card says \(3, 16, 16\)"):
        Onnx("said-double").apply(picture(8, 8))


def test_no_engine_names_the_command(make_model: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without both engines; and without OpenVINO the other takes over."""
    make_model("negative")
    image = picture(9, 9)
    monkeypatch.setitem(sys.modules, "openvino", None)
    assert Onnx("negative").version().split()[1] == "onnxruntime"
    assert np.array_equal(Onnx("negative").apply(image).samples, 255 - image.samples)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingError, match=r"pip install 'recoup\[models\]'"):
        Onnx("negative", threads=2).apply(image)
