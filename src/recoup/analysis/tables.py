"""Results as tables: deltas against an anchor, matrices, matched pairs, frontiers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from recoup.analysis.bdrate import FEWEST_POINTS, LEAST_OVERLAP
from recoup.analysis.deltas import LEAST_PICTURES, Matrix, MeanDelta
from recoup.analysis.frontier import Frontier
from recoup.analysis.interval import Difference
from recoup.analysis.loop import Loop
from recoup.analysis.pairs import Pair
from recoup.analysis.table import Column, Table, Value

_SHARES = (
    f"A picture counts if both curves are monotone, have {FEWEST_POINTS} points and share "
    f"{100 * LEAST_OVERLAP:g} % of the range that either covers; a mean needs "
    f"{100 * LEAST_PICTURES:g} % of the pictures that both have."
)
_LINES = (Column("metric", "metric"), Column("anchor", "anchor"), Column("line", "line"))
_COUNTS = (
    Column("n", "n"),
    Column("common", "of"),
    Column("overlap", "overlap, %", 0, percent=True),
)


def bd_table(rates: Sequence[MeanDelta], scores: Sequence[MeanDelta]) -> Table:
    """BD-rate and BD-metric of lines against an anchor, one row a line.

    Parameters
    ----------
    rates, scores
        Of the same lines in the same order.

    Examples
    --------
    >>> bd_table([], []).name
    'bd'
    """
    columns = (
        *_LINES,
        *_interval("bd_rate", "BD-rate, %", 1, percent=True),
        *_COUNTS,
        Column("from_score", "from", 3),
        Column("to_score", "to", 3),
        *_interval("bd_metric", "BD-metric", 3),
        Column("refused", "refused"),
        Column("refused_metric", "refused metric"),
    )
    rows = tuple(
        (
            *_names(rate),
            *(rate.mean, rate.low, rate.high, rate.n, rate.common, rate.overlap),
            *(rate.span or (None, None)),
            *(score.mean, score.low, score.high),
            *(_refused(rate), _refused(score)),
        )
        for rate, score in zip(rates, scores, strict=True)
    )
    note = (
        "Change of bytes at equal quality (geometric mean over pictures) and of the score at equal "
        f"bytes (better positive), with 95 % intervals over pictures. {_SHARES}"
    )
    return Table("bd", "Bjøntegaard deltas", columns, rows, note)


def loop_table(several: Iterable[Loop]) -> Table:
    """Codecs with a restorer against the same codec alone and other opponents, a row for each.

    Examples
    --------
    >>> loop_table([]).name
    'loop'
    """
    columns = (
        Column("line", "line"),
        Column("role", "against"),
        Column("opponent", "which is"),
        Column("metric", "metric"),
        *_interval("bd_rate", "BD-rate, %", 1, percent=True),
        *_COUNTS,
        Column("refused", "refused"),
    )
    rows = tuple(
        (
            *(one.line.text, role, one.opponents[role].text, metric),
            *(gap.mean, gap.low, gap.high, gap.n, gap.common, gap.overlap, _refused(gap)),
        )
        for one in several
        for metric, gaps in one.rates.items()
        for role, gap in gaps.items()
    )
    note = (
        "Change of bytes at equal quality (geometric mean over pictures) with 95 % intervals. "
        "Opponents: the same codec alone at the same settings; the same codec alone with another "
        f"encoder or other settings, and the other codec alone, that need fewest bytes. {_SHARES}"
    )
    return Table("loop", "Codecs with a restorer", columns, rows, note)


def matrix_table(matrix: Matrix) -> Table:
    """A matrix with all its figures, one row for each anchor and line.

    Examples
    --------
    >>> matrix_table(Matrix("rate", "psnr", (), ())).rows
    ()
    """
    rate = matrix.kind == "rate"
    value = _interval(f"bd_{matrix.kind}", _heading(matrix), 1 if rate else 3, percent=rate)
    columns = (*_LINES, *value, *_COUNTS, Column("refused", "refused"))
    rows = tuple(
        (*_names(d), d.mean, d.low, d.high, d.n, d.common, d.overlap, _refused(d))
        for row in matrix.rows
        for d in row
    )
    title = f"Bjøntegaard matrix in {matrix.metric}"
    return Table(f"matrix-{matrix.metric}", title, columns, rows, _SHARES)


def square_table(matrix: Matrix) -> Table:
    """A matrix as a square: a row for each anchor, a column for each line, means only.

    Examples
    --------
    >>> [column.heading for column in square_table(Matrix("rate", "psnr", (), ())).columns]
    ['', 'anchor']
    """
    rate = matrix.kind == "rate"
    numbers = [str(at) for at in range(1, len(matrix.lines) + 1)]
    columns = (
        Column("number", ""),
        Column("anchor", "anchor"),
        *(Column(n, n, 1 if rate else 3, percent=rate, signed=True) for n in numbers),
    )
    rows = tuple(
        (number, line.text, *(d.mean for d in row))
        for number, line, row in zip(numbers, matrix.lines, matrix.rows, strict=True)
    )
    title = f"{_heading(matrix)}, of the line of the column against the anchor of the row"
    return Table(f"matrix-{matrix.metric}", title, columns, rows, _SHARES)


def pairs_table(pairs: Iterable[Pair]) -> Table:
    """Matched pairs, one row for each setting of the anchor and each other line.

    Examples
    --------
    >>> pairs_table([]).name
    'pairs'
    """
    columns = (
        Column("metric", "metric"),
        Column("anchor", "at the quality of"),
        Column("score", "score", 3),
        Column("line", "line"),
        *_interval("bytes", "bytes, %", 1, percent=True),
        *_interval("encode", "encode time, ratio", 2, signed=False),
        *_interval("decode", "decode time, ratio", 2, signed=False),
        Column("n", "n"),
        Column("common", "of"),
        Column("refused", "refused"),
    )
    rows = tuple(
        (
            *(pair.metric, pair.anchor.chain, pair.score, pair.test.text),
            *_ratio(pair.size, 1),
            *_ratio(pair.encode),
            *_ratio(pair.decode),
            *(pair.n, pair.common, "; ".join(filter(None, (pair.reason, pair.untimed)))),
        )
        for pair in pairs
    )
    note = (
        "Of each line, interpolated at the quality that the setting gave each picture, against "
        "that setting: change of bytes and ratios of seconds, geometric means over pictures with "
        "95 % intervals."
    )
    return Table("pairs", "Matched pairs", columns, rows, note)


def frontier_table(several: Iterable[Frontier]) -> Table:
    """Pareto frontiers: the settings on them, then what beats the others.

    Examples
    --------
    >>> frontier_table([]).name
    'frontier'
    """
    columns = (
        Column("metric", "metric"),
        Column("time", "time"),
        Column("chain", "chain"),
        Column("bpp", "bits/pixel", 3),
        Column("score", "score", 3),
        Column("seconds_mp", "s/MP", 4),
        Column("status", "status"),
    )
    rows: list[tuple[Value, ...]] = []
    for f in several:
        head = (f.metric, f.time)
        rows += [(*head, p.setting.chain, p.bpp, p.score, p.seconds, "frontier") for p in f.points]
        rows += [(*head, c, None, None, None, f"beaten by {by}") for c, by in f.beaten.items()]
        rows += [(*head, c, None, None, None, why) for c, why in f.left_out.items()]
    note = "On the frontier nothing has no more bits, no less quality and no more seconds."
    return Table("frontier", "Pareto frontiers", columns, tuple(rows), note)


def _interval(
    name: str, heading: str, digits: int, *, percent: bool = False, signed: bool = True
) -> tuple[Column, Column, Column]:
    ends = ((name, heading), (f"{name}_low", "low"), (f"{name}_high", "high"))
    low, mid, high = (Column(n, h, digits, percent=percent, signed=signed) for n, h in ends)
    return low, mid, high


def _names(delta: MeanDelta) -> tuple[str, str, str]:
    return delta.metric, delta.anchor.text, delta.test.text


def _heading(matrix: Matrix) -> str:
    return f"BD-rate in {matrix.metric}, %" if matrix.kind == "rate" else f"BD-{matrix.metric}"


def _refused(delta: MeanDelta) -> str:
    """Why there is no mean, or which pictures are not in it."""
    if delta.reason or not delta.refused:
        return delta.reason
    return "; ".join(f"{why}: {len(keys)}" for why, keys in delta.refused.items())


def _ratio(found: Difference | None, less: float = 0) -> tuple[Value, Value, Value]:
    if found is None:
        return None, None, None
    return found.ratio - less, found.low - less, found.high - less
