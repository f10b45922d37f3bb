"""Metrics of luma and inside a border, against scikit-image and by hand."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from skimage.color import rgb2ycbcr
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from recoup.errors import ChainError, NotApplicableError
from recoup.image import Image
from recoup.metrics import METRICS
from recoup.metrics.variants import known, named


def pair(channels: int = 3) -> tuple[Image, Image]:
    """A smooth image with grain, and the same with more."""
    draw = np.random.default_rng(5)
    y, x = np.mgrid[0:45, 0:61]
    waves = [120 + 60 * np.sin(x / (4 + c)) * np.cos(y / 6) for c in range(channels)]
    smooth = np.stack(waves, axis=2)
    one, two = (smooth + draw.normal(0, s, smooth.shape) for s in (4, 15))
    return Image(one.clip(0, 255).astype(np.uint8)), Image(two.clip(0, 255).astype(np.uint8))


def test_psnr_of_luma_inside_a_border_is_scikit_images() -> None:
    """On its own conversion to YCbCr, cut by hand."""
    one, two = pair()
    ys = [rgb2ycbcr(i.samples)[4:-4, 4:-4, 0] for i in (one, two)]
    theirs = peak_signal_noise_ratio(*ys, data_range=255)  # type: ignore[no-untyped-call]  # ships no types
    assert named("psnr_y_b4").score(one, two) == pytest.approx(theirs, abs=1e-3)


def test_ssim_of_luma_inside_a_border_is_scikit_images() -> None:
    """With the paper's window."""
    one, two = pair()
    ys = [rgb2ycbcr(i.samples)[4:-4, 4:-4, 0] for i in (one, two)]
    whole = structural_similarity(  # type: ignore[no-untyped-call]  # ships no types
        *ys,
        data_range=255,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        full=True,
    )[1]
    assert named("ssim_y_b4").score(one, two) == pytest.approx(whole[5:-5, 5:-5].mean(), abs=1e-5)


def test_what_lies_in_the_border_does_not_count() -> None:
    """Any change there leaves the score at its best; the metric of the whole sees it."""
    one, _ = pair()
    spoiled = one.samples.copy()
    spoiled[:3], spoiled[:, -3:] = 0, 255
    two = Image(spoiled)
    assert named("psnr_b3").score(one, two) == math.inf
    assert named("ssim_b3").score(one, two) == 1
    assert METRICS["psnr"].score(one, two) < 30


def test_grey_is_its_own_luma() -> None:
    """As with psnr_y."""
    one, two = pair(1)
    assert named("ssim_y").score(one, two) == METRICS["ssim"].score(one, two)


def test_names_and_definitions_state_the_crop() -> None:
    """The name is the column; equal, hashable and picklable as the metrics of the table."""
    metric = named("psnr_y_b4")
    assert (metric.name, metric.better, metric.unit) == ("psnr_y_b4", "higher", "dB")
    assert metric.definition.startswith("4 pixels are cropped at each side")
    assert ", no crop" not in metric.definition
    assert metric.version != METRICS["psnr_y"].version
    assert named("psnr_y_b4") == metric == pickle.loads(pickle.dumps(metric))
    assert named("psnr_y") is METRICS["psnr_y"]
    assert set(known(["psnr_y_b4", "mine_b2"])) == {"psnr_y_b4"}


@pytest.mark.parametrize("name", ["psmr", "psnr_b0", "psnr_b", "psnr_y_y", "psnr_b2_b2", "_y"])
def test_other_names_are_refused(name: str) -> None:
    """With those that there are."""
    with pytest.raises(ChainError, match="there are: psnr"):
        named(name)


def test_a_picture_within_its_border_is_not_applicable() -> None:
    """No failure: there is nothing to score."""
    small = Image(np.zeros((8, 40), np.uint8))
    with pytest.raises(NotApplicableError, match="nothing is left of 40x8 inside a border of 4"):
        named("psnr_b4").score(small, small)
