"""Restored codecs against their opponents, on curves that are moved by known factors."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from recoup.analysis import Loop, analyse, by_setting, lines, loop_sentence, loops
from recoup.results.row import Measurement

PICTURES = ("a", "b", "c", "d", "e", "f")
TITLES: Mapping[str, str] = {"psnr": "PSNR", "ssim": "SSIM"}


def curve(
    codec: str,
    size: float,
    after: str = "",
    *,
    hurt: Callable[[int, int], float] = lambda q, k: 0.0,  # noqa: ARG005
    ssim: float = 1.0,
    **fixed: str,
) -> list[Measurement]:
    """Five qualities, 3 dB apart; the file of each is twice that of the one before.

    A restorer does not change its codec's files: ``size`` below 1 makes it raise the score.
    """
    import math

    said = "".join(f",{k}={v}" for k, v in fixed.items())
    grown = 3 * math.log2(1 / size) if after else 0.0
    return [
        Measurement(
            image=picture,
            image_sha256=picture,
            width=1000,
            height=1000,
            chain=f"{codec}:quality={q}{said}" + (f" | {after}" if after else ""),
            codec=codec,
            settings=json.dumps({"quality": q, **fixed}),
            encoded_bytes=round((1 if after else size) * 1e6 * 2**q),
            scores={
                "psnr": 30.0 + 3 * q + grown - hurt(q, k),
                "ssim": 30.0 + 3 * q + ssim * grown,
            },
        )
        for q in range(5)
        for k, picture in enumerate(PICTURES)
    ]


def found(rows: Sequence[Measurement]) -> Loop:
    """The only loop of rows."""
    (one,) = loops(lines(by_setting(rows)), {"psnr": "higher", "ssim": "higher"}, "psnr")
    return one


def shifted(row: Measurement, by: float) -> Measurement:
    """A row with another SSIM."""
    return replace(row, scores={**row.scores, "ssim": (row.scores["ssim"] or 0.0) + by})


def test_each_opponent_is_met_where_it_is() -> None:
    """A fifth less than JPEG alone; more than AVIF; the better encoder is beaten."""
    one = found(
        [
            *curve("jpeg", 1.0, encoder="turbo"),
            *curve("jpeg", 0.9, encoder="jpegli"),
            *curve("jpeg", 0.95, encoder="other"),
            *curve("jpeg", 0.8, "dncnn", encoder="turbo"),
            *curve("webp", 0.75),
            *curve("avif", 0.5),
        ]
    )
    rates = {role: gap.mean for role, gap in one.rates["psnr"].items()}
    assert rates == pytest.approx(
        {"alone": 0.8 - 1, "encoder": 0.8 / 0.9 - 1, "codec": 0.8 / 0.5 - 1}
    )
    assert one.opponents["encoder"].variant == "encoder=jpegli"
    assert loop_sentence(one, TITLES) == (
        "jpeg | dncnn needs 20.0 % fewer bytes than jpeg:encoder=turbo alone at equal PSNR "
        "(BD-rate, 95 % interval \N{MINUS SIGN}20.0 to \N{MINUS SIGN}20.0 %, 6 pictures); "
        "avif alone is smaller by 37.5 %; jpeg:encoder=jpegli alone is larger by 12.5 %; at "
        "equal settings it makes no picture worse in PSNR."
    )


def test_only_equal_settings_are_the_codec_alone() -> None:
    """4:4:4 alone is another encoder's setting to 4:2:0 restored."""
    rows = [
        *curve("jpeg", 1.3, subsampling="4:4:4"),
        *curve("jpeg", 1.0, subsampling="4:2:0"),
        *curve("jpeg", 0.8, "dncnn", subsampling="4:2:0"),
    ]
    one = found(rows)
    assert one.opponents["alone"].settings[0].settings["subsampling"] == "4:2:0"
    assert one.rates["psnr"]["alone"].mean == pytest.approx(-0.2)
    assert one.opponents["encoder"].settings[0].settings["subsampling"] == "4:4:4"
    without = found([row for row in rows if "4:2:0" not in row.chain or "dncnn" in row.chain])
    assert "cannot be judged, for the same codec alone was not measured" in loop_sentence(
        without, TITLES
    )


def test_harm_is_counted_at_the_same_bytes() -> None:
    """From quality 3 up two and four of the pictures lose."""
    harmed = curve("jpeg", 0.8, "dncnn", hurt=lambda q, k: 1.5 if q >= 3 and k < 2 * (q - 2) else 0)
    one = found([*curve("jpeg", 1.0), *harmed])
    assert [effect.worse for effect in one.effects] == [0, 0, 0, 2, 4]
    said = loop_sentence(one, TITLES)
    assert "makes up to 4 of 6 pictures worse at quality 3 and larger files" in said
    low = curve("jpeg", 0.8, "dncnn", hurt=lambda q, _: 1.0 * (q in (0, 2)))
    said = loop_sentence(found([*curve("jpeg", 1.0), *low]), TITLES)
    assert "makes pictures worse at 2 of 5 settings, up to 6 of 6 pictures" in said


def test_a_restorer_that_loses_is_told_so() -> None:
    """More bytes, every picture worse, everywhere."""
    said = loop_sentence(found([*curve("jpeg", 1.0), *curve("jpeg", 1.25, "dncnn")]), TITLES)
    assert said.startswith("jpeg | dncnn needs 25.0 % more bytes than jpeg alone at equal PSNR")
    assert "makes pictures worse at every setting, up to 6 of 6 pictures" in said


def test_metrics_that_disagree_are_named() -> None:
    """Better by PSNR, worse by SSIM."""
    one = found([*curve("jpeg", 1.0), *curve("jpeg", 0.8, "dncnn", ssim=-1.0)])
    assert loop_sentence(one, TITLES).endswith("other metrics say otherwise (SSIM: +25.0 %).")


def test_metrics_that_cannot_tell_are_no_contradiction() -> None:
    """Better by PSNR and on average by SSIM, in which half of the pictures lose."""
    rows = [*curve("jpeg", 1.0), *curve("jpeg", 0.8, "dncnn")]
    for at, row in enumerate(rows):
        off = (2.0, -2.5)[row.image < "d"] if "dncnn" in row.chain else 0.0
        rows[at] = shifted(row, off)
    one = found(rows)
    assert one.rates["ssim"]["alone"].verdict == "tie"
    said = loop_sentence(one, TITLES)
    assert re.search(r"; not certain in other metrics \(SSIM: \N{MINUS SIGN}[0-9.]+ %\)\.$", said)
    assert "otherwise" not in said
    turned = replace(one, metric="ssim", rates={name: one.rates[name] for name in ("ssim", "psnr")})
    assert "other metrics say otherwise (PSNR: \N{MINUS SIGN}20.0 %)" in loop_sentence(
        turned, TITLES
    )


def test_contradictions_are_told_on_few_pictures_as_well() -> None:
    """No interval, but two signs."""
    rows = [*curve("jpeg", 1.0), *curve("jpeg", 0.8, "dncnn", ssim=-1.0)]
    few = found([row for row in rows if row.image in "ab"])
    assert loop_sentence(few, TITLES).endswith("other metrics say otherwise (SSIM: +25.0 %).")
    same = found([*curve("jpeg", 1.0), *curve("jpeg", 0.8, "dncnn")])
    assert loop_sentence(same, TITLES).endswith("it makes no picture worse in PSNR.")


def halved(*, sizes: Sequence[float], top: float) -> list[Measurement]:
    """JPEG of half the size, enlarged again: from 24 dB up to ``top``, bytes over those of JPEG."""
    import math

    def level(q: int) -> float:
        return 24.0 + (top - 24.0) * q / (len(sizes) - 1)

    return [
        replace(
            row,
            chain=f"bicubic:1/2 | jpeg:quality={q} | bicubic:2",
            settings=json.dumps({"quality": q}),
            encoded_bytes=round(size * 1e6 * math.exp2((level(q) - 30) / 3)),
            scores={"psnr": level(q), "ssim": level(q)},
        )
        for q, size in enumerate(sizes)
        for row in curve("jpeg", 1.0)[: len(PICTURES)]
    ]


def test_where_a_chain_wins_is_told_though_the_curves_share_little() -> None:
    """JPEG of half the size needs less at 30 and 33 dB, more at 36, and never reaches 39."""
    small = halved(sizes=[0.5, 0.6, 0.8, 0.9, 1.2], top=36.0)
    said = loop_sentence(found([*curve("jpeg", 1.0), *small]), TITLES)
    assert said == (
        "bicubic:1/2 | jpeg | bicubic:2 cannot be set against jpeg alone (overlap below 50 % on 6 "
        "of 6 pictures); at equal PSNR it needs 10.0 to 20.0 % fewer bytes at 2 of the 3 settings "
        "of jpeg alone that it reaches (8 to 16 bits per pixel; 95 % intervals leave out 0); which "
        "pictures it makes worse cannot be told."
    )
    high = [shifted(row, 6.0) for row in small]
    said = loop_sentence(found([*curve("jpeg", 1.0), *high]), TITLES)
    assert re.search(r"; other metrics can tell \(SSIM: \N{MINUS SIGN}\d\d\.\d %\)\.$", said)


def test_a_chain_that_wins_nowhere_is_told_so() -> None:
    """Nor is anything said where no quality is common, and few pictures give no interval."""
    jpeg = curve("jpeg", 1.0)
    large = halved(sizes=[1.3, 1.2, 1.1, 1.1, 1.2], top=36.0)
    nowhere = loop_sentence(found([*jpeg, *large]), TITLES)
    assert "it needs fewer bytes at no setting of jpeg alone that it reaches (8 to 32 " in nowhere
    apart = loop_sentence(found([*jpeg, *halved(sizes=[0.5] * 5, top=29.0)]), TITLES)
    assert "no overlap" in apart
    assert "at equal PSNR" not in apart
    small = halved(sizes=[0.5] * 5, top=32.0)
    few = loop_sentence(found([row for row in [*jpeg, *small] if row.image == "a"]), TITLES)
    assert (
        "needs 50.0 % fewer bytes at every setting of jpeg alone that it reaches (8 bits per "
        "pixel; too few pictures for an interval)" in few
    )


def test_curves_that_cannot_be_compared_say_why() -> None:
    """One setting only, and few pictures."""
    rows = [*curve("jpeg", 1.0), *curve("jpeg", 0.8, "dncnn")]
    short = [row for row in rows if "dncnn" not in row.chain or "quality=2" in row.chain]
    short += curve("avif", 0.5)
    said = loop_sentence(found(short), TITLES)
    assert "cannot be set against jpeg alone (fewer than 2 points on 6 of 6 pictures)" in said
    assert "avif alone cannot be compared (fewer than 2 points" in said
    few = found([row for row in rows if row.image in "ab"])
    assert "2 pictures, too few for an interval" in loop_sentence(few, TITLES)


def test_infinite_scores_are_compared() -> None:
    """An exact copy on both sides is neither better nor worse."""
    rows = [*curve("jpeg", 1.0), *curve("jpeg", 0.8, "dncnn")]
    exact = [
        replace(row, scores={**row.scores, "psnr": float("inf")}) if row.image == "a" else row
        for row in rows
    ]
    assert [effect.steps["a"] for effect in found(exact).effects] == [0.0] * 5


def test_the_table_has_a_row_for_every_opponent_and_metric() -> None:
    """With the factors by which the curves were moved."""
    rows = curve("jpeg", 1.0) + curve("jpeg", 0.7, "dncnn") + curve("webp", 0.8)
    analysis = analyse(rows, metrics=["psnr", "ssim"])
    table = next(one for one in analysis.tables() if one.name == "loop")
    names = [column.name for column in table.columns]
    told = {
        (row[names.index("role")], row[names.index("metric")]): row[names.index("bd_rate")]
        for row in table.rows
    }
    assert told["alone", "psnr"] == pytest.approx(-0.3, abs=1e-4)
    assert told["codec", "psnr"] == pytest.approx(0.7 / 0.8 - 1, abs=1e-4)
    assert {metric for _, metric in told} == {"psnr", "ssim"}
    assert "loop" not in {one.name for one in analyse(curve("jpeg", 1.0)).tables()}
