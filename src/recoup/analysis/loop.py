"""The loop: a codec with a restorer behind it against its honest opponents, curve against curve."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from recoup.analysis.by_setting import Setting
from recoup.analysis.curve import Direction
from recoup.analysis.deltas import MeanDelta, mean_delta
from recoup.analysis.ledger import restored_lines
from recoup.analysis.match import Line
from recoup.analysis.opponents import ROLES, Role, candidates
from recoup.analysis.pairs import Pair, matched_pairs


@dataclass(frozen=True)
class Effect:
    """What a restorer does to the pictures that one setting coded.

    Attributes
    ----------
    setting
        The chain with the restorer.
    steps
        By picture, its score less that of the same coded picture not restored; better is positive.
    """

    setting: Setting
    steps: Mapping[str, float]

    @property
    def worse(self) -> int:
        """Pictures that it makes worse."""
        return sum(step < 0 for step in self.steps.values())


@dataclass(frozen=True)
class Loop:
    """A codec with a restorer, and whom it has to beat.

    Attributes
    ----------
    line
        The codec with the restorer.
    metric
        In which opponents were chosen and effects are told.
    opponents
        By role: the same codec alone with the same settings; the same codec alone with the other
        encoder or settings, and the other codec alone, that need fewest bytes.
    rates
        By metric and role, BD-rate of the line against the opponent: below 0 the restored codec
        needs fewer bytes.
    effects
        Setting by setting, from the fewest bytes to the most.
    pairs
        Where BD-rate against the same codec alone is refused, each setting of that at equal
        quality, from the fewest bytes to the most.
    """

    line: Line
    metric: str
    opponents: Mapping[Role, Line]
    rates: Mapping[str, Mapping[Role, MeanDelta]]
    effects: tuple[Effect, ...]
    pairs: tuple[Pair, ...] = ()

    @cached_property
    def harmful(self) -> tuple[Effect, ...]:
        """The effects that make a picture worse."""
        return tuple(effect for effect in self.effects if effect.worse)


def loops(among: Sequence[Line], metrics: Mapping[str, Direction], metric: str) -> tuple[Loop, ...]:
    """Set every codec with a restorer against its opponents, over the whole range of both.

    Parameters
    ----------
    among
        What was measured on the same pictures.
    metrics
        Names of those compared, with the direction that is better.
    metric
        That in which opponents are chosen; one of them.

    Examples
    --------
    >>> loops([], {"psnr": "higher"}, "psnr")
    ()
    """
    return tuple(_loop(line, among, metrics, metric) for line in restored_lines(among))


def loop_sentence(
    one: Loop,
    titles: Mapping[str, str],
    name: Callable[[Line], str] = lambda line: line.text,
) -> str:
    """The verdict in one sentence: against the codec alone, against the others, and what is hurt.

    Parameters
    ----------
    one
        Of :func:`loops`.
    titles
        What people call the metrics.
    name
        What people call a line.

    Examples
    --------
    >>> loop_sentence(Loop(Line("jpeg", "", "dncnn", "", "", ()), "psnr", {}, {}, ()), {})
    'jpeg | dncnn cannot be judged, for the same codec alone was not measured.'
    """
    ours, rates = name(one.line), one.rates.get(one.metric, {})
    if "alone" not in one.opponents:
        return f"{ours} cannot be judged, for the same codec alone was not measured."
    title = titles.get(one.metric, one.metric)
    rivals = [
        _rival(rates[role], f"{name(one.opponents[role])} alone")
        for role in ("codec", "encoder")
        if role in one.opponents
    ]
    alone = f"{name(one.opponents['alone'])} alone"
    head = f"{ours} {_against(rates['alone'], alone, title)}"
    said = [head, *_met(one, alone, title), *rivals, _harm(one, title), *_turned(one, titles)]
    return f"{'; '.join(said)}."


def _loop(line: Line, among: Sequence[Line], metrics: Mapping[str, Direction], metric: str) -> Loop:
    better = metrics[metric]
    there = candidates(line, among)
    found: dict[Role, Line] = {"alone": there["alone"][0]} if there["alone"] else {}
    for role in [role for role in ROLES if role != "alone"]:
        # A restorer may leave so little of a codec's range that only the codec alone can be met.
        best = (_smallest(there[role], one, metric, better) for one in (line, *found.values()))
        if (one := next(filter(None, best), None)) is not None:
            found[role] = one
    rates = {
        name: {role: mean_delta(one, line, name, better=way) for role, one in found.items()}
        for name, way in metrics.items()
    }
    alone = found.get("alone")
    pairs: tuple[Pair, ...] = ()
    if alone and rates[metric]["alone"].mean is None:
        pairs = matched_pairs(alone, [line], metric, better)
    return Loop(line, metric, found, rates, _effects(line, alone, metric, better), pairs)


def _smallest(among: Sequence[Line], anchor: Line, metric: str, better: Direction) -> Line | None:
    """The line that needs fewest bytes against an anchor; None where none can be compared."""
    gaps = [(one, mean_delta(anchor, one, metric, better=better).mean) for one in among]
    told = [(gap, one.text, one) for one, gap in gaps if gap is not None]
    return min(told, key=lambda each: each[:2])[2] if told else None


def _effects(line: Line, alone: Line | None, metric: str, better: Direction) -> tuple[Effect, ...]:
    """Restored less not restored, where both were measured."""
    plain = {setting.chain: setting for setting in (alone.settings if alone else ())}
    sign = 1 if better == "higher" else -1
    found = []
    for setting in line.settings:
        theirs = plain[setting.degradation].scores(metric) if setting.degradation in plain else {}
        ours = setting.scores(metric)
        steps = {
            key: 0.0 if ours[key] == theirs[key] else sign * (ours[key] - theirs[key])
            for key in sorted(ours.keys() & theirs.keys())
        }
        if steps:
            found.append(Effect(setting, steps))
    return tuple(found)


def _against(gap: MeanDelta, who: str, title: str) -> str:
    """The same codec alone, in words."""
    if gap.mean is None or gap.low is None or gap.high is None:
        return f"cannot be set against {who} ({gap.reason})"
    low, high = (_signed(100 * end) for end in (gap.low, gap.high))
    on = f"{gap.n} picture{'s' * (gap.n != 1)}"
    few = gap.verdict == "too few"
    sure = f"{on}, too few for an interval" if few else f"95 % interval {low} to {high} %, {on}"
    if gap.verdict == "tie":
        return f"cannot be told from {who} at equal {title} (BD-rate, {sure})"
    way = "more" if gap.mean > 0 else "fewer"
    size = f"{abs(100 * gap.mean):.1f} % {way} bytes"
    return f"needs {size} than {who} at equal {title} (BD-rate, {sure})"


def _met(one: Loop, who: str, title: str) -> list[str]:
    """Where it wins at single settings of the same codec alone, if only these can be compared."""
    met = [(pair.anchor.bpp or 0.0, pair.size) for pair in one.pairs if pair.size is not None]
    if not met:
        return []
    wins = [(bpp, size) for bpp, size in met if size.ratio < 1 and size.verdict != "tie"]
    number = f"{len(wins)} of the {len(met)} settings" if wins else "no setting"
    where = f"{'every setting' if len(wins) == len(met) else number} of {who} that it reaches"
    rates = f"{_between([f'{bpp:.3g}' for bpp, _ in wins or met])} bits per pixel"
    if not wins:
        return [f"at equal {title} it needs fewer bytes at {where} ({rates})"]
    saved = _between([f"{100 * (1 - size.ratio):.1f}" for _, size in wins])
    few = any(size.verdict == "too few" for _, size in wins)
    sure = "too few pictures for an interval" if few else "95 % intervals leave out 0"
    return [f"at equal {title} it needs {saved} % fewer bytes at {where} ({rates}; {sure})"]


def _between(values: Sequence[str]) -> str:
    """The least and the most of several numbers."""
    ordered = sorted(values, key=float)
    return " to ".join(dict.fromkeys((ordered[0], ordered[-1])))


def _rival(gap: MeanDelta, who: str) -> str:
    """Another opponent in words: how much smaller or larger it is."""
    if gap.mean is None:
        return f"{who} cannot be compared ({gap.reason})"
    if gap.verdict == "tie":
        return f"{who} is as small (a tie)"
    theirs = 1 / (1 + gap.mean) - 1
    return f"{who} is {'smaller' if theirs < 0 else 'larger'} by {abs(100 * theirs):.1f} %"


def _harm(one: Loop, title: str) -> str:
    """At which settings of the codec it makes pictures worse than they were without it."""
    if not one.effects:
        return "which pictures it makes worse cannot be told"
    if not one.harmful:
        return f"at equal settings it makes no picture worse in {title}"
    worst = max(one.harmful, key=lambda effect: effect.worse)
    most = f"{worst.worse} of {len(worst.steps)} pictures"
    tail = one.effects[-len(one.harmful) :]
    if tail == one.harmful and len(tail) < len(one.effects):
        where = f"{_place(one, tail[0])} and larger files"
        return f"at equal settings it makes up to {most} worse at {where}"
    every = (
        "every setting"
        if len(one.harmful) == len(one.effects)
        else (f"{len(one.harmful)} of {len(one.effects)} settings")
    )
    return f"at equal settings it makes pictures worse at {every}, up to {most}"


def _place(one: Loop, effect: Effect) -> str:
    """The rate setting of an effect, or its chain."""
    value = effect.setting.settings.get(one.line.axis)
    return (
        f"{one.line.axis} {value:g}"
        if isinstance(value, int | float)
        else effect.setting.degradation
    )


def _turned(one: Loop, titles: Mapping[str, str]) -> list[str]:
    """Metrics in which it goes the other way than in the first, and those that cannot tell."""
    first = _way(one.rates[one.metric]["alone"])
    others = [
        (_way(gaps["alone"]), f"{titles.get(name, name)}: {_signed(100 * gaps['alone'].mean)} %")
        for name, gaps in one.rates.items()
        if gaps["alone"].mean is not None
    ]
    turned = [said for way, said in others if way not in (first, 0)]
    ties = [said for way, said in others if way == 0 and first != 0]
    turn = "other metrics can tell" if first is None else "other metrics say otherwise"
    several = ((turn, turned), ("not certain in other metrics", ties))
    return [f"{what} ({', '.join(said)})" for what, said in several if said]


def _way(gap: MeanDelta) -> int | None:
    """1 where it needs more bytes, -1 where fewer, 0 where that is not certain, None if refused."""
    if gap.mean is None:
        return None
    return 0 if gap.verdict == "tie" or not gap.mean else 1 if gap.mean > 0 else -1


def _signed(value: float) -> str:
    shown = f"{value:+.1f}"
    return shown.replace("-", "\N{MINUS SIGN}") if float(shown) else shown[1:]
