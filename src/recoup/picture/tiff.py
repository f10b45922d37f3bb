"""A Picture as TIFF bytes (TIFF 6.0, 1992; EXIF 2.32, 4.6)."""

from __future__ import annotations

import io
import struct
from typing import Any

import imagecodecs
import numpy as np
import tifffile
from PIL import Image as PillowImage
from PIL import TiffImagePlugin

from recoup.picture.picture import Picture
from recoup.picture.save import stacked

EXIF_TAG, GPS_TAG, XMP_TAG = 34665, 34853, 700
_ASCII, _LONG, _BYTES = 2, 4, 1
DESCRIBING = (270, 271, 272, 305, 306, 315, 33432)
"""First-directory tags of EXIF that describe rather than lay out: description to copyright."""


def packed(picture: Picture) -> bytes:
    r"""Return a TIFF file: deflate with a predictor at 8 and 16 bits, packed samples between.

    Examples
    --------
    >>> from recoup.image import Image
    >>> packed(Picture(Image(np.zeros((2, 2), np.uint8))))[:4] in (b"II*\0", b"MM\0*")
    True
    """
    samples, bits = stacked(picture), picture.image.bits
    grey = picture.image.channels == 1
    tags = [(XMP_TAG, _BYTES, len(picture.xmp), picture.xmp, True)] if picture.xmp else []
    directories = _directories(picture.exif)
    tags += [(tag, _ASCII, 0, text, True) for tag, text in directories.get(0, {}).items()]
    options: dict[str, Any] = {
        "photometric": "minisblack" if grey else "rgb",
        "extrasamples": None if picture.alpha is None else ["unassalpha"],
        "planarconfig": None if samples.ndim == 2 else "contig",
        "iccprofile": picture.icc,
        "extratags": tags,
        "metadata": None,
        "software": False,
        "byteorder": "<",
        "bigtiff": False,
    }
    file = io.BytesIO()
    if 8 < bits < 16:
        row = samples.reshape(samples.shape[0], -1)
        content = bytes(imagecodecs.packints_encode(row, bits, runlen=row.shape[1]))
        tifffile.imwrite(
            file,
            iter([content]),
            shape=samples.shape,
            dtype=np.uint16,
            bitspersample=bits,
            rowsperstrip=samples.shape[0],
            **options,
        )
    else:
        tifffile.imwrite(file, samples, compression="zlib", predictor=True, **options)
    if not directories.keys() & {EXIF_TAG, GPS_TAG}:
        return file.getvalue()
    return _with_directories(file.getvalue(), directories)


def _directories(exif: bytes | None) -> dict[int, dict[int, Any]]:
    """EXIF and GPS directories of an EXIF block by their tag, and under 0 its describing texts."""
    if not exif:
        return {}
    read = PillowImage.Exif()
    read.load(exif)
    out = {tag: dict(read.get_ifd(tag)) for tag in (EXIF_TAG, GPS_TAG)}
    out[0] = {tag: str(read[tag]) for tag in DESCRIBING if read.get(tag)}
    return {tag: entries for tag, entries in out.items() if entries}


def _with_directories(data: bytes, directories: dict[int, dict[int, Any]]) -> bytes:
    """Append the EXIF and GPS directories, and a first directory that points to them as well.

    tifffile writes no directories of its caller's; the first one is copied to the end with the
    new entries, and the old copy is left behind unused.
    """
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    entries = [data[start + 2 + 12 * i :][:12] for i in range(count)]
    out = bytearray(data)
    for tag in (EXIF_TAG, GPS_TAG):
        if tag not in directories:
            continue
        directory = TiffImagePlugin.ImageFileDirectory_v2(b"II*\0\0\0\0\0")
        for key, value in directories[tag].items():
            if not isinstance(value, dict):
                directory[key] = value
        out += bytes(len(out) % 2)
        entries.append(struct.pack("<HHII", tag, _LONG, 1, len(out)))
        out += directory.tobytes(len(out))
    entries.sort(key=lambda entry: struct.unpack_from("<H", entry))
    out += bytes(len(out) % 2)
    struct.pack_into("<I", out, 4, len(out))
    out += struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    return bytes(out)
