"""The door to the coding libraries: their arrays, their errors, their versions."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recoup.errors import CodecError, MissingError, RecoupError
from recoup.image import Image, Samples


@contextmanager
def failing(what: str) -> Iterator[None]:
    """Turn whatever a library raises into one clear line that starts with ``what``.

    Raises
    ------
    MissingError
        If the library itself cannot be imported.
    CodecError
        For every other error that is not recoup's own.

    Examples
    --------
    >>> with failing("JPEG decode"):
    ...     raise RuntimeError("bad marker")
    Traceback (most recent call last):
    recoup.errors.CodecError: JPEG decode: bad marker
    """
    try:
        yield
    except RecoupError:
        raise
    except ImportError as error:
        raise MissingError(f"{what}: {_line(error)}; pip install recoup brings it") from error
    except MemoryError as error:
        raise CodecError(f"{what}: not enough memory") from error
    except Exception as error:
        raise CodecError(f"{what}: {_line(error)}") from error


def planes(image: Image) -> Samples:
    """Return the samples as the libraries want them: (height, width) for grey, else with channels.

    Examples
    --------
    >>> import numpy as np
    >>> planes(Image(np.zeros((2, 3, 1), np.uint8))).shape
    (2, 3)
    """
    return image.samples[:, :, 0] if image.channels == 1 else image.samples


def depth_refusal(title: str, image: Image, depths: tuple[int, ...]) -> str | None:
    """Why a format that has only ``depths`` cannot take ``image``, or None.

    Examples
    --------
    >>> import numpy as np
    >>> depth_refusal("WebP", Image(np.zeros((1, 1), np.uint16)), (8,))
    'WebP takes 8 bits; this picture has 16'
    """
    if image.bits in depths:
        return None
    words = " or ".join([", ".join(map(str, depths[:-1])), str(depths[-1])][len(depths) == 1 :])
    return f"{title} takes {words} bits; this picture has {image.bits}"


def side_refusal(title: str, image: Image, longest: int) -> str | None:
    """Why a format with sides of at most ``longest`` cannot take ``image``, or None.

    Examples
    --------
    >>> import numpy as np
    >>> side_refusal("WebP", Image(np.zeros((1, 20000), np.uint8)), 16383)
    'WebP takes sides up to 16383; this picture is 20000x1'
    """
    if max(image.width, image.height) <= longest:
        return None
    size = f"{image.width}x{image.height}"
    return f"{title} takes sides up to {longest}; this picture is {size}"


def imagecodecs_version(library: str) -> str:
    """Return ``library`` followed by the version of the binding that carries it.

    Examples
    --------
    >>> imagecodecs_version("libwebp 1.6.0")
    'libwebp 1.6.0 (imagecodecs ...)'
    """
    import imagecodecs

    return f"{library} (imagecodecs {imagecodecs.__version__})"


def bundled(stem: str) -> ctypes.CDLL | None:
    """Open the shared library ``stem`` that imagecodecs carries, or the system's, or None.

    For what imagecodecs' own functions do not reach.

    Examples
    --------
    >>> bundled("no-such-library") is None
    True
    """
    import imagecodecs

    package = Path(imagecodecs.__file__).parent
    for folder in (package.parent / "imagecodecs.libs", package / ".dylibs"):
        for path in sorted(folder.glob(f"*{stem}*")):
            return ctypes.CDLL(str(path))
    found = ctypes.util.find_library(stem)
    return ctypes.CDLL(found) if found else None


def _line(error: BaseException) -> str:
    """Return the error's text on one line, its type where it has none."""
    return " ".join(str(error).split()) or type(error).__name__
