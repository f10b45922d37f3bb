"""Published weights of the catalogue become models."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from recoup.models import Card, Entry
from recoup.models.fetch import Fetched
from recoup.models.ncnn import rrdb_state
from recoup.training.export import export


def build(entry: Entry, fetched: Fetched, out: Path) -> Card:
    """Write the model of an entry's weights, and its card.

    Parameters
    ----------
    entry
        Gives the card its name, task, data and licence.
    fetched
        The weights: as PyTorch saves them, safetensors, or ncnn's ``.bin`` of an RRDBNet.
    out
        Folder of models; made if absent.

    Raises
    ------
    ModelError
        If the weights cannot be used; nothing is written.

    Examples
    --------
    >>> from recoup.models import CATALOGUE
    >>> build(CATALOGUE["dncnn3"], Fetched(Path("none.pth"), ""), Path())
    Traceback (most recent call last):
        ...
    recoup.errors.ModelError: none.pth: No such file or directory
    """
    with TemporaryDirectory() as folder:
        path = fetched.path
        if path.suffix == ".bin":
            from safetensors.numpy import save_file

            path = Path(folder, f"{entry.name}.safetensors")
            save_file(rrdb_state(fetched.path.read_bytes()), path)
        return export(
            path,
            out=out,
            name=entry.name,
            task=entry.task,
            data=entry.data,
            licence=entry.licence,
            source=fetched.told,
        )
