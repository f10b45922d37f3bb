"""Models on this machine: ``NAME.onnx`` with its card ``NAME.toml``, shipped or the user's own."""

from __future__ import annotations

import hashlib
import os
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from recoup.errors import MissingError, ModelError
from recoup.models import external
from recoup.models.card import Card
from recoup.models.catalogue import CATALOGUE
from recoup.picture import shown


def folder() -> Path:
    """Where the user's models lie; it need not exist.

    ``RECOUP_MODELS`` if that is set, else ``recoup/models`` in the user's data folder
    (``XDG_DATA_HOME``, ``LOCALAPPDATA`` on Windows, ``~/.local/share``).

    Examples
    --------
    >>> folder().is_absolute()
    True
    """
    if own := os.environ.get("RECOUP_MODELS"):
        return Path(own).expanduser().absolute()
    data = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_DATA_HOME", "")
    # The XDG specification says to ignore a relative path.
    home = Path(data) if Path(data).is_absolute() else Path.home() / ".local" / "share"
    return home / "recoup" / "models"


def installed() -> dict[str, Path]:
    """Return the ONNX files that have a card, by name; a name that ships means what ships.

    Examples
    --------
    >>> all(path.suffix == ".onnx" for path in installed().values())
    True
    """
    found: dict[str, Path] = {}
    for place in (folder(), Path(__file__).with_name("weights")):
        for path in sorted(place.glob("*.onnx")):
            if path.with_suffix(".toml").is_file():
                found[path.stem] = path
    return found


def find(name: str) -> tuple[Card, Path]:
    """Return a model's card and ONNX file, after checking one against the other.

    Parameters
    ----------
    name
        Of an installed model; or a path that ends in .onnx, with its card beside it.

    Raises
    ------
    MissingError
        If the catalogue has the model but it is not installed; names the command.
    ModelError
        If there is no such model, its card cannot be read, or the file is not the card's.

    Examples
    --------
    >>> find("swinir-xxl")
    Traceback (most recent call last):
    recoup.errors.ModelError: no model is called 'swinir-xxl'; ...
    """
    path = Path(name).absolute() if name.endswith(".onnx") else installed().get(name)
    if path is None:
        raise _missing(name)
    card_path = path.with_suffix(".toml")
    try:
        return _checked(path, _state(path), card_path, _state(card_path)), path
    except OSError as error:
        wrong = shown(error.filename or path)
        raise ModelError(
            f"{wrong}: cannot be read: {error.strerror}; a model is NAME.onnx with NAME.toml "
            "beside it"
        ) from error


def _state(path: Path) -> tuple[int, int]:
    """Return what changes when a file is written: time and size."""
    info = path.stat()
    return info.st_mtime_ns, info.st_size


@lru_cache(maxsize=64)
def _checked(
    path: Path, _state: tuple[int, int], card_path: Path, _card_state: tuple[int, int]
) -> Card:
    """Read the card and check the file against it, once for each state of the two."""
    try:
        card = Card.read(card_path.read_text(encoding="utf-8"))
    except (ModelError, UnicodeDecodeError) as error:
        raise ModelError(f"{shown(card_path)}: {error}") from error
    if card.scale < 1 or card.multiple < 1 or card.channels not in (1, 3):
        raise ModelError(f"{shown(card_path)}: scale and multiple start at 1, channels are 1 or 3")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != card.sha256:
        stated = f"SHA-256 {card.sha256[:16]}..." if card.sha256 else "no SHA-256"
        raise ModelError(
            f"{shown(path)}: is not the file of its card (SHA-256 {digest[:16]}..., the card "
            f"states {stated}); get or import the weights again"
        )
    if external.check(path):
        raise ModelError(
            f"{shown(path)}: keeps weights in other files, which its card does not cover; "
            "save the model as one file"
        )
    return card


def _missing(name: str) -> Exception:
    """Say how to get a model that is not installed, or which names are like it."""
    if name in CATALOGUE:
        # What is no restorer's weights (LPIPS) cannot come in by import.
        or_import = "" if name == "lpips-alex" else f", or recoup models import FILE --name {name}"
        return MissingError(
            f"the model {name} is not installed: recoup models get {name}{or_import}"
        )
    known = sorted({*CATALOGUE, *installed()})
    close = get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(close)}?" if close else "see recoup models list"
    return ModelError(f"no model is called {shown(name)!r}; {hint}")
