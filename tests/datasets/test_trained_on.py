"""What shipped weights were trained on is known without the sets: copies and crops are found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from recoup.datasets import CATALOGUE, folder, resolve
from recoup.datasets.leak import Seen
from recoup.datasets.signature import thumbnail
from recoup.datasets.trained_on import FILE, Flattered, flattered, known, make, sets_of, shrunk
from recoup.errors import MissingError
from recoup.models import Card

SHARED = Path(__file__).parents[2] / "../shared/data"
WEIGHTS = Path(__file__).parents[2] / "src/recoup/models/weights"
SETS = ("cid22-train", "lomiri-wallpapers-16.04", "lomiri-wallpapers-20.04")
OURS = [
    Card(name="both", architecture="", data="CID22 training (CC BY-SA 4.0); 209 pictures"),
    Card(
        name="other",
        architecture="",
        data="CID22 training (CC BY-SA 4.0); Wallpapers of Ubuntu Touch 20.04 (CC BY-SA 3.0)",
    ),
]


def found(test: list[Seen]) -> list[Flattered]:
    """What is found of some pictures."""
    return list(flattered(test, OURS))


def test_every_shipped_card_names_its_sets() -> None:
    """And of each of them every picture has a thumbnail."""
    cards = [Card.read(path.read_text("utf-8")) for path in WEIGHTS.glob("*.toml")]
    assert len(cards) >= 7
    for card in cards:
        sets = sets_of(card)
        assert sets, card.name
        assert set(sets) <= {one.path.parts[0] for one in known(sets)}, card.name
    for name in SETS:
        assert len(known([name])) == CATALOGUE[name].pictures
    assert FILE.stat().st_size < 1_000_000


@pytest.mark.parametrize("number", [0, 100, 208])
def test_worn_copies_and_halves_are_found(number: int, tmp_path: Path) -> None:
    """Made larger, coded hard, mirrored; and half of it: the picture is named, and who knows it."""
    original = known(["cid22-train"])[number]
    small = PIL.Image.fromarray((255 * original.small).astype(np.uint8))
    whole = small.resize((300, 200), PIL.Image.Resampling.BICUBIC)
    whole.transpose(PIL.Image.Transpose.FLIP_LEFT_RIGHT).save(tmp_path / "a.jpg", quality=30)
    whole.crop((0, 60, 220, 200)).save(tmp_path / "b.jpg", quality=30)
    hits = found([Seen(path, thumbnail(path)) for path in sorted(tmp_path.iterdir())])
    copy, half = sorted(hits, key=lambda one: one.leak.test)
    assert copy.leak.train == half.leak.train == original.path
    assert copy.models == ("both", "other")
    assert copy.text.startswith(f"{tmp_path}/a.jpg shows the same as cid22-train/")
    assert "(mirrored, " in copy.text
    assert copy.text.endswith("which both and other were trained on: its scores flatter")
    assert half.leak.test.name == "b.jpg"
    assert half.note(["other", "third"]).startswith("is a part of cid22-train/")
    assert half.note(["other"]).endswith("which other was trained on: its scores flatter")
    assert half.note(["third"]) == ""


def test_only_who_was_trained_on_it_is_named() -> None:
    """A picture of a set that one of two cards names."""
    [hit] = found([Seen(Path("a.png"), known([SETS[2]])[0].small)])
    assert hit.models == ("other",)


def test_no_picture_is_loaded_for_models_of_other_sets() -> None:
    """Nor for none."""

    def picture() -> Seen:
        pytest.fail("a picture was asked for")

    others = [Card(name="a", architecture="", data=data) for data in ("unknown", "DIV2K train HR")]
    assert list(flattered((picture() for _ in "a"), others)) == []
    assert list(flattered((picture() for _ in "a"), [])) == []


@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data is not here")
def test_what_results_are_measured_on_is_none_of_it() -> None:
    """Some of Kodak and of LIVE1; docs/data.md has the figures for all."""
    paths = [path for name in ("kodak24", "live1") for path in sorted((SHARED / name).glob("*"))]
    assert len(paths) == 53
    assert found([Seen(path, thumbnail(path)) for path in paths[::5]]) == []


def test_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Out of sets, the pictures of each by name, and means of their areas."""
    monkeypatch.setenv("RECOUP_DATA", str(tmp_path))
    with pytest.raises(MissingError, match="recoup data get cid22-train"):
        make(tmp_path / "made.npz")
    for i, name in enumerate(SETS):
        (tmp_path / name / "below").mkdir(parents=True)
        values = np.random.default_rng(i).integers(0, 256, (128, 192)).astype(np.uint8)
        PIL.Image.fromarray(values).save(tmp_path / name / "below" / f"{i}.png")
    assert make(tmp_path / "made.npz") == 3
    with np.load(tmp_path / "made.npz") as made:
        assert made["names"].tolist() == [f"{name}/below/{i}.png" for i, name in enumerate(SETS)]
        [*_, last] = made["thumbnails"]
    box = PIL.Image.fromarray(values).resize((64, 64), PIL.Image.Resampling.BOX)
    assert np.abs(last.astype(int) - np.asarray(box)).max() <= 1


@pytest.mark.skipif(
    not all((folder() / name).is_dir() for name in SETS),
    reason="wants the sets: recoup data get cid22-train …",
)
def test_the_file_is_that_of_the_sets() -> None:
    """Every name; three of the thumbnails, to a level, as decoders differ."""
    paths = [path for name in SETS for path in resolve(name)]
    shipped = known(SETS)
    assert [one.path for one in shipped] == [path.relative_to(folder()) for path in paths]
    for at in (5, 210, 225):
        assert np.abs(shrunk(paths[at]) - 255 * shipped[at].small).max() <= 1.01
