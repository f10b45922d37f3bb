"""Splits: exact counts, the same for the same content, checked when read."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recoup.datasets import PARTS, DataError, parts, resolve, split
from recoup.errors import MissingError


def pictures(folder: Path, count: int) -> list[Path]:
    """Files with a picture's suffix and content of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    out = [folder / f"{i:03}.png" for i in range(count)]
    for i, path in enumerate(out):
        path.write_bytes(b"content %d" % i)
    return out


def contents(made: dict[str, tuple[Path, ...]]) -> dict[str, set[bytes]]:
    """What lies in each part."""
    return {part: {path.read_bytes() for path in paths} for part, paths in made.items()}


def test_the_shares_of_div2k(tmp_path: Path) -> None:
    """630, 180 and 90 of 900; each picture in one part."""
    paths = pictures(tmp_path / "p", 900)
    made = split(paths, tmp_path / "s.json")
    assert {part: len(some) for part, some in made.items()} == dict(
        zip(PARTS, (630, 180, 90), strict=True)
    )
    assert sorted(path for some in made.values() for path in some) == paths
    assert parts(tmp_path / "s.json", tmp_path / "p") == made
    # Another seed is another split, and none is the order of the names.
    other = split(paths, tmp_path / "t.json", seed=1)
    assert made["train"] != other["train"] != tuple(paths[:630])


def test_several_sets_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DIV2K is two names: a set, a folder, a file and a glob are divided together, and found."""
    monkeypatch.setenv("RECOUP_DATA", str(tmp_path / "data"))
    pool = pictures(tmp_path / "all", 30)
    places = [tmp_path / "data" / "div2k-train-hr", tmp_path / "a", tmp_path / "b", tmp_path / "c"]
    for path, place in zip(pool, [places[i] for i in (0, 1, 2) for _ in range(10)], strict=True):
        place.mkdir(parents=True, exist_ok=True)
        path.rename(place / path.name)
    asked = ["div2k-train-hr", str(places[1]), str(places[2] / "02*.png")]
    found = resolve(*asked, places[1] / "013.png")
    assert [path.name for path in found] == [f"{i:03}.png" for i in range(30)]
    made = split(found, tmp_path / "s.json")
    assert [len(some) for some in made.values()] == [21, 6, 3]
    assert parts(tmp_path / "s.json", *asked) == made
    with pytest.raises(
        DataError, match=r"0\d\d\.png and \d more cannot be found in div2k.* or .*/a"
    ):
        parts(tmp_path / "s.json", *asked[:2])
    with pytest.raises(MissingError, match="recoup data get div2k-valid-hr"):
        parts(tmp_path / "s.json", *asked, "div2k-valid-hr")
    places[3].mkdir()
    (places[3] / "twin.png").write_bytes((places[1] / "012.png").read_bytes())
    with pytest.raises(DataError, match=r"twin\.png: is the same file as .*012\.png"):
        split(resolve(*asked, places[3]), tmp_path / "s.json")


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 9), order=st.randoms(use_true_random=False))
def test_names_and_order_do_not_matter(tmp_path: Path, seed: int, order: random.Random) -> None:
    """Renamed and shuffled files end up where they were."""
    before = split(pictures(tmp_path / "p", 20), tmp_path / "s.json", seed=seed)
    other = pictures(tmp_path / f"q{seed}", 20)
    names = [f"{i}-renamed.png" for i in range(20)]
    order.shuffle(names)
    renamed = [path.rename(path.with_name(n)) for path, n in zip(other, names, strict=True)]
    order.shuffle(renamed)
    after = split(renamed, tmp_path / "t.json", seed=seed)
    assert contents(after) == contents(before)
    assert contents(parts(tmp_path / "s.json", tmp_path / f"q{seed}")) == contents(before)
    for path in renamed:
        path.unlink()


@given(shares=st.tuples(*[st.integers(1, 100)] * 3), count=st.integers(300, 2000))
def test_counts_are_the_shares_rounded(shares: tuple[int, int, int], count: int) -> None:
    """To the nearest picture at each cut."""
    from recoup.datasets.split import _counts

    whole = sum(shares)
    try:
        counts = _counts(count, shares)
    except DataError:
        assert min(shares) * count / whole < 1
        return
    assert sum(counts) == count
    for part, share in zip(counts, shares, strict=True):
        assert abs(part - count * share / whole) <= 1


def test_refusals(tmp_path: Path) -> None:
    """Too few, two alike, shares that are none, a share of nothing."""
    few, file = pictures(tmp_path / "p", 3), tmp_path / "s.json"
    with pytest.raises(DataError, match=r"too few .* none is left for test"):
        split(few, file)
    assert len(split(few, file, shares=(70, 30, 0))["test"]) == 0
    for shares in ((1, 2), (0, 0, 0), (5, -1, 1)):
        with pytest.raises(DataError, match="three whole numbers"):
            split(few, file, shares=shares)
    few[1].write_bytes(few[0].read_bytes())
    with pytest.raises(DataError, match=r"is the same file as .*delete one"):
        split(few, file, shares=(1, 1, 1))
    with pytest.raises(DataError, match="cannot be read"):
        split([tmp_path / "none.png"], file, shares=(1, 0, 0))


def test_what_was_changed_is_said(tmp_path: Path) -> None:
    """A changed or missing picture, a file that is no split, another format."""
    paths, file = pictures(tmp_path / "p", 10), tmp_path / "s.json"
    split(paths, file)
    (tmp_path / "p" / "new.png").write_bytes(b"in no part")
    assert sum(len(some) for some in parts(file, tmp_path / "p").values()) == 10
    paths[3].write_bytes(b"changed")
    with pytest.raises(DataError, match=r"003\.png cannot be found .* or was changed"):
        parts(file, tmp_path / "p")
    says = json.loads(file.read_text("utf-8"))
    assert says["seed"] == 0
    for content in ("", "[]", "{}", '{"format": 1}', '{"format": 1, "parts": 3}'):
        file.write_text(content, "utf-8")
        with pytest.raises(DataError, match="is no split file"):
            parts(file, tmp_path / "p")
    file.write_text(json.dumps({**says, "format": 2}), "utf-8")
    with pytest.raises(DataError, match="of format 2"):
        parts(file, tmp_path / "p")
