"""TIFF, 1 to 16 bits, as tifffile reads it (TIFF 6.0, 1992; BigTIFF)."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image as PillowImage

from recoup.errors import TooLargeError, UnreadableError, UnsupportedError
from recoup.picture.alpha import divided
from recoup.picture.colour import from_cmyk
from recoup.picture.decoded import Decoded
from recoup.picture.depth import scaled

_ORIENTATION, _XMP, _EXIF, _GPS = 274, 700, 34665, 34853
_DESCRIBING = (270, 271, 272, 305, 306, 315, 33432)
_GREY_WHITE, _GREY, _RGB, _PALETTE, _CMYK, _YCC = 0, 1, 2, 3, 5, 6
_COLOURS = {_GREY_WHITE: 1, _GREY: 1, _RGB: 3, _PALETTE: 1, _CMYK: 4, _YCC: 3}
_MOST_PAGES = 10_000
_NUMBERS = (
    *("imagewidth", "imagelength", "imagedepth", "tilewidth", "tilelength", "rowsperstrip"),
    *("samplesperpixel", "bitspersample", "subfiletype"),
)


def size(data: bytes) -> tuple[int, int]:
    """Width and height from the first page's tags; its tiles may not be much larger."""
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = _first(file)
        width, height = page.imagewidth, page.imagelength
        tile = page.tilewidth * page.tilelength if page.is_tiled else 0
    if tile > max(width * height * 4, 1 << 24):
        raise TooLargeError(f"has tiles of {tile} pixels in a picture of {width} x {height}")
    return width, height


def decode(data: bytes) -> Decoded:
    """Decode the one page there is; grey, RGB, palette, CMYK or YCbCr to grey or RGB."""
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = _first(file)
        notes = _pages(file)
        _refuse(page)
        _complete(page, len(data))
        samples = page.asarray(maxworkers=1)
        if page.planarconfig == 2 and page.samplesperpixel > 1:
            samples = np.moveaxis(samples, 0, -1)
        exif, said = _exif(data, page)
        notes += said
        return _decoded(page, samples, exif, notes)


def _decoded(
    page: tifffile.TiffPage, samples: NDArray[Any], exif: bytes | None, notes: list[str]
) -> Decoded:
    """Turn a page's samples into grey or RGB with alpha."""
    kind = int(page.photometric)
    stated = page.bitspersample
    alpha = bool(page.extrasamples)
    icc = page.iccprofile
    if samples.dtype == np.bool_:
        samples = samples.astype(np.uint8)
    if kind == _PALETTE:
        samples, bits = _through(page, samples)
        notes.append("palette expanded to RGB")
    else:
        samples, bits = scaled(samples, (1 << stated) - 1)
    if kind == _GREY_WHITE:
        colours = samples if not alpha else samples[..., :1]
        colours = ((1 << bits) - 1) - colours
        samples = np.concatenate([colours, samples[..., 1:]], axis=2) if alpha else colours
        notes.append("grey with white as 0 inverted")
    elif kind == _CMYK:
        rgb, note = from_cmyk(np.ascontiguousarray(samples[..., :4]), icc)
        samples = np.concatenate([rgb, samples[..., 4:]], axis=2)
        icc = None
        notes.append(note)
    if alpha and int(page.extrasamples[0]) == 1:
        samples = divided(samples, bits)
        notes.append("premultiplied alpha divided out")
    return Decoded(
        format="TIFF",
        samples=samples,
        bits=bits,
        alpha=alpha,
        orientation=_orientation(page),
        icc=icc,
        exif=exif,
        xmp=_xmp(page),
        notes=tuple(notes),
    )


def _first(file: tifffile.TiffFile) -> tifffile.TiffPage:
    """Return the first page, its sizes checked to be one number each.

    tifffile gives a tuple for a tag that states several, and sums with that go far astray.
    """
    page = file.pages.first
    for name in _NUMBERS:
        if not isinstance(getattr(page, name), int):
            raise UnreadableError(f"is damaged (several values for {name})")
    return page


def _pages(file: tifffile.TiffFile) -> list[str]:
    """Notes on pages that are no pictures of their own; an error if there are several that are."""
    full = masks = 0
    seen: set[int] = set()
    for page in file.pages:
        if page.offset in seen:
            break  # directories that lead back to an earlier one end there
        seen.add(page.offset)
        if len(seen) > _MOST_PAGES:
            raise UnsupportedError(f"has more than {_MOST_PAGES} pages; extract one first")
        kind = page.aspage().subfiletype
        masks += bool(kind & 4 and not kind & 1)
        full += not kind & 5
    if full > 1:
        raise UnsupportedError(f"has {full} pages; extract one first, e.g. tiffcp FILE,0 out.tif")
    return ["transparency mask page left out"] if masks else []


def _refuse(page: tifffile.TiffPage) -> None:
    """Raise UnsupportedError for a kind that would have to be altered."""
    kind = int(page.photometric)
    if page.is_dng or kind in (32803, 34892):
        raise UnsupportedError("is a camera raw file; develop it to a 16-bit TIFF first")
    if page.subfiletype & 1:
        raise UnsupportedError("starts with a thumbnail, as camera raw files do; convert it first")
    if page.dtype is None or page.dtype.kind == "f" or int(page.sampleformat) == 3:
        raise UnsupportedError("has float samples; convert it to 8 or 16 bits first")
    if page.dtype.kind == "i" or int(page.sampleformat) == 2:
        raise UnsupportedError("has signed samples; convert it to unsigned 8 or 16 bits first")
    if page.dtype.kind not in "ub" or page.bitspersample > 16:
        raise UnsupportedError(
            f"has {page.bitspersample} bits a sample; convert it to at most 16 bits first"
        )
    if kind not in _COLOURS or (kind == _YCC and int(page.compression) not in (6, 7)):
        raise UnsupportedError(f"has colours of kind {page.photometric!s}; convert it to RGB first")
    if page.imagedepth != 1:
        raise UnsupportedError("is a volume; extract a slice first")
    extra = page.samplesperpixel - _COLOURS[kind]
    if extra not in (0, 1) or (extra and [int(e) for e in page.extrasamples] not in ([1], [2])):
        raise UnsupportedError(
            f"has {page.samplesperpixel} channels, of which {max(extra, 0)} are neither colour "
            "nor stated to be alpha; keep one, three, or those and alpha"
        )


def _complete(page: tifffile.TiffPage, length: int) -> None:
    """Raise UnreadableError if a strip or tile lies beyond the file's end."""
    spans = list(zip(page.dataoffsets, page.databytecounts, strict=False))
    if any(start + count > length for start, count in spans):
        raise UnreadableError("is truncated (some of its pixels lie beyond the file's end)")
    if any(count == 0 for _, count in spans) or len(spans) < math.prod(page.chunked):
        raise UnreadableError("is incomplete (some of its strips or tiles are empty)")


def _through(page: tifffile.TiffPage, index: NDArray[Any]) -> tuple[NDArray[Any], int]:
    """Palette entries of a picture; 8 bits unless the palette says more."""
    table = page.colormap
    if table is None or table.shape[0] != 3:
        raise UnreadableError("is damaged (no palette)")
    low, high = table & 0xFF, table >> 8
    if np.array_equal(low, high) or not low.any():
        return high.astype(np.uint8).T[index], 8
    return table.T[index], 16


def _orientation(page: tifffile.TiffPage) -> int:
    """Orientation tag, 1 if there is none that makes sense."""
    value = page.tags.valueof(_ORIENTATION, 1)
    return int(value) if value in range(1, 9) else 1


def _xmp(page: tifffile.TiffPage) -> bytes | None:
    """XMP packet."""
    value = page.tags.valueof(_XMP)
    return bytes(value) if isinstance(value, bytes) else None


def _exif(data: bytes, page: tifffile.TiffPage) -> tuple[bytes | None, list[str]]:
    """EXIF block made of the file's EXIF and GPS directories and its describing tags; notes."""
    held = {tag.code for tag in page.tags} & {_EXIF, _GPS, *_DESCRIBING}
    if not held or data[:4] not in (b"II*\0", b"MM\0*"):
        return None, []
    try:
        return _collected(data), []
    except Exception:  # noqa: BLE001  (Pillow meets damage in many ways; the pixels are whole)
        return None, ["EXIF damaged and left out"]


def _collected(data: bytes) -> bytes:
    """Collect the EXIF block from the file's first directory and those it points to."""
    read, out = PillowImage.Exif(), PillowImage.Exif()
    read.load(data)
    for tag in _DESCRIBING:
        if read.get(tag):
            out[tag] = read[tag]
    for tag in (_EXIF, _GPS):
        out.get_ifd(tag).update(read.get_ifd(tag))
    return out.tobytes().removeprefix(b"Exif\0\0")
