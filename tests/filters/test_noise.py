"""Noise: its moments, what grey means, and Real-ESRGAN's Poisson scale."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from recoup.filters.noise import Noise, Poisson, photon_levels
from recoup.image import Image

RAMP = np.tile(np.arange(256, dtype=np.uint8)[:, np.newaxis], (1, 2000))


def residual(filter_: Noise | Poisson, samples: NDArray[np.uint8]) -> NDArray[np.float64]:
    """What the filter adds, in float."""
    return filter_.apply(Image(samples)).samples - samples.reshape(*samples.shape[:2], -1) * 1.0


@pytest.mark.parametrize("filter_", [Noise(10, seed=1, grey=True), Poisson(1, seed=1, grey=True)])
def test_grey_noise_is_the_same_in_all_channels(filter_: Noise | Poisson) -> None:
    """Of a colour picture of many values, where nothing is clipped."""
    samples = np.random.default_rng(1).integers(90, 160, (60, 80, 3)).astype(np.uint8)
    step = residual(filter_, samples)
    assert np.ptp(step, axis=2).max() <= 1  # rounded
    assert step.std() > 5


@pytest.mark.parametrize("filter_", [Noise(10, seed=1), Poisson(1, seed=1)])
def test_colour_noise_is_independent(filter_: Noise | Poisson) -> None:
    """Between channels."""
    step = residual(filter_, np.full((200, 200, 3), 128, np.uint8)).reshape(-1, 3)
    assert np.abs(np.corrcoef(step.T) - np.eye(3)).max() < 0.03


def test_grey_noise_of_one_channel_is_plain_noise() -> None:
    """There is nothing to share."""
    image = Image(RAMP[:, :50])
    assert Noise(9, 1, grey=True).apply(image) == Noise(9, 1).apply(image)
    assert Poisson(1, 1, grey=True).apply(image) == Poisson(1, 1).apply(image)


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_poisson_variance_follows_the_sample(strength: float) -> None:
    """Photons have the variance of their mean: ``strength * sqrt(sample * 255 / 256)``."""
    step = residual(Poisson(strength, seed=2), RAMP)[:, :, 0]
    inside = slice(20, 190)  # where nothing is clipped
    expected = strength * np.sqrt(np.arange(256) * 255 / 256)
    measured = np.sqrt(np.maximum(step.var(axis=1) - 1 / 12, 0))
    assert np.abs(measured / np.maximum(expected, 1e-9) - 1)[inside].max() < 0.08
    assert np.abs(step.mean(axis=1))[inside].max() < 1.5 * strength
    assert not step[0].any()


def test_poisson_counts_values() -> None:
    """Two values make two photons at white: black, half or clipped, as in Real-ESRGAN."""
    two = np.tile(np.array([[0, 255]], np.uint8), (50, 50))
    assert set(np.unique(Poisson(1, seed=1).apply(Image(two)).samples)) == {0, 128, 255}
    assert [photon_levels(np.arange(n)) for n in (1, 2, 3, 129, 256)] == [1, 2, 4, 256, 256]


def test_poisson_strips_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream goes on from strip to strip."""
    image = Image(RAMP[:, :60])
    whole = Poisson(1, seed=4).apply(image)
    monkeypatch.setattr("recoup.filters.noise._STRIP_SAMPLES", 60 * 7)
    assert Poisson(1, seed=4).apply(image) == whole


def test_sixteen_bits_have_the_same_noise() -> None:
    """On the scale 0..255."""
    deep = RAMP.astype(np.uint16) * np.uint16(257)
    step = (Poisson(1, seed=2).apply(Image(deep)).samples[:, :, 0] - deep * 1.0) / 257
    assert step[128].std() == pytest.approx(np.sqrt(128 * 255 / 256), rel=0.06)
