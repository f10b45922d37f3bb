"""Denoisers by the literature's protocol, against published weights and known answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from recoup import Image, Picture, save
from recoup.datasets.trained_on import known
from recoup.errors import FlatteringWarning, ModelError, PictureError
from recoup.study import denoise
from recoup.training.export import export
from recoup.training.nets.plain import PlainRes
from recoup.training.nets.srvgg import SRVGGNetCompact

SHARED = Path(__file__).parents[2] / "../shared"


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of models."""
    monkeypatch.setenv("RECOUP_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def test_pictures_that_a_model_was_trained_on_are_named(tmp_path: Path) -> None:
    """In Python as by the command, at the line that called."""
    small = (255 * known(["lomiri-wallpapers-20.04"])[1].small).astype(np.uint8)
    save(Picture(Image(small[:, :, np.newaxis])), tmp_path / "a.png")
    with pytest.warns(FlatteringWarning, match="which dncnn was trained on") as told:
        denoise([tmp_path / "a.png"], ["dncnn"], sigmas=[10])
    assert [warning.filename for warning in told] == [__file__]


def test_a_net_that_does_nothing_gives_the_noise_back(tmp_path: Path, models: Path) -> None:
    """PSNR is then that of clipped noise; told and blind agree; odd sizes and grey are taken."""
    weights = tmp_path / "nothing.pth"
    torch.save(PlainRes(width=4, blocks=1, facts=2).state_dict(), weights)
    export(weights, out=models, name="nothing")
    for name, channels in (("a", 3), ("b", 1)):
        samples = np.full((33, 47, channels), 128, np.uint8)
        save(Picture(Image(samples)), tmp_path / f"{name}.png")
    told, blind = denoise([tmp_path / "a.png", tmp_path / "b.png"], ["nothing"], sigmas=[10])
    assert (told.told, blind.told) == (True, False)
    assert told.psnr == blind.psnr
    assert told.psnr == pytest.approx(told.noisy, abs=0.02), "only rounded"
    assert told.noisy == pytest.approx(20 * np.log10(255 / 10), abs=0.2)


def test_what_is_no_denoiser_is_refused(tmp_path: Path, models: Path) -> None:
    """A model that enlarges, and no pictures at all."""
    weights = tmp_path / "large.pth"
    torch.save(SRVGGNetCompact(scale=2, convs=1, width=4).state_dict(), weights)
    export(weights, out=models, name="large")
    with pytest.raises(ModelError, match="large: enlarges"):
        denoise([tmp_path], ["large"])
    torch.save(PlainRes(width=4, blocks=1).state_dict(), tmp_path / "small.pth")
    export(tmp_path / "small.pth", out=models, name="small")
    (tmp_path / "empty").mkdir()
    with pytest.raises(PictureError):
        denoise([tmp_path / "empty"], ["small"])


def test_published_weights_give_the_published_figure(models: Path) -> None:
    """Colour-blind DnCNN on the first six pictures of CBSD68 at sigma 25: 31.66 dB."""
    weights = SHARED / "weights" / "dncnn_color_blind.pth"
    pictures = sorted((SHARED / "data" / "cbsd68").glob("*.png"))[:6]
    if not weights.is_file() or len(pictures) < 6:
        pytest.skip("published weights and CBSD68 are not beside the project")
    export(weights, out=models, name="dncnn-color-blind")
    (done,) = denoise(pictures, ["dncnn-color-blind"], sigmas=[25], threads=2)
    assert done.psnr == pytest.approx(31.66, abs=0.03)
