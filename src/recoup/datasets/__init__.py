"""Picture sets: known ones and folders of the user's own, divided, checked and degraded.

::

    CATALOGUE           name -> Entry: home, files, licence, what it may be used for
    get(name)           fetch a set, whole or not at all
    resolve(name, ...)  names, folders, files and globs -> picture files
    split(...)          pictures -> train, valid, test, by content; parts(...) reads it back
    leaks(a, b)         pictures that both sets show
    flattered(a, cards) pictures that models were trained on, without their training sets
    degrade(...)        a folder through filters and codecs
"""

from recoup.datasets.catalogue import CATALOGUE, Entry, File
from recoup.datasets.degrade import Degraded, degrade
from recoup.datasets.get import folder, get, resolve
from recoup.datasets.leak import Leak, leaks
from recoup.datasets.split import PARTS, parts, split
from recoup.datasets.trained_on import Flattered, flattered
from recoup.errors import DataError

__all__ = [
    "CATALOGUE",
    "PARTS",
    "DataError",
    "Degraded",
    "Entry",
    "File",
    "Flattered",
    "Leak",
    "degrade",
    "flattered",
    "folder",
    "get",
    "leaks",
    "parts",
    "resolve",
    "split",
]
