"""Writes the report: reads the rows, computes, fills the templates, writes whole files."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import jinja2

from recoup.analysis import Setting
from recoup.errors import StoreError
from recoup.report import choose, triptychs, viewer
from recoup.report.compact import compact
from recoup.report.found import Found
from recoup.report.harm import Harms, harms
from recoup.report.keep import Budget, Folder
from recoup.report.sections import sections
from recoup.report.small import smalls
from recoup.results.row import Measurement
from recoup.results.store import Store

Progress = Callable[[str], None]


def write_report(
    folder: Path,
    *,
    size_mb: float = 40,
    pictures: Literal["chosen", "all"] = "chosen",
    progress: Progress | None = None,
) -> Path:
    """Write the report on a results folder.

    Parameters
    ----------
    folder
        Holds the rows; ``report.html`` and ``rows.csv`` are written into it. Both are replaced
        whole, so a reader never sees half of one.
    size_mb
        The page may be this large, in 10⁶ bytes; pictures that do not fit are left out and the
        page says so.
    pictures
        ``all`` also writes ``pictures.html`` and ``pictures/`` with every original, decode and
        error map.
    progress
        Told in a few words what is being done.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    StoreError
        If the rows cannot be read, there are none, or the files cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> Store(folder).append([Measurement(image="a.png", chain="raw", codec="raw")])
    >>> write_report(folder).name
    'report.html'
    """
    say = progress or (lambda _: None)
    rows = Store(folder).measurements()
    if not rows:
        raise StoreError(f"{folder}: no results in this folder; run recoup compare first")
    found = Found.of(rows)
    try:
        if pictures == "all":
            _write_all(folder, found, say)
        page = _page(found, size_mb * 1e6, say, everything=pictures == "all")
        _replace(folder / "rows.csv", _csv(rows))
        _replace(folder / "report.html", page)
    except OSError as error:
        raise StoreError(f"{folder}: the report cannot be written: {error.strerror}") from error
    return folder / "report.html"


def _page(found: Found, limit: float, say: Progress, *, everything: bool) -> str:
    """The whole page as text."""
    say("figures")
    order = choose.ranked(_matched(found), _main_metric(found))
    context = sections(found) | {
        "data": _json(compact(found, _matched(found), order)),
        "more": "link" if everything else "command",
    }
    context["chart_data"] = _json(context["chart_data"])
    return _with_pictures(found, context, order, limit, say)


def _with_pictures(
    found: Found, context: dict[str, Any], order: Sequence[str], limit: float, say: Progress
) -> str:
    """Fill the page, first without pictures to see what room they have."""
    none: dict[str, Any] = {"harm": Harms()}
    none |= {"gallery": _json([]), "stills": [], "messages": [], "dropped": 0}
    none |= {"layers": _json([]), "smalls": _json([])}
    none |= {"triptychs": _json([]), "triptych_messages": [], "triptych_dropped": 0}
    empty = _render("report.html", context, none)
    budget = Budget(limit - len(empty.encode(errors="backslashreplace")) - 64_000)
    shown = _viewer_settings(found) if found.formats else []
    trips = triptychs.triptychs(found.off_curves, found.scores, budget, say)
    harm = harms(found.loops, {c.name: c for c in found.scores}, budget, say)
    gallery = viewer.gallery(
        choose.pictures(order) if shown else [],
        shown,
        found.scores,
        found.colours,
        budget,
        say,
    )
    small = smalls(order, _mapped(found), budget, say) if found.formats else []
    chosen = [
        {"id": name, "type": s.media_type, "data": base64.b64encode(s.data).decode()}
        for name, s in budget.chosen()
    ]
    kept = {each["id"] for each in chosen}
    dropped = viewer.drop_missing(gallery, kept)
    small = [each for each in small if {each["small"], each["map"]} <= kept]
    triptych_dropped = triptychs.drop_missing(trips, kept)
    say("page")
    return _render(
        "report.html",
        context,
        {
            "gallery": _json(gallery.pictures),
            "layers": _json(viewer.layers(gallery)),
            "smalls": _json(small),
            "stills": chosen,
            "messages": gallery.messages,
            "dropped": dropped,
            "harm": harm.within(kept),
            "triptychs": _json(trips.entries),
            "triptych_messages": trips.messages,
            "triptych_dropped": triptych_dropped,
        },
    )


def _write_all(folder: Path, found: Found, say: Progress) -> None:
    """Write every picture with every setting, and a page that shows them."""
    (folder / "pictures").mkdir(exist_ok=True)
    order = choose.ranked(_matched(found), _main_metric(found))
    roles = {key: role for role, key in choose.pictures(order)}
    keys = dict.fromkeys(key for s in found.everything for key in s.rows)
    gallery = viewer.gallery(
        [(roles.get(key, ""), key) for key in keys],
        found.everything,
        found.scores,
        found.colours,
        Folder(folder / "pictures", "pictures"),
        say,
    )
    extra = {"gallery": _json(gallery.pictures), "stills": [], "messages": gallery.messages}
    context = {"layers": _json(viewer.layers(gallery)), "dropped": 0, "more": ""}
    _replace(folder / "pictures.html", _render("pictures.html", context, extra))


def _viewer_settings(found: Found) -> list[Setting]:
    """The smallest advised, settings at matched quality, then the others advised."""
    lossless, smallest, fastest = (pick.winner for pick in found.advice.picks)
    order = (smallest, *found.matched.lossy, fastest, lossless)
    return list({s.chain: s for s in order if s}.values())


def _matched(found: Found) -> Sequence[Setting]:
    """The settings over whose scores pictures are ranked."""
    return found.matched.lossy or _viewer_settings(found)


def _mapped(found: Found) -> Setting | None:
    """The setting whose losses are mapped on every picture: the smallest advised, or the first."""
    smallest = found.advice.picks[1].winner
    return next(iter([s for s in (smallest, *found.matched.lossy) if s and not s.lossless]), None)


def _main_metric(found: Found) -> str:
    if found.advice.standard:
        return found.advice.standard.metric
    return found.scores[0].name if found.scores else ""


def _render(name: str, *contexts: dict[str, Any]) -> str:
    """Fill one template; every text is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("recoup.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    joined = {k: v for context in contexts for k, v in context.items()}
    return environment.get_template(name).render(joined)


def _json(value: object) -> str:
    """JSON that can stand in a script element: no ``<`` in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _csv(rows: Iterable[Measurement]) -> str:
    """Every row, flat."""
    flat = [row.flat() for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return out.getvalue()


def _replace(path: Path, text: str) -> None:
    """Write a file aside and rename it, so that it is whole or as it was."""
    aside = path.with_name(f".{path.name}.part")
    with aside.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
