"""Matched pairs, frontiers and tables on rows whose right answer is known by hand."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import recoup
from recoup.analysis import Table, analyse, by_setting, frontier, lines, matched_pairs, named_line
from recoup.analysis.match import Line
from recoup.analysis.table import Column, written
from recoup.errors import ChainError, StoreError
from recoup.results.row import Measurement

PICTURES = ("a", "b", "c", "d", "e", "f")


def sweep(
    codec: str,
    factor: float = 1.0,
    *,
    seconds: float = 0.1,
    pictures: Sequence[str] = PICTURES,
    first: int = 0,
    after: str = "",
    metric: str = "psnr",
    turned: int = 1,
) -> list[Measurement]:
    """Five settings, 3 dB apart from 30 on; each needs twice the bytes of the one before."""
    return [
        Measurement(
            image=f"{picture}.png",
            image_sha256=picture,
            width=1000,
            height=1000,
            bits=8,
            channels=3,
            chain=f"{codec}:quality={q}" + (f" | {after}" if after else ""),
            codec=codec,
            settings=json.dumps({"quality": q}),
            encoded_bytes=round(factor * 100_000 * 2**q),
            encode_s_all=(seconds * 2**q,),
            decode_s_all=(seconds / 10,),
            scores={metric: turned * (30.0 + 3 * q)},
        )
        for q in range(first, first + 5)
        for picture in pictures
    ]


def drawn(*rows: Measurement) -> tuple[Line, ...]:
    """Lines of rows."""
    return lines(by_setting(rows))


def test_bytes_and_seconds_at_equal_quality() -> None:
    """Half way between two settings of the other line: by hand."""
    shifted = [
        replace(r, scores={"psnr": r.scores["psnr"] or 0}) for r in sweep("b", 0.5, seconds=0.3)
    ]
    middle = [replace(r, scores={"psnr": (r.scores["psnr"] or 0) - 1.5}) for r in shifted]
    a, b = drawn(*sweep("a"), *middle)
    pairs = matched_pairs(a, (a, b), "psnr")
    assert [pair.anchor.chain for pair in pairs] == [s.chain for s in a.settings]
    found = pairs[1]
    assert found.test is b
    assert found.score == 33.0
    assert found.size is not None
    assert found.encode is not None
    assert found.decode is not None
    assert found.size.ratio == pytest.approx(0.5 * 2**0.5)
    assert found.encode.ratio == pytest.approx(3 * 2**0.5)
    assert found.decode.ratio == pytest.approx(3)
    assert (found.n, found.common, found.reason, found.untimed) == (6, 6, "", "")
    assert pairs[4].size is None
    assert pairs[4].reason == "0 of 6 pictures reach that quality"


def test_filters_count_with_the_side_they_are_on() -> None:
    """A restorer after the codec is part of getting the picture back."""
    rows = [
        replace(row, filter_s_all=(1.0,), restore_s_all=(0.75,))
        for row in sweep("b", after="median:size=3")
    ]
    setting = by_setting(rows)[0]
    assert setting.there_s["a"] == pytest.approx(0.1 + 0.25)
    assert setting.back_s["a"] == pytest.approx(0.01 + 0.75)


def test_seconds_that_cannot_be_relied_on_are_not_compared() -> None:
    """Bytes still are."""
    for change, why in (
        ({"core_shared": True}, "timed on a shared core"),
        ({"timed": "out-of-process"}, "timed with the start of an outside program"),
    ):
        rows = [replace(row, **change) for row in sweep("b", 0.5)]
        a, b = drawn(*sweep("a"), *rows)
        pair = matched_pairs(a, (b,), "psnr")[0]
        assert pair.size is not None
        assert pair.size.ratio == pytest.approx(0.5)
        assert (pair.encode, pair.decode, pair.untimed) == (None, None, why)
        found = frontier(by_setting([*sweep("a"), *rows]), "psnr", "encode")
        assert found.left_out["b:quality=0"] == why


def test_pairs_of_a_score_of_which_less_is_better() -> None:
    """The same answer with every sign turned."""
    both = [*sweep("a", metric="lpips", turned=-1), *sweep("b", 0.8, metric="lpips", turned=-1)]
    a, b = drawn(*both)
    pair = matched_pairs(a, (b,), "lpips", "lower")[2]
    assert pair.size is not None
    assert pair.size.ratio == pytest.approx(0.8)
    assert pair.score == -36.0


def test_the_frontier_by_hand() -> None:
    """Fewer bytes win, less time wins, the rest is beaten and told by what."""
    slow_small, quick_large = sweep("a", 0.5, seconds=1.0), sweep("b", 1.0, seconds=0.1)
    bad = sweep("c", 1.5, seconds=0.5)
    found = frontier(by_setting([*slow_small, *quick_large, *bad]), "psnr", "encode")
    assert {p.setting.codec for p in found.points} == {"a", "b"}
    assert len(found.points) == 10
    assert found.beaten["c:quality=0"] == "b:quality=0"
    assert [p.bpp for p in found.points] == sorted(p.bpp for p in found.points)


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4)), min_size=1, max_size=9
    )
)
def test_the_frontier_is_what_comparing_all_with_all_gives(
    triples: list[tuple[int, int, int]],
) -> None:
    """Laws: nothing on it is beaten; whatever is not on it is beaten by one that is."""
    rows = [
        replace(
            sweep("a", pictures=("x",))[0],
            chain=f"c{i}",
            codec=f"c{i}",
            encoded_bytes=1000 * size,
            scores={"psnr": float(score)},
            encode_s_all=(float(seconds),),
        )
        for i, (size, score, seconds) in enumerate(triples)
    ]
    found = frontier(by_setting(rows), "psnr", "encode")

    def beats(a: tuple[int, int, int], b: tuple[int, int, int]) -> bool:
        return a != b and a[0] <= b[0] and a[1] >= b[1] and a[2] <= b[2]

    best = {f"c{i}" for i, b in enumerate(triples) if not any(beats(a, b) for a in triples)}
    assert {p.setting.chain for p in found.points} == best
    assert set(found.beaten) == {f"c{i}" for i in range(len(triples))} - best
    for loser, winner in found.beaten.items():
        assert winner in best
        assert beats(triples[int(winner[1:])], triples[int(loser[1:])])


def test_what_is_no_point_is_named_with_the_reason() -> None:
    """Fewer pictures, no score, infinite on some."""
    few = sweep("b", pictures=PICTURES[:3])
    some = [replace(r, scores={"psnr": math.inf}) if r.image == "a.png" else r for r in sweep("c")]
    blind = [replace(r, scores={"ssim": 0.5}) for r in sweep("d")]
    untimed = [replace(r, encode_s_all=()) for r in sweep("e")]
    found = frontier(by_setting([*sweep("a"), *few, *some, *blind, *untimed]), "psnr", "encode")
    assert found.left_out["b:quality=1"] == "measured on 3 of 6 pictures"
    assert found.left_out["c:quality=1"] == "psnr is infinite on 1 of 6"
    assert found.left_out["d:quality=1"] == "psnr was not measured on every picture"
    assert found.left_out["e:quality=1"] == "not timed"
    assert {p.setting.codec for p in found.points} == {"a"}


def test_analyse_finds_the_anchor_and_says_what_there_is_not() -> None:
    """JPEG by default, any line by name; one clear line otherwise."""
    rows = [*sweep("avif", 0.5), *sweep("jpeg"), *sweep("jpeg", 0.9, after="median:size=3")]
    assert recoup.analyse(rows).anchor.text == "jpeg"
    assert analyse(rows, anchor="avif").anchor.text == "avif"
    assert analyse(rows, anchor="median").anchor.text == "jpeg | median:size=3"
    found = {d.test.text: d for d in analyse(rows).bd_rates}
    assert found["avif"].mean == pytest.approx(-0.5)
    assert found["jpeg | median:size=3"].mean == pytest.approx(-0.1)
    with pytest.raises(ChainError, match="no line is called 'webp': avif; jpeg"):
        analyse(rows, anchor="webp")
    with pytest.raises(ChainError, match="ssim: not measured; there are: psnr"):
        analyse(rows, metrics=["ssim"])
    with pytest.raises(StoreError, match="no rate-distortion curve"):
        analyse([])
    with pytest.raises(ChainError, match="several lines are called 'a'"):
        named_line([Line("ba", "", "", "", "", ()), Line("ca", "", "", "", "", ())], "a")


def test_lpips_is_analysed_in_its_own_direction() -> None:
    """Known metrics say which way is better."""
    both = [*sweep("jpeg", metric="lpips", turned=-1), *sweep("b", 0.8, metric="lpips", turned=-1)]
    (found,) = analyse(both, metrics=["lpips"]).bd_rates
    assert found.mean == pytest.approx(-0.2)


def test_every_table_can_be_read_back() -> None:
    """CSV and JSON hold the same raw values; LaTeX as many rows as there are."""
    rows = [*sweep("jpeg"), *sweep("webp", 0.7), *sweep("avif", 0.5, first=8)]
    tables = analyse(rows).tables()
    assert [table.name for table in tables] == ["bd", "matrix-psnr", "pairs", "frontier"]
    for table in tables:
        read = list(csv.DictReader(io.StringIO(table.csv())))
        parsed = json.loads(table.json())["rows"]
        assert len(read) == len(parsed) == len(table.rows)
        for a, b in zip(read, parsed, strict=True):
            assert a == {k: "" if v is None else str(v) for k, v in b.items()}
        assert table.latex().count(r"\\") == 1 + len(table.rows)
    bd = {row["line"]: row for row in csv.DictReader(io.StringIO(tables[0].csv()))}
    assert float(bd["webp"]["bd_rate"]) == pytest.approx(-0.3)
    assert bd["avif"]["refused"] == "no overlap on 6 of 6 pictures"
    assert len(tables[1].rows) == 9
    assert [len(row) for row in analyse(rows).tables(square=True)[1].rows] == [5, 5, 5]


def test_latex_says_what_it_was_given() -> None:
    """Everything that LaTeX reads as a command is escaped, and numbers have their signs."""
    columns = (
        Column("a", r"50 % & $x_1^2$ #~\{|<>"),
        Column("b", "b", 1, percent=True, signed=True),
    )
    text = Table(
        "t", "T", columns, (("x", -0.123), ("y", math.inf), ("z", None), ("w", 0.0))
    ).latex()
    assert r"50 \% \& \$x\_1\textasciicircum{}2\$ \#\textasciitilde{}" in text
    assert r"\textbackslash{}\{\textbar{}\textless{}\textgreater{}" in text
    for line in (r"x & $-$12.3 \\", r"y & $\infty$ \\", r"z & -- \\", r"w & 0.0 \\"):
        assert line in text
    assert r"\begin{tabular}{lr}" in text


def test_json_has_no_infinite_numbers() -> None:
    """They are text, as in rows; what is no number is nothing."""
    table = Table("t", "T", (Column("a", "a", 1),), ((math.inf,), (math.nan,)))
    assert [row["a"] for row in json.loads(written([table], "json"))[0]["rows"]] == ["inf", None]
    assert table.texts() == [["∞"], ["\N{EN DASH}"]]
    assert Column("a", "a", 1).text(-math.inf) == "\N{MINUS SIGN}∞"
