"""The learned codec: whatever runs its floating-point nets, the symbols read are those written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import openvino
import pytest
import torch
from numpy.typing import NDArray

from recoup.codecs import Learned
from recoup.codecs.learned import decoded
from recoup.codecs.prior import Prior
from recoup.codecs.rcp import checksum, pack, unpack
from recoup.models import engine as module
from recoup.models.autoencoder import find_autoencoder
from recoup.models.engine import Engine
from recoup.picture import load
from recoup.training.pairs import Batch
from recoup.training.quantise import write_graph

Walked = list[tuple[NDArray[np.int32], NDArray[np.int16]]]

GOLDEN = Path(__file__).with_name("golden_rcp")
PHOTO = GOLDEN / "learned-2.png"


@dataclass(frozen=True)
class Setting:
    """How an engine runs the float nets."""

    engine: Engine
    threads: int = 1
    precision: str = "f32"
    optimised: bool = True

    def apply(self, patch: pytest.MonkeyPatch) -> None:
        """Models are opened so from here on, each time anew."""
        compile_model = openvino.Core.compile_model
        levels = onnxruntime.GraphOptimizationLevel
        level = levels.ORT_ENABLE_ALL if self.optimised else levels.ORT_DISABLE_ALL

        def compiled(core: Any, model: Any, device: str, config: dict[str, Any]) -> Any:  # noqa: ANN401
            hint = {"INFERENCE_PRECISION_HINT": self.precision}
            made = compile_model(core, model, device, config | hint)
            assert made.get_property("INFERENCE_PRECISION_HINT").to_string() == self.precision
            return made

        class Opened(onnxruntime.InferenceSession):  # type: ignore[misc]
            def __init__(self, path: str, options: Any, **more: Any) -> None:  # noqa: ANN401
                options.graph_optimization_level = level
                super().__init__(path, options, **more)

        patch.setattr(openvino.Core, "compile_model", compiled)
        patch.setattr(onnxruntime, "InferenceSession", Opened)
        patch.setattr(module, "_opened", vars(module)["_opened"].__wrapped__)


SETTINGS = (
    Setting("openvino"),
    Setting("openvino", threads=2),
    Setting("onnxruntime"),
    Setting("onnxruntime", threads=2),
    Setting("onnxruntime", optimised=False),
    *([Setting("openvino", precision="bf16")] if "bf16" in module.precisions() else []),
)


@pytest.fixture
def walked(monkeypatch: pytest.MonkeyPatch) -> Walked:
    """Hyper-latent and symbols of each slice that is written or read from here on."""
    kept: Walked = []
    walk = Prior.walk

    def watched(self: Prior, side: Any, *rest: Any) -> Any:  # noqa: ANN401
        symbols, latents = walk(self, side, *rest)
        kept.append((side.copy(), symbols.copy()))
        return symbols, latents

    monkeypatch.setattr(Prior, "walk", watched)
    return kept


@pytest.fixture(scope="module")
def int8(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``vae-int8``: the model that ships, with an int8 analysis."""
    folder, ships = tmp_path_factory.mktemp("int8"), find_autoencoder("vae")
    shutil.copy(ships.path, folder / "vae-int8.toml")
    for part in ("prior.npz", "synthesis.onnx"):
        shutil.copy(ships.part(part), folder / f"vae-int8-{part}")
    samples = load(PHOTO).image.samples / np.float32(255)
    planes = torch.tensor(samples.transpose(2, 0, 1)[np.newaxis])
    batches = [Batch(planes, planes, torch.tensor([[told]])) for told in (1.0, 3.0, 5.0, 8.0)]
    graph = folder / "vae-int8-analysis.onnx"
    write_graph(ships.part("analysis.onnx"), graph, batches, 1, told=True)
    assert b"QuantizeLinear" in graph.read_bytes()
    return folder


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
@pytest.mark.parametrize("file", ["learned-2", "learned-6-grey-12-bits"])
def test_golden_files(
    file: str, setting: Setting, walked: Walked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The symbols that the file says were written; samples in single precision within 1/255."""
    setting.apply(monkeypatch)
    coded = unpack((GOLDEN / f"{file}.rcp").read_bytes())
    image = decoded(coded, threads=setting.threads, engine=setting.engine)
    assert [checksum(*one) for one in walked] == [check for check, _ in coded.slices]
    far = np.abs(image.samples.astype(int) - load(GOLDEN / f"{file}.png").image.samples).max()
    assert setting.precision != "f32" or far <= image.peak / 255


@pytest.mark.parametrize("threads", [1, 2])
def test_other_arithmetic(threads: int) -> None:
    """Kernels of OpenBLAS for a processor of 2008, which add in another order than those here."""
    code = "import sys, recoup.codecs as c; c.Learned().decode(sys.stdin.buffer.read())"
    cores = {"OPENBLAS_CORETYPE": "Nehalem", "OPENBLAS_NUM_THREADS": str(threads)}
    data = (GOLDEN / "learned-2.rcp").read_bytes()
    subprocess.run([sys.executable, "-c", code], input=data, env=os.environ | cores, check=True)


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
@pytest.mark.parametrize("model", ["vae", "vae-int8"])
def test_encoders(
    model: str, setting: Setting, int8: Path, walked: Walked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each writes what every decoder reads; an int8 or bfloat16 one other bytes than fp32."""
    monkeypatch.setenv("RECOUP_MODELS", str(int8))
    image, samples = load(PHOTO).image, []
    with monkeypatch.context() as patch:
        setting.apply(patch)
        coded = Learned(7, model).coded(image, threads=setting.threads, engine=setting.engine)
    data = pack(coded)
    for reader in SETTINGS:
        with monkeypatch.context() as patch:
            reader.apply(patch)
            found = decoded(unpack(data), threads=reader.threads, engine=reader.engine)
        if reader.precision == "f32":
            samples.append(found.samples.astype(int))
    (side, symbols), *read = walked
    assert symbols.any()
    assert len(read) == len(SETTINGS)
    assert all(np.array_equal(side, s) and np.array_equal(symbols, t) for s, t in read)
    assert np.ptp(samples, axis=0).max() <= 1
    if model == "vae-int8" or setting.precision != "f32":
        assert data != Learned(7).encode(image)
