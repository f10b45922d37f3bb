"""The recommendation as the page shows it: three cards and the ranking at equal quality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import geometric_mean

from recoup.analysis import Advice, Pick, Setting, difference
from recoup.analysis.advise import passes
from recoup.report import numbers
from recoup.report.columns import Column
from recoup.report.formats import line_name, setting_name, title
from recoup.report.wording import GOALS, at_equal, verdict


@dataclass(frozen=True)
class Card:
    """One goal's advice.

    Attributes
    ----------
    goal, heading
        Name and title.
    name, chain, colour, filtered
        The winner; empty where nothing qualifies.
    lead, lead_note
        The number that decided it, large, and what it is.
    facts
        (term, value) pairs.
    sentences
        How far the runner-up was and how sure that is.
    runner_up
        Its name with its numbers; empty if there is none.
    left_out
        (format, reason) pairs.
    """

    goal: str
    heading: str
    name: str = ""
    chain: str = ""
    colour: str = ""
    filtered: bool = False
    lead: str = ""
    lead_note: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    sentences: tuple[str, ...] = ()
    runner_up: str = ""
    left_out: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Rank:
    """One line of the ranking at equal quality; positions in percent of the plot's width."""

    name: str
    colour: str
    size: str
    text: str
    at: float
    low: float
    high: float
    n: int


def cards(
    advice: Advice, columns: Mapping[str, Column], colours: Mapping[str, str]
) -> tuple[Card, ...]:
    """One card for each goal.

    Examples
    --------
    >>> from recoup.analysis import advise
    >>> [card.heading for card in cards(advise([]), {}, {})]
    ['Lossless', 'Smallest at good quality', 'Fastest at good quality']
    """
    return tuple(_card(pick, advice, columns, colours) for pick in advice.picks)


def ranking(advice: Advice, colours: Mapping[str, str]) -> tuple[Rank, ...]:
    """Bytes that each format needs at the same score, as a dot with its interval.

    Examples
    --------
    >>> from recoup.analysis import advise
    >>> ranking(advise([]), {})
    ()
    """
    gaps = [a.against_first for a in advice.equal if a.against_first]
    low, high = min([1.0, *(g.low for g in gaps)]), max([1.1, *(g.high for g in gaps)])

    def place(ratio: float) -> float:
        return round(100 * (ratio - low) / (high - low), 2)

    out = []
    for a in advice.equal:
        gap = a.against_first
        text = f"+{numbers.percent(gap.ratio)}" if gap else "fewest bytes"
        if gap and gap.ratio < 1:
            text = f"\N{MINUS SIGN}{numbers.percent(gap.ratio)}"
        if gap and gap.verdict == "tie":
            text += " (tie)"
        ratio, low_end, high_end = (gap.ratio, gap.low, gap.high) if gap else (1.0, 1.0, 1.0)
        out.append(
            Rank(
                name=line_name(a.line),
                colour=colours[a.line.codec],
                size=numbers.size(geometric_mean(a.sizes.values())),
                text=text,
                at=place(ratio),
                low=place(low_end),
                high=place(high_end),
                n=len(a.sizes),
            )
        )
    return tuple(out)


def _card(
    pick: Pick, advice: Advice, columns: Mapping[str, Column], colours: Mapping[str, str]
) -> Card:
    winner = pick.winner
    standard = advice.standard
    metric = columns[standard.metric].title if standard else ""
    sentences = [verdict(pick, advice.pictures)]
    if pick.goal == "smallest":
        sentences.append(at_equal(pick, advice, metric))
    left_out = tuple((title(c), why) for c, why in sorted(pick.left_out.items()))
    if winner is None:
        return Card(
            goal=pick.goal,
            heading=GOALS[pick.goal],
            sentences=tuple(filter(None, sentences)),
            left_out=left_out,
        )
    lead, note = _lead(pick.goal, winner)
    return Card(
        goal=pick.goal,
        heading=GOALS[pick.goal],
        name=setting_name(winner),
        chain=winner.chain,
        colour=colours[winner.codec],
        filtered=winner.filtered,
        lead=lead,
        lead_note=note,
        facts=_facts(pick, winner, advice, columns),
        sentences=tuple(filter(None, sentences)),
        runner_up=_runner_up(pick),
        left_out=left_out,
    )


def _lead(goal: str, winner: Setting) -> tuple[str, str]:
    if goal == "fastest":
        per_mp = (winner.encode_s_mp or 0) + (winner.decode_s_mp or 0)
        return numbers.seconds(per_mp), "per megapixel, encode and decode"
    return f"{numbers.figures(winner.ratio)}\N{MULTIPLICATION SIGN}", "smaller than uncompressed"


def _facts(
    pick: Pick, winner: Setting, advice: Advice, columns: Mapping[str, Column]
) -> tuple[tuple[str, str], ...]:
    """The numbers that decided it."""
    standard = advice.standard
    facts = [
        ("Mean size", numbers.size(winner.kilobytes * 1000 if winner.kilobytes else None)),
        ("Bits per pixel", numbers.figures(winner.bpp)),
        ("Ratio", numbers.figures(winner.ratio)),
    ]
    if pick.goal == "lossless":
        facts.append(("Exact on", f"{winner.n} of {advice.pictures} pictures"))
    elif standard:
        column = columns[standard.metric]
        scores = [row.scores.get(standard.metric) for row in winner.rows.values()]
        worst = min((s for s in scores if s is not None), default=None)
        digits = 2 if column.unit else 4
        facts += [
            (f"Mean {column.title}", f"{column.text(winner)} {column.unit}".strip()),
            (f"Worst {column.title}", f"{numbers.fixed(worst, digits)} {column.unit}".strip()),
            ("Good enough on", f"{passes(winner, standard)} of {advice.pictures} pictures"),
        ]
    smallest = advice.picks[1].winner
    if pick.goal == "fastest" and smallest and smallest.chain != winner.chain:
        gap = difference(winner.encoded_bytes, smallest.encoded_bytes)
        if gap:
            times_as = f"{numbers.figures(gap.ratio)} times the bytes"
            facts.append(("Against the smallest pick", times_as))
    times = winner.timed_alone
    facts += [
        ("Encode", numbers.seconds(winner.encode_s) if times else "not used: shared core"),
        ("Decode", numbers.seconds(winner.decode_s) if times else "not used: shared core"),
    ]
    return tuple(facts)


def _runner_up(pick: Pick) -> str:
    second = pick.runner_up
    if second is None:
        return ""
    if pick.goal == "fastest":
        per_mp = (second.encode_s_mp or 0) + (second.decode_s_mp or 0)
        return f"{setting_name(second)}, {numbers.seconds(per_mp)} per megapixel"
    size = numbers.size(second.kilobytes * 1000 if second.kilobytes else None)
    return f"{setting_name(second)}, {size}, ratio {numbers.figures(second.ratio)}"
