"""The weights that ship: small, whole, and trained on nothing but what may be."""

from __future__ import annotations

from pathlib import Path

import pytest

import recoup.models
from recoup.datasets import CATALOGUE
from recoup.models import Card, find
from recoup.models.autoencoder import find_autoencoder

FOLDER = Path(recoup.models.__file__).with_name("weights")
CARDS = sorted(FOLDER.glob("*.toml"))
_PARTS = ("analysis.onnx", "prior.npz", "synthesis.onnx")


def files(card: Path) -> set[str]:
    """Names of the files of a card, its own among them."""
    whole = card.with_suffix(".onnx")
    parts = [whole.name] if whole.exists() else [f"{card.stem}-{part}" for part in _PARTS]
    return {card.name, *parts}


def test_the_folder_is_small_and_every_file_has_a_card() -> None:
    """A wheel stays below 25 MB."""
    here = [path for path in FOLDER.iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in here) < 25_000_000
    assert {path.name for path in here} == set().union(*map(files, CARDS))


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_the_files_are_those_of_the_card(path: Path) -> None:
    """By their SHA-256, which both refuse if it is another."""
    card = Card.read(path.read_text("utf-8"))
    assert card.name == path.stem
    if path.with_suffix(".onnx").exists():
        assert find(str(path.with_suffix(".onnx")))[0] == card
    else:
        assert find_autoencoder(card.name).card == card


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_every_set_may_be_trained_on(path: Path) -> None:
    """The card names sets by their titles, and then how many pictures there were."""
    *titles, pictures = Card.read(path.read_text("utf-8")).data.split("; ")
    assert pictures.endswith("held out for validation")
    assert titles
    for title in titles:
        entries = [one for one in CATALOGUE.values() if title.startswith(f"{one.title} (")]
        assert [one.trainable for one in entries] == [True], title
