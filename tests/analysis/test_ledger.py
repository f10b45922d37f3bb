"""The ledger on rows whose right answer is known by hand, and its laws."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recoup
from recoup.analysis import Ledger, Prices, ledger
from recoup.analysis.ledger_words import ledger_table, many, short, verdict, verdict_table
from recoup.analysis.prices import Amount, times_to_pay
from recoup.errors import ChainError, StoreError
from recoup.results.row import Measurement

PICTURES = ("a", "b", "c", "d", "e", "f")
AFTER = "onnx:model=net,sigma=8"
WEIGHTS = 2_000_000


def curve(
    after: str = "",
    size: float = 1.0,
    restore_s: float = 0.0,
    *,
    metric: str = "psnr",
    turned: int = 1,
    pictures: Sequence[str] = PICTURES,
    **fixed: str,
) -> list[Measurement]:
    """Five qualities, 3 dB and a factor of 2 in bytes apart; the k-th picture is k times larger."""
    said = "".join(f",{k}={v}" for k, v in fixed.items())
    return [
        Measurement(
            image=f"{picture}.png",
            image_sha256=picture,
            width=1000,
            height=1000,
            bits=8,
            channels=3,
            chain=f"jpeg:quality={q}{said}" + (f" | {after}" if after else ""),
            codec="jpeg",
            settings=json.dumps({"quality": q, **fixed}),
            encoded_bytes=round(size * 100_000 * k * 2**q),
            encode_s_all=(0.05,),
            decode_s_all=(0.01,),
            filter_s_all=(restore_s,) if after else (),
            restore_s_all=(restore_s,) if after else (),
            scores={metric: turned * (30.0 + 3 * q)},
        )
        for q in range(5)
        for k, picture in enumerate(pictures, 1)
    ]


def book(rows: Sequence[Measurement], prices: Prices | None = None) -> Ledger:
    """The only ledger of rows."""
    (found,) = ledger(rows, prices=prices, weights=lambda _: WEIGHTS)
    return found


SAVES = (*curve(), *curve(AFTER, 0.8, restore_s=0.36))
"""A fifth of the bytes is saved for 0.36 s a view."""
FEW = [row for row in SAVES if row.image_sha256 in "ab"]


def test_every_figure_by_hand() -> None:
    """At quality 2: pictures of 0.4 to 2.4 MB, mean 1.4 MB; a fifth of that is saved."""
    found = book(SAVES, Prices(per_gb=0.1, per_cpu_hour=0.05, watts=10))
    entry = found.entries[2]
    assert entry.setting.chain == "jpeg:quality=2"
    assert entry.saved is not None
    assert entry.size is not None
    assert entry.decode_s is not None
    assert entry.encode_s is not None
    assert entry.server is not None
    assert entry.everybody is not None
    assert entry.saved.mean == pytest.approx(280_000)
    assert entry.saved.low < 280_000 < entry.saved.high
    assert entry.size.ratio == pytest.approx(0.8)
    assert entry.decode_s.mean == pytest.approx(0.36)
    assert entry.encode_s.mean == pytest.approx(0.01 + 0.36)
    assert entry.server.view.mean == pytest.approx(280e3 * 0.1 / 1e9)
    assert entry.server.pictures == pytest.approx(WEIGHTS / 280e3)
    assert entry.server.views == pytest.approx((0.37 / 3600 * 0.05) / 28e-6)
    each = 28e-6 - 0.36 / 3600 * 0.05
    assert entry.everybody.view.mean == pytest.approx(each)
    assert entry.everybody.pictures == pytest.approx(2e6 * 1e-10 / each)
    assert entry.everybody.views == pytest.approx((0.37 / 3600 * 0.05) / each)
    assert (entry.server.verdict, entry.everybody.verdict) == ("pays", "pays")
    row = dict(zip((c.name for c in ledger_table([found]).columns), *_row(found, 2), strict=True))
    assert row["joules"] == pytest.approx(3.6)
    assert row["even_cpu_hour"] == pytest.approx(28e-6 / 0.36 * 3600)


def _row(found: Ledger, at: int) -> list[tuple[object, ...]]:
    return [tuple(ledger_table([found]).rows[at])]


def test_in_the_sum_of_all_costs_the_account_is_even_where_it_says() -> None:
    """A purse, view by view: below 0 before the number of views, above after it."""
    prices = Prices(per_gb=0.1, per_cpu_hour=0.13)
    entry = book(SAVES, prices).entries[1]
    purse, views = -0.37 / 3600 * prices.per_cpu_hour, 0
    while purse < 0:
        purse += 140e3 / 1e9 * prices.per_gb - 0.36 / 3600 * prices.per_cpu_hour
        views += 1
    assert entry.everybody is not None
    assert entry.everybody.views is not None
    assert views == math.ceil(entry.everybody.views) == 14


@settings(deadline=None, max_examples=30)
@given(per_gb=st.floats(1e-4, 10), per_cpu_hour=st.floats(1e-4, 10), factor=st.floats(1.01, 1000))
def test_laws_of_prices(per_gb: float, per_cpu_hour: float, factor: float) -> None:
    """Dearer bytes need fewer views in proportion; money's unit changes nothing."""
    one, dear, unit = (
        book(FEW, Prices(*each)).entries[2]
        for each in (
            (per_gb, per_cpu_hour),
            (per_gb * factor, per_cpu_hour),
            (per_gb * factor, per_cpu_hour * factor),
        )
    )
    assert one.server is not None
    assert one.everybody is not None
    assert dear.server is not None
    assert dear.everybody is not None
    assert unit.server is not None
    assert unit.everybody is not None
    assert dear.server.views == pytest.approx((one.server.views or 0) / factor)
    assert dear.server.pictures == pytest.approx(one.server.pictures)
    assert (dear.everybody.views or 0) <= (one.everybody.views or 0)
    assert one.everybody.view.mean < one.server.view.mean
    for ours, theirs in ((one.server, unit.server), (one.everybody, unit.everybody)):
        assert ours.pictures == pytest.approx(theirs.pictures, rel=1e-6)
        assert ours.views == pytest.approx(theirs.views, rel=1e-6)


@given(once=st.floats(0, 1e6), each=st.floats(1e-9, 1e6))
def test_doubling_what_is_earned_halves_the_times(once: float, each: float) -> None:
    """And paying twice as much doubles them; nothing earned is never."""
    assert times_to_pay(once, 2 * each) == pytest.approx(times_to_pay(once, each) / 2)
    assert times_to_pay(2 * once, each) == pytest.approx(2 * times_to_pay(once, each))
    assert times_to_pay(once, 0) == times_to_pay(once, -each) == math.inf


def test_free_seconds_leave_the_server_s_account() -> None:
    """With CPU-hours at nothing both accounts are one, even from the first view on."""
    entry = book(SAVES, Prices(per_cpu_hour=0)).entries[0]
    assert entry.server == entry.everybody
    assert entry.server is not None
    assert entry.server.views == 0


def test_bytes_for_nothing_never_pay() -> None:
    """Where a GB costs nothing, nothing is earned."""
    found = book(SAVES, Prices(per_gb=0))
    assert all(e.server and e.server.views == e.server.pictures == math.inf for e in found.entries)


def test_a_restorer_that_costs_bytes_never_pays() -> None:
    """More bytes at equal quality, said in words."""
    found = book([*curve(), *curve(AFTER, 1.25, restore_s=0.1)])
    text = verdict(found, "PSNR")
    assert text.startswith("jpeg | net:sigma=8: never pays, for at the PSNR of jpeg:quality=2 it")
    assert "costs 350 kB more a view (+25.0 %" in text
    assert "bytes are saved at 0 of 5 settings" in text


def test_the_sentence_names_prices_at_which_it_would_pay() -> None:
    """The server gains, everybody does not at a dear CPU."""
    text = verdict(book(SAVES, Prices(per_gb=0.1, per_cpu_hour=1)))
    assert "each view saves 280 kB (\N{MINUS SIGN}20.0 %" in text
    assert "the server's account is even after 8 pictures a viewer and 4 views a picture" in text
    assert "(weights of 2 MB)" in text
    assert "viewer's 0.36 CPU-s and 1.8 J a view, never is, unless a CPU-hour costs less" in text
    assert text.endswith("less than USD 0.28.")
    assert "everybody's" in (cheap := verdict(book(SAVES)))
    assert "is even after" in cheap.partition("everybody's")[2]


def test_lines_are_paired_by_equal_settings() -> None:
    """4:2:0 restored is set against 4:2:0 alone, not against the smaller 4:4:4."""
    rows = [
        *curve(subsampling="4:4:4", size=0.5),
        *curve(subsampling="4:2:0"),
        *curve(AFTER, 0.8, subsampling="4:2:0"),
    ]
    found = book(rows)
    assert found.alone is not None
    assert "subsampling=4:2:0" in found.alone.text
    assert found.entries[1].size is not None
    assert found.entries[1].size.ratio == pytest.approx(0.8)
    other = book([*curve(subsampling="4:4:4"), *curve(AFTER, 0.8, subsampling="4:2:0")])
    assert other.alone is None
    assert "the same codec alone was not measured" in verdict(other)


def test_quality_out_of_reach_is_refused_with_its_reason() -> None:
    """A restorer that gains much does not reach down to the lowest quality."""
    better = [replace(r, scores={"psnr": (r.scores["psnr"] or 0) + 4}) for r in curve(AFTER)]
    found = book([*curve(), *better])
    assert [e.reason for e in found.entries[:2]] == ["0 of 6 pictures reach that quality"] * 2
    assert found.middle is found.entries[3]
    nowhere = [replace(r, scores={"psnr": 90.0 + i}) for i, r in enumerate(curve(AFTER))]
    assert "no account, for 0 of 6 pictures" in verdict(book([*curve(), *nowhere]))


def test_seconds_that_cannot_be_relied_on_leave_bytes_alone() -> None:
    """On a shared core: the weights are accounted for, seconds are not."""
    found = book([replace(r, core_shared=True) for r in SAVES])
    entry = found.entries[2]
    assert entry.everybody is None
    assert entry.server is not None
    assert entry.server.views is None
    assert entry.server.pictures == pytest.approx(WEIGHTS / 280e3)
    assert "no account (timed on a shared core)" in verdict(found)


def test_threads_count_as_seconds() -> None:
    """Four threads for a second are four CPU-seconds."""
    one, four = (
        book([*curve(), *curve(f"{AFTER}{more}", 0.8, restore_s=0.99)]).entries[0].decode_s
        for more in ("", ",threads=4")
    )
    assert one is not None
    assert four is not None
    assert one.mean == pytest.approx(0.99)
    assert four.mean == pytest.approx(4 * (0.99 + 0.01) - 0.01)


def test_a_promised_restorer_is_not_paid_twice_by_the_encoder() -> None:
    """It has restored while it encoded: 0.4 s, of which 0.05 s are the codec's."""
    rows = [
        replace(r, encode_s_all=(0.4,)) for r in curve("promised:model=net", 0.8, restore_s=0.36)
    ]
    seconds = book([*curve(), *rows]).entries[2].encode_s
    assert seconds is not None
    assert seconds.mean == pytest.approx(0.4 + 0.01 - 0.05)


def test_unknown_weights_are_said_to_be_unknown() -> None:
    """A model that is not installed here."""
    (found,) = ledger(SAVES, weights=lambda _: None)
    assert "unknown number of pictures a viewer (the model is not installed here)" in verdict(found)


def test_a_metric_of_which_less_is_better() -> None:
    """Nothing but the sign of the score changes."""
    turned = [
        *curve(metric="lpips", turned=-1),
        *curve(AFTER, 0.8, restore_s=0.36, metric="lpips", turned=-1),
    ]
    assert book(turned).entries[2].saved == book(SAVES).entries[2].saved


def test_ssimulacra2_is_taken_where_it_was_measured() -> None:
    """Then PSNR; another by name."""
    both = [replace(r, scores={**r.scores, "ssimulacra2": r.scores["psnr"]}) for r in SAVES]
    assert book(both).metric == "ssimulacra2"
    assert book(SAVES).metric == "psnr"
    assert ledger(both, metric="psnr")[0].metric == "psnr"
    with pytest.raises(ChainError, match="ssim: not measured; there are: psnr"):
        ledger(SAVES, metric="ssim")


def test_few_pictures_have_no_interval() -> None:
    """And say so."""
    few = [*curve(pictures="ab"), *curve(AFTER, 0.8, pictures="ab")]
    assert "too few pictures for an interval, n = 2" in verdict(book(few))


def test_nothing_restored_is_one_clear_line() -> None:
    """With the command that would measure something."""
    for rows in (curve(), [replace(r, codec="raw", chain=f"raw | {AFTER}") for r in curve()]):
        with pytest.raises(StoreError, match="recoup compare PHOTOS --chain"):
            ledger(rows)
    with pytest.raises(StoreError):
        recoup.ledger("no such folder")


@pytest.mark.parametrize("wrong", [-1.0, math.nan, math.inf])
@pytest.mark.parametrize("name", ["per_gb", "per_cpu_hour", "watts"])
def test_hostile_prices_are_refused(name: str, wrong: float) -> None:
    """Before anything is computed."""
    with pytest.raises(ChainError, match=name.replace("_", "-")):
        Prices(**{name: wrong})  # type: ignore[arg-type]  # one of the numbers


def test_amounts_and_words() -> None:
    """Intervals of means, rounded counts, names of models."""
    assert Amount.of([1, 1, 1, 1, 1]).verdict == "more"
    assert Amount.of([-1, 1, -1, 1, -1, 1]).verdict == "tie"
    assert Amount.of([-2, -1, -2, -1, -2]).verdict == "less"
    assert many(99.1) == "100"
    assert many(math.inf) == "never"
    assert short("webp | onnx:model=deblock") == "webp | deblock"
    assert [row[1] for row in verdict_table([book(SAVES)]).rows] == ["jpeg | net:sigma=8"]
