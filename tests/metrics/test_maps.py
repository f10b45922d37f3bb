"""Maps against scikit-image, PyTorch and the scores whose means they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from skimage import data
from skimage.metrics import structural_similarity
from torch.nn import functional

from recoup.errors import NotApplicableError
from recoup.image import Image
from recoup.metrics import structure
from recoup.metrics.lpips import distance, distances, lpips
from recoup.metrics.map_loops import add_enlarged
from recoup.metrics.maps import error_map, lpips_map, ssim_map
from recoup.metrics.ssim import ssim
from recoup.models.session import Session


def pair(channels: int = 3, bits: int = 8, height: int = 150, width: int = 213) -> list[Image]:
    """A crop of a real photograph, and with noise that grows to the right."""
    whole = data.astronaut()  # type: ignore[no-untyped-call]  # ships no types
    clean = np.asarray(whole[40 : 40 + height, 100 : 100 + width, :channels]).astype(float)
    noise = np.random.default_rng(0).normal(0, 1, clean.shape)
    noisy = clean + noise * np.linspace(0, 30, width)[:, np.newaxis]
    top, kind = (1 << bits) - 1, np.uint8 if bits == 8 else np.uint16
    return [Image(np.rint(np.clip(x / 255, 0, 1) * top).astype(kind), bits) for x in (clean, noisy)]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_errors_are_those_of_the_worst_channel(channels: int, bits: int) -> None:
    """In levels of 255."""
    one, two = pair(channels, bits)
    gaps = np.abs(one.samples.astype(float) - two.samples).max(axis=2) * 255 / one.peak
    found = error_map(one, two)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, gaps, rtol=1e-6)
    assert np.array_equal(found, error_map(two, one))
    assert not error_map(one, one).any()


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("bits", [8, 12])
@pytest.mark.parametrize("width", [11, 213, 512])
def test_ssim_of_every_pixel_is_scikit_images(
    channels: int, bits: int, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a window fits, as near as float32 comes in flat places; the mean is the score."""
    one, two = pair(channels, bits, 40, min(width, 400))
    theirs = structural_similarity(  # type: ignore[no-untyped-call]  # ships no types
        one.samples.astype(float),
        two.samples.astype(float),
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        channel_axis=2,
        data_range=one.peak,
        full=True,
    )[1].mean(axis=2)
    found = ssim_map(one, two)
    assert found.shape == theirs.shape
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[5:-5, 5:-5], theirs[5:-5, 5:-5], atol=5e-5)
    assert found[5:-5, 5:-5].mean(dtype=float) == pytest.approx(ssim(one, two), abs=1e-6)
    assert np.array_equal(found[:5], np.repeat(found[5:6], 5, axis=0))
    assert np.array_equal(found[:, -5:], np.repeat(found[:, -6:-5], 5, axis=1))
    monkeypatch.setattr(structure, "_STRIP_SAMPLES", 1)
    np.testing.assert_allclose(ssim_map(one, two), found, atol=1e-6)
    assert (ssim_map(one, one) == 1).all()


@pytest.mark.parametrize(("small", "large"), [((1, 1), (31, 40)), ((7, 12), (31, 97))])
def test_maps_are_enlarged_as_pytorch_does(small: tuple[int, int], large: tuple[int, int]) -> None:
    """Bilinear, corners not aligned; added to what is there."""
    level = np.random.default_rng(1).random(small, np.float32)
    theirs = functional.interpolate(
        torch.from_numpy(level)[None, None], large, mode="bilinear", align_corners=False
    )
    found = np.ones(large, np.float32)
    add_enlarged(level, found)
    np.testing.assert_allclose(found - 1, theirs[0, 0].numpy(), atol=1e-6)


def test_distances_are_put_together_from_tiles() -> None:
    """In their places; their means are the distance."""

    def levels(x: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> list[object]:
        places = [4, 2, 1, 1, 1]
        cells = [(side - 15) // 16 for side in x.shape[2:]]
        found: list[object] = []
        for n in places:
            rows, columns = cells[0] * n, cells[1] * n
            step = 16 // n
            found.append(x[:, :, : rows * step : step, : columns * step : step])
        return found

    one, two = pair(3, 8, 300, 400)
    session = Session("", 3, "", 0, levels)
    whole = distances(one, two, session, 1 << 30)
    tiled = distances(Image(one.samples), two, session, 1)
    for first, second in zip(whole, tiled, strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-5)
    total = sum(float(level.mean()) for level in whole)
    assert total == pytest.approx(distance(one, two, session, 1 << 30), rel=1e-6)


def test_the_mean_of_the_map_is_lpips(lpips_here: Path) -> None:
    """To 1e-3; it grows where the noise does."""
    assert lpips_here.is_dir()
    one, two = pair()
    found = lpips_map(one, two)
    assert found.shape == (one.height, one.width)
    assert found.dtype == np.float32
    assert float(found.mean()) == pytest.approx(lpips(one, two), abs=1e-3)
    assert found[:, :70].mean() < found[:, -70:].mean()
    assert not lpips_map(one, one).any()


@pytest.mark.parametrize("of", [error_map, ssim_map, lpips_map])
def test_unlike_images_are_refused(of: object) -> None:
    """As for the scores."""
    assert callable(of)
    one, two = (Image(np.zeros((40, width), np.uint8)) for width in (50, 51))
    with pytest.raises(ValueError, match="cannot compare"):
        of(one, two)


def test_small_images_are_refused() -> None:
    """With the least side."""
    small = Image(np.zeros((10, 50), np.uint8))
    with pytest.raises(NotApplicableError, match="11 pixels"):
        ssim_map(small, small)
    with pytest.raises(NotApplicableError, match="31 pixels"):
        lpips_map(small, small)
