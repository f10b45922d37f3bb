"""What nets are told: in range, told zeros apart from nothing told, and fixed for ever."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recoup.contracts import FileFacts, Subsampling
from recoup.models.told import CODECS, FACTS, forget, vector

FACT = st.builds(
    FileFacts,
    codec=st.sampled_from(CODECS),
    bpp=st.floats(0, 1e9),
    quantiser=st.none() | st.floats(-2, 3),
    subsampling=st.none() | st.sampled_from(get_args(Subsampling)),
    lossless=st.sampled_from([None, False]),
)


@given(facts=FACT)
def test_finite_small_and_codec_told(facts: FileFacts) -> None:
    """One codec, flags that are 0 or 1, and a rate within 64 times of one bit a pixel."""
    told = vector(facts)
    assert told.shape == (len(FACTS),)
    assert np.isfinite(told).all()
    assert np.abs(told[:5]).sum() == 1
    assert set(told[[5, 7]].tolist()) <= {0.0, 1.0}
    assert np.abs(told).max() <= 1.5
    assert not forget(told, codec=True)[:7].any()
    assert np.array_equal(forget(told)[7:], told[7:])


@pytest.mark.parametrize(
    ("facts", "numbers"),
    [
        (FileFacts("jpeg", 1.0, 0.0, subsampling="4:2:0"), (1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0)),
        (FileFacts("jpeg", 1.0, subsampling="4:2:2"), (1, 0, 0, 0, 0, 0, 0, 1, 0, 0.5, 0.5, 0)),
        (FileFacts("webp", 16.0, 127.0), (0, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0)),
        (FileFacts("avif", 0.25, 51.0, None, "4:4:4"), (0, 0, 1, 0, 0, 1, 0.2, 1, -0.5, 0, 1, 0)),
        (FileFacts("jpegxl", 0.5, 0.5, None, "4:0:0"), (0, 0, 0, 1, 0, 1, 0.5, 1, -0.25, 0, 0, 1)),
        (FileFacts("jpeg2000", 0.0, 0.9, None, "other"), (0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0)),
        (FileFacts("png", 1.0), (0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0)),
    ],
)
def test_numbers_stay(facts: FileFacts, numbers: tuple[float, ...]) -> None:
    """Nets are trained with these: another order or range would need other weights."""
    assert vector(facts).tolist() == pytest.approx(numbers)


def test_nothing_known_is_zeros() -> None:
    """As a net takes it that is told nothing; a file without loss says nothing of a loss."""
    assert not vector(None).any()
    assert not vector(replace(FileFacts("webp", 3.0), lossless=True)).any()
