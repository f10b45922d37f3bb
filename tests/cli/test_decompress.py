"""``recoup decompress``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recoup import Image, Picture
from recoup.__main__ import main
from recoup.codecs import Learned
from recoup.codecs.rcp_picture import carry
from recoup.picture import load


def test_files_come_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two of one name and one that is none; what they carry is in the PNG files."""
    image = Image(np.full((20, 30, 3), 90, np.uint8))
    alpha = np.arange(600, dtype=np.uint16).reshape(20, 30).astype(np.uint8)
    data = carry(Learned(5).encode(image), Picture(image, alpha=alpha, xmp=b"<x:xmpmeta/>"))
    for name in ("a.rcp", "more/a.rcp", "broken.rcp"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data if name[-5] == "a" else data[:-3])
    out = tmp_path / "out"
    files = [str(tmp_path / name) for name in ("a.rcp", "more/a.rcp", "broken.rcp", "absent.rcp")]
    assert main(["decompress", *files, "--out", str(out)]) == 1
    said = capsys.readouterr().err
    assert "broken.rcp: rcp: the file is cut short" in said
    assert "absent.rcp: cannot be read" in said
    assert sorted(path.name for path in out.iterdir()) == ["a-2.png", "a.png"]
    picture = load(out / "a-2.png")
    assert picture.alpha is not None
    assert np.array_equal(picture.alpha, alpha)
    assert picture.xmp == b"<x:xmpmeta/>"
    assert np.abs(picture.image.samples.astype(int) - 90).max() <= 6
