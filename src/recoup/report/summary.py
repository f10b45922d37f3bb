"""What was measured, with what, when; and what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recoup.analysis.by_setting import picture_key
from recoup.report import numbers
from recoup.report.formats import title
from recoup.results.row import FLATTERS, Measurement


@dataclass(frozen=True)
class Trouble:
    """Rows that gave no result for one reason: how many, on which pictures, with which chains."""

    reason: str
    pictures: tuple[str, ...]
    chains: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class Summary:
    """The head of the report.

    Attributes
    ----------
    pictures, chains, good
        How many pictures and chains have a result, and how many results.
    facts
        (term, value) pairs for the head.
    notes
        What was done to pictures before they were measured, and to which.
    flattered
        Which pictures models were trained on, likewise.
    failed, not_applicable
        Rows without a result, by reason.
    versions
        (codec title, library and version) pairs.
    timing
        Sentences on how seconds were taken.
    """

    pictures: int
    chains: int
    good: int
    facts: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, tuple[str, ...]], ...]
    flattered: tuple[tuple[str, tuple[str, ...]], ...]
    failed: tuple[Trouble, ...]
    not_applicable: tuple[Trouble, ...]
    versions: tuple[tuple[str, str], ...]
    timing: tuple[str, ...]

    @property
    def failures(self) -> int:
        """Rows that failed."""
        return sum(t.count for t in self.failed)


def summary(
    rows: Sequence[Measurement], restorers: Sequence[str] = (), *, formats: bool = True
) -> Summary:
    """Say what the rows hold.

    Parameters
    ----------
    rows
        In any order.
    restorers
        Names of the restorers among them.
    formats
        Whether formats are compared, and so named.

    Examples
    --------
    >>> found = summary([Measurement(image="a", status="failed", error="empty file")])
    >>> found.pictures, found.failed[0].reason
    (0, 'empty file')
    """
    good = [row for row in rows if row.status == "ok"]
    pictures = {picture_key(row): row for row in good}
    chains = {row.chain for row in good}
    notes = _notes(rows)
    return Summary(
        pictures=len(pictures),
        chains=len(chains),
        good=len(good),
        facts=_facts(
            good or rows, list(pictures.values()), len(chains), restorers, formats=formats
        ),
        notes=tuple(note for note in notes if not note[0].endswith(FLATTERS)),
        flattered=tuple(note for note in notes if note[0].endswith(FLATTERS)),
        failed=_troubles(row for row in rows if row.status == "failed"),
        not_applicable=_troubles(row for row in rows if row.status == "not applicable"),
        versions=_versions(good),
        timing=_timing(good),
    )


def _facts(
    rows: Sequence[Measurement],
    pictures: Sequence[Measurement],
    chains: int,
    restorers: Sequence[str],
    *,
    formats: bool,
) -> tuple[tuple[str, str], ...]:
    megapixels = sum(p.width * p.height for p in pictures) / 1e6
    kinds = Counter(f"{p.bits}-bit {'grey' if p.channels == 1 else 'RGB'}" for p in pictures)
    titles = sorted({title(row.codec) for row in rows if row.codec and formats})
    days = sorted({row.started_at for row in rows if row.started_at})
    when = " to ".join(dict.fromkeys(f"{d:%Y-%m-%d %H:%M} UTC" for d in (days[:1] + days[-1:])))
    facts = [
        ("Pictures", f"{len(pictures)}, {numbers.figures(megapixels)} megapixels in all"),
        ("Kind", ", ".join(f"{kind} ({n})" for kind, n in kinds.most_common())),
        ("Formats", ", ".join(titles)),
        ("Restorers", ", ".join(restorers)),
        ("Settings", f"{chains} chains, {len(rows) if chains else 0} results"),
        ("Machine", "; ".join(sorted({row.machine for row in rows if row.machine}))),
        ("Measured", when),
        ("Recoup", ", ".join(sorted({r.recoup_version for r in rows if r.recoup_version}))),
    ]
    return tuple((term, value) for term, value in facts if value)


def _notes(rows: Iterable[Measurement]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        for note in filter(None, row.notes.split("; ")):
            found.setdefault(note, {})[row.image] = None
    return tuple((note, tuple(images)) for note, images in found.items())


def _troubles(rows: Iterable[Measurement]) -> tuple[Trouble, ...]:
    found: dict[str, list[Measurement]] = {}
    for row in rows:
        found.setdefault(row.error or "no reason was recorded", []).append(row)
    return tuple(
        Trouble(
            reason,
            tuple(dict.fromkeys(r.image for r in several)),
            tuple(dict.fromkeys(r.chain for r in several if r.chain)),
            len(several),
        )
        for reason, several in found.items()
    )


def _versions(rows: Iterable[Measurement]) -> tuple[tuple[str, str], ...]:
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(title(row.codec), set()).add(row.codec_version)
    return tuple((name, ", ".join(sorted(found[name]))) for name in sorted(found))


def _timing(rows: Sequence[Measurement]) -> tuple[str, ...]:
    if not rows:
        return ()
    repeats = sorted({len(row.encode_s_all) for row in rows})
    jobs, cores = (sorted({getattr(r, n) for r in rows}) for n in ("jobs", "cores"))
    said = [
        f"Repeats: {_span(repeats)}. Processes at work: {_span(jobs)} on {_span(cores)} cores.",
    ]
    shared = sum(row.core_shared for row in rows)
    outside = sum(row.timed != "in-process" for row in rows)
    if shared:
        said.append(
            f"{shared} of {len(rows)} results shared their core with another process: their "
            "seconds are marked * and not used for advice."
        )
    if outside:
        said.append(
            f"{outside} results include the start of an outside program: their seconds are "
            "marked * and not compared with the others."
        )
    return tuple(said)


def _span(values: Sequence[int]) -> str:
    return str(values[0]) if len(values) == 1 else f"{values[0]} to {values[-1]}"
