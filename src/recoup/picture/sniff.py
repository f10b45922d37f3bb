"""What a file is, told by its first bytes and never by its name."""

from __future__ import annotations

import re

from recoup.errors import UnreadableError, UnsupportedError

_MAGIC = (
    ("png", rb"\x89PNG\r\n\x1a\n"),
    ("webp", rb"RIFF....WEBP"),
    ("jpegxl", rb"\xff\x0a|\x00\x00\x00\x0cJXL \r\n\x87\n"),
    ("jpeg2000", rb"\xff\x4f\xff\x51|\x00\x00\x00\x0cjP  \r\n\x87\n"),
    ("bmp", rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00"),
    ("netpbm", rb"P[1-6][\s#]|P7\n"),
)
_REFUSED = (
    ("a GIF", rb"GIF8[79]a"),
    ("a PDF", rb"%PDF-"),
    ("PostScript", rb"%!PS"),
    (
        "an SVG drawing",
        rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!DOC[^>]*>\s*)?<svg",
    ),
    ("an OpenEXR picture (float HDR)", rb"v/1\x01"),
    ("a Radiance picture (float HDR)", rb"#\?(?:RADIANCE|RGBE)"),
    ("a PFM picture (float HDR)", rb"P[Ff]\s"),
    ("a Photoshop document", rb"8BPS"),
    ("an icon", rb"\x00\x00[\x01\x02]\x00[^\x00]\x00"),
    ("a JPEG XR picture", rb"II\xbc"),
    ("a camera raw file", rb"FUJIFILMCCD-RAW|IIR[OS]|IIU\x00|II\*\x00....CR|FOVb|\x00MRM"),
    ("a file of recoup's learned codec (recoup decompress opens it)", rb"\x89RCP\r\n\x1a\n"),
    ("a QOI picture", rb"qoif"),
    ("a DDS texture", rb"DDS "),
    ("a FITS picture", rb"SIMPLE  ="),
    ("a DICOM file", rb".{128}DICM"),
)
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BRANDS = {
    b"heic": "a HEIC picture",
    b"heix": "a HEIC picture",
    b"hevc": "a HEIC picture",
    b"heim": "a HEIC picture",
    b"heis": "a HEIC picture",
    b"mif1": "a HEIF picture",
    b"msf1": "a HEIF picture",
    b"crx ": "a camera raw file",
}


def sniff(data: bytes) -> str:
    r"""Return the name of the format's module.

    Raises
    ------
    UnsupportedError
        For pictures that recoup refuses.
    UnreadableError
        For anything else.

    Examples
    --------
    >>> sniff(b"P5 1 1 255 x"), sniff(b"MM\0*" + bytes(8))
    ('netpbm', 'tiff')
    """
    head = data[:4096]
    if _matches(rb"\xff\xd8\xff", head):
        return "jpegls" if _lossless_jpeg(data) else "jpeg"
    for name, pattern in _MAGIC:
        if _matches(pattern, head):
            return name
    for what, pattern in _REFUSED:
        if _matches(pattern, head):
            raise UnsupportedError(f"is {what}; convert it to PNG or TIFF first")
    if head[:4] in _TIFF:
        return "tiff"
    if head[4:8] == b"ftyp":
        return _brand(head)
    raise UnreadableError(f"is {_otherwise(head)}, not a picture that recoup knows")


def _lossless_jpeg(data: bytes) -> bool:
    """Whether the first frame header is JPEG-LS's."""
    at = 2
    while data[at : at + 1] == b"\xff" and at + 4 <= len(data):
        marker = data[at + 1]
        if marker == 0xF7:
            return True
        if 0xC0 <= marker <= 0xC3 or marker == 0xDA:
            return False
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return False


def _brand(head: bytes) -> str:
    """Tell AVIF from other files in the same container, by major then compatible brands."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]
    if b"avif" in brands or b"avis" in brands:
        return "avif"
    for brand in brands:
        if brand in _BRANDS:
            raise UnsupportedError(f"is {_BRANDS[brand]}; convert it to PNG or TIFF first")
    raise UnreadableError("is a video or another file of that family, not a picture")


def _otherwise(head: bytes) -> str:
    """Say what such bytes look like."""
    if len(head) < 12:
        return f"only {len(head)} bytes long"
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:
            return "data"
        text = head[: error.start].decode("utf-8")
    if all(c.isprintable() or c.isspace() for c in text):
        return "text"
    return "data"


def _matches(pattern: bytes, head: bytes) -> bool:
    """Whether the head starts with the pattern; a dot is any byte."""
    return re.match(pattern, head, re.DOTALL) is not None
