"""The published Kodak points: the same bytes, and with the same decoder the same PSNR."""

import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
KODAK = ROOT / "../shared/data/kodak24"


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    """Return the names of the benchmark that prints the whole table."""
    return runpy.run_path(str(ROOT / "benchmarks/published.py"))


@pytest.fixture(scope="module")
def originals(published: dict[str, Any]) -> list[Any]:
    """Return the 24 Kodak pictures."""
    if not KODAK.is_dir():
        pytest.skip("the Kodak pictures are not here")
    pictures: list[Any] = published["pictures"](KODAK)
    assert len(pictures) == 24
    return pictures


@pytest.mark.parametrize("quality", [10, 50, 90])
def test_jpeg(published: dict[str, Any], originals: list[Any], quality: int) -> None:
    """Rate within 1 %; PSNR within 0.06 dB by libjpeg 9's chroma, 0.09 to 0.14 above by ours."""
    ours, theirs = published["jpeg_points"](originals, quality)
    assert ours.ours[1] == pytest.approx(ours.published[1], rel=0.01)
    assert theirs.ours[0] == pytest.approx(theirs.published[0], abs=0.06)
    assert 0.09 <= ours.ours[0] - ours.published[0] <= 0.14


@pytest.mark.parametrize("quality", [5, 40, 85])
def test_webp(published: dict[str, Any], originals: list[Any], quality: int) -> None:
    """PSNR within 0.05 dB and bpp within 1 %."""
    point = published["webp_point"](originals, quality)
    assert point.ours[0] == pytest.approx(point.published[0], abs=0.05)
    assert point.ours[1] == pytest.approx(point.published[1], rel=0.01)
