"""Input, restored and original side by side: made again from the originals, checked first."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from recoup.analysis import Restoration, Restorer
from recoup.chain import Chain
from recoup.errors import RecoupError
from recoup.image import Image
from recoup.metrics.psnr import psnr
from recoup.report import numbers
from recoup.report.choose import ROLES, joined
from recoup.report.columns import Column
from recoup.report.formats import steps_name
from recoup.report.keep import Keep, Reference
from recoup.report.restorers import degradation_name
from recoup.report.stills import Still, exact_still
from recoup.report.verdicts import signed
from recoup.report.viewer import Progress, score_text, source_image
from recoup.results.row import Measurement

_SAME_DB = 0.05  # engines may round differently where they run on another machine


@dataclass(frozen=True)
class Triptychs:
    """What the page shows side by side.

    Attributes
    ----------
    entries
        Ready to be written as JSON for the page's script.
    messages
        Why some are not there, in sentences.
    """

    entries: list[dict[str, Any]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


def triptychs(
    several: Sequence[Restoration],
    scores: Sequence[Column],
    keep: Keep,
    progress: Progress,
) -> Triptychs:
    """Restore the worst, the median and the best picture of each restorer again.

    Parameters
    ----------
    several
        What was restored.
    scores
        Metric columns for the captions.
    keep
        Takes each still.
    progress
        Told what is being made.

    Examples
    --------
    >>> triptychs([], [], lambda name, still, rank: {}, print).entries
    []
    """
    found = Triptychs()
    maker = _Maker(scores, keep)
    missing: dict[str, list[str]] = {}
    for one in several:
        for restorer in one.restorers:
            for place, (role, key) in enumerate(chosen(restorer)):
                row = restorer.setting.rows[key]
                progress(f"restoring again: {row.image} by {steps_name(restorer.setting.after)}")
                try:
                    found.entries.append(maker.entry(one, restorer, key, role, place))
                except (RecoupError, OSError) as error:
                    missing.setdefault(str(error), []).append(row.image)
    found.messages.extend(
        f"{', '.join(dict.fromkeys(names))} not shown: {why}" for why, names in missing.items()
    )
    return found


def chosen(one: Restorer) -> Iterator[tuple[str, str]]:
    """Yield (role, picture): those that gained least, the median gain and most.

    Where there is nothing to compare with, the first pictures are taken, without a role.

    Examples
    --------
    >>> from recoup.analysis import Setting
    >>> setting = Setting("raw | median:size=3", "raw", {}, {})
    >>> list(chosen(Restorer(setting, {}, {"a": 1.0, "b": 0.5, "c": 3.0})))
    [('worst', 'b'), ('median', 'a'), ('best', 'c')]
    """
    if not one.steps:
        yield from (("", key) for key in list(one.setting.rows)[: len(ROLES)])
        return
    last = len(one.by_gain) - 1
    roles: dict[str, list[str]] = {}
    for role, at in zip(ROLES, (0, last // 2, last), strict=True):
        roles.setdefault(one.by_gain[at], []).append(role)
    yield from ((joined(several), key) for key, several in roles.items())


def drop_missing(found: Triptychs, kept: set[str]) -> int:
    """Take out what did not fit into the page; return how many.

    Examples
    --------
    >>> shown = Triptychs([{name: {"id": name} for name in ("input", "restored", "original")}])
    >>> drop_missing(shown, {"input", "restored"}), shown.entries
    (1, [])
    """
    whole = [
        entry
        for entry in found.entries
        if all(entry[p].get("id", "") in kept for p in ("input", "restored", "original"))
    ]
    dropped = len(found.entries) - len(whole)
    found.entries[:] = whole
    return dropped


@dataclass(frozen=True)
class _Maker:
    """Makes entries; the same still is kept once."""

    scores: Sequence[Column]
    keep: Keep
    kept: dict[str, Reference] = field(default_factory=dict)

    def entry(
        self, one: Restoration, restorer: Restorer, key: str, role: str, place: int
    ) -> dict[str, Any]:
        """One triptych. Raises RecoupError if it is not what was measured."""
        row = restorer.setting.rows[key]
        chain = Chain.parse(row.chain)
        original = chain.crop(source_image(row))
        given, restored = again(chain, original, row)
        return {
            "group": degradation_name(one),
            "restorer": steps_name(restorer.setting.after),
            "chain": row.chain,
            "role": role,
            "name": row.image,
            "width": original.width,
            "height": original.height,
            "enlarged": _enlarged(given, original),
            "facts": list(self._facts(one, restorer, key)),
            "input": self._still(f"{one.degradation} {key} input", given, place),
            "restored": self._still(row.cell, restored, place),
            "original": self._still(f"{original.sha256} original", original, place),
        }

    def _still(self, what: str, image: Image, place: int) -> Reference:
        name = f"t-{hashlib.sha256(what.encode()).hexdigest()[:16]}"
        if name not in self.kept:
            still: Still = exact_still(image)
            self.kept[name] = self.keep(name, still, 1 + place)
        return self.kept[name]

    def _facts(self, one: Restoration, restorer: Restorer, key: str) -> Iterator[str]:
        """Scores before and after, and what is not explained."""
        row = restorer.setting.rows[key]
        before = one.nothing.rows.get(key) if one.nothing else None
        for column in self.scores:
            ours = row.scores.get(column.name)
            if ours is None:
                continue
            theirs = before.scores.get(column.name) if before else None
            text = f"{column.title} {score_text(row, column)}"
            if theirs is not None and math.isfinite(ours - theirs):
                text += f" ({signed(ours - theirs, 2 if column.unit else 4)})"
            yield text
        if row.unexplained is not None:
            yield f"unexplained {numbers.fixed(row.unexplained, 1)} of 255 levels"


def again(chain: Chain, original: Image, row: Measurement) -> tuple[Image, Image]:
    """Restorer's input and result, made again.

    Parameters
    ----------
    chain, original
        The row's chain, and the original as the chain crops it.
    row
        What was measured.

    Raises
    ------
    RecoupError
        If other bytes come out, or another score.

    Examples
    --------
    >>> import numpy as np
    >>> again(Chain.parse("raw"), Image(np.zeros((8, 8), np.uint8)), Measurement())
    Traceback (most recent call last):
    recoup.errors.RecoupError: degrading it again gave other bytes than were measured (...
    """
    passed = chain.run(original)
    if hashlib.sha256(passed.encoded).hexdigest() != row.encoded_sha256:
        raise RecoupError(
            "degrading it again gave other bytes than were measured (another library version?)"
        )
    measured = row.scores.get("psnr")
    if measured is not None:
        now = psnr(original, passed.decoded)
        if now != measured and not abs(now - measured) <= _SAME_DB:
            raise RecoupError(
                f"restoring it again gave another picture than was measured ({now:.2f} dB, "
                f"not {measured:.2f} dB)"
            )
    return chain.codec.decode(passed.encoded), passed.decoded


def _enlarged(given: Image, original: Image) -> str:
    """How the input is shown at the original's size; empty where it has that size."""
    if (given.width, given.height) == (original.width, original.height):
        return ""
    return f"{given.width} x {given.height}, enlarged by repeating pixels"
