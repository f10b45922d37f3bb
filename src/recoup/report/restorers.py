"""Restorers against doing nothing, as the page and the terminal show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recoup.analysis import Gain, Restoration, Restorer, Setting
from recoup.analysis.advise import CONTROLS
from recoup.report import numbers
from recoup.report.columns import Column
from recoup.report.formats import SPARE, setting_name, steps_name
from recoup.report.verdicts import faithful, gained, signed

if TYPE_CHECKING:
    from rich.table import Table

NOTHING = "#8a8f98"
"""Colour of doing nothing."""


@dataclass(frozen=True)
class Score:
    """A mean score, with its gain over doing nothing; ``way``: better, worse or empty."""

    text: str
    gain: str = ""
    interval: str = ""
    way: str = ""


@dataclass(frozen=True)
class Row:
    """One line of a table of restorers.

    Attributes
    ----------
    name, chain, colour
        What it is.
    nothing
        Whether it is the line to beat.
    scores
        One for each metric.
    worse, worst
        On how many pictures it is worse than doing nothing; the picture that gained least.
    seconds, peak
        Per megapixel of output; memory.
    unexplained, warned
        Levels of 255, and whether that is more than the degradation explains.
    n
        Pictures measured.
    """

    name: str
    chain: str
    colour: str
    nothing: bool
    scores: tuple[Score, ...]
    worse: str
    worst: str
    seconds: str
    peak: str
    unexplained: str
    warned: bool
    n: str


@dataclass(frozen=True)
class Verdict:
    """What is to be said of one restorer; ``lost`` where doing nothing is better."""

    name: str
    colour: str
    lost: bool
    gained: str
    faithful: str
    warned: bool


@dataclass(frozen=True)
class Block:
    """One degradation: its restorers in words and as a table."""

    title: str
    chain: str
    metric: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    verdicts: tuple[Verdict, ...]


def blocks(
    several: Sequence[Restoration], scores: Sequence[Column], colours: Mapping[str, str]
) -> tuple[Block, ...]:
    """One block for each degradation.

    Parameters
    ----------
    several
        From :func:`recoup.analysis.restorations`.
    scores
        Columns of the metrics.
    colours
        Of the restorers, by their text.

    Examples
    --------
    >>> blocks([], [], {})
    ()
    """
    return tuple(_block(one, scores, colours) for one in several)


def restorer_colours(several: Sequence[Restoration]) -> dict[str, str]:
    """A colour for each restorer, by the text of its filters.

    Examples
    --------
    >>> restorer_colours([])
    {}
    """
    names = sorted({r.setting.after for one in several for r in one.restorers})
    return {name: SPARE[i % len(SPARE)] for i, name in enumerate(names)}


def names(several: Sequence[Restoration]) -> list[str]:
    """Names of all restorers, sorted.

    Examples
    --------
    >>> names([])
    []
    """
    return sorted({steps_name(r.setting.after) for one in several for r in one.restorers})


def degradation_name(one: Restoration) -> str:
    """What harmed the pictures, in words: ``noise sigma 25``, ``JPEG quality 10``.

    Examples
    --------
    >>> degradation_name(Restoration("noise:sigma=25 | raw", "raw", "psnr", None, ()))
    'noise sigma 25'
    """
    before, _, last = one.degradation.rpartition(" | ")
    codec = "" if one.codec in CONTROLS else setting_name(Setting(last, one.codec, {}, {}))
    return ", then ".join(filter(None, [steps_name(before), codec])) or "no degradation"


def nothing_name(nothing: Setting) -> str:
    """What doing nothing is here.

    Examples
    --------
    >>> nothing_name(Setting("bicubic:factor=1/4 | raw | bicubic:factor=4", "raw", {}, {}))
    'Doing nothing (bicubic factor 4)'
    """
    return f"Doing nothing ({steps_name(nothing.after)})" if nothing.after else "Doing nothing"


def terminal_tables(several: Sequence[Restoration], scores: Sequence[Column]) -> list[Table]:
    """Build one table for each degradation for the terminal, with a verdict below.

    Examples
    --------
    >>> terminal_tables([], [])
    []
    """
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    out = []
    for block in blocks(several, scores, restorer_colours(several)):
        table = Table(box=box.SIMPLE_HEAD, title_justify="left", caption_justify="left")
        table.title = escape(f"Restorers after {block.title}, means over pictures")
        table.add_column("Restorer", no_wrap=True)
        for column in block.columns:
            heading = column.heading.replace(", ", "\n").replace(" (", "\n(")
            table.add_column(heading, justify="right")
        for heading in ("worse\non", "unex-\nplained", "s/MP", "peak\nMB", "n"):
            table.add_column(heading, justify="right")
        for row in block.rows:
            cells = [f"{s.text}\n{s.gain}" if s.gain else s.text for s in row.scores]
            cells += [row.worse, row.unexplained, row.seconds, row.peak, row.n]
            table.add_row(*map(escape, (row.name, *cells)), style="bold" if row.nothing else "")
        said = [" ".join(filter(None, (v.name, v.gained, v.faithful))) for v in block.verdicts]
        table.caption = escape("\n".join(said))
        out.append(table)
    return out


def _block(one: Restoration, scores: Sequence[Column], colours: Mapping[str, str]) -> Block:
    measured = [c for c in scores if any(r.setting.scores(c.name) for r in one.restorers)]
    columns = tuple(sorted(measured, key=lambda c: c.name != one.metric))
    shown = [_row(one, r, columns, colours[r.setting.after]) for r in one.restorers]
    if one.nothing:
        beaten = sum(_gains(r, one.metric) for r in one.restorers)
        shown.insert(beaten, _nothing(one.nothing, columns))
    by_name = {c.name: c for c in columns}
    verdicts = tuple(
        Verdict(
            steps_name(r.setting.after),
            colours[r.setting.after],
            lost=_loses(r, one.metric),
            gained=gained(r, one, by_name),
            faithful=faithful(r),
            warned=bool(r.unfaithful),
        )
        for r in one.restorers
    )
    metric = by_name[one.metric].title if one.metric in by_name else one.metric
    title = degradation_name(one)
    return Block(title, one.degradation, metric, columns, tuple(shown), verdicts)


def _gains(one: Restorer, metric: str) -> bool:
    """Whether it stands before doing nothing: a gain, however small."""
    found = one.gains.get(metric)
    return bool(found and (found.towards or (found.mean is None and not found.worse_on)))


def _loses(one: Restorer, metric: str) -> bool:
    """Whether doing nothing is better on average, and the interval does not say otherwise."""
    found = one.gains.get(metric)
    behind = found is not None and found.worse_on and not _gains(one, metric)
    return bool(behind) and found is not None and found.verdict != "tie"


def _row(one: Restoration, r: Restorer, columns: Sequence[Column], colour: str) -> Row:
    main, s = r.gains.get(one.metric), r.setting
    least = r.by_gain[0] if r.by_gain else None
    unit = next((c.unit for c in columns if c.name == one.metric), "")
    step = signed(r.steps[least], 2 if unit else 4) if least is not None else ""
    return Row(
        name=steps_name(s.after),
        chain=s.chain,
        colour=colour,
        nothing=False,
        scores=tuple(_score(s, c, r.gains.get(c.name)) for c in columns),
        worse=f"{main.worse_on} of {len(r.steps)}" if main else numbers.NONE,
        worst=f"{s.rows[least].image} ({step} {unit}".rstrip() + ")" if least is not None else "",
        seconds=numbers.figures(s.restore_s_mp) + ("" if s.timed_alone else " *"),
        peak=numbers.figures(s.peak_mb),
        unexplained=numbers.fixed(r.mean_unexplained, 1),
        warned=bool(r.unfaithful),
        n=f"{s.n} of {one.pictures}" if s.n < one.pictures else str(s.n),
    )


def _nothing(s: Setting, columns: Sequence[Column]) -> Row:
    off = list(s.unexplained.values())
    return Row(
        name=nothing_name(s),
        chain=s.chain,
        colour=NOTHING,
        nothing=True,
        scores=tuple(Score(c.text(s)) for c in columns),
        worse="",
        worst="",
        seconds=numbers.figures(s.restore_s_mp) if s.after else "",
        peak=numbers.figures(s.peak_mb),
        unexplained=numbers.fixed(sum(off) / len(off), 1) if off else "",
        warned=False,
        n=str(s.n),
    )


def _score(setting: Setting, column: Column, found: Gain | None) -> Score:
    digits = 2 if column.unit else 4
    if found is None or found.mean is None:
        return Score(column.text(setting))
    way = "" if not found.mean else "better" if found.towards else "worse"
    sure = found.verdict != "too few"
    interval = f"{signed(found.low, digits)} to {signed(found.high, digits)}" if sure else ""
    tie = found.verdict == "tie"
    gain = signed(found.mean, digits) + (" (tie)" if tie else "")
    return Score(column.text(setting), gain, interval, "" if tie else way)
