"""jpegli by its C interface, which pyjpegli carries: its own call has one subsampling and no scans.

The interface is libjpeg 6b's, structures and all. Source: jpeglib.h of libjpeg 6b (1998), and
jpegli's lib/jpegli/encode.h (2022).
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version

import numpy as np

from recoup.errors import CodecError, MissingError
from recoup.image import Image

KNOWN = "0.3."
"""Versions of pyjpegli whose structures are known to be the ones below."""

_ABI = 62
_GREY, _RGB = 1, 2
_SCANS = 2
"""jpegli's progressive level with the most scans, the default of its own ``cjpegli``."""


class _Component(ctypes.Structure):
    """``jpeg_component_info``, as far as it is written here."""

    _fields_ = [
        ("component_id", ctypes.c_int),
        ("component_index", ctypes.c_int),
        ("h_samp_factor", ctypes.c_int),
        ("v_samp_factor", ctypes.c_int),
        ("_rest", ctypes.c_int * 20),
    ]


class _Compress(ctypes.Structure):
    """``jpeg_compress_struct`` of libjpeg 6b on a 64-bit system."""

    _fields_ = [
        ("err", ctypes.c_void_p),
        ("_common", ctypes.c_void_p * 4),
        ("dest", ctypes.c_void_p),
        ("image_width", ctypes.c_uint),
        ("image_height", ctypes.c_uint),
        ("input_components", ctypes.c_int),
        ("in_color_space", ctypes.c_int),
        ("input_gamma", ctypes.c_double),
        ("data_precision", ctypes.c_int),
        ("num_components", ctypes.c_int),
        ("jpeg_color_space", ctypes.c_int),
        ("comp_info", ctypes.POINTER(_Component)),
        ("_tables", ctypes.c_void_p * 12),
        ("_arithmetic", ctypes.c_uint8 * 48),
        ("num_scans", ctypes.c_int),
        ("scan_info", ctypes.c_void_p),
        ("raw_data_in", ctypes.c_int),
        ("arith_code", ctypes.c_int),
        ("optimize_coding", ctypes.c_int),
        ("_rest", ctypes.c_uint8 * 252),
    ]


@cache
def interface() -> ctypes.CDLL | None:
    """Open jpegli's C interface, or return None where this pyjpegli does not show one we know.

    Examples
    --------
    >>> interface() is interface()
    True
    """
    try:
        import pyjpegli
    except ImportError:
        return None
    library = ctypes.CDLL(pyjpegli.__file__)
    known = version("pyjpegli").startswith(KNOWN) and ctypes.sizeof(ctypes.c_long) == 8
    if not known or not hasattr(library, "jpegli_set_progressive_level"):
        return None
    library.jpegli_std_error.restype = ctypes.c_void_p
    library.jpegli_write_scanlines.restype = ctypes.c_uint
    return library


def encode(
    image: Image, quality: int, factors: tuple[int, int], *, optimize: bool, progressive: bool
) -> bytes:
    """Return a JFIF file by jpegli.

    Parameters
    ----------
    image
        8 bits, grey or RGB.
    quality
        1 to 100, libjpeg's scale.
    factors
        Chroma's horizontal and vertical step: (2, 2) is 4:2:0. Without meaning for grey.
    optimize
        Huffman tables fitted to the picture.
    progressive
        Several scans.

    Raises
    ------
    MissingError
        If this pyjpegli shows no C interface.
    CodecError
        If jpegli takes fewer rows than there are.

    Examples
    --------
    >>> grey = Image(np.full((8, 8, 1), 128, np.uint8))
    >>> encode(grey, 75, (1, 1), optimize=True, progressive=True)[:2].hex()
    'ffd8'
    """
    library = interface()
    if library is None:
        raise MissingError(f"jpegli: no C interface here; pip install 'pyjpegli=={KNOWN}*'")
    with _compressor(library) as (state, made):
        here = ctypes.byref(state)
        state.image_width, state.image_height = image.width, image.height
        state.input_components = image.channels
        state.in_color_space = _GREY if image.channels == 1 else _RGB
        library.jpegli_set_defaults(here)
        if image.channels == 3:
            luma = state.comp_info[0]
            luma.h_samp_factor, luma.v_samp_factor = factors
            for chroma in (state.comp_info[1], state.comp_info[2]):
                chroma.h_samp_factor = chroma.v_samp_factor = 1
        library.jpegli_set_quality(here, quality, 1)
        state.optimize_coding = optimize
        library.jpegli_set_progressive_level(here, _SCANS if progressive else 0)
        library.jpegli_start_compress(here, 1)
        _write(library, state, image)
        library.jpegli_finish_compress(here)
        return made()


def _write(library: ctypes.CDLL, state: _Compress, image: Image) -> None:
    """Hand over every row."""
    start, step = image.samples.ctypes.data, image.samples.strides[0]
    rows = start + step * np.arange(image.height, dtype=np.uintp)
    taken = library.jpegli_write_scanlines(
        ctypes.byref(state), rows.ctypes.data_as(ctypes.c_void_p), ctypes.c_uint(image.height)
    )
    if taken != image.height:
        raise CodecError(f"jpegli: {taken} of {image.height} rows taken")


@contextmanager
def _compressor(library: ctypes.CDLL) -> Iterator[tuple[_Compress, _Made]]:
    """A compressor that writes to memory, freed in the end with what it wrote."""
    errors = ctypes.create_string_buffer(1024)  # jpeg_error_mgr, with room to spare
    state, made = _Compress(), _Made()
    state.err = library.jpegli_std_error(errors)
    here = ctypes.byref(state)
    library.jpegli_CreateCompress(here, _ABI, ctypes.c_size_t(ctypes.sizeof(state)))
    library.jpegli_mem_dest(here, ctypes.byref(made.start), ctypes.byref(made.size))
    try:
        yield state, made
    finally:
        library.jpegli_destroy_compress(here)
        ctypes.CDLL(None).free(made.start)


class _Made:
    """Where the file lies in memory, which the library's malloc gave."""

    def __init__(self) -> None:
        self.start, self.size = ctypes.c_void_p(), ctypes.c_ulong()

    def __call__(self) -> bytes:
        """A copy of it."""
        return ctypes.string_at(self.start, self.size.value)
