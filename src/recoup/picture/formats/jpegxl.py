"""JPEG XL, 8 to 16 bits (ISO/IEC 18181-1:2024 codestream, 18181-2:2024 container)."""

from __future__ import annotations

from dataclasses import dataclass

import imagecodecs

from recoup.errors import UnreadableError, UnsupportedError
from recoup.picture.alpha import divided
from recoup.picture.bits import Bits
from recoup.picture.boxes import boxes
from recoup.picture.decoded import Decoded
from recoup.picture.depth import scaled
from recoup.picture.profile import SRGB, Space, from_cicp, made

_HEADER = 4096
_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_WHITES = {10: (1 / 3, 1 / 3), 11: (0.314, 0.351)}
_ALPHA, _BLACK = 0, 4


@dataclass(frozen=True)
class Header:
    """What a codestream's header states."""

    width: int
    height: int
    bits: int = 8
    turned: bool = False
    extra: tuple[int, ...] = ()
    premultiplied: bool = False
    grey: bool = False
    space: Space | None = SRGB


def size(data: bytes) -> tuple[int, int]:
    """Width and height from the codestream."""
    return stated_size(Bits(_start(data)))


def decode(data: bytes) -> Decoded:
    """Decode a still JPEG XL; libjxl turns it upright."""
    header = _header(data)
    if header.space is None:
        raise UnsupportedError(
            "has an embedded ICC profile, which recoup cannot reach in JPEG XL; convert it to PNG "
            "first, e.g. djxl FILE out.png"
        )
    if _BLACK in header.extra:
        raise UnsupportedError("is CMYK; convert it to RGB first")
    samples = imagecodecs.jpegxl_decode(data, index=0, numthreads=1)
    alpha = _ALPHA in header.extra
    if header.grey and not alpha and header.extra:
        samples = samples[0]  # grey with extra channels comes in planes
    samples, bits = scaled(samples, (1 << header.bits) - 1)
    notes = ["orientation stated in the file applied"] if header.turned else []
    others = len(header.extra) - alpha
    if others:
        notes.append(f"{others} extra channels left out")
    if alpha and header.premultiplied:
        samples = divided(samples, bits)
        notes.append("premultiplied alpha divided out")
    icc, said = made(header.space, grey=header.grey)
    exif, xmp = _metadata(data)
    return Decoded(
        format="JPEG XL",
        samples=samples,
        bits=bits,
        alpha=alpha,
        icc=icc,
        exif=exif,
        xmp=xmp,
        notes=(*notes, *said),
    )


def _start(data: bytes) -> bytes:
    """Return the codestream's first bytes, after its signature."""
    if data[:2] == b"\xff\x0a":
        return data[2:_HEADER]
    stream = b""
    for box in boxes(data):
        if box.kind in (b"jxlc", b"jxlp") and len(stream) < _HEADER:
            start = box.start + 4 * (box.kind == b"jxlp")
            stream += data[start : min(start + _HEADER, box.end)]
    if stream[:2] != b"\xff\x0a":
        raise UnreadableError("is truncated or damaged (no JPEG XL codestream)")
    return stream[2:]


def stated_size(bits: Bits) -> tuple[int, int]:
    """Read a SizeHeader (18181-1, D.2)."""
    small = bits.flag()

    def side() -> int:
        if small:
            return (bits.take(5) + 1) * 8
        return bits.choice((1, 9), (1, 13), (1, 18), (1, 30))

    height = side()
    ratio = bits.take(3)
    if not ratio:
        return side(), height
    over, under = _RATIOS[ratio]
    return height * over // under, height


def _header(data: bytes) -> Header:
    """Read SizeHeader and ImageMetadata (18181-1, D.2 and D.3)."""
    bits = Bits(_start(data))
    width, height = stated_size(bits)
    if bits.flag():
        return Header(width, height)
    turned = False
    if bits.flag():
        turned = bits.take(3) != 0
        if bits.flag():
            stated_size(bits)  # the size it would like to be shown at
        if bits.flag():
            _preview(bits)
        if bits.flag():
            raise UnsupportedError(
                "is an animated JPEG XL; extract a frame first, e.g. djxl FILE out.apng and "
                "ffmpeg -i out.apng -frames:v 1 out.png"
            )
    depth = _depth(bits)
    bits.flag()
    extra: list[int] = []
    premultiplied = False
    for _ in range(bits.choice((0, 0), (1, 0), (2, 4), (1, 12))):
        kind, associated = _extra(bits)
        premultiplied |= associated
        extra.append(kind)
    bits.flag()
    grey, space = _colours(bits)
    return Header(width, height, depth, turned, tuple(extra), premultiplied, grey, space)


def _preview(bits: Bits) -> None:
    """Pass over a PreviewHeader (D.3.3)."""
    by_eight = bits.flag()

    def side() -> None:
        if by_eight:
            bits.choice((16, 0), (32, 0), (1, 5), (33, 9))
        else:
            bits.choice((1, 6), (65, 8), (321, 10), (1345, 12))

    side()
    if not bits.take(3):
        side()


def _depth(bits: Bits) -> int:
    """Read a BitDepth (D.3.4)."""
    if bits.flag():
        raise UnsupportedError("has float samples; convert it to at most 16 bits first")
    depth = bits.choice((8, 0), (10, 0), (12, 0), (1, 6))
    if depth > 16:
        raise UnsupportedError(f"has {depth} bits a sample; convert it to at most 16 bits first")
    return depth


def _extra(bits: Bits) -> tuple[int, bool]:
    """Read an ExtraChannelInfo (D.3.6): its kind, and whether it is premultiplied alpha."""
    if bits.flag():
        return _ALPHA, False
    kind = bits.enum()
    _depth(bits)
    bits.choice((0, 0), (3, 0), (4, 0), (1, 3))
    for _ in range(bits.choice((0, 0), (0, 4), (16, 5), (48, 10))):
        bits.take(8)
    if kind == _ALPHA:
        return kind, bits.flag()
    if kind == 2:
        bits.take(64)
    elif kind == 5:
        bits.choice((1, 0), (0, 2), (3, 4), (19, 8))
    return kind, False


def _colours(bits: Bits) -> tuple[bool, Space | None]:
    """Read a ColourEncoding (E.2): whether grey, and the space; None for an ICC profile."""
    if bits.flag():
        return False, SRGB
    profiled = bits.flag()
    colours = bits.enum()
    if profiled:
        return colours == 1, None
    if colours not in (0, 1):
        raise UnsupportedError("is neither grey nor RGB; convert it to sRGB first")
    white, primaries, label = SRGB.white, SRGB.primaries, SRGB.name
    point = bits.enum()
    if point == 2:
        white = _chromaticity(bits)
    elif point in _WHITES:
        white = _WHITES[point]
    elif point != 1:
        raise UnreadableError(f"is damaged (white point {point})")
    if colours == 0:
        chosen = bits.enum()
        if chosen == 2:
            primaries = (*_chromaticity(bits), *_chromaticity(bits), *_chromaticity(bits))
            label = ""
        elif chosen != 1:
            named = from_cicp(12 if chosen == 11 else chosen, 13)
            primaries, label = named.primaries, named.name
    return colours == 1, Space(primaries, white, _transfer(bits), "" if point != 1 else label)


def _chromaticity(bits: Bits) -> tuple[float, float]:
    """Read a Customxy (E.2.2)."""
    x, y = (bits.choice((0, 19), (524288, 19), (1048576, 20), (2097152, 21)) for _ in range(2))
    return _signed(x) / 1e6, _signed(y) / 1e6


def _signed(packed: int) -> int:
    """Undo the packing of signed numbers."""
    return -(packed + 1) // 2 if packed & 1 else packed // 2


def _transfer(bits: Bits) -> float | str:
    """Read the transfer function: ``srgb`` or an exponent."""
    if bits.flag():
        gamma = bits.take(24)
        if not gamma:
            raise UnreadableError("is damaged (its gamma is 0)")
        return 1e7 / gamma
    curve = bits.enum()
    if curve == 17:
        return 2.6  # DCI
    return from_cicp(1, curve).transfer


def _metadata(data: bytes) -> tuple[bytes | None, bytes | None]:
    """EXIF and XMP of the container's boxes, Brotli-compressed or not (18181-2, 9)."""
    found: dict[bytes, bytes] = {}
    if data[:2] != b"\xff\x0a":
        for box in boxes(data):
            kind, content = box.kind, box.content(data)
            if kind == b"brob":
                kind = content[:4]
                if kind in (b"Exif", b"xml "):
                    content = bytes(imagecodecs.brotli_decode(content[4:]))
            found.setdefault(kind, content)
    exif = found.get(b"Exif", b"")
    # Some writers leave out the offset that the standard puts before the block.
    offset = 0 if exif[:4] in (b"II*\0", b"MM\0*") else 4 + int.from_bytes(exif[:4], "big")
    return exif[offset:] or None, found.get(b"xml ")
