"""CharLS by its C interface: imagecodecs' encoder states no other depth than 8 or 16 bits."""

from __future__ import annotations

import ctypes

from recoup.codecs.library import bundled, planes
from recoup.errors import CodecError, MissingError
from recoup.image import Image

_INTERLEAVED_BY_SAMPLE = 2


class _Frame(ctypes.Structure):
    """``charls_frame_info`` of charls/public_types.h."""

    _fields_ = [
        ("width", ctypes.c_uint32),
        ("height", ctypes.c_uint32),
        ("bits_per_sample", ctypes.c_int32),
        ("component_count", ctypes.c_int32),
    ]


def encode_exact_depth(image: Image, near: int) -> bytes:
    """Return a JPEG-LS file whose frame header states the image's own depth.

    Raises
    ------
    CodecError
        If CharLS fails.
    MissingError
        If the library that imagecodecs carries cannot be opened by itself.

    Examples
    --------
    >>> import numpy as np
    >>> data = encode_exact_depth(Image(np.zeros((2, 3, 1), np.uint16), bits=12), near=0)
    >>> data[2:4].hex(), data[6]  # the frame header's marker and depth
    ('fff7', 12)
    """
    library = bundled("charls")
    if library is None:
        raise MissingError(f"JPEG-LS of {image.bits} bits needs CharLS as a shared library")
    library.charls_jpegls_encoder_create.restype = ctypes.c_void_p
    encoder = ctypes.c_void_p(library.charls_jpegls_encoder_create())
    try:
        return _encode(library, encoder, image, near)
    finally:
        library.charls_jpegls_encoder_destroy(encoder)


def _encode(library: ctypes.CDLL, encoder: ctypes.c_void_p, image: Image, near: int) -> bytes:
    """Run the calls of one encoding."""

    def call(function: str, *args: object) -> None:
        code = library[f"charls_jpegls_encoder_{function}"](encoder, *args)
        if code:
            library.charls_get_error_message.restype = ctypes.c_char_p
            message = library.charls_get_error_message(code).decode()
            raise CodecError(f"JPEG-LS encode: {message}")

    frame = _Frame(image.width, image.height, image.bits, image.channels)
    out = ctypes.create_string_buffer(largest(image))
    written = ctypes.c_size_t()
    samples = planes(image)
    call("set_frame_info", ctypes.byref(frame))
    call("set_near_lossless", ctypes.c_int32(near))
    call("set_interleave_mode", _INTERLEAVED_BY_SAMPLE if image.channels == 3 else 0)
    call("set_destination_buffer", out, ctypes.c_size_t(len(out)))
    size = ctypes.c_size_t(samples.nbytes)
    call("encode_from_buffer", samples.ctypes.data_as(ctypes.c_void_p), size, 0)
    call("get_bytes_written", ctypes.byref(written))
    return out.raw[: written.value]


def largest(image: Image) -> int:
    """Bytes that no JPEG-LS file of ``image`` exceeds: CharLS' own guess is too small for noise.

    A sample costs at most 4 bits per bit of depth (ISO/IEC 14495-1, LIMIT), and a stuffed bit
    after each byte of ones.

    Examples
    --------
    >>> import numpy as np
    >>> largest(Image(np.zeros((10, 10, 1), np.uint8)))
    4596
    """
    return image.samples.nbytes * 5 + 4096
