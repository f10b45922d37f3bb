"""One row of results: a raw fact about one picture through one chain.

What can be computed from a row (bits per pixel, ratio, medians) is a property here and is never
stored; docs/rows.md describes every column with its unit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from statistics import median
from typing import Any, Literal

SCHEMA_VERSION = 1

FLATTERS = "its scores flatter"
"""How a note ends that says that a model was trained on the picture."""

Status = Literal["ok", "failed", "not applicable"]
Scalar = str | int | float | bool | datetime | None


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What one chain cost and kept on one picture.

    Attributes
    ----------
    cell
        Hash of what fixes the outcome: image content, chain with settings and versions, metrics
        with versions. One row per cell.
    status, error
        ``ok``; ``failed`` or ``not applicable`` with the reason in ``error``.
    notes
        What was done to the picture before it was measured, and whether a model of the chain was
        trained on it, in words, joined by ``; ``.
    image, source
        The name shown, and the absolute path read.
    image_sha256, width, height, bits, channels
        Hash and shape of the samples measured; empty and 0 if the file could not be read.
    chain, codec, settings, codec_version
        Canonical text; the codec's name; its settings as JSON; library and version.
    encoded_bytes, encoded_sha256
        The whole file as shipped.
    encode_s_all, decode_s_all, filter_s_all
        Wall seconds of every repeat (filters: all filters of the chain together).
    restore_s_all
        Of ``filter_s_all`` the part of the filters after the codec; empty without such filters.
    cpu_s
        CPU seconds spent inside encode and decode, all repeats together.
    peak_mb
        Most memory that one pass through the chain added to the process, 10⁶ bytes; None where
        the system cannot tell.
    unexplained
        How far the restored picture moves from its input beyond what the degradation explains, in
        levels of 0 to 255 (:func:`recoup.sweep.faithful.unexplained`); None where no filters
        follow the codec.
    timed, jobs, cores, core_shared
        ``in-process`` or ``out-of-process``; processes at work, cores they had, and whether this
        one had to share its core, in which case its seconds are not to be relied on.
    scores
        One value per metric; None where the metric does not apply to the picture.
    recoup_version, machine, started_at
        Where and when; UTC.

    Examples
    --------
    >>> row = Measurement(image="a.png", width=8, height=4, bits=8, channels=3,
    ...                   encoded_bytes=48, encode_s_all=(0.1, 0.3, 0.2))
    >>> row.bpp, row.ratio, row.encode_s, row.decode_s
    (12.0, 2.0, 0.2, None)
    """

    cell: str = ""
    status: Status = "ok"
    error: str | None = None
    notes: str = ""
    image: str = ""
    source: str = ""
    image_sha256: str = ""
    width: int = 0
    height: int = 0
    bits: int = 0
    channels: int = 0
    chain: str = ""
    codec: str = ""
    settings: str = "{}"
    codec_version: str = ""
    encoded_bytes: int | None = None
    encoded_sha256: str = ""
    encode_s_all: tuple[float, ...] = ()
    decode_s_all: tuple[float, ...] = ()
    filter_s_all: tuple[float, ...] = ()
    restore_s_all: tuple[float, ...] = ()
    cpu_s: float | None = None
    peak_mb: float | None = None
    unexplained: float | None = None
    timed: str = "in-process"
    jobs: int = 1
    cores: int = 1
    core_shared: bool = False
    scores: Mapping[str, float | None] = field(default_factory=dict)
    recoup_version: str = ""
    machine: str = ""
    started_at: datetime | None = None

    @property
    def raw_bytes(self) -> int:
        """Size of the samples as an array: one byte each up to 8 bits, two above."""
        return self.width * self.height * self.channels * math.ceil(self.bits / 8)

    @property
    def bpp(self) -> float | None:
        """Bits of the file per pixel of the original."""
        if self.encoded_bytes is None or not self.width:
            return None
        return self.encoded_bytes * 8 / (self.width * self.height)

    @property
    def ratio(self) -> float | None:
        """Bytes of the original's samples per byte of the file."""
        return self.raw_bytes / self.encoded_bytes if self.encoded_bytes else None

    @property
    def encode_s(self) -> float | None:
        """Median wall seconds of encode."""
        return median(self.encode_s_all) if self.encode_s_all else None

    @property
    def decode_s(self) -> float | None:
        """Median wall seconds of decode."""
        return median(self.decode_s_all) if self.decode_s_all else None

    @property
    def filter_s(self) -> float | None:
        """Median wall seconds of the chain's filters."""
        return median(self.filter_s_all) if self.filter_s_all else None

    @property
    def restore_s(self) -> float | None:
        """Median wall seconds of the filters after the codec."""
        return median(self.restore_s_all) if self.restore_s_all else None

    def flat(self, *, all_repeats: bool = False) -> dict[str, Any]:
        """Return the public columns, scores as columns of their own.

        Parameters
        ----------
        all_repeats
            Also list the seconds of every repeat.

        Examples
        --------
        >>> Measurement(image="a.png", scores={"psnr": 30.5}).flat()["psnr"]
        30.5
        """
        out: dict[str, Any] = {}
        for name in _PUBLIC:
            out[name] = getattr(self, name)
            if all_repeats and f"{name}_all" in _FIELDS:
                out[f"{name}_all"] = list(getattr(self, f"{name}_all"))
        tail = {name: out.pop(name) for name in _TAIL}
        return out | dict(self.scores) | tail


_TAIL = ("error", "notes", "recoup_version", "machine", "started_at")
_FIELDS = frozenset(f.name for f in fields(Measurement))
_PUBLIC = (
    *("cell", "status", "image", "image_sha256", "width", "height", "bits", "channels", "chain"),
    *("codec", "settings", "codec_version", "encoded_bytes", "encoded_sha256", "bpp", "ratio"),
    *("encode_s", "decode_s", "filter_s", "restore_s", "peak_mb", "cpu_s", "unexplained"),
    *("timed", "jobs", "cores", "core_shared", "source"),
    *_TAIL,
)
