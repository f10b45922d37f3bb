"""The advice on rows whose right answer is known by hand, and the laws that it keeps."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recoup.analysis import Standard, advise
from recoup.results.row import Measurement

PICTURES = ("a", "b", "c", "d", "e", "f")


def row(codec: str, quality: int, picture: str, size: int, ssim: float) -> Measurement:
    """One row of a 100 x 100 RGB picture, 30 000 bytes uncompressed."""
    return Measurement(
        cell=f"{codec}{quality}{picture}",
        image=f"{picture}.png",
        image_sha256=picture,
        width=100,
        height=100,
        bits=8,
        channels=3,
        chain=f"{codec}:quality={quality}",
        codec=codec,
        settings=json.dumps({"quality": quality}),
        encoded_bytes=size,
        encode_s_all=(size / 1000,),
        decode_s_all=(0.001,),
        scores={"ssim": ssim, "psnr": math.inf if ssim == 1 else 40 * ssim},
    )


def sweep(codec: str, factor: float, pictures: Sequence[str] = PICTURES) -> list[Measurement]:
    """Three settings at SSIM 0.90, 0.96 and 0.99; sizes are ``factor`` times 100, 200, 400."""
    return [
        row(codec, quality, picture, round(factor * size), ssim)
        for quality, size, ssim in ((1, 1000, 0.90), (2, 2000, 0.96), (3, 4000, 0.99))
        for picture in pictures
    ]


def test_the_smallest_good_setting_wins_by_the_right_margin() -> None:
    """Four fifths of the bytes on every picture: ratio and interval are 0.8."""
    advice = advise([*sweep("x", 0.8), *sweep("y", 1.0)])
    smallest = advice.picks[1]
    assert smallest.winner is not None
    assert smallest.runner_up is not None
    assert smallest.gap is not None
    assert smallest.winner.chain == "x:quality=2"
    assert smallest.runner_up.chain == "y:quality=2"
    assert smallest.gap.ratio == pytest.approx(0.8)
    assert (smallest.gap.low, smallest.gap.high) == pytest.approx((0.8, 0.8))
    assert smallest.gap.verdict == "clear"
    assert advice.picks[0].winner is None


def test_bytes_at_equal_quality_lie_between_the_settings_around_it() -> None:
    """Linear in log bytes over the score, by hand."""
    # From 0.90 at 1000 bytes to 0.96 at 2000: 0.95 is five sixths of the way in log bytes.
    first, second = advise([*sweep("x", 1.0), *sweep("y", 1.5)]).equal
    assert first.line.codec == "x"
    assert first.sizes["a"] == pytest.approx(1000 * 2 ** (5 / 6))
    assert second.against_first is not None
    assert second.against_first.ratio == pytest.approx(1.5)


def test_one_picture_that_fails_the_level_disqualifies_a_setting() -> None:
    """Unless the standard asks for a share only."""
    rows = sweep("x", 1.0)
    bad = [
        replace(r, scores={"ssim": 0.949}) if r.chain.endswith("2") and r.image == "c.png" else r
        for r in rows
    ]
    winner = advise(bad).picks[1].winner
    assert winner is not None
    assert winner.chain == "x:quality=3"
    lenient = advise(bad, [Standard("ssim", 0.95, share=0.8)]).picks[1].winner
    assert lenient is not None
    assert lenient.chain == "x:quality=2"


def test_a_setting_that_was_not_measured_everywhere_does_not_qualify() -> None:
    """However small it is."""
    pick = advise([*sweep("x", 0.1, PICTURES[:-1]), *sweep("y", 1.0)]).picks[1]
    assert pick.winner is not None
    assert pick.winner.codec == "y"
    assert pick.left_out["x"] == "at best 5 of 6 pictures are good enough"


def test_lossless_is_what_came_back_exactly_not_what_is_called_so() -> None:
    """Measured, not believed."""
    exact = [row("x", 1, p, 9000, 1.0) for p in PICTURES]
    nearly = [row("lossless", 1, p, 10, 1.0 if p != "c" else 0.9999) for p in PICTURES]
    pick = advise([*exact, *nearly]).picks[0]
    assert pick.winner is not None
    assert pick.winner.codec == "x"
    assert pick.left_out["lossless"] == "not lossless: exact on 5 of 6 pictures"


def test_without_psnr_nothing_is_called_lossless() -> None:
    """An SSIM of 1 is no proof."""
    rows = [replace(r, scores={"ssim": 1.0}) for r in sweep("x", 1.0)]
    pick = advise(rows).picks[0]
    assert pick.winner is None
    assert "PSNR was not measured" in pick.left_out["x"]


def test_seconds_of_shared_cores_and_outside_programs_are_not_used() -> None:
    """And the reason is given."""
    shared = [replace(r, core_shared=True) for r in sweep("x", 0.1)]
    outside = [replace(r, timed="out-of-process") for r in sweep("z", 0.1)]
    fastest = advise([*shared, *outside, *sweep("y", 1.0)]).picks[2]
    assert fastest.winner is not None
    assert fastest.winner.codec == "y"
    assert "shared core" in fastest.left_out["x"]
    assert "outside program" in fastest.left_out["z"]


def test_fastest_must_compress() -> None:
    """A copy of the samples is no advice."""
    quick = [replace(row("quick", 1, p, 29_000, 1.0), encode_s_all=(1e-6,)) for p in PICTURES]
    fastest = advise([*quick, *sweep("y", 1.0)]).picks[2]
    assert fastest.winner is not None
    assert fastest.winner.codec == "y"
    assert fastest.left_out["quick"] == "good enough, but compresses less than 2 times"


def test_few_pictures_give_no_interval_and_equal_ones_are_a_tie() -> None:
    """How sure it is, is said."""
    few = advise([*sweep("x", 0.8, "abc"), *sweep("y", 1.0, "abc")]).picks[1].gap
    assert few is not None
    assert few.verdict == "too few"
    better = dict(zip(PICTURES, (0.8, 1.25, 0.9, 1.1, 0.7, 1.4), strict=True))
    mixed = [
        replace(r, encoded_bytes=round((r.encoded_bytes or 0) * better[r.image_sha256]))
        for r in sweep("x", 1.0)
    ]
    tie = advise([*mixed, *sweep("y", 1.0)]).picks[1].gap
    assert tie is not None
    assert tie.verdict == "tie"


def test_nothing_qualifies_or_nothing_was_measured() -> None:
    """No winner is made up."""
    bad = [row("x", 1, p, 100, 0.5) for p in PICTURES]
    assert all(pick.winner is None for pick in advise(bad).picks)
    empty = advise([Measurement(image="a", status="failed", error="empty")])
    assert empty.pictures == 0
    assert empty.standard is None
    no_metric = advise([replace(r, scores={"mine": 1.0}) for r in bad])
    assert "no metric" in no_metric.picks[1].left_out["x"]


def test_the_control_is_never_advised() -> None:
    """Even if it would win everything."""
    control = [row("raw", 1, p, 1, 1.0) for p in PICTURES]
    winners = [p.winner for p in advise([*control, *sweep("x", 1.0)]).picks]
    assert all(w is None or w.codec == "x" for w in winners)


ROWS = [*sweep("x", 0.8), *sweep("y", 1.0), *[row("z", 1, p, 9000, 1.0) for p in PICTURES]]


@settings(max_examples=20, deadline=None)
@given(st.permutations(ROWS))
def test_the_order_of_rows_does_not_matter(rows: list[Measurement]) -> None:
    """A law: rows are a set."""
    assert advise(rows) == advise(ROWS)


@settings(max_examples=20, deadline=None)
@given(st.floats(1.01, 8), st.floats(0, 0.05))
def test_a_codec_that_is_worse_in_everything_changes_no_advice(bigger: float, worse: float) -> None:
    """A law: dominated settings do not matter."""
    dominated = [
        replace(r, scores={k: min(v, 99.0) - worse for k, v in r.scores.items() if v is not None})
        for r in sweep("w", bigger)
    ]
    before, after = advise(ROWS), advise([*ROWS, *dominated])
    for one, other in zip(before.picks, after.picks, strict=True):
        assert (one.winner, one.runner_up, one.gap) == (other.winner, other.runner_up, other.gap)
    assert before.equal[0] == after.equal[0]
