"""The table of metrics, strangers' metrics, and what importing and compiling costs."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

import recoup.metrics
from recoup.contracts import Metric
from recoup.image import Image
from recoup.metrics import METRICS, metrics


def run(code: str, **environment: str) -> str:
    """What a fresh Python prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_names_are_the_columns_and_every_field_is_told() -> None:
    """Rows and tables show what the records say."""
    assert list(METRICS) == ["psnr", "psnr_y", "ssim", "ms_ssim", "ssimulacra2", "lpips"]
    for name, metric in METRICS.items():
        assert metric.name == name
        told = [getattr(metric, f.name) for f in fields(metric) if f.name not in ("unit", "needs")]
        assert all(part is not None and part != "" for part in told)


def test_the_table_is_read_only() -> None:
    """A stranger adds a metric by an entry point, not by writing here."""
    with pytest.raises(TypeError, match="item assignment"):
        METRICS["mine"] = METRICS["psnr"]  # type: ignore[index]  # what the test is about


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_an_image_against_itself_is_perfect(metric: Metric, request: pytest.FixtureRequest) -> None:
    """To the last digit, grey and RGB, 8 and 16 bits."""
    if metric.needs:
        request.getfixturevalue("lpips_here")
    draw = np.random.default_rng(0)
    rgb = draw.integers(0, 255, (161, 170, 3), dtype=np.uint8)
    for samples in (rgb, rgb[:, :, 0].astype(np.uint16)):
        assert metric.score(Image(samples), Image(samples.copy())) == metric.perfect


def test_entry_points_add_metrics_but_take_no_name_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a package installed elsewhere would."""
    (tmp_path / "plugin_of_a_stranger.py").write_text(
        "from recoup.metrics import METRICS\nmine = METRICS['ssim']\n"
    )
    about = tmp_path / "stranger-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[recoup.metrics]\nmine = plugin_of_a_stranger:mine\npsnr = plugin_of_a_stranger:mine\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    found = metrics()
    assert found["mine"] is METRICS["ssim"]
    assert found["psnr"] is METRICS["psnr"]
    assert "mine" not in METRICS


def test_importing_the_table_imports_no_compiler() -> None:
    """Only a score does."""
    assert run("import sys, recoup.metrics; print('numba' in sys.modules)") == "False"


def test_loops_compile_where_nothing_can_be_written(tmp_path: Path) -> None:
    """Neither beside the package nor in the user's cache: compiled anew, same score."""
    package = Path(recoup.metrics.__file__).parent
    copy = tmp_path / "loops_alone.py"
    copy.write_text((package / "loops.py").read_text())
    (tmp_path / "__pycache__").write_text("a file where the cache would be")
    (tmp_path / "home").write_text("a file where the user's folder would be")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import numpy as np, loops_alone\n"
        "print(loops_alone.squared_error(np.zeros(3, np.uint8), np.full(3, 2, np.uint8)))"
    )
    home = str(tmp_path / "home")
    assert run(code, HOME=home, XDG_CACHE_HOME=home, LOCALAPPDATA=home) == "12.0"
