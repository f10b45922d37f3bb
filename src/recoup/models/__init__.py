"""Models as files: an ONNX graph and a card that says what it is, whence, and how to feed it.

::

    card.py        Card: ``NAME.toml`` beside ``NAME.onnx``
    store.py       which models are installed, checked against their cards
    catalogue.py   published weights that can be imported, with their addresses
    external.py    refuses ONNX files that read from elsewhere
    engine.py      the only importer of OpenVINO and ONNX Runtime
    live.py        memory that a model needs while it runs
    tiles.py       where tiles lie and how they blend
    run.py         an image through a model
"""

from recoup.models.card import Card
from recoup.models.catalogue import CATALOGUE, Entry
from recoup.models.store import find, folder, installed

__all__ = ["CATALOGUE", "Card", "Entry", "find", "folder", "installed"]
