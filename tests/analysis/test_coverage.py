"""How often the 95 % interval of a BD-rate covers the true one, on simulated codecs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

import numpy as np
import pytest

from recoup.analysis import by_setting, lines, mean_delta
from recoup.results.row import Measurement

TRUTH = math.log(0.7)
"""The codec ``b`` needs 30 % fewer bytes than ``a`` at equal quality: mean over all pictures."""
SPREAD = 0.12
"""Standard deviation over pictures of the log ratio of bytes; WebP against JPEG has 0.1."""
TRIALS = 1000


def departures(random: np.random.Generator, shape: str, pictures: int) -> list[float]:
    """How far each picture's log ratio lies from the mean: mean 0, standard deviation 1."""
    drawn = {
        "normal": lambda: random.normal(0, 1, pictures),
        "skewed": lambda: (random.gamma(4, 1, pictures) - 4) / 2,
        "heavy": lambda: random.standard_t(5, pictures) * math.sqrt(3 / 5),
    }[shape]()
    return [float(value) for value in drawn]


def measured(random: np.random.Generator, shape: str, pictures: int) -> Iterator[Measurement]:
    """Rows of two codecs with six settings each, which give each picture other scores.

    A picture's log bytes are a bent curve of its score; those of ``b`` lie lower by the truth and
    the picture's own departure, everywhere but for a slope that is 0 in the mean over its range.
    """
    for picture, off in enumerate(departures(random, shape, pictures)):
        level, slope = random.normal(11, 0.5), random.uniform(0.1, 0.16)
        tilt = random.normal(0, 0.005)
        for codec, gap in (("a", 0.0), ("b", TRUTH + SPREAD * off)):
            start = random.normal(30, 0.3)
            for quality in range(6):
                score = 30 if not quality else 42 if quality == 5 else start + 2.4 * quality
                above = score - 36
                bent = level + slope * above + 0.002 * above**2
                log_bytes = bent + gap + (tilt * above if codec == "b" else 0)
                yield Measurement(
                    image=f"{picture}",
                    chain=f"{codec}:quality={quality}",
                    codec=codec,
                    settings=json.dumps({"quality": quality}),
                    encoded_bytes=round(math.exp(log_bytes)),
                    scores={"psnr": float(score)},
                )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pictures", "shape"),
    [
        (8, "normal"),
        (8, "skewed"),
        (24, "normal"),
        (24, "skewed"),
        (24, "heavy"),
        (100, "skewed"),
    ],
)
def test_the_interval_covers_the_true_bd_rate(pictures: int, shape: str) -> None:
    """In 93 to 97 % of 1,000 trials, as a 95 % interval should; the rest lies on both sides."""
    random = np.random.default_rng([pictures, len(shape)])
    truth, below, above = math.expm1(TRUTH), 0, 0
    for _ in range(TRIALS):
        a, b = lines(by_setting(measured(random, shape, pictures)))
        found = mean_delta(a, b, "psnr")
        assert found.n == pictures
        assert found.low is not None
        assert found.high is not None
        below += found.high < truth
        above += found.low > truth
    covered = 100 * (1 - (below + above) / TRIALS)
    print(f"{pictures} pictures, {shape}: {covered:.1f} %, below {below}, above {above}")  # noqa: T201
    assert 93 <= covered <= 97
    assert min(below, above) >= 3
