"""Interpolation without antialiasing against PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

from recoup.filters.interpolate import KINDS, Kind, interpolated

SIZES = [(13, 29, 5, 40), (32, 32, 48, 7), (1, 1, 3, 2), (3, 5, 3, 4), (64, 50, 10, 8)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sizes", SIZES)
def test_it_is_pytorchs(kind: Kind, sizes: tuple[int, int, int, int]) -> None:
    """``interpolate`` with ``size``, which Real-ESRGAN's second round and finish use."""
    torch = pytest.importorskip("torch", reason="the reference is PyTorch's")
    height, width, new_height, new_width = sizes
    values = np.random.default_rng(2).uniform(0, 255, (height, width, 3))
    tensor = torch.tensor(values.transpose(2, 0, 1)[np.newaxis])
    theirs = torch.nn.functional.interpolate(tensor, size=sizes[2:], mode=kind)[0].numpy()
    ours = interpolated(values, new_height, new_width, kind)
    assert ours.shape == (new_height, new_width, 3)
    assert np.abs(ours - theirs.transpose(1, 2, 0)).max() < 1e-10


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_size_is_the_same(kind: Kind) -> None:
    """And flat stays flat at any size."""
    values = np.random.default_rng(3).uniform(0, 255, (6, 7, 1))
    assert np.array_equal(interpolated(values, 6, 7, kind), values)
    assert np.allclose(interpolated(np.full((6, 7, 1), 9.0), 11, 3, kind), 9)
