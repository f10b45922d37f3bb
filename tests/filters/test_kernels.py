"""Blur kernels and convolution against BasicSR's outcomes, SciPy and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage, special, stats

from recoup.filters.convolve import convolved
from recoup.filters.kernel_blur import KernelBlur, Sinc
from recoup.filters.kernels import Shape, bell, sinc
from recoup.filters.rounds import FIRST, SECOND, drawn_kernel
from recoup.image import Image

ANGLE = math.degrees(0.5)
# Second row of kernels of side 7, printed by BasicSR (basicsr/data/degradations.py) for
# sig_x 2, sig_y 0.7, theta 0.5, and beta 2.5 and 1.5; the sinc's cutoff is 1.2.
BASICSR = {
    "gaussian": "2.1479902276e-02 2.4884382854e-02 1.4875953291e-02 4.5888736060e-03"
    " 7.3045042129e-04 5.9998273061e-05 2.5430219850e-06",
    "generalised": "3.4478927706e-06 3.0750717449e-05 3.8257444590e-09 0 0 0 0",
    "plateau": "0.0181556467 0.0203712621 0.0140523435 0.0075685665"
    " 0.003979832 0.002216996 0.0013244562",
    "sinc": "-0.0076142829 0.0097768108 0.0304050477 0.0395879073"
    " 0.0304050477 0.0097768108 -0.0076142829",
}
SIZES = st.integers(0, 10).map(lambda half: 2 * half + 1)
SIGMAS = st.floats(0.2, 5)
ANGLES = st.floats(-180, 180)


@pytest.mark.parametrize(
    ("name", "kernel"),
    [
        ("gaussian", bell(7, (2, 0.7), ANGLE)),
        ("generalised", bell(7, (2, 0.7), ANGLE, 2.5)),
        ("plateau", bell(7, (2, 0.7), ANGLE, 1.5, "plateau")),
        ("sinc", sinc(7, 1.2)),
    ],
)
def test_kernels_are_basicsrs(name: str, kernel: NDArray[np.float64]) -> None:
    """To the digits that were printed."""
    assert np.abs(kernel[1] - np.array(BASICSR[name].split(), float)).max() < 1e-10


@given(size=SIZES, along=SIGMAS, across=SIGMAS, angle=ANGLES)
@settings(max_examples=30, deadline=None)
def test_gaussian_is_scipys(size: int, along: float, across: float, angle: float) -> None:
    """The bivariate normal density with the turned covariance."""
    turn = math.radians(angle)
    axes = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    covariance = axes @ np.diag([along**2, across**2]) @ axes.T
    line = np.arange(size) - size // 2
    grid = np.dstack(np.meshgrid(line, line))
    density = stats.multivariate_normal([0, 0], covariance).pdf(grid).reshape(size, size)
    assert np.abs(bell(size, (along, across), angle) - density / density.sum()).max() < 1e-12


@given(size=SIZES, cutoff=st.floats(0.1, math.pi))
@settings(max_examples=30, deadline=None)
def test_sinc_is_scipys_bessel(size: int, cutoff: float) -> None:
    """Written with SciPy's J1, whose limit at 0 is 1/2."""
    line = np.arange(size) - size // 2
    x = cutoff * np.hypot(*np.meshgrid(line, line))
    jinc = np.where(x == 0, 0.5, special.j1(x) / np.where(x == 0, 1, x))
    assert np.abs(sinc(size, cutoff) - jinc / jinc.sum()).max() < 1e-9


@given(
    size=SIZES,
    sigma=st.tuples(SIGMAS, SIGMAS),
    angle=ANGLES,
    beta=st.floats(0.5, 4),
    shape=st.sampled_from(["gaussian", "plateau"]),
)
@settings(max_examples=40, deadline=None)
def test_kernels_sum_to_one_and_are_symmetric(
    size: int, sigma: tuple[float, float], angle: float, beta: float, shape: Shape
) -> None:
    """About the middle; half a turn changes nothing, a quarter exchanges the widths."""
    kernel = bell(size, sigma, angle, beta, shape)
    assert kernel.sum() == pytest.approx(1)
    assert kernel.min() >= 0
    assert np.allclose(kernel, kernel[::-1, ::-1])
    assert np.allclose(kernel, bell(size, sigma, angle + 180, beta, shape))
    assert np.allclose(kernel, bell(size, sigma[::-1], angle + 90, beta, shape))


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (40, 30), (600, 9)])
@pytest.mark.parametrize(("kind", "most"), [("float32", 1e-3), ("float64", 1e-9)])
def test_convolution_is_scipys(shape: tuple[int, int], kind: str, most: float) -> None:
    """Mirrored edges, kernels larger than the picture, several strips."""
    values = np.random.default_rng(1).uniform(0, 255, (*shape, 3))
    kernel = bell(21, (3, 1), 30, 0.7)
    theirs = ndimage.convolve(values, kernel[:, :, np.newaxis], mode="mirror")
    ours = convolved(values.astype(kind), kernel)
    assert ours.dtype == kind
    assert np.abs(ours - theirs).max() < most


@given(seed=st.integers(0, 999))
@settings(max_examples=30, deadline=None)
def test_blur_keeps_the_mean(seed: int) -> None:
    """Of what lies away from the edges: the kernels of both rounds sum to 1."""
    draw = np.random.default_rng(seed)
    values = np.zeros((63, 63, 1))
    values[21:42, 21:42] = draw.uniform(0, 255, (21, 21, 1))
    for ranges in (FIRST, SECOND):
        out = convolved(values, drawn_kernel(ranges, draw))
        assert out.mean() == pytest.approx(values.mean())


def test_filters_use_their_kernels() -> None:
    """A dot shows the kernel."""
    dot = np.zeros((41, 41), np.uint16)
    dot[20, 20] = 65535
    for filter_ in (KernelBlur(2, across=1, angle=20), Sinc(2.0)):
        shown = filter_.apply(Image(dot)).samples[10:31, 10:31, 0] / 65535
        assert np.abs(shown - np.maximum(filter_.kernel, 0)).max() < 1e-5


def test_drawn_kernels_are_as_wide_as_basicsrs() -> None:
    """Mean side, energy and variance of 8000 that BasicSR drew with the same ranges."""
    line = np.arange(-10, 11)
    for ranges, (energy, variance) in ((FIRST, (0.133, 6.18)), (SECOND, (0.252, 2.47))):
        draw = np.random.default_rng(1)
        many = [drawn_kernel(ranges, draw) for _ in range(3000)]
        assert np.mean([len(k) for k in many]) == pytest.approx(14, abs=0.4)
        assert np.mean([(k**2).sum() for k in many]) == pytest.approx(energy, rel=0.12)
        spread = [
            (np.pad(k, 10 - len(k) // 2) * (line[:, np.newaxis] ** 2 + line**2)).sum() for k in many
        ]
        assert np.mean(spread) == pytest.approx(variance, rel=0.1)
