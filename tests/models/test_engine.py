"""Models that ship are computed in single precision, also where bfloat16 would be faster."""

from pathlib import Path

import numpy as np
import pytest

from recoup.models import engine as module
from recoup.models.engine import open_model

WEIGHTS = Path(module.__file__).with_name("weights").glob("*.onnx")
SHIPPED = sorted(path for path in WEIGHTS if not path.stem.endswith("-int8"))
"""Integer models round otherwise in each engine."""


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_openvino_gives_what_onnxruntime_gives(path: Path) -> None:
    """To 1e-4 of the largest number; bfloat16, OpenVINO's own choice on AMX, is off by 3e-3."""
    outputs = 2 if path.stem.endswith("-analysis") else 1
    one, other = (
        open_model(path, engine=engine, outputs=outputs, channels=(1, 3, 120))
        for engine in ("openvino", "onnxruntime")
    )
    given = np.random.default_rng(0).random((1, one.channels, 32, 32), np.float32)
    told = np.full((1, one.facts), 0.5, np.float32)
    for ours, theirs in zip(one.run_all(given, told), other.run_all(given, told), strict=True):
        assert np.abs(ours - theirs).max() < 1e-4 * np.abs(theirs).max()
