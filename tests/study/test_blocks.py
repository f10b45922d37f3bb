"""Restorers of JPEG by the literature's protocol, against published figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from recoup import Image, Picture, save
from recoup.errors import ModelError, PictureError
from recoup.study import deblock
from recoup.study.blocks import luma
from recoup.training.export import export
from recoup.training.nets.plain import PlainRes
from recoup.training.nets.srvgg import SRVGGNetCompact

SHARED = Path(__file__).parents[2] / "../shared"


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of models."""
    monkeypatch.setenv("RECOUP_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def test_a_net_that_does_nothing_gains_nothing(tmp_path: Path, models: Path) -> None:
    """Told and blind; colour and grey."""
    torch.save(PlainRes(width=4, blocks=1, facts=12).state_dict(), tmp_path / "nothing.pth")
    export(tmp_path / "nothing.pth", out=models, name="nothing")
    noise = np.random.default_rng(0).integers(0, 256, (33, 47, 3), dtype=np.uint8)
    save(Picture(Image(noise)), tmp_path / "a.png")
    for grey in (False, True):
        told, blind = deblock([tmp_path / "a.png"], ["nothing"], qualities=[20], grey=grey)
        assert (told.told, blind.told) == (True, False)
        assert told.psnr == blind.psnr == told.decoded
        assert (told.least, told.ssim) == (0.0, told.decoded_ssim)


def test_luma_is_what_the_literature_codes() -> None:
    """Against scikit-image's conversion, written independently."""
    color = pytest.importorskip("skimage.color")
    samples = np.random.default_rng(1).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    wanted = np.rint(color.rgb2ycbcr(samples)[..., 0])
    assert np.array_equal(luma(Image(samples)).samples[:, :, 0], wanted)


def test_what_is_no_restorer_is_refused(tmp_path: Path, models: Path) -> None:
    """A model that enlarges, and no pictures at all."""
    torch.save(SRVGGNetCompact(scale=2, convs=1, width=4).state_dict(), tmp_path / "large.pth")
    export(tmp_path / "large.pth", out=models, name="large")
    with pytest.raises(ModelError, match="large: enlarges"):
        deblock([tmp_path], ["large"])
    with pytest.raises(PictureError, match="no pictures"):
        deblock([], ["dncnn"])


def test_the_protocol_is_the_published_one(tmp_path: Path, models: Path) -> None:
    """JPEG itself on LIVE1, quality 10: 25.69 dB in colour, 27.77 dB in grey."""
    pictures = SHARED / "data" / "live1"
    if not pictures.is_dir():
        pytest.skip("LIVE1 is not beside the project")
    torch.save(PlainRes(width=4, blocks=1).state_dict(), tmp_path / "nothing.pth")
    export(tmp_path / "nothing.pth", out=models, name="nothing")
    (colour,) = deblock([pictures], ["nothing"], qualities=[10])
    (grey,) = deblock([pictures], ["nothing"], qualities=[10], grey=True)
    assert colour.decoded == pytest.approx(25.69, abs=0.01)
    assert grey.decoded == pytest.approx(27.77, abs=0.01)
