"""What is said of a restorer, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from recoup.analysis import UNFAITHFUL, Gain, Restoration, Restorer
from recoup.analysis.interval import FEWEST
from recoup.report import numbers
from recoup.report.columns import Column


def signed(value: float, digits: int = 2) -> str:
    r"""A number with its sign.

    Examples
    --------
    >>> signed(1.234), signed(0.0001), signed(-0.5) == "\N{MINUS SIGN}0.50"
    ('+1.23', '0.00', True)
    """
    text = f"{abs(value):.{digits}f}"
    if not float(text):
        return text
    return ("+" if value > 0 else "\N{MINUS SIGN}") + numbers.fixed(abs(value), digits)


def gained(one: Restorer, among: Restoration, columns: Mapping[str, Column]) -> str:
    """Whether it is better than doing nothing, by how much, how sure that is; its name goes before.

    Examples
    --------
    >>> from recoup.analysis import Setting
    >>> one = Restorer(Setting("raw | median:size=3", "raw", {}, {}), {}, {})
    >>> gained(one, Restoration("raw", "raw", "psnr", None, (one,)), {})
    'cannot be judged: doing nothing was not measured.'
    """
    found = one.gains.get(among.metric)
    if found is None:
        on = " on the same pictures" if among.nothing else ""
        return f"cannot be judged: doing nothing was not measured{on}."
    column = columns[among.metric]
    what, digits = f"{column.unit} {column.title}".strip(), 2 if column.unit else 4
    on = f"{len(one.steps)} picture{'s' if len(one.steps) != 1 else ''}"
    if found.mean is None:
        how = "loses to" if found.worse_on else "beats"
        return f"{how} doing nothing on all {on}: {column.title} of one is infinite."
    size = f"{numbers.fixed(abs(found.mean), digits)} {what}"
    if found.verdict == "tie" or not found.mean:
        head = "cannot be told from doing nothing"
    elif found.towards:
        head = f"gains {size} over doing nothing"
    else:
        head = f"loses {size} to doing nothing"
    worse = _worse(found, len(one.steps))
    return f"{head} on {on}{_sure(found, digits)}{worse}.{_others(one, among, columns)}"


def faithful(one: Restorer) -> str:
    """Whether what it made, degraded again, is what it was given; a warning where it is not.

    Examples
    --------
    >>> from recoup.analysis import by_setting
    >>> from recoup.results.row import Measurement
    >>> row = Measurement(image="a", chain="raw | median:size=3", codec="raw", unexplained=0.5)
    >>> faithful(Restorer(by_setting([row])[0], {}, {}))
    'Faithful: degraded again, it is what was given up to 0.5 of 255 levels (at most 0.5).'
    """
    off = one.setting.unexplained
    if not off or one.mean_unexplained is None:
        return ""
    mean, most = numbers.fixed(one.mean_unexplained, 1), numbers.fixed(max(off.values()), 1)
    far = one.unfaithful
    if not far:
        return (
            f"Faithful: degraded again, it is what was given up to {mean} of 255 levels "
            f"(at most {most})."
        )
    where = one.setting.rows[far[0]].image
    return (
        f"Warning: on {len(far)} of {len(off)} pictures it moves further from its input than the "
        f"degradation explains: {mean} of 255 levels on average, {most} on {where}; up to "
        f"{UNFAITHFUL:g} is taken as explained. It may add detail, remove detail or shift "
        "brightness."
    )


def _worse(found: Gain, pictures: int) -> str:
    if not found.worse_on:
        return ""
    if found.worse_on == pictures:
        return "; worse on every picture" if pictures > 1 else ""
    return f"; worse on {found.worse_on} of {pictures} pictures"


def _sure(found: Gain, digits: int) -> str:
    """The interval as a part of a sentence."""
    if found.verdict == "too few":
        return f" (fewer than {FEWEST} are too few to tell how sure that is)"
    low, high = signed(found.low, digits), signed(found.high, digits)
    return f" (95\N{NO-BREAK SPACE}% interval {low} to {high})"


def _others(one: Restorer, among: Restoration, columns: Mapping[str, Column]) -> str:
    """Metrics that say the opposite."""
    main = one.gains[among.metric]
    against = [
        columns[name].title
        for name, found in one.gains.items()
        if name in columns and found.mean and main.mean and found.towards != main.towards
    ]
    if not against:
        return ""
    return f" By {', '.join(against)} it is {'worse' if main.towards else 'better'}."
