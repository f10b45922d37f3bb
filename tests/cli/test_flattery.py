"""What ``recoup compare`` and ``recoup study`` say of pictures that a model was trained on."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from recoup import report
from recoup.__main__ import main
from recoup.datasets.trained_on import known


@pytest.mark.parametrize(
    "command",
    [
        ["compare", "--chain", "raw | deblock-fast", "-m", "psnr", "-j", "1", "--repeats", "1"],
        ["study", "jpeg", "--with", "deblock-fast", "--quality", "30"],
    ],
    ids=["compare", "study"],
)
def test_one_line_and_the_comparison_goes_on(
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """On standard error, without a place in the code, even where warnings are errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(report, "write_report", lambda out, **_: out / "report.html")
    small = (255 * known(["lomiri-wallpapers-20.04"])[1].small).astype(np.uint8)
    PIL.Image.fromarray(small).resize((120, 90)).save("a.png")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert main([*command, "a.png"]) == 0
    out, err = capfd.readouterr()
    [line] = [line for line in err.splitlines() if "flatter" in line]
    assert line.startswith("a.png shows the same as lomiri-wallpapers-20.04/")
    assert line.endswith("which deblock-fast was trained on: its scores flatter")
    assert "deblock-fast" in out


def test_other_warnings_go_where_they_would() -> None:
    """Only ours become notes."""
    from recoup.cli import show

    with pytest.warns(RuntimeWarning, match="strange"), show.warned():
        warnings.warn("strange", RuntimeWarning, stacklevel=1)
