"""Bjontegaard deltas against two independent implementations, their laws and their refusals."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.interpolate import PchipInterpolator

from recoup.analysis import Curve, bd_matrix, bd_metric, bd_rate, by_setting, lines, mean_delta
from recoup.analysis.curve import Direction
from recoup.analysis.match import Line
from recoup.analysis.pchip import Pchip
from recoup.results.row import Measurement

Points = Sequence[tuple[float, float]]


@st.composite
def monotone(draw: st.DrawFn, fewest: int = 4) -> Points:
    """Rates from some hundred bytes on and scores in dB, both rising."""
    number = draw(st.integers(fewest, 9))
    steps = st.floats(0.05, 1.5)
    rates = np.cumsum(draw(st.lists(steps, min_size=number, max_size=number)))
    scores = np.cumsum(draw(st.lists(steps, min_size=number, max_size=number)))
    start = draw(st.floats(-1, 1))
    return [(1000 * math.exp(r), 30 + start + 2 * q) for r, q in zip(rates, scores, strict=True)]


def random_pair(random: np.random.Generator) -> tuple[Points, Points]:
    """Two curves like those of codecs, with 4 to 8 points each."""
    pair = []
    for shift in (0.0, random.normal(0, 0.3)):
        number = random.integers(4, 9)
        ends = random.uniform(27, 30), random.uniform(38, 42)
        scores = np.sort([*ends, *random.uniform(30.5, 37.5, number - 2)])
        rises = random.uniform(0.05, 0.2, number - 1) * np.diff(scores)
        rates = np.exp(9 + shift + np.concatenate([[0], np.cumsum(rises)]))
        pair.append(list(zip(rates.tolist(), scores.tolist(), strict=True)))
    return pair[0], pair[1]


@pytest.mark.parametrize("seed", range(100))
def test_equals_scipy_with_numerical_integration(seed: int) -> None:
    """Another interpolant and another integral: both deltas agree to 1e-9."""
    anchor, test = random_pair(np.random.default_rng(seed))
    for axis, found in (
        (1, bd_rate(Curve.of(anchor), Curve.of(test), least_overlap=0)),
        (0, bd_metric(Curve.of(anchor), Curve.of(test), least_overlap=0)),
    ):
        curves, knots = [], []
        for points in (anchor, test):
            both = np.log([r for r, _ in points]), np.array([q for _, q in points])
            curves.append(PchipInterpolator(both[axis], both[1 - axis]))
            knots.append(both[axis])
        low, high = max(k[0] for k in knots), min(k[-1] for k in knots)
        inside = np.concatenate(knots)
        breaks = [low, *sorted(inside[(inside > low) & (inside < high)]), high]
        area = sum(
            quad(lambda q, f=curves: f[1](q) - f[0](q), a, b, epsabs=1e-13)[0]
            for a, b in pairwise(breaks)
        )
        mean = area / (high - low)
        assert found.value == pytest.approx(math.expm1(mean) if axis else mean, abs=1e-9)


# bjontegaard 1.3.0, printed by benchmarks/bjontegaard.py --golden: BD-rate in percent, BD-PSNR.
GOLDEN: Sequence[tuple[Points, Points, float, float]] = (
    (
        [
            (8103.1, 28.38),
            (11031.5, 31.01),
            (11358.4, 31.21),
            (13837.8, 33.39),
            (14948.1, 34.2),
            (16093.2, 35.41),
            (18120.9, 37.46),
            (21874.0, 38.56),
        ],
        [(9698.7, 27.01), (16752.4, 31.13), (20201.0, 33.8), (23780.5, 34.85), (45107.1, 39.36)],
        57.88684448150087,
        -4.190539916677886,
    ),
    (
        [
            (8103.1, 27.89),
            (12781.8, 31.09),
            (13679.1, 31.53),
            (15516.3, 32.34),
            (17868.9, 33.19),
            (34253.0, 41.72),
        ],
        [
            (6741.0, 27.74),
            (11248.9, 31.27),
            (12730.0, 32.07),
            (14001.0, 33.55),
            (23777.7, 36.23),
            (34431.1, 40.19),
        ],
        -11.170523557996203,
        0.7747510592247516,
    ),
    (
        [(8103.1, 27.91), (10514.1, 32.22), (11758.7, 32.81), (13521.5, 34.56), (21657.3, 38.2)],
        [
            (13964.6, 28.08),
            (21264.3, 31.59),
            (22741.4, 32.48),
            (30361.0, 34.8),
            (34189.6, 36.76),
            (44293.3, 41.69),
        ],
        103.12714314621662,
        -7.0660166095563754,
    ),
    (
        [(8103.1, 28.18), (18434.0, 33.13), (18671.4, 33.25), (20418.5, 34.26), (51297.6, 42.03)],
        [
            (9571.6, 28.57),
            (17592.2, 32.16),
            (19395.4, 33.24),
            (21726.5, 33.9),
            (23752.2, 34.76),
            (43247.7, 40.77),
        ],
        8.242972642365999,
        -0.6763800000864861,
    ),
    (
        [(8103.1, 29.61), (19288.3, 35.9), (20568.8, 36.3), (20931.5, 36.6), (29903.0, 40.2)],
        [
            (7826.3, 27.37),
            (12228.3, 30.68),
            (14340.8, 31.78),
            (15319.4, 32.21),
            (15867.3, 32.57),
            (17798.5, 33.15),
            (30710.4, 37.04),
            (41011.2, 38.9),
        ],
        39.073448429976935,
        -2.396939390033045,
    ),
)


@pytest.mark.parametrize(("anchor", "test", "rate", "psnr"), GOLDEN)
def test_equals_the_bjontegaard_package(
    anchor: Points, test: Points, rate: float, psnr: float
) -> None:
    """Its figures, to the last digit that it printed."""
    a, b = Curve.of(anchor), Curve.of(test)
    assert 100 * bd_rate(a, b, least_overlap=0).value == pytest.approx(rate, abs=1e-9)
    assert bd_metric(a, b, least_overlap=0).value == pytest.approx(psnr, abs=1e-10)


@given(monotone())
def test_of_itself_it_is_nothing(points: Points) -> None:
    """A law."""
    assert bd_rate(Curve.of(points), Curve.of(points)).value == 0
    assert bd_metric(Curve.of(points), Curve.of(points)).value == 0


@given(monotone(), monotone())
def test_swapped_curves_undo_each_other(one: Points, other: Points) -> None:
    """(1 + a)(1 + b) = 1, and BD-metric changes its sign."""
    a, b = Curve.of(one), Curve.of(other)
    there, back = bd_rate(a, b, least_overlap=0), bd_rate(b, a, least_overlap=0)
    assert there.reason == back.reason
    if not there.reason:
        assert (1 + there.value) * (1 + back.value) == pytest.approx(1)
    there, back = bd_metric(a, b, least_overlap=0), bd_metric(b, a, least_overlap=0)
    if not there.reason:
        assert there.value == pytest.approx(-back.value, abs=1e-9)


@given(monotone(), st.floats(0.2, 5), st.floats(-0.5, 0.5))
def test_a_curve_moved_sideways_has_moved_by_that_much(
    points: Points, factor: float, gain: float
) -> None:
    """So many times the bytes on the whole curve; so many dB more on the whole curve."""
    moved = Curve.of([(factor * r, q) for r, q in points])
    assert bd_rate(Curve.of(points), moved).value == pytest.approx(factor - 1, rel=1e-6, abs=1e-9)
    raised = Curve.of([(r, q + gain) for r, q in points])
    assert bd_metric(Curve.of(points), raised).value == pytest.approx(gain, abs=1e-9)


@given(monotone(), st.floats(0.1, 3))
def test_less_is_better_is_more_is_better_turned(points: Points, factor: float) -> None:
    """LPIPS-like scores give what their negatives give."""
    low = Curve.of([(r, -q) for r, q in points], "lower")
    moved = [(r * factor, q - 1) for r, q in points]
    high = bd_rate(Curve.of(points), Curve.of(moved), least_overlap=0)
    other = bd_rate(low, Curve.of([(r, -q) for r, q in moved], "lower"), least_overlap=0)
    assert (high.value, high.overlap) == (other.value, other.overlap) or high.reason == other.reason


@given(st.data(), st.floats(0.1, 3), st.floats(-4, 4))
def test_points_added_on_a_straight_curve_change_nothing(
    data: st.DataObject, slope: float, shift: float
) -> None:
    """Wherever log rate is a straight line of quality, exactly."""

    def on(line: Sequence[float], up: float) -> Curve:
        return Curve.of([(math.exp(slope * q + up), q) for q in line])

    fixed = [30.0, 33.0, 36.0, 39.0]
    more = data.draw(st.lists(st.integers(1, 89), max_size=6))
    added = sorted({*fixed, *(30 + m / 10 for m in more)})
    other = Curve.of([(100 * r, r) for r in (29.0, 32.0, 35.0, 40.0)])
    plain, full = bd_rate(other, on(fixed, shift)), bd_rate(other, on(added, shift))
    assert full.value == pytest.approx(plain.value, rel=1e-9)
    assert full.overlap == plain.overlap


@pytest.mark.parametrize("seed", range(50))
def test_points_added_on_a_bent_curve_hardly_change_it(seed: int) -> None:
    """A smooth curve known by formula: 5 points, then 9 and 17 that lie on it, come together."""
    random = np.random.default_rng(seed)
    bend, slope = random.uniform(0, 0.004), random.uniform(0.08, 0.2)

    def curve(number: int) -> Curve:
        scores = np.linspace(28, 40, number)
        return Curve.of([(math.exp(slope * q + bend * (q - 28) ** 2), q) for q in scores.tolist()])

    anchor = Curve.of([(math.exp(0.15 * q), q) for q in (27.0, 31.0, 35.0, 41.0)])
    found = [bd_rate(anchor, curve(number)).value for number in (5, 9, 17)]
    assert found[1] == pytest.approx(found[0], rel=2e-3, abs=2e-3)
    assert found[2] == pytest.approx(found[1], rel=2e-4, abs=2e-4)


@given(monotone(), monotone())
def test_points_that_are_there_twice_count_once(one: Points, other: Points) -> None:
    """Two settings that gave the same file."""
    a, b = Curve.of(one), Curve.of(other)
    twice = Curve.of([*one, *one[1:3]])
    found, again = (bd_rate(c, b, least_overlap=0) for c in (a, twice))
    assert (found.reason, again.reason) == (again.reason, found.reason)
    assert found.reason or found.value == again.value


def test_infinite_scores_are_no_points() -> None:
    """An exact copy ends the curve where it is still finite."""
    points = [(100, 30.0), (200, 33.0), (400, 36.0), (800, 39.0)]
    anchor = Curve.of([(r * 1.1, q) for r, q in points])
    with_copy = bd_rate(anchor, Curve.of([*points, (5000, math.inf)]))
    assert with_copy == bd_rate(anchor, Curve.of(points))


POINTS = [(100, 30.0), (200, 33.0), (400, 36.0), (800, 39.0)]


@pytest.mark.parametrize(
    ("points", "better", "reason"),
    [
        (POINTS[:3], "higher", "fewer than 4 points"),
        (POINTS[:1], "higher", "fewer than 2 points"),
        ([], "higher", "fewer than 2 points"),
        ([*POINTS, (900, 38.9)], "higher", "not monotone"),
        ([*POINTS, (900, 39.0)], "higher", "not monotone"),
        ([*POINTS, (800, 38.0)], "higher", "not monotone"),
        (POINTS, "lower", "not monotone"),
        ([(r, q + 30) for r, q in POINTS], "higher", "no overlap"),
        ([(r, q + 9) for r, q in POINTS], "higher", "no overlap"),
        ([(r, q + 4) for r, q in POINTS], "higher", "overlap below 50 %"),
    ],
)
def test_refusals_say_why(points: Points, better: Direction, reason: str) -> None:
    """No number without a sound comparison, whichever of the two is at fault."""
    anchor, test = Curve.of(POINTS), Curve.of(points, better)
    found = bd_rate(anchor, test)
    assert found.reason == reason
    assert math.isnan(found.value)
    whose = {"no overlap": "", "overlap below 50 %": ""}.get(reason, "the anchor ")
    assert bd_rate(test, anchor).reason.startswith(whose)


def test_pchip_is_scipys() -> None:
    """Values and integrals, of points that rise and of any points."""
    random = np.random.default_rng(3)
    for trial in range(300):
        number = random.integers(2, 9)
        x, y = np.sort(random.normal(size=number)), random.normal(size=number)
        ours, theirs = Pchip.through(x.tolist(), y.tolist()), PchipInterpolator(x, y)
        a, b = np.sort(random.uniform(x[0], x[-1], 2))
        assert ours(a) == pytest.approx(theirs(a), abs=1e-12), trial
        assert ours.integral(a, b) == pytest.approx(theirs.integrate(a, b), abs=1e-12), trial


PICTURES = tuple("abcdefgh")


def sweep(
    codec: str, factors: dict[str, float], points: Points = POINTS, metric: str = "psnr"
) -> list[Measurement]:
    """Rows of one codec: ``points``, so many times the bytes on each picture."""
    return [
        Measurement(
            image=f"{picture}.png",
            image_sha256=picture,
            width=100,
            height=100,
            bits=8,
            channels=3,
            chain=f"{codec}:quality={quality}",
            codec=codec,
            settings=json.dumps({"quality": quality}),
            encoded_bytes=round(1000 * factor * rate),
            scores={metric: score},
        )
        for quality, (rate, score) in enumerate(points)
        for picture, factor in factors.items()
    ]


def both(*rows: Measurement) -> tuple[Line, ...]:
    """Lines of rows."""
    return lines(by_setting(rows))


def test_the_mean_is_that_of_logarithms_and_swaps() -> None:
    """Half the bytes on one picture and twice on another are no difference."""
    factors = dict(zip(PICTURES, [0.5, 2.0, 0.8, 1.25, 0.9, 1 / 0.9, 1.0, 1.0], strict=True))
    a, b = both(*sweep("a", dict.fromkeys(PICTURES, 1.0)), *sweep("b", factors))
    there, back = mean_delta(a, b, "psnr"), mean_delta(b, a, "psnr")
    assert there.mean == pytest.approx(0, abs=1e-6)  # bytes are whole
    assert there.by_picture["a"] == pytest.approx(-0.5)
    assert there.low is not None
    assert there.high is not None
    assert back.low is not None
    assert back.high is not None
    assert (1 + there.low) * (1 + back.high) == pytest.approx(1)
    assert there.low < 0 < there.high
    assert (there.n, there.common, there.overlap, there.verdict) == (8, 8, 1.0, "tie")
    assert there.span == pytest.approx((30, 39))


def test_a_few_bad_pictures_are_named_and_many_refuse_the_pair() -> None:
    """A quarter may go, no more."""
    bad = [*POINTS[:3], (800, 35.0)]
    for count, verdict in ((2, "fewer"), (3, "refused")):
        good = dict.fromkeys(PICTURES[count:], 0.8)
        rows = [*sweep("b", good), *sweep("b", dict.fromkeys(PICTURES[:count], 0.8), bad)]
        a, b = both(*sweep("a", dict.fromkeys(PICTURES, 1.0)), *rows)
        found = mean_delta(a, b, "psnr")
        assert found.refused == {"not monotone": PICTURES[:count]}
        assert found.verdict == verdict
        assert (found.n, found.common) == (8 - count, 8)
    assert found.mean is None
    assert found.reason == "not monotone on 3 of 8 pictures"


def test_less_is_better_in_rows_too() -> None:
    """LPIPS falls as bytes rise; its span is in LPIPS."""
    points = [(100, 0.4), (200, 0.3), (400, 0.2), (800, 0.1)]
    one = sweep("a", dict.fromkeys(PICTURES, 1.0), points, "lpips")
    other = sweep("b", dict.fromkeys(PICTURES, 0.7), points, "lpips")
    a, b = both(*one, *other)
    found = mean_delta(a, b, "lpips", better="lower")
    assert found.mean == pytest.approx(-0.3)
    assert found.span == pytest.approx((0.1, 0.4))
    assert found.verdict == "fewer"
    score = mean_delta(a, b, "lpips", kind="metric", better="lower")
    assert score.mean is not None
    assert score.mean > 0
    assert score.verdict == "better"


def test_the_matrix_is_whole_and_consistent() -> None:
    """Zero on the diagonal, inverse across it; lossless lines and controls are no part of it."""
    one, other = sweep("a", dict.fromkeys(PICTURES, 1.0)), sweep("b", dict.fromkeys(PICTURES, 0.8))
    exact = [(r, math.inf) for r, _ in POINTS]
    rows = [
        *one,
        *other,
        *sweep("png", dict.fromkeys(PICTURES, 5.0), exact),
        *sweep("raw", {"a": 9.0}),
    ]
    matrix = bd_matrix(both(*rows), "psnr")
    assert [line.text for line in matrix.lines] == ["a", "b"]
    assert [row[i].mean for i, row in enumerate(matrix.rows)] == [0, 0]
    (_, there), (back, _) = matrix.rows
    assert there.mean == pytest.approx(-0.2)
    assert back.mean == pytest.approx(0.25)
    assert (there.anchor.text, there.test.text) == ("a", "b")
    assert bd_matrix(both(*rows), "ssim").rows[0][1].reason == "no picture in common"
