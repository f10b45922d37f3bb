"""Picture files made smaller: at chosen settings or the smallest that meets a target.

::

    scales.py     each lossy format's quality, and the settings that are searched
    encode.py     one picture at one setting, with what it carries and a promise
    target.py     the smallest file whose picture, as restored, meets a target
    compress.py   files
    decompress.py files of the learned codec back to pictures
"""

from recoup.compress.compress import Compressed, compress
from recoup.compress.decompress import Decompressed, decompress
from recoup.compress.target import Target

__all__ = ["Compressed", "Decompressed", "Target", "compress", "decompress"]
