"""Figures for papers, and the numbers behind the page's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from recoup.analysis import Line, band, bd_matrix, by_setting, default_line, lines
from recoup.errors import StoreError
from recoup.report import write_figures
from recoup.report.columns import metric_column
from recoup.report.compact import HEAD, compact
from recoup.report.figures import figures
from recoup.report.found import Found
from recoup.report.matrix import cells
from recoup.report.pareto import left_out, points
from recoup.results.row import Measurement
from recoup.results.store import Store

Make = Callable[..., Path]
PSNR = metric_column("psnr", None)


def rows(
    codec: str, factor: float, seconds: float, pictures: int = 8, points_: int = 5
) -> list[Measurement]:
    """A codec that needs ``factor`` times the bytes of another, with some spread by picture."""
    random = np.random.default_rng(7)
    hard = random.normal(0, 0.3, pictures)
    own = np.random.default_rng(sum(map(ord, codec))).normal(0, 0.02, pictures)
    return [
        Measurement(
            cell=f"{codec}{q}{i}",
            image=f"{i}.png",
            image_sha256=f"{i:016}",
            source=f"/{i}.png",
            width=100,
            height=100,
            bits=8,
            channels=3,
            chain=f"{codec}:quality={q}",
            codec=codec,
            settings=f'{{"quality": {q}}}',
            encoded_bytes=round(factor * 2000 * 2**q * np.exp(hard[i] + own[i])),
            encode_s_all=(seconds,),
            decode_s_all=(seconds / 10,),
            scores={"psnr": 28.0 + 3 * q + 2 * hard[i], "ssim": 0.9 + 0.015 * q},
        )
        for q in range(points_)
        for i in range(pictures)
    ]


def spread(several: list[Measurement]) -> tuple[Line, ...]:
    """Their lines."""
    return lines(by_setting(several))


def test_cells_tell_the_delta_its_interval_and_n() -> None:
    """Half the bytes are 50 % fewer, and twice as many the other way round."""
    found = cells(bd_matrix(spread([*rows("jpeg", 1, 0.1), *rows("webp", 0.5, 0.2)]), "psnr"), PSNR)
    by_name = {(cell.line, cell.anchor): cell for cell in found}
    fewer, more = by_name["WebP", "JPEG"], by_name["JPEG", "WebP"]
    assert fewer.percent is not None
    assert fewer.percent == pytest.approx(-50, abs=2)
    assert (1 + fewer.percent / 100) * (1 + (more.percent or 0) / 100) == pytest.approx(1, abs=1e-3)
    assert re.fullmatch("\N{MINUS SIGN}[45]\\d", fewer.text)
    assert re.fullmatch("\N{MINUS SIGN}[45].* to \N{MINUS SIGN}[45].* %", fewer.interval)
    assert fewer.pictures == "8 of 8 pictures"
    assert fewer.overlap == "100 % of the range"


def test_ties_and_refusals_are_shown_as_such() -> None:
    """A tie is marked; too few points have a reason and no number."""
    same = [*rows("jpeg", 1, 0.1), *rows("webp", 1.004, 0.2)]
    tie = cells(bd_matrix(spread(same), "psnr"), PSNR)[0]
    assert tie.text.startswith("≈")
    assert tie.interval.endswith("%: a tie")
    short = [*rows("jpeg", 1, 0.1), *rows("webp", 0.5, 0.2, points_=3)]
    refused = cells(bd_matrix(spread(short), "psnr"), PSNR)[0]
    assert (refused.percent, refused.text) == (None, "n/a")
    assert "fewer than 4 points on 8 of 8 pictures" in refused.refused
    few = [*rows("jpeg", 1, 0.1, pictures=3), *rows("webp", 0.5, 0.2, pictures=3)]
    assert "too few" in cells(bd_matrix(spread(few), "psnr"), PSNR)[0].interval


def test_the_frontier_leaves_out_what_is_slower_and_larger() -> None:
    """By encode time; the anchor is at zero."""
    several = [*rows("jpeg", 1, 0.1), *rows("webp", 0.7, 0.4), *rows("avif", 0.8, 0.9)]
    drawn = spread(several)
    anchor = default_line(drawn)
    assert anchor is not None
    found = [p for p in points(bd_matrix(drawn, "psnr"), anchor, PSNR) if p.way == "encode"]
    assert {p.line: p.frontier for p in found} == {"JPEG": True, "WebP": True, "AVIF": False}
    jpeg = next(p for p in found if p.line == "JPEG")
    assert (jpeg.percent, jpeg.low, jpeg.high) == (0, 0, 0)
    assert jpeg.seconds == pytest.approx(10)  # a tenth of a second for 10 000 pixels


def test_lines_without_reliable_seconds_are_left_out_with_the_reason() -> None:
    """Of a shared core nothing is drawn."""
    shared = [replace(row, core_shared=True) for row in rows("webp", 0.7, 0.4)]
    drawn = spread([*rows("jpeg", 1, 0.1), *shared])
    anchor = default_line(drawn)
    assert anchor is not None
    matrix = bd_matrix(drawn, "psnr")
    assert {p.line for p in points(matrix, anchor, PSNR)} == {"JPEG"}
    assert left_out(matrix, anchor) == (("WebP", "its seconds cannot be relied on"),)


def test_bands_hold_the_curve_of_the_whole_population() -> None:
    """Draws of 24 pictures out of a population whose curve is known: 9 of 10 bands hold it."""
    held = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        hard = random.normal(0, 0.5, 24)
        several = [
            Measurement(
                image=str(i),
                chain=f"x:quality={q}",
                codec="x",
                width=100,
                height=100,
                settings=f'{{"quality": {q}}}',
                encoded_bytes=round(4000 * 2**q * np.exp(h)),
                scores={"psnr": 30.0 + 3 * q - 2 * h},
            )
            for q in range(4)
            for i, h in enumerate(hard)
        ]
        settings = by_setting(several)
        # The curve of means of the population: rate 4000 x 2^q x E[exp h], score 30 + 3 q.
        middle = settings[2]
        true = 30 + 3 * np.log2((middle.bpp or 0) * 1250 / 4000 / np.exp(0.125))
        span = band(settings, "psnr")[2]
        assert span is not None
        held += span.low <= true <= span.high
    assert held >= 0.9 * 60


def test_bands_need_pictures_that_all_settings_share() -> None:
    """Below five there is none, and order does not matter."""
    several = rows("jpeg", 1, 0.1)
    settings = by_setting(several)
    assert band(settings, "psnr")[::-1] == band(settings[::-1], "psnr")
    few = by_setting([r for r in several if int(r.image_sha256) < 4])
    assert set(band(few, "psnr")) == {None}
    assert band([], "psnr") == ()


def test_compact_rows_say_what_the_rows_say() -> None:
    """Nothing is lost but digits."""
    several = [*rows("jpeg", 1, 0.1), *rows("webp", 0.5, 0.2)]
    found = Found.of(several)
    held = compact(found, found.matched.lossy, [])
    assert len(held["rows"]) == len(several)
    by_cell = {(r.image, r.chain): r for r in several}
    names = [each["name"] for each in held["metrics"]]
    for entry in held["rows"]:
        setting = held["settings"][entry[1]]
        row = by_cell[held["pictures"][entry[0]]["name"], setting["chain"]]
        assert held["lines"][setting["line"]]["codec"] == row.codec
        assert entry[2] == row.encoded_bytes
        assert entry[3] == pytest.approx(1000 * (row.encode_s or 0), rel=5e-3)
        for name, score in zip(names, entry[len(HEAD) :], strict=True):
            assert score == pytest.approx(row.scores[name], rel=1e-5)


@pytest.fixture(scope="module")
def curves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder with two curves."""
    folder: Path = tmp_path_factory.mktemp("figures")
    Store(folder).append([*rows("jpeg", 1, 0.1), *rows("webp", 0.5, 0.2)])
    return folder


def test_every_figure_is_written_as_svg_and_png_with_stable_names(
    curves: Path, tmp_path: Path
) -> None:
    """The same rows give the same bytes; nothing is asked of a network."""
    files = write_figures(curves, tmp_path / "one")
    names = [file.name for file in files]
    for stem in ("equal-quality", "curves-psnr", "curves-ssim", "bd-rate-psnr", "encode-psnr"):
        assert {f"{stem}.svg", f"{stem}.png"} <= set(names)
    assert {f"bars-{n}.svg" for n in ("ratio", "against", "size", "encode", "decode")} <= set(names)
    again = write_figures(curves, tmp_path / "two")
    assert [f.read_bytes() for f in files] == [f.read_bytes() for f in again]
    for file in files:
        data = file.read_bytes()
        if file.suffix == ".png":
            assert min(Pillow.open(BytesIO(data)).size) > 100
        else:
            text = data.decode()
            assert text.startswith("<svg")
            assert "http" not in text.replace("http://www.w3.org", "")


def test_figures_hold_what_the_page_shows(curves: Path) -> None:
    """Names of lines in the legend, percent in the heat map."""
    found = Found.of(Store(curves).measurements())
    specs = dict(figures(found))
    assert [each["line"] for each in specs["curves-psnr"]["datasets"]["means"]][::5] == [
        "JPEG",
        "WebP",
    ]
    texts = {cell["text"] for cell in specs["bd-rate-psnr"]["datasets"]["cells"]}
    assert len(texts) == 2


def test_without_rows_or_formats_there_is_one_clear_error(tmp_path: Path) -> None:
    """Nothing is written."""
    with pytest.raises(StoreError, match="no results here"):
        write_figures(tmp_path / "none", tmp_path / "out")
    Store(tmp_path).append([Measurement(cell="a", status="failed", error="empty", image="a")])
    with pytest.raises(StoreError, match="no figure to write"):
        write_figures(tmp_path, tmp_path / "out")
