"""Lines, crossings, means and intervals."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recoup.analysis import Mean, at_level, by_setting, difference, lines
from recoup.analysis.match import nearest
from recoup.results.row import Measurement, Scalar


def measured(
    chain: str, size: int, ssim: float, picture: str = "a", **given_settings: Scalar
) -> Measurement:
    """A row of a 100 x 100 grey picture."""
    parts = (p.partition(":")[0].strip() for p in chain.split("|"))
    codec = next(p for p in parts if p != "median")
    return Measurement(
        image=picture,
        image_sha256=picture,
        width=100,
        height=100,
        bits=8,
        channels=1,
        chain=chain,
        codec=codec,
        settings=json.dumps(given_settings),
        encoded_bytes=size,
        scores={"ssim": ssim},
    )


def test_a_flag_that_follows_from_the_encoder_makes_no_name_of_its_own() -> None:
    """Lines are named by what tells them apart, no more."""
    rows = [
        measured(f"jpeg:quality={q},encoder={e}", q, 0.9, quality=q, encoder=e, optimize=e == "t")
        for q in (10, 20)
        for e in ("t", "jpegli")
    ]
    assert [line.variant for line in lines(by_setting(rows))] == ["encoder=jpegli", "encoder=t"]


def test_filters_and_lossless_settings_make_lines_of_their_own() -> None:
    """They are other experiments."""
    rows = [
        measured("j:quality=1", 10, 0.9, quality=1),
        measured("j:quality=1 | median:3", 10, 0.8, quality=1),
        Measurement(image="a", chain="j:quality=9", codec="j", settings='{"quality": 9}',
                    scores={"psnr": math.inf}),
    ]  # fmt: skip
    found = lines(by_setting(rows))
    assert {(line.after, line.lossless) for line in found} == {
        ("", False), ("median:3", False), ("", True),
    }  # fmt: skip


def test_nothing_is_extrapolated() -> None:
    """Outside the measured range there is no answer."""
    rows = [measured(f"j:quality={q}", s, v, quality=q) for q, s, v in ((1, 9, 0.8), (2, 30, 0.9))]
    (line,) = lines(by_setting(rows))
    assert line.bytes_at("ssim", 0.95) == {}
    assert line.bytes_at("ssim", 0.7) == {}
    assert line.bytes_at("ssim", 0.8)["a"] == pytest.approx(9)
    assert at_level([line], "ssim", 0.95) == ()
    found = nearest(line, "ssim", 0.88)
    assert found is not None
    assert found.chain == "j:quality=2"


@given(
    st.lists(st.floats(0.5, 0.99), min_size=2, max_size=6, unique=True),
    st.floats(0.5, 0.99),
)
def test_a_crossing_lies_between_its_neighbours(scores: list[float], level: float) -> None:
    """A law, for any monotone curve."""
    rows = [
        measured(f"j:quality={i}", 100 * 2**i, score, quality=i)
        for i, score in enumerate(sorted(scores))
    ]
    sizes = lines(by_setting(rows))[0].bytes_at("ssim", level)
    ordered = sorted(scores)
    if not ordered[0] <= level <= ordered[-1]:
        assert sizes == {}
        return
    above = next(i for i, s in enumerate(ordered) if s >= level)
    low, high = 100 * 2 ** max(0, above - 1), 100 * 2**above
    assert low * (1 - 1e-9) <= sizes["a"] <= high * (1 + 1e-9)


def test_a_mean_owns_up_to_infinities() -> None:
    """Counted, not averaged."""
    assert Mean.of([]) == Mean(None, 0, 0)
    assert Mean.of([None, math.nan]) == Mean(None, 0, 0)
    assert Mean.of([math.inf, 40.0]) == Mean(40.0, 2, 1)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    """95 % nominal, on simulated pictures."""
    random = np.random.default_rng(7)
    truth, hits, trials = math.log(0.8), 0, 60
    for _ in range(trials):
        ours = {str(i): math.exp(truth + v) for i, v in enumerate(random.normal(0, 0.1, 24))}
        gap = difference(ours, dict.fromkeys(ours, 1.0))
        assert gap is not None
        hits += gap.low <= 0.8 <= gap.high
    assert hits >= 0.85 * trials


def test_no_common_picture_is_no_difference() -> None:
    """Nothing to pair."""
    assert difference({"a": 1.0}, {"b": 1.0}) is None
    assert difference({"a": 0.0}, {"a": 1.0}) is None


def test_setting_summaries_are_what_their_columns_say() -> None:
    """Every derived quantity, by hand."""
    rows = [
        Measurement(image=n, image_sha256=n, width=w, height=100, bits=16, channels=3, chain="c",
                    codec="c", encoded_bytes=b, encode_s_all=(1.0, 3.0, 2.0), decode_s_all=(0.5,),
                    filter_s_all=(0.25,), peak_mb=w / 10)
        for n, w, b in (("a", 100, 6000), ("b", 200, 6000))
    ]  # fmt: skip
    (s,) = by_setting(rows)
    assert s.kilobytes == 6.0
    assert s.ratio == pytest.approx((60_000 + 120_000) / 12_000)
    assert s.bpp == pytest.approx((4.8 + 2.4) / 2)
    assert (s.encode_s, s.decode_s) == (2.0, 0.5)
    assert s.encode_s_mp == pytest.approx((200 + 100) / 2)
    assert s.decode_s_mp == pytest.approx((50 + 25) / 2)
    assert s.seconds == {"a": 2.75, "b": 2.75}
    assert s.peak_mb == 20
