"""Picture sets: known ones and folders of the user's own, divided, checked and degraded.

::

    CATALOGUE           name -> Entry: home, files, licence, what it may be used for
    get(name)           fetch a set, whole or not at all
    resolve(name)       name, folder, file or glob -> picture files
    split(...)          pictures -> train, valid, test, by content; parts(...) reads it back
    leaks(a, b)         pictures that both sets show
    degrade(...)        a folder through filters and codecs
"""

from recoup.datasets.catalogue import CATALOGUE, Entry, File
from recoup.datasets.degrade import Degraded, degrade
from recoup.datasets.get import folder, get, resolve
from recoup.datasets.leak import Leak, leaks
from recoup.datasets.split import PARTS, parts, split
from recoup.errors import DataError

__all__ = [
    "CATALOGUE",
    "PARTS",
    "DataError",
    "Degraded",
    "Entry",
    "File",
    "Leak",
    "degrade",
    "folder",
    "get",
    "leaks",
    "parts",
    "resolve",
    "split",
]
