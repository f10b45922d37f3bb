"""Published weights give their published figures, through recoup's nets."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch
from numpy.typing import NDArray

from recoup.errors import ModelError
from recoup.filters.degrade import Noise
from recoup.image import Image
from recoup.metrics.psnr import psnr, psnr_y
from recoup.models.engine import open_model
from recoup.training.detect import Restorer, detect
from recoup.training.export import export
from recoup.training.nets.discriminator import UNetDiscriminatorSN
from recoup.training.weights import load_state

SHARED = Path(__file__).parents[3] / "shared"
WEIGHTS, DATA = SHARED / "weights", SHARED / "data"
pytestmark = pytest.mark.skipif(not WEIGHTS.is_dir(), reason=f"no published weights in {WEIGHTS}")


def net(name: str) -> Restorer:
    """The restorer in a weights file."""
    found = detect(load_state(WEIGHTS / name))
    assert not isinstance(found, UNetDiscriminatorSN)
    return found


def restored(by: Restorer, samples: NDArray[np.floating]) -> Image:
    """What the net makes of samples in 0..1, rounded to 8 bits."""
    planes = np.ascontiguousarray(samples.transpose(2, 0, 1), np.float32)[np.newaxis]
    with torch.inference_mode():
        x = torch.from_numpy(planes).to(memory_format=torch.channels_last)
        out = by(x)[0].numpy().transpose(1, 2, 0)
    return Image(np.clip(np.round(out * 255), 0, 255).astype(np.uint8))


def opened(path: Path, mode: str = "RGB") -> Image:
    """A picture of one of the sets."""
    with PIL.Image.open(path) as file:
        return Image(np.asarray(file.convert(mode)))


def first_six(mode: str = "RGB") -> Iterator[Image]:
    """The first six pictures of CBSD68."""
    for path in sorted((DATA / "cbsd68").glob("*.png"))[:6]:
        yield opened(path, mode)


@pytest.mark.parametrize("name", ["dncnn_color_blind.pth", "cdncnn_color_sigma25.safetensors"])
def test_noise_goes_on_a_crop(name: str) -> None:
    """Even noise clipped to 8 bits: seven decibels better."""
    by = net(name)
    clean = Image(next(first_six()).samples[100:196, 100:196])
    noisy = Noise(25).apply(clean)
    assert psnr(clean, restored(by, noisy.samples / 255)) > psnr(clean, noisy) + 7


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "expected"),
    [("dncnn_color_blind.pth", 31.66), ("cdncnn_color_sigma25.safetensors", 31.76)],
)
def test_denoising_as_published(name: str, expected: float) -> None:
    """KAIR's protocol: NumPy's legacy generator, seed 0 for each picture, noise never clipped."""
    by = net(name)
    scores = []
    for clean in first_six():
        noise = np.random.RandomState(0).normal(0, 25 / 255, clean.samples.shape)
        scores.append(psnr(clean, restored(by, clean.samples / 255 + noise)))
    assert np.mean(scores) == pytest.approx(expected, abs=0.03)


@pytest.mark.slow
def test_jpeg_as_published() -> None:
    """Grey by Pillow, JPEG by Pillow at quality 10: 27.48 dB before, 28.66 dB after."""
    by = net("dncnn3_gray.safetensors")
    before, after = [], []
    for clean in first_six("L"):
        file = io.BytesIO()
        PIL.Image.fromarray(clean.samples[:, :, 0]).save(file, "JPEG", quality=10)
        decoded = Image(np.asarray(PIL.Image.open(file)))
        before.append(psnr(clean, decoded))
        after.append(psnr(clean, restored(by, decoded.samples / 255)))
    assert np.mean(before) == pytest.approx(27.48, abs=0.03)
    assert np.mean(after) == pytest.approx(28.66, abs=0.03)


def test_imdn_as_published() -> None:
    """Set5 from its own small pictures, luma, border of 4: 32.21 dB."""
    by = net("imdn_x4_baseline.pth")
    scores = []
    for path in sorted((DATA / "set5" / "HR").glob("*.png")):
        small = opened(DATA / "set5" / "LR_bicubic_X4" / f"{path.stem}x4.png")
        large = restored(by, small.samples / 255)
        original = opened(path).samples[: large.height, : large.width]
        inner = (slice(4, -4), slice(4, -4))
        scores.append(psnr_y(Image(original[inner]), Image(large.samples[inner])))
    assert np.mean(scores) == pytest.approx(32.21, abs=0.05)


@pytest.mark.slow
def test_real_esrgan_in_onnx_is_the_net(tmp_path: Path) -> None:
    """On crops of three photographs, within one level of 255."""
    weights = WEIGHTS / "RealESRGAN_x4plus.from_ncnn_fp16.safetensors"
    by = net(weights.name)
    card = export(weights, name="realesrgan-x4plus", out=tmp_path)
    assert (card.scale, card.parameters) == (4, 16697987)
    session = open_model(tmp_path / "realesrgan-x4plus.onnx")
    for image, side in zip(first_six(), (64, 80, 96), strict=False):
        crop = image.samples[60 : 60 + side, 40:104]
        planes = np.ascontiguousarray(crop.transpose(2, 0, 1), np.float32)[np.newaxis]
        planes /= np.float32(255)
        with torch.inference_mode():
            wanted = by(torch.from_numpy(planes)).numpy()
        assert np.abs(session.run(planes) - wanted).max() < 1 / 255


@pytest.mark.parametrize("name", ["DAT_light_x4.params", "lpips_alex_v0.1"])
def test_other_architectures_are_told_apart(name: str) -> None:
    """Refused with the list of those known."""
    with pytest.raises(ModelError, match=r"no architecture known here .*; known: DnCNN, UNet"):
        detect(load_state(WEIGHTS / f"{name}.safetensors"))
