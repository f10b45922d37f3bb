"""Gains over doing nothing, by hand and against a bootstrap written out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from recoup.analysis import by_setting, gain, restorations
from recoup.results.row import Measurement

NOISY = "noise:sigma=25 | raw"


def row(picture: str, after: str, psnr: float | None, **more: float) -> Measurement:
    """One picture behind noise."""
    return Measurement(
        image=picture,
        codec="raw",
        chain=NOISY + (f" | {after}" if after else ""),
        scores={"psnr": psnr, **more},
    )


def test_gains_are_paired_by_picture() -> None:
    """A picture that only one of the two has does not count."""
    found = gain({"a": 30.0, "b": 20.0, "c": 99.0}, {"a": 28.0, "b": 21.0, "d": 0.0}, "higher")
    assert found is not None
    assert (found.mean, found.n, found.better_on, found.worse_on) == (0.5, 2, 1, 1)
    assert found.verdict == "too few"
    assert gain({"a": 1.0}, {"b": 1.0}, "higher") is None


def test_the_interval_is_the_percentile_bootstrap() -> None:
    """Against one written out with another generator."""
    steps = np.random.default_rng(3).normal(0.4, 1.0, 40)
    ours = {str(i): 30.0 + step for i, step in enumerate(steps)}
    found = gain(ours, dict.fromkeys(ours, 30.0), "higher")
    assert found is not None
    draws = np.random.default_rng(8).choice(steps, (20_000, 40)).mean(axis=1)
    assert (found.low, found.high) == pytest.approx(np.percentile(draws, [2.5, 97.5]), abs=0.03)


def test_lower_can_be_better() -> None:
    """As with distances such as LPIPS."""
    pictures = "abcdef"
    found = gain(dict.fromkeys(pictures, 0.1), dict.fromkeys(pictures, 0.3), "lower")
    assert found is not None
    assert (found.verdict, found.better_on, found.worse_on) == ("better", 6, 0)
    assert found.mean == pytest.approx(-0.2)


def test_infinities_count_as_pictures_but_not_in_the_mean() -> None:
    """Doing nothing to an unharmed picture is perfect."""
    nothing = {"a": math.inf, "b": math.inf, "c": 30.0}
    found = gain({"a": 40.0, "b": math.inf, "c": 31.0}, nothing, "higher")
    assert found is not None
    assert (found.mean, found.n, found.better_on, found.worse_on) == (0.5, 2, 1, 1)
    lost = gain({"a": 40.0}, {"a": math.inf}, "higher")
    assert lost is not None
    assert lost.mean is None
    assert lost.worse_on == 1


def test_the_best_comes_first_and_losers_are_known() -> None:
    """Means alone would rank the one that skipped the hard picture first."""
    rows = [
        *(row(p, "", score) for p, score in (("a", 20.0), ("b", 30.0))),
        *(row(p, "median:size=3", score) for p, score in (("a", 24.0), ("b", 33.0))),
        row("b", "median:size=5", 31.0),
        *(row(p, "median:size=9", score) for p, score in (("a", 19.0), ("b", 29.5))),
    ]
    found = restorations(by_setting(rows), ["psnr"])
    assert len(found) == 1
    assert found[0].degradation == NOISY
    assert [r.setting.after[-1] for r in found[0].restorers] == ["3", "5", "9"]
    best, _, worst = found[0].restorers
    assert best.by_gain == ["b", "a"]
    assert worst.gains["psnr"].worse_on == 2
    assert found[0].pictures == 2


def test_without_doing_nothing_there_is_no_gain() -> None:
    """And a setting that restores nothing makes no comparison of its own."""
    (found,) = restorations(by_setting([row("a", "median:size=3", 24.0)]), ["psnr"])
    assert found.nothing is None
    assert found.restorers[0].gains == {}
    assert restorations(by_setting([row("a", "", 20.0)]), ["psnr"]) == ()


def test_enlarging_is_ranked_inside_the_border_of_its_scale() -> None:
    """Of two that were measured."""
    chain = "bicubic:factor=1/4 | raw | "
    scores = {"psnr": 1.0, "psnr_y_b2": 1.0, "psnr_y_b4": 1.0}
    rows = [
        Measurement(image="a", codec="raw", chain=chain + after, scores=scores)
        for after in ("bicubic:factor=4", "onnx:model=imdn")
    ]
    (found,) = restorations(by_setting(rows), list(scores))
    assert found.metric == "psnr_y_b4"
    assert found.nothing is not None
    assert found.nothing.after == "bicubic:factor=4"


def test_what_is_not_explained_is_told_by_picture() -> None:
    """The furthest first."""
    far = [("a", 2.9), ("b", 3.1), ("c", 8.0)]
    rows = [
        Measurement(image=p, codec="raw", chain=f"{NOISY} | median:size=9", unexplained=u)
        for p, u in far
    ]
    (found,) = restorations(by_setting(rows), [])
    assert found.restorers[0].unfaithful == ["c", "b"]
    assert found.restorers[0].mean_unexplained == pytest.approx(14 / 3)
