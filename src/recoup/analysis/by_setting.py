"""Rows gathered by setting: one chain with all the pictures it was measured on."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean, median

from recoup.results.row import Measurement, Scalar


@dataclass(frozen=True)
class Mean:
    """An arithmetic mean that owns up to infinities.

    Attributes
    ----------
    value
        Mean of the finite values; ``inf`` where all are infinite, None where there are none.
    n, infinite
        How many values there were, and how many of them were infinite.

    Examples
    --------
    >>> Mean.of([1.0, 3.0, None, math.inf])
    Mean(value=2.0, n=3, infinite=1)
    """

    value: float | None
    n: int
    infinite: int

    @classmethod
    def of(cls, values: Iterable[float | None]) -> Mean:
        """Mean of the values that are there.

        Examples
        --------
        >>> Mean.of([math.inf]).value
        inf
        """
        there = [v for v in values if v is not None and not math.isnan(v)]
        finite = [v for v in there if math.isfinite(v)]
        infinite = len(there) - len(finite)
        if finite:
            return cls(fmean(finite), len(there), infinite)
        return cls(math.inf if infinite else None, len(there), infinite)


@dataclass(frozen=True)
class Setting:
    """One chain and the rows that succeeded with it.

    Attributes
    ----------
    chain, codec
        Canonical text; the codec's name.
    settings
        The codec's settings.
    rows
        By picture (:func:`picture_key`); never empty.

    Examples
    --------
    >>> row = Measurement(image="a", chain="jpeg:quality=9 | median:3", codec="jpeg", width=10,
    ...                   height=8, bits=8, channels=1, encoded_bytes=20, scores={"psnr": 30.0})
    >>> setting = by_setting([row])[0]
    >>> setting.before, setting.after, setting.kilobytes, setting.ratio, setting.lossless
    ('', 'median:3', 0.02, 4.0, False)
    """

    chain: str
    codec: str
    settings: Mapping[str, Scalar]
    rows: Mapping[str, Measurement]

    @cached_property
    def _filters(self) -> tuple[str, str]:
        parts = [part.strip() for part in self.chain.split(" | ")]
        names = [part.partition(":")[0] for part in parts]
        at = names.index(self.codec) if self.codec in names else 0
        return " | ".join(parts[:at]), " | ".join(parts[at + 1 :])

    @property
    def before(self) -> str:
        """Filters before the codec, as text."""
        return self._filters[0]

    @property
    def after(self) -> str:
        """Filters after the codec, as text."""
        return self._filters[1]

    @property
    def degradation(self) -> str:
        """The chain up to and with its codec, as text: what a restorer after it has to undo."""
        return self.chain.removesuffix(f" | {self.after}") if self.after else self.chain

    @property
    def filtered(self) -> bool:
        """Whether the chain is more than a codec."""
        return bool(self.before or self.after)

    @property
    def n(self) -> int:
        """Pictures measured."""
        return len(self.rows)

    def mean(self, metric: str) -> Mean:
        """Mean score over pictures.

        Examples
        --------
        >>> setting = by_setting([Measurement(image="a", chain="raw", scores={"ssim": 1.0})])[0]
        >>> setting.mean("ssim").value
        1.0
        """
        return Mean.of(row.scores.get(metric) for row in self.rows.values())

    @cached_property
    def lossless(self) -> bool:
        """Whether every picture came back exactly: PSNR was measured and is infinite on all."""
        return all(row.scores.get("psnr") == math.inf for row in self.rows.values())

    @cached_property
    def encoded_bytes(self) -> Mapping[str, int]:
        """File size by picture."""
        return {
            key: row.encoded_bytes
            for key, row in self.rows.items()
            if row.encoded_bytes is not None
        }

    @cached_property
    def seconds(self) -> Mapping[str, float]:
        """Encode, decode and filters together by picture, wall seconds."""
        return {
            key: row.encode_s + row.decode_s + (row.filter_s or 0.0)
            for key, row in self.rows.items()
            if row.encode_s is not None and row.decode_s is not None
        }

    @cached_property
    def there_s(self) -> Mapping[str, float]:
        """Seconds by picture to make the file: encode and the filters before it."""
        return {
            key: row.encode_s + (row.filter_s or 0.0) - (row.restore_s or 0.0)
            for key, row in self.rows.items()
            if row.encode_s is not None
        }

    @cached_property
    def back_s(self) -> Mapping[str, float]:
        """Seconds by picture to get the picture back: decode and the filters after it."""
        return {
            key: row.decode_s + (row.restore_s or 0.0)
            for key, row in self.rows.items()
            if row.decode_s is not None
        }

    @cached_property
    def kilobytes(self) -> float | None:
        """Mean file size, 10³ bytes."""
        sizes = self.encoded_bytes.values()
        return fmean(sizes) / 1000 if sizes else None

    @cached_property
    def bpp(self) -> float | None:
        """Mean over pictures of bits per pixel."""
        return Mean.of(row.bpp for row in self.rows.values()).value

    @cached_property
    def ratio(self) -> float | None:
        """Bytes of all originals' samples over bytes of all files."""
        total = sum(self.encoded_bytes.values())
        raw = sum(self.rows[key].raw_bytes for key in self.encoded_bytes)
        return raw / total if total else None

    @property
    def encode_s(self) -> float | None:
        """Median over pictures of the median encode seconds."""
        return _median(row.encode_s for row in self.rows.values())

    @property
    def decode_s(self) -> float | None:
        """Median over pictures of the median decode seconds."""
        return _median(row.decode_s for row in self.rows.values())

    @property
    def encode_s_mp(self) -> float | None:
        """Median over pictures of encode seconds per megapixel (10⁶ pixels)."""
        return _median(_per_megapixel(row, row.encode_s) for row in self.rows.values())

    @property
    def decode_s_mp(self) -> float | None:
        """Median over pictures of decode seconds per megapixel (10⁶ pixels)."""
        return _median(_per_megapixel(row, row.decode_s) for row in self.rows.values())

    @property
    def restore_s_mp(self) -> float | None:
        """Median over pictures of seconds after the codec per megapixel (10⁶ pixels) of output."""
        return _median(_per_megapixel(row, row.restore_s) for row in self.rows.values())

    @property
    def unexplained(self) -> Mapping[str, float]:
        """By picture, how far it is from its input beyond what the degradation explains."""
        rows = self.rows.items()
        return {key: row.unexplained for key, row in rows if row.unexplained is not None}

    def scores(self, metric: str) -> Mapping[str, float]:
        """Score by picture, where there is one."""
        rows = self.rows.items()
        found = {key: row.scores.get(metric) for key, row in rows}
        return {key: score for key, score in found.items() if score is not None}

    @property
    def peak_mb(self) -> float | None:
        """Largest over pictures of the memory one pass added, 10⁶ bytes."""
        return max((r.peak_mb for r in self.rows.values() if r.peak_mb is not None), default=None)

    @property
    def untimed(self) -> str:
        """Why its seconds are not compared with others', or empty."""
        if any(row.timed != "in-process" for row in self.rows.values()):
            return "timed with the start of an outside program"
        return "" if self.timed_alone else "timed on a shared core"

    @cached_property
    def timed_alone(self) -> bool:
        """Whether all its seconds can be relied on: own core, no outside program."""
        return all(not row.core_shared and row.timed == "in-process" for row in self.rows.values())


def picture_key(row: Measurement) -> str:
    """What tells pictures apart: the hash of their samples, or the name where there is none.

    Examples
    --------
    >>> picture_key(Measurement(image="a.png"))
    'a.png'
    """
    return row.image_sha256 or row.image


def by_setting(rows: Iterable[Measurement]) -> tuple[Setting, ...]:
    """Gather the rows that succeeded by chain; order of rows does not matter.

    Returns
    -------
    tuple of Setting
        Sorted by codec, then bits per pixel, then chain.

    Examples
    --------
    >>> rows = [Measurement(image=i, chain="raw", codec="raw") for i in "ab"]
    >>> [(s.chain, s.n) for s in by_setting(rows)]
    [('raw', 2)]
    """
    chains: dict[str, dict[str, Measurement]] = {}
    for row in rows:
        if row.status == "ok":
            chains.setdefault(row.chain, {})[picture_key(row)] = row
    found = []
    for chain, by_picture in chains.items():
        ordered = dict(sorted(by_picture.items()))
        first = next(iter(ordered.values()))
        settings: dict[str, Scalar] = json.loads(first.settings)
        found.append(Setting(chain, first.codec, settings, ordered))
    return tuple(sorted(found, key=lambda s: (s.codec, s.bpp or 0.0, s.chain)))


def _median(values: Iterable[float | None]) -> float | None:
    there = [v for v in values if v is not None]
    return median(there) if there else None


def _per_megapixel(row: Measurement, seconds: float | None) -> float | None:
    pixels = row.width * row.height
    return seconds * 1e6 / pixels if seconds is not None and pixels else None
