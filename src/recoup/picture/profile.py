"""ICC profiles: what one is called, whether it is sRGB, and one made for a named colour space."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from recoup.errors import UnsupportedError

_MARGIN = 1 / 255
_MADE_HERE = {"RGB built-in": "the stated space", "gray built-in": "the stated space"}


@dataclass(frozen=True)
class Space:
    """A colour space that a file states in numbers rather than by a profile.

    Attributes
    ----------
    primaries
        Chromaticities x, y of red, green and blue.
    white
        Chromaticity x, y of white.
    transfer
        ``srgb``, or the exponent of a power law (1 is linear light).
    name
        For notes; empty for one without a name.
    """

    primaries: tuple[float, ...] = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
    white: tuple[float, float] = (0.3127, 0.3290)
    transfer: float | str = "srgb"
    name: str = ""

    def same(self, other: Space) -> bool:
        """Whether no number differs by more than files round them (PNG's gAMA: 1/2.2)."""
        if (self.transfer == "srgb") != (other.transfer == "srgb"):
            return False
        ours = (*self.primaries, *self.white, *_number(self.transfer))
        theirs = (*other.primaries, *other.white, *_number(other.transfer))
        return bool(np.allclose(ours, theirs, rtol=0, atol=1e-3))


SRGB = Space(name="sRGB")

# ITU-T H.273 (2024), tables 2 and 3; BT.709's camera curve is shown with sRGB's, as browsers do.
_PRIMARIES = {
    1: SRGB,
    2: SRGB,
    5: Space((0.64, 0.33, 0.29, 0.60, 0.15, 0.06), name="BT.601 625"),
    6: Space((0.630, 0.340, 0.310, 0.595, 0.155, 0.070), name="BT.601 525"),
    9: Space((0.708, 0.292, 0.170, 0.797, 0.131, 0.046), name="BT.2020"),
    12: Space((0.680, 0.320, 0.265, 0.690, 0.150, 0.060), name="Display P3"),
}
_TRANSFERS: dict[int, float | str] = {
    **dict.fromkeys((1, 2, 6, 13, 14, 15), "srgb"),
    4: 2.2,
    5: 2.8,
    8: 1.0,
}


def from_cicp(primaries: int, transfer: int) -> Space:
    """Return the colour space of two code points of ITU-T H.273 (AVIF's nclx, PNG's cICP).

    Raises
    ------
    UnsupportedError
        For HDR transfer curves and for code points that are not known.

    Examples
    --------
    >>> from_cicp(12, 13).name, from_cicp(1, 13) == SRGB
    ('Display P3', True)
    """
    if transfer in (16, 18):
        raise UnsupportedError("is HDR (PQ or HLG); convert it to a standard-range picture first")
    if primaries not in _PRIMARIES or transfer not in _TRANSFERS:
        raise UnsupportedError(
            f"has colours that recoup does not know (code points {primaries}/{transfer}); "
            "convert it to sRGB first"
        )
    space = _PRIMARIES[primaries]
    return Space(space.primaries, space.white, _TRANSFERS[transfer], space.name)


def made(space: Space, *, grey: bool = False) -> tuple[bytes | None, tuple[str, ...]]:
    """Return a profile for a stated colour space and the note that says so; None for sRGB's.

    Examples
    --------
    >>> made(SRGB)
    (None, ())
    >>> made(from_cicp(12, 13))[1]
    ('colour space Display P3 stated without a profile: one was made',)
    """
    if space.same(SRGB) or (grey and space.transfer == "srgb"):
        return None, ()
    label = space.name or "of its own"
    if space.transfer != "srgb":
        label += f" with gamma {space.transfer:.4g}"
    note = f"colour space {label} stated without a profile: one was made"
    white = (*space.white, 1.0)
    curve = _SRGB_CURVE if space.transfer == "srgb" else None
    gamma = None if space.transfer == "srgb" else float(space.transfer)
    if grey:
        return imagecodecs.cms_profile("gray", whitepoint=white, gamma=gamma), (note,)
    red, green, blue = (space.primaries[i : i + 2] for i in (0, 2, 4))
    profile = imagecodecs.cms_profile(
        "rgb",
        whitepoint=white,
        primaries=(*red, 1.0, *green, 1.0, *blue, 1.0),
        transferfunction=curve,
        gamma=gamma,
    )
    return profile, (note,)


def kind(profile: bytes) -> str:
    """Colour space that a profile is for: ``RGB``, ``GRAY``, ``CMYK``, ...; empty if damaged.

    Examples
    --------
    >>> kind(imagecodecs.cms_profile("adobergb")), kind(b"no profile")
    ('RGB', '')
    """
    if len(profile) < 132 or profile[36:40] != b"acsp":
        return ""
    return profile[16:20].decode("latin-1").strip()


def name(profile: bytes) -> str:
    """Return what a profile calls itself; ``an unnamed profile`` if it does not.

    Source: ICC.1:2022, 10.15 (multiLocalizedUnicode) and ICC.1:2001-04, 6.5.17 (description).

    Examples
    --------
    >>> name(b"")
    'an unnamed profile'
    """
    try:
        text = _text(tags(profile).get(b"desc", b""))
    except struct.error:
        text = ""  # a damaged profile has no name; whether it can be used is told elsewhere
    return _MADE_HERE.get(text, text) or "an unnamed profile"


def tags(profile: bytes) -> dict[bytes, bytes]:
    """Contents of a profile's tags by their signature; none if it is damaged (ICC.1:2022, 7.3).

    Examples
    --------
    >>> b"kTRC" in tags(imagecodecs.cms_profile("gray", gamma=2.0)), tags(b"")
    (True, {})
    """
    found: dict[bytes, bytes] = {}
    count = int.from_bytes(profile[128:132], "big")
    for at in range(132, min(132 + 12 * min(count, 100), len(profile) - 11), 12):
        tag, start, size = struct.unpack_from(">4sII", profile, at)
        found.setdefault(tag, profile[start : start + size])
    return found


@lru_cache(maxsize=64)
def is_srgb(profile: bytes) -> bool:
    """Whether converting from this profile to sRGB moves no colour by more than 1/255.

    Raises
    ------
    RuntimeError
        If the profile cannot be used.

    Examples
    --------
    >>> is_srgb(imagecodecs.cms_profile("srgb")), is_srgb(imagecodecs.cms_profile("adobergb"))
    (True, False)
    """
    steps = np.linspace(0, 65535, 9).round().astype(np.uint16)
    cube: NDArray[np.uint16]
    if kind(profile) == "GRAY":
        cube = np.linspace(0, 65535, 256).round().astype(np.uint16)[np.newaxis, :, np.newaxis]
    else:
        cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    moved = to_srgb(cube, profile).astype(np.int64) - cube
    return bool(np.abs(moved).max() <= _MARGIN * 65535)


def to_srgb(samples: NDArray[np.unsignedinteger], profile: bytes) -> NDArray[np.unsignedinteger]:
    """Convert samples of shape (height, width, 1, 3 or 4) from a profile to sRGB, same dtype.

    Relative colorimetric with black point compensation, by LittleCMS. CMYK is 0 for no ink.
    LittleCMS' short cuts are for 8-bit RGB only: elsewhere it interpolates in so coarse a table
    that dark greys come out up to 10/255 wrong.

    Raises
    ------
    RuntimeError
        If the profile cannot be used.
    """
    flags = int(imagecodecs.CMS.FLAGS.BLACKPOINTCOMPENSATION)
    if samples.dtype != np.uint8 or samples.shape[2] == 1:
        flags |= int(imagecodecs.CMS.FLAGS.NOOPTIMIZE)
    out: NDArray[np.unsignedinteger] = imagecodecs.cms_transform(
        samples,
        profile,
        srgb_profile(),
        colorspace={1: "gray", 3: "rgb", 4: "cmyk"}[samples.shape[2]],
        outcolorspace="rgb",
        outdtype=samples.dtype,
        intent=imagecodecs.CMS.INTENT.RELATIVE_COLORIMETRIC,
        flags=flags,
    )
    return out.reshape(*samples.shape[:2], 3)


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """Return LittleCMS' sRGB profile."""
    return imagecodecs.cms_profile("srgb")


def _number(transfer: float | str) -> tuple[float, ...]:
    """Return the exponent, if it is one."""
    return () if isinstance(transfer, str) else (transfer,)


def _text(tag: bytes) -> str:
    """Text of a ``desc`` tag in either of its forms, as one printable line."""
    if tag[:4] == b"mluc":
        size, start = struct.unpack_from(">II", tag, 20)
        text = tag[start : start + size].decode("utf-16-be", "replace")
    else:
        (size,) = struct.unpack_from(">I", tag, 8)
        text = tag[12 : 12 + size].decode("latin-1")
    return "".join(c for c in text if c.isprintable())[:80].strip()


def _srgb_curve() -> NDArray[np.uint16]:
    """IEC 61966-2-1 (1999), coded value to linear light, 4096 points."""
    coded = np.linspace(0, 1, 4096)
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return (linear * 65535).round().astype(np.uint16)


_SRGB_CURVE = _srgb_curve()
