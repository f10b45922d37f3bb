"""Chains as text: what is read, what is written back, what is refused."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recoup.chain import Chain
from recoup.chain import text as steps
from recoup.errors import ChainError


@dataclass(frozen=True)
class Thing:
    """A step with a setting of every type."""

    name: ClassVar[str] = "thing"
    amount: float = 1.0
    count: int = 2
    part: Fraction = Fraction(1, 2)
    deep: bool = False
    mode: Literal["4:2:0", "4:4:4"] = "4:2:0"
    words: str = ""
    level: int | None = None


TABLE = {"thing": Thing}


def one(text: str) -> Thing:
    """Read a step that stands for one value."""
    [value] = steps.parse(text, TABLE, "thing")
    return value


def test_first_setting_needs_no_name() -> None:
    """``blur:2`` is short for its first setting."""
    assert one("thing:2.5") == Thing(amount=2.5)
    assert one("thing:2.5,count=7") == Thing(amount=2.5, count=7)


def test_every_type() -> None:
    """Each annotation is read as what it says."""
    text = 'thing:part=1/4,deep=TRUE,mode=4:4:4,words="a, b | [c]",level=none'
    assert one(text) == Thing(part=Fraction(1, 4), deep=True, mode="4:4:4", words="a, b | [c]")


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("thing:amount=1..3", [1, 2, 3]),
        ("thing:amount=0.1..0.5:0.2", [0.1, 0.3, 0.5]),
        ("thing:amount=30..95:20", [30, 50, 70, 90]),
        ("thing:[5,1]", [5, 1]),
    ],
)
def test_ranges_and_lists(text: str, amounts: list[float]) -> None:
    """Ranges include their end where a step lands on it; decimals stay exact."""
    assert [thing.amount for thing in steps.parse(text, TABLE, "thing")] == amounts


def test_several_ranges_multiply() -> None:
    """Two ranges give every pair."""
    assert len(steps.parse("thing:amount=1..3,count=[4,5]", TABLE, "thing")) == 6


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("thong", "there are: thing"),
        ("thing:size=3", "settings: amount, count, part"),
        ("thing:count=two", "whole number"),
        ("thing:part=1/0", "number or fraction"),
        ("thing:deep=maybe", "true or false"),
        ("thing:mode=4:1:1", "4:2:0, 4:4:4"),
        ("thing:amount=5..1", "empty or endless"),
        ("thing:amount=1..2:0", "empty or endless"),
        ("thing:amount=1..1000000000:0.001", "empty or endless"),
        ("thing:amount=1..5000,count=1..5000", "25000000 settings"),
        ("thing:amount=a..b", "no range"),
        ('thing:words="open', "not closed"),
        ("thing:amount=[1,2", "not closed"),
        ("thing:1,2", "as name=value"),
    ],
)
def test_refusals_tell_the_way_out(text: str, says: str) -> None:
    """What is not understood is named, with what would be."""
    with pytest.raises(ChainError, match=says.replace("[", r"\[")):
        steps.parse(text, TABLE, "thing")


@given(
    st.builds(
        Thing,
        amount=st.floats(allow_nan=False, allow_infinity=False),
        count=st.integers(-1000, 1000),
        part=st.fractions(),
        deep=st.booleans(),
        mode=st.sampled_from(["4:2:0", "4:4:4"]),
        words=st.text("abc ,|[]=:{}", max_size=8).map(str.strip),
        level=st.none() | st.integers(0, 9),
    )
)
def test_what_is_written_reads_back(thing: Thing) -> None:
    """Text and value are the same thing."""
    assert one(steps.write(thing)) == thing


def test_chain_reads_its_own_text() -> None:
    """Canonical text is stable and survives pickling."""
    chain = Chain.parse("  noise:sigma=5 |jpeg:40| median:3 ")
    assert Chain.parse(chain.text) == chain
    assert pickle.loads(pickle.dumps(chain)) == chain
    assert [f.name for f in chain.filters] == ["noise", "median"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("jpeg | webp", "2 codecs"),
        ("median:3", "0 codecs"),
        ("", "0 codecs"),
        ("jpeg | sharpen", "no codec"),
        ("bicubic:1/2 | raw", "1/2 times"),
        ("jpeg:quality=1..3", "3 chains"),
    ],
)
def test_chains_refused(text: str, says: str) -> None:
    """One codec, known steps, the size of the original."""
    with pytest.raises(ChainError, match=says):
        Chain.parse(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("command", "command needs encoder=… and decoder=…"),
        ('command:"a {in} {out}"', "command needs decoder=…"),
        ("jpeg | promised", "promised needs model=…"),
        ("jpeg | promised:threads=2", "promised needs model=…"),
    ],
)
def test_settings_that_must_be_given_are_named(text: str, says: str) -> None:
    """In words of chains, not of Python."""
    with pytest.raises(ChainError) as refused:
        Chain.parse(text)
    assert str(refused.value) == says


def test_identity_knows_every_setting() -> None:
    """Another setting or filter is another cell."""
    texts = ["jpeg:40", "jpeg:41", "jpeg:40,progressive=false", "jpeg:40 | median:3", "webp:40"]
    assert len({Chain.parse(text).identity for text in texts}) == len(texts)
