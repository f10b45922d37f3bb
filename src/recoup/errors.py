"""Everything recoup raises on purpose.

::

    RecoupError                  one clear line: what, which file, the way out
    ├── PictureError             a file that is not used as a picture
    │   ├── UnreadableError      damaged, empty, or no picture at all
    │   ├── UnsupportedError     a picture, but of a kind recoup refuses (animated, float, ...)
    │   └── TooLargeError        more pixels than the limit allows
    ├── CodecError               an encoder or decoder that failed
    ├── NotApplicableError       a setting that cannot take this picture (not a failure)
    ├── ChainError               a chain, codec, filter or metric that cannot be understood
    ├── MissingError             a library or program that is not installed
    ├── ModelError               a model, its weights or its card that cannot be used
    ├── DataError                a data set, an archive or a split that cannot be used
    ├── DownloadError            a file that cannot be fetched, or is not the one asked for
    ├── TrainingError            a recipe, training data or a checkpoint that cannot be used
    └── StoreError               a results folder that cannot be read or written

And what it only warns of: FlatteringWarning, a test picture that a model was trained on.
"""


class RecoupError(Exception):
    """The root of the tree; its text is shown to the user as it stands."""


class PictureError(RecoupError):
    """A file that is not used as a picture."""


class UnreadableError(PictureError):
    """The file is damaged, empty, or not a picture."""


class UnsupportedError(PictureError):
    """The file is a picture of a kind that recoup refuses rather than alters."""


class TooLargeError(PictureError):
    """The picture has more pixels than the limit allows."""


class CodecError(RecoupError):
    """An encoder or decoder failed on this picture or these bytes."""


class NotApplicableError(RecoupError):
    """A codec, filter or metric that cannot take this picture; nothing failed."""


class ChainError(RecoupError):
    """A chain, codec, filter or metric is not written as recoup understands it."""


class MissingError(RecoupError):
    """A library or program is not installed; the text names the command that installs it."""


class ModelError(RecoupError):
    """A model, its weights or its card cannot be used."""


class DataError(RecoupError):
    """A data set, an archive or a split file cannot be used."""


class DownloadError(RecoupError):
    """A file cannot be fetched, or is not the one that was asked for."""


class TrainingError(RecoupError):
    """A recipe, training pictures or a checkpoint cannot be used."""


class StoreError(RecoupError):
    """A results folder cannot be read or written."""


class FlatteringWarning(UserWarning):
    """A picture to be measured on is one that a model was trained on."""
