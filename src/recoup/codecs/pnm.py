"""PNM files, the plainest there are: a short text header and the samples."""

from __future__ import annotations

import re

import numpy as np

from recoup.errors import CodecError
from recoup.image import Image

_HEADER = re.compile(
    rb"P([56])(?:\s|#[^\n]*\n)+" + rb"(\d{1,9})(?:\s|#[^\n]*\n)+" * 2 + rb"(\d+)\s"
)


def write_pnm(image: Image) -> bytes:
    r"""Return a PGM (P5) or PPM (P6) file, big-endian above 8 bits, its maxval the peak.

    Source: the Netpbm formats pgm(5) and ppm(5).

    Examples
    --------
    >>> write_pnm(Image(np.full((1, 2, 1), 65, np.uint8)))
    b'P5\n2 1\n255\nAA'
    """
    kind = 5 if image.channels == 1 else 6
    header = f"P{kind}\n{image.width} {image.height}\n{image.peak}\n".encode()
    big = image.samples if image.bits == 8 else image.samples.astype(">u2")
    return header + big.tobytes()


def read_pnm(data: bytes) -> Image:
    r"""Read such a file.

    Raises
    ------
    CodecError
        If it is no binary PGM or PPM, is cut short, or its maxval is not ``2**bits - 1`` for 8
        to 16 bits.

    Examples
    --------
    >>> read_pnm(b"P5\n2 1\n255\nAA").samples.ravel().tolist()
    [65, 65]
    """
    header = _HEADER.match(data)
    if header is None:
        raise CodecError("PNM decode: no binary PGM or PPM header")
    channels = 1 if header[1] == b"5" else 3
    width, height = int(header[2]), int(header[3])
    bits = int(header[4]).bit_length()
    if not 8 <= bits <= 16 or int(header[4]) != (1 << bits) - 1:
        raise CodecError(f"PNM decode: maxval {int(header[4])} is not 2^bits - 1 for 8 to 16 bits")
    dtype = np.dtype(np.uint8 if bits == 8 else ">u2")
    needed = width * height * channels * dtype.itemsize
    if len(data) - header.end() != needed:
        raise CodecError(
            f"PNM decode: {needed} bytes of samples announced, {len(data) - header.end()} there"
        )
    samples = np.frombuffer(data, dtype, offset=header.end()).reshape(height, width, channels)
    try:
        return Image(samples.astype(dtype.newbyteorder("=")), bits)
    except ValueError as error:
        raise CodecError(f"PNM decode: {error}") from error
