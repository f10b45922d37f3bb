"""What is added to a plan that restores, and what restored pictures are told by their input."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from statistics import fmean
from typing import ClassVar

import numpy as np
import pytest

from recoup import Image, Picture, Store, compare, save
from recoup.analysis import UNFAITHFUL
from recoup.chain import Chain
from recoup.chain.chain import apply
from recoup.contracts import Filter
from recoup.filters.smooth import Blur, Median
from recoup.sweep.faithful import unexplained
from recoup.sweep.plan import Plan

SHARED = Path(__file__).parents[3] / "shared"


@dataclass(frozen=True)
class Brighter:
    """A restorer that shifts brightness."""

    by: int

    name: ClassVar[str] = "brighter"
    scale: ClassVar[Fraction] = Fraction(1)

    def apply(self, image: Image) -> Image:
        """Add a constant."""
        return Image(np.clip(image.samples.astype(int) + self.by, 0, 255).astype(np.uint8))

    def version(self) -> str:
        """Of the algorithm."""
        return "1"


@dataclass(frozen=True)
class Inventor:
    """A restorer that adds a texture which its input does not have."""

    by: float

    name: ClassVar[str] = "inventor"
    scale: ClassVar[Fraction] = Fraction(1)

    def apply(self, image: Image) -> Image:
        """Add waves of about ten pixels."""
        y, x = np.mgrid[0 : image.height, 0 : image.width]
        waves = self.by * np.sin(x * 0.6) * np.sin(y * 0.6)
        values = np.rint(image.samples + waves[..., np.newaxis])
        return Image(np.clip(values, 0, 255).astype(np.uint8))

    def version(self) -> str:
        """Of the algorithm."""
        return "1"


@pytest.fixture(scope="module")
def scene() -> Image:
    """Waves, edges and fine stripes, away from black and white."""
    y, x = np.mgrid[0:128, 0:160]
    smooth = 128 + 30 * np.sin(x / 17) * np.cos(y / 13) + 20 * ((x // 40 + y // 32) % 2)
    stripes = 14 * np.sin(x * 1.3) * (x > 100)
    return Image(np.stack([smooth + stripes + 4 * c for c in range(3)], axis=2).astype(np.uint8))


def off(text: str, scene: Image, *more: Filter) -> float:
    """What is not explained of the picture that a chain restored, and more filters after it."""
    chain = Chain.parse(text)
    chain = replace(chain, after=(*chain.after, *more))
    given = chain.codec.decode(chain.codec.encode(apply(chain.before, scene)))
    return unexplained(chain, scene, given, apply(chain.after, given))


@pytest.mark.parametrize("text", ["noise:25 | raw", "noise:5 | jpeg:90", "seed-recipe | raw"])
def test_the_original_itself_is_explained(scene: Image, text: str) -> None:
    """A perfect restorer, whatever was drawn at random."""
    chain = Chain.parse(f"{text} | bicubic:4" if "recipe" in text else text)
    given = chain.codec.decode(chain.codec.encode(apply(chain.before, scene)))
    assert unexplained(chain, scene, given, scene) == 0


def test_gentle_smoothing_of_noise_is_explained(scene: Image) -> None:
    """The residual is no more than the noise."""
    assert off("noise:25 | raw", scene, Median(3)) < UNFAITHFUL
    assert off("noise:25 | raw", scene, Blur(0.7)) < UNFAITHFUL


def test_too_much_smoothing_is_not_explained(scene: Image) -> None:
    """Stripes and edges that the input shows are gone."""
    assert off("noise:25 | raw", scene, Median(9)) > UNFAITHFUL
    assert off("noise:25 | raw", scene, Blur(4)) > UNFAITHFUL


@pytest.mark.parametrize(
    "text", ["noise:25 | raw", "raw", "jpeg:60", "bicubic:1/2 | raw | bicubic:2"]
)
def test_a_shift_of_brightness_counts_in_full(scene: Image, text: str) -> None:
    """Ten levels are ten levels, though noise of 25 covers each pixel."""
    plain = "bicubic" in text
    after = () if plain else (Median(3),)
    shifted = off(text, scene, *after, Brighter(10))
    assert 8 < shifted < 12.5
    assert shifted > off(text, scene, *after) + 5


def test_an_invented_texture_is_seen_under_noise(scene: Image) -> None:
    """Eight levels of waves beneath noise of 25."""
    clean = Chain.parse("noise:25 | raw | identity")
    given = apply(clean.before, scene)
    textured = Inventor(16).apply(scene)
    assert unexplained(clean, scene, given, scene) == 0
    assert unexplained(clean, scene, given, textured) > UNFAITHFUL
    assert off("bicubic:1/2 | raw | bicubic:2", scene, Inventor(16)) > UNFAITHFUL


def test_levels_are_of_255_whatever_the_depth(scene: Image) -> None:
    """Ten levels of 8 bits are 2570 of 16."""
    chain = Chain.parse("raw | identity")
    deep, bright = (
        Image(i.samples.astype(np.uint16) * 257) for i in (scene, Brighter(10).apply(scene))
    )
    assert unexplained(chain, deep, deep, bright) == pytest.approx(10, abs=1e-3)


def test_doing_nothing_is_added_once() -> None:
    """For each degradation and codec; not where it is there or nothing restores."""
    plan = Plan.of(
        [
            *("noise:25 | raw | median:[3,5]", "bicubic:1/4 | raw | lanczos:4 | median:3"),
            *("jpeg:30 | median:3", "jpeg:30", "raw | median:3", "raw | identity"),
            *("bicubic:1/2 | webp | bicubic:2", "png"),
        ],
        ["psnr"],
    )
    assert [chain.text for chain in plan.added] == [
        "noise:sigma=25 | raw",
        "bicubic:factor=1/4 | raw | bicubic:factor=4",
    ]
    assert plan.chains[-2:] == plan.added
    assert not Plan.of(["avif", "bicubic:1/2 | webp | bicubic:2"]).added


def test_enlarging_restorers_are_scored_with_a_border_too() -> None:
    """By default, of their scale; names that are given are all there is."""
    text = "bicubic:1/2 | raw | bicubic:2 | median:3"
    names = [metric.name for metric in Plan.of([text]).metrics]
    assert names[-2:] == ["psnr_y_b2", "ssim_y_b2"]
    assert [metric.name for metric in Plan.of([text], ["psnr_b7"]).metrics] == ["psnr_b7"]
    assert not any("_b" in metric.name for metric in Plan.of(["jpeg:30 | median:3"]).metrics)


def test_rows_tell_the_seconds_and_what_is_unexplained(scene: Image, tmp_path: Path) -> None:
    """Where filters follow the codec; kept by the store, absent elsewhere."""
    save(Picture(scene), tmp_path / "scene.png")
    done = compare([tmp_path], ["noise:25 | raw | median:9"], out=tmp_path / "out", jobs=0)
    rows = {row.chain: row for row in done.rows}
    restored, nothing = rows["noise:sigma=25 | raw | median:size=9"], rows["noise:sigma=25 | raw"]
    assert restored.unexplained == pytest.approx(off("noise:25 | raw", scene, Median(9)))
    assert len(restored.restore_s_all) == len(restored.filter_s_all)
    assert (restored.restore_s or 0) < (restored.filter_s or 0)
    assert nothing.unexplained is None
    assert nothing.restore_s is None
    assert Store(tmp_path / "out").measurements() == done.rows


def test_imdn_is_as_published_on_set5(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """32.21 dB of luma inside a border of 4 (and bicubic 28.42), through a chain of our own."""
    weights = SHARED / "weights" / "imdn_x4_baseline.pth"
    if not weights.is_file():
        pytest.skip(f"no {weights}")
    pytest.importorskip("openvino")
    export = pytest.importorskip("recoup.training.export").export
    (tmp_path / "models").mkdir()
    export(weights, name="imdn", out=tmp_path / "models")
    monkeypatch.setenv("RECOUP_MODELS", str(tmp_path / "models"))
    chain = "bicubic:1/4 | raw | imdn"
    pictures = SHARED / "data" / "set5" / "HR"
    names = ["psnr_y_b4", "ssim_y_b4"]
    done = compare([pictures], [chain], metrics=names, out=tmp_path / "out", jobs=0, repeats=1)
    means = {
        text: [fmean(row.scores[n] or 0 for row in done.rows if row.chain == text) for n in names]
        for text in {row.chain for row in done.rows}
    }
    assert means["bicubic:factor=1/4 | raw | onnx:model=imdn"] == [
        pytest.approx(32.21, abs=0.05),
        pytest.approx(0.8948, abs=0.002),
    ]
    assert means["bicubic:factor=1/4 | raw | bicubic:factor=4"] == [
        pytest.approx(28.42, abs=0.05),
        pytest.approx(0.8104, abs=0.002),
    ]
    assert all((row.unexplained or 0) < 1 for row in done.rows if "imdn" in row.chain)
