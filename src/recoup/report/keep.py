"""Where stills go: into the page, as long as there is room, or into a folder beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from recoup.report.stills import Still

Reference = dict[str, str]


class Keep(Protocol):
    """Stores a still under a name and says how the page refers to it."""

    def __call__(self, name: str, still: Still, rank: int) -> Reference:
        """Keep it; low ranks matter most."""
        ...


@dataclass(frozen=True)
class Budget:
    """Keeps stills in the page, the ones that matter most first, until a size is reached."""

    limit: float
    stills: list[tuple[int, int, str, Still]] = field(default_factory=list)

    def __call__(self, name: str, still: Still, rank: int) -> Reference:
        """Remember it for :meth:`chosen`."""
        self.stills.append((rank, len(still.data), name, still))
        return {"id": f"still-{name}"}

    def chosen(self) -> Iterator[tuple[str, Still]]:
        """(id, still) of those that fit, by rank, within a rank the smallest first.

        Examples
        --------
        >>> budget = Budget(limit=8)
        >>> _ = [budget(n, Still(bytes(size), ""), 1) for n, size in [("big", 9), ("small", 3)]]
        >>> [name for name, _ in budget.chosen()]
        ['still-small']
        """
        spent = 0.0
        for _, _, name, still in sorted(self.stills, key=lambda s: s[:3]):
            cost = -(-len(still.data) // 3) * 4  # as base 64
            if spent + cost <= self.limit:
                spent += cost
                yield f"still-{name}", still


@dataclass(frozen=True)
class Folder:
    """Keeps stills as files beside the page."""

    folder: Path
    link: str

    def __call__(self, name: str, still: Still, rank: int) -> Reference:  # noqa: ARG002
        """Write it; the rank of a still does not matter here."""
        suffix = "." + still.media_type.rpartition("/")[2]
        (self.folder / f"{name}{suffix}").write_bytes(still.data)
        return {"url": f"{self.link}/{name}{suffix}"}
