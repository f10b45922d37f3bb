"""The ledger in words and as a table."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from recoup.analysis.accounts import Account, Entry, Ledger
from recoup.analysis.by_setting import Setting
from recoup.analysis.match import Line
from recoup.analysis.prices import GB, HOUR, Prices
from recoup.analysis.table import Column, Table, Value

_MEGA = 1e6


def verdict(
    one: Ledger,
    metric: str = "",
    name: Callable[[Line], str] = lambda line: short(line.text),
    place: Callable[[Setting], str] = lambda setting: setting.chain,
) -> str:
    """Whether it pays, in one sentence, at the middle one of the settings that can be compared.

    Parameters
    ----------
    one
        Of :func:`recoup.analysis.ledger.ledger`.
    metric
        What people call the metric; its name if not given.
    name, place
        What people call a line, and a setting.

    Examples
    --------
    >>> line = Line("jpeg", "", "dncnn", "", "quality", ())
    >>> verdict(Ledger(line, None, "psnr", 1_600_000, Prices(), ()), "PSNR")
    'jpeg | dncnn: no account, for the same codec alone was not measured.'
    """
    at, ours = one.middle, name(one.restored)
    if one.alone is None:
        return f"{ours}: no account, for the same codec alone was not measured."
    if at is None or at.saved is None or at.size is None:
        why = "; ".join(dict.fromkeys(entry.reason for entry in one.entries))
        return f"{ours}: no account, for {why or 'no setting was compared'}."
    where = f"at the {metric or one.metric} of {place(at.setting)}"
    if at.saved.mean <= 0 or (at.server and at.server.verdict == "never"):
        how = f"costs {size(-at.saved.mean)} more a view"
        return f"{ours}: never pays, for {where} it {how}{_sure(at, one)}."
    head = f"{ours}: {where} each view saves {size(at.saved.mean)}{_sure(at, one)}"
    if at.server is None or at.server.verdict == "open":
        return f"{head}, which cannot be told from nothing: whether it pays is open."
    return f"{head}; {_server(at.server, one.weights)}; {_everybody(at, one.prices)}."


def short(text: str) -> str:
    """A chain's text with models by their name alone, as one writes it.

    Examples
    --------
    >>> short("jpeg | onnx:model=dncnn,sigma=8"), short("jpeg | onnx:model=dncnn")
    ('jpeg | dncnn:sigma=8', 'jpeg | dncnn')
    """
    return re.sub(r"onnx:model=([^,|\s]+),", r"\1:", text).replace("onnx:model=", "")


def size(count: float) -> str:
    """Bytes in the unit that reads best.

    Examples
    --------
    >>> size(950), size(1234), size(1_617_000)
    ('950 bytes', '1.23 kB', '1.62 MB')
    """
    if abs(count) < 1000:
        return f"{count:.0f} bytes"
    return f"{count / 1e3:.3g} kB" if abs(count) < _MEGA else f"{count / _MEGA:.3g} MB"


def many(count: float) -> str:
    """How often, rounded up; two figures count where it is a large number.

    Examples
    --------
    >>> many(0.2), many(1234.5).split(), many(0), many(math.inf)
    ('1', ['1', '300'], '0', 'never')
    """
    if math.isinf(count):
        return "never"
    step = 10 ** max(0, math.floor(math.log10(count)) - 1) if count >= 1 else 1
    return f"{math.ceil(count / step) * step:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def terms(prices: Prices) -> str:
    """The prices and who pays what, in words.

    Examples
    --------
    >>> terms(Prices(0.1, 0.05, 4)).split(". ")[0]
    'USD 0.1 for a GB sent, USD 0.05 for a CPU-hour, 4 W for a core at work (assumed)'
    """
    return (
        f"USD {prices.per_gb:g} for a GB sent, USD {prices.per_cpu_hour:g} for a CPU-hour, "
        f"{prices.watts:.3g} W for a core at work ({prices.watts_from}). "
        "Paid once for each picture: the encoder also decodes and restores it, to be sure. Paid "
        "once by each viewer: the weights. Paid at each view: the seconds to decode and restore. "
        "Earned at each view: the bytes saved at equal quality. The server's account has the "
        "bytes and the encoder; everybody's has the viewer's seconds too. Energy is in the price "
        "of a CPU-hour and is not counted twice."
    )


def verdict_table(several: Sequence[Ledger]) -> Table:
    """The sentence on each restored codec, one row a line; who pays what is its note.

    Examples
    --------
    >>> verdict_table([]).name
    'verdicts'
    """
    columns = (Column("metric", "metric"), Column("line", "line"), Column("verdict", "verdict"))
    rows = tuple((one.metric, short(one.restored.text), verdict(one)) for one in several)
    note = terms(several[0].prices) if several else ""
    return Table("verdicts", "Does it pay?", columns, rows, note)


def ledger_table(several: Sequence[Ledger], *, people: bool = False) -> Table:
    """Every entry of every ledger, one row for each setting of a codec alone.

    Parameters
    ----------
    several
        Of :func:`recoup.analysis.ledger.ledger`.
    people
        Only the columns that people read, which fit on a page.

    Examples
    --------
    >>> ledger_table([]).name, len(ledger_table([], people=True).columns)
    ('ledger', 15)
    """
    rows = [_row(one, entry) for one in several for entry in one.entries]
    shown = [at for at, c in enumerate(_COLUMNS) if not people or c.name in _FOR_PEOPLE]
    columns = tuple(_COLUMNS[at] for at in shown)
    title = f"Ledger at equal {several[0].metric}" if several else "Ledger"
    return Table(
        "ledger", title, columns, tuple(tuple(r[at] for at in shown) for r in rows), _MEANS
    )


_MEANS = (
    "Means over pictures with 95 % intervals. Views: of one picture, until the encoder is paid; "
    "pictures: sent to one viewer, until the weights are paid; ∞: never. Even: the price of a "
    "CPU-hour at which a view costs everybody nothing."
)
_COLUMNS = (
    Column("metric", "metric"),
    Column("line", "line"),
    Column("setting", "at the quality of"),
    Column("n", "n"),
    Column("change", "bytes, %", 1, percent=True, signed=True),
    Column("change_low", "low", 1, percent=True, signed=True),
    Column("change_high", "high", 1, percent=True, signed=True),
    Column("saved_bytes", "bytes saved", 0),
    Column("saved_low", "low", 0),
    Column("saved_high", "high", 0),
    Column("decode_cpu_s", "CPU-s a view", 4),
    Column("joules", "J a view", 3),
    Column("encode_cpu_s", "CPU-s a picture", 4),
    Column("weight_bytes", "weights, bytes"),
    Column("server_pictures", "server: pictures", 0),
    Column("server_views", "server: views", 1),
    Column("all_pictures", "everybody: pictures", 0),
    Column("all_views", "everybody: views", 1),
    Column("even_cpu_hour", "even, USD/CPU-h", 6),
    Column("server", "server"),
    Column("everybody", "everybody"),
    Column("reason", "refused"),
)
_FOR_PEOPLE = frozenset(
    (
        *("line", "setting", "n", "change", "change_low", "change_high", "saved_bytes"),
        *("decode_cpu_s", "joules", "server_pictures", "server_views"),
        *("all_pictures", "all_views", "even_cpu_hour", "reason"),
    )
)


def _row(one: Ledger, entry: Entry) -> tuple[Value, ...]:
    gap, saved, decode = entry.size, entry.saved, entry.decode_s
    server, everybody = entry.server, entry.everybody
    return (
        *(one.metric, short(one.restored.text), entry.setting.chain, saved.n if saved else 0),
        *((gap.ratio - 1, gap.low - 1, gap.high - 1) if gap else (None, None, None)),
        *((saved.mean, saved.low, saved.high) if saved else (None, None, None)),
        decode.mean if decode else None,
        one.prices.joules(decode.mean) if decode else None,
        entry.encode_s.mean if entry.encode_s else None,
        one.weights,
        *((server.pictures, server.views) if server else (None, None)),
        *((everybody.pictures, everybody.views) if everybody else (None, None)),
        even_cpu_hour(entry, one.prices),
        *(account.verdict if account else "" for account in (server, everybody)),
        "; ".join(filter(None, (entry.reason, entry.untimed))),
    )


def even_cpu_hour(entry: Entry, prices: Prices) -> float | None:
    """US dollars for a CPU-hour at which what a view saves is what its seconds cost.

    None where nothing is saved, or no seconds are added.

    Examples
    --------
    >>> from recoup.analysis.by_setting import Setting
    >>> from recoup.analysis.prices import Amount
    >>> saved, seconds = Amount.of([1e6]), Amount.of([2.0])
    >>> alone = Setting("jpeg", "jpeg", {}, {})
    >>> entry = Entry(alone, saved, None, seconds, seconds, None, None)
    >>> round(even_cpu_hour(entry, Prices(per_gb=0.1)), 6)
    0.18
    """
    saved, decode = entry.saved, entry.decode_s
    if not saved or not decode or saved.mean <= 0 or decode.mean <= 0:
        return None
    return saved.mean / GB * prices.per_gb / decode.mean * HOUR


def _sure(at: Entry, one: Ledger) -> str:
    """In brackets: the share, its interval, and at how many settings bytes are saved."""
    gap = at.size
    if gap is None:
        return ""
    low, high = (f"{(end - 1) * 100:+.1f}".replace("-", "−") for end in (gap.low, gap.high))  # noqa: RUF001
    between = f"95 % interval {low} to {high} %"
    sure = "too few pictures for an interval" if gap.verdict == "too few" else between
    share = f"{(gap.ratio - 1) * 100:+.1f} %".replace("-", "−")  # noqa: RUF001
    saving = sum(bool(entry.saved and entry.saved.mean > 0) for entry in one.entries)
    return (
        f" ({share}, {sure}, n = {gap.n}; bytes are saved at {saving} of {len(one.entries)} "
        "settings)"
    )


def _server(account: Account, weights: int | None) -> str:
    """What the server says."""
    paid = " and ".join(_paid(account)) if account.verdict == "pays" else "no number of views"
    sent = f" (weights of {size(weights)})" if weights else ""
    return f"the server's account is even after {paid}{sent}"


def _everybody(at: Entry, prices: Prices) -> str:
    """What everybody says: with the viewer's seconds and their energy."""
    account, decode = at.everybody, at.decode_s
    if account is None or decode is None:
        return f"with the viewer's seconds there is no account ({at.untimed})"
    spent = f"{decode.mean:.3g} CPU-s and {prices.joules(decode.mean):.3g} J a view"
    head = f"everybody's, which also pays for the viewer's {spent},"
    even = even_cpu_hour(at, prices)
    if account.verdict == "pays":
        return f"{head} is even after {' and '.join(_paid(account))}"
    never = "cannot be told from even" if account.verdict == "open" else "never is"
    unless = f", unless a CPU-hour costs less than USD {_dollars(even)}" if even else ""
    return f"{head} {never}{unless}"


def _dollars(value: float) -> str:
    """Two figures that count, never in powers of ten."""
    return f"{value:.{max(0, 1 - math.floor(math.log10(value)))}f}"


def _paid(account: Account) -> list[str]:
    """After how many pictures and views an account is even."""
    found = []
    if account.pictures is None:
        found.append("an unknown number of pictures a viewer (the model is not installed here)")
    elif account.viewer:
        found.append(f"{many(account.pictures)} pictures a viewer")
    if account.picture:
        found.append(f"{many(account.views or 0)} views a picture")
    return found or ["the first view"]
