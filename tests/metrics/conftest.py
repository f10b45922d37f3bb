"""The weights of LPIPS, installed for a test where they are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from recoup.models import alexnet

WEIGHTS = Path(__file__).parents[2] / "../shared/weights/lpips_alex_v0.1.safetensors"


@pytest.fixture(scope="session")
def lpips_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models that holds lpips-alex; the test is skipped where its weights are not."""
    if not WEIGHTS.is_file():
        pytest.skip("no weights of LPIPS here")
    numpy = pytest.importorskip("safetensors.numpy")
    folder = tmp_path_factory.mktemp("models")
    model = alexnet.to_onnx(numpy.load_file(WEIGHTS))
    (folder / "lpips-alex.onnx").write_bytes(model)
    card = alexnet.card(model, source="a test")
    (folder / "lpips-alex.toml").write_text(card.text(), encoding="utf-8")
    return folder


@pytest.fixture
def lpips_here(lpips_models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Installs lpips-alex for one test."""
    monkeypatch.setenv("RECOUP_MODELS", str(lpips_models))
    return lpips_models
