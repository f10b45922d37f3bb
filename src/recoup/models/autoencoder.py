"""Models of the learned codec on this machine: three files and a card for each.

``NAME-analysis.onnx`` makes latents of a picture, ``NAME-synthesis.onnx`` a picture of latents,
``NAME-prior.npz`` holds integers that say how likely each symbol is; ``NAME.toml`` is the card.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from recoup.errors import ModelError
from recoup.models.card import Card
from recoup.models.store import folder
from recoup.picture import shown

_PRIOR = "-prior.npz"


@dataclass(frozen=True)
class Autoencoder:
    """One model.

    Attributes
    ----------
    card
        Its ``sha256`` is of the prior and the synthesis, in this order: what a decoder needs.
    path
        Of the card.
    """

    card: Card
    path: Path

    @property
    def identity(self) -> bytes:
        """What files name it by: the first 8 bytes of the hash."""
        return bytes.fromhex(self.card.sha256)[:8]

    def part(self, name: str) -> Path:
        """Path of ``analysis.onnx``, ``synthesis.onnx`` or ``prior.npz``."""
        return self.path.with_name(f"{self.path.stem}-{name}")


def autoencoders() -> dict[str, Path]:
    """Cards of the models on this machine, by name; a name that ships means what ships.

    Examples
    --------
    >>> all(path.suffix == ".toml" for path in autoencoders().values())
    True
    """
    found = {}
    for place in (folder(), Path(__file__).with_name("weights")):
        for prior in sorted(place.glob(f"*{_PRIOR}")):
            card = prior.with_name(prior.name.removesuffix(_PRIOR) + ".toml")
            if card.is_file():
                found[card.stem] = card
    return found


def find_autoencoder(name: str) -> Autoencoder:
    """Return a model, after checking its files against its card.

    Raises
    ------
    ModelError
        If there is none, its card cannot be read, or the files are not the card's.

    Examples
    --------
    >>> find_autoencoder("vae-xxl")
    Traceback (most recent call last):
    recoup.errors.ModelError: no model of the learned codec is called 'vae-xxl'; ...
    """
    path = autoencoders().get(name)
    if path is None:
        known = ", ".join(autoencoders()) or "none"
        raise ModelError(
            f"no model of the learned codec is called {shown(name)!r}; there is: {known}"
        )
    try:
        parts = [path.with_name(f"{path.stem}-{part}") for part in ("prior.npz", "synthesis.onnx")]
        state = tuple((one.stat().st_mtime_ns, one.stat().st_size) for one in (path, *parts))
        return _checked(path, state)
    except OSError as error:
        raise ModelError(
            f"{shown(error.filename or path)}: cannot be read: {error.strerror}"
        ) from error


def identified(identity: bytes) -> Autoencoder:
    """Return the model that a file names.

    Parameters
    ----------
    identity
        8 bytes, as in the file.

    Raises
    ------
    ModelError
        If it is not on this machine.

    Examples
    --------
    >>> identified(bytes(8))
    Traceback (most recent call last):
    recoup.errors.ModelError: the file needs the model 0000000000000000, which is not here; ...
    """
    for name in autoencoders():
        model = find_autoencoder(name)
        if model.identity == identity:
            return model
    raise ModelError(
        f"the file needs the model {identity.hex()}, which is not here; put its card and its "
        f"three files into {shown(folder())}"
    )


@lru_cache(maxsize=16)
def _checked(path: Path, _state: tuple[tuple[int, int], ...]) -> Autoencoder:
    """Read the card and check the files against it, once for each state of them."""
    try:
        card = Card.read(path.read_text(encoding="utf-8"))
    except (ModelError, UnicodeDecodeError) as error:
        raise ModelError(f"{shown(path)}: {error}") from error
    model = Autoencoder(card, path)
    digest = hashlib.sha256()
    for part in ("prior.npz", "synthesis.onnx"):
        digest.update(model.part(part).read_bytes())
    if digest.hexdigest() != card.sha256:
        raise ModelError(
            f"{shown(path)}: its files are not those of the card (SHA-256 "
            f"{digest.hexdigest()[:16]}..., the card states {card.sha256[:16]}...)"
        )
    return model
