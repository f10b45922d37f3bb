"""The ledger: what a restorer behind a codec costs, and after how much use it has paid.

Three things are paid, by three people, at three times::

    the encoder   CPU-seconds   once for each picture   encodes, decodes, restores, to be sure
    the viewer    weights       once                    sent to each viewer like a picture
    the viewer    CPU-seconds   for each view           decodes and restores

and what is earned are bytes, for each view. Two accounts add it up: that of the server, which pays
for bytes and for the encoder, and that of everybody, which also pays for the viewer's seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from recoup.analysis.accounts import Account, Entry, Ledger
from recoup.analysis.advise import CONTROLS
from recoup.analysis.by_setting import Setting, by_setting
from recoup.analysis.curve import Direction, curves
from recoup.analysis.interval import difference
from recoup.analysis.match import Line, lines
from recoup.analysis.opponents import candidates
from recoup.analysis.pairs import Equal, at_equal_quality
from recoup.analysis.prices import Amount, Prices
from recoup.chain.weights import weight_bytes
from recoup.errors import ChainError, StoreError
from recoup.metrics.variants import known
from recoup.results.row import Measurement
from recoup.results.store import Store

FIRST = ("ssimulacra2", "psnr")
"""Metrics in which quality is equal, the first that was measured."""


def ledger(
    results: str | Path | Sequence[Measurement],
    *,
    metric: str | None = None,
    prices: Prices | None = None,
    weights: Callable[[str], int | None] = weight_bytes,
) -> tuple[Ledger, ...]:
    """Set every restored codec against the same codec alone.

    Parameters
    ----------
    results
        A results folder, or rows.
    metric
        In which quality is equal; None takes SSIMULACRA2 where it was measured, else PSNR.
    prices
        Of bytes and seconds; None takes the defaults of :class:`recoup.analysis.prices.Prices`.
    weights
        Gives the bytes of weights for the text of filters.

    Raises
    ------
    ChainError
        If the metric was not measured.
    StoreError
        If the folder holds no results, or nothing was restored after a codec.

    Examples
    --------
    >>> rows = [Measurement(image=i, chain=f"jpeg:quality={q}{after}", codec="jpeg",
    ...                     settings=f'{{"quality": {q}}}', encoded_bytes=size * 1000 * 2**q,
    ...                     encode_s_all=(0.1,), decode_s_all=(0.1,), restore_s_all=slow,
    ...                     filter_s_all=slow, scores={"psnr": 30.0 + 2 * q})
    ...         for after, size, slow in [("", 10, ()), (" | median:size=3", 8, (0.2,))]
    ...         for q in range(1, 6) for i in "abcdef"]
    >>> entry = ledger(rows)[0].entries[0]
    >>> round(entry.saved.mean), round(entry.decode_s.mean, 6), entry.server.pictures
    (4000, 0.2, 0.0)
    """
    if isinstance(results, str | Path):
        results = Store.existing(Path(results)).measurements()
    settings = by_setting(results)
    measured = list(dict.fromkeys(n for s in settings for r in s.rows.values() for n in r.scores))
    if metric is not None and metric not in measured:
        raise ChainError(f"{metric}: not measured; there are: {', '.join(measured)}")
    chosen = metric or equal_metric(measured)
    found = ledgers(lines(settings), chosen, prices or Prices(), weights)
    if not found:
        raise StoreError(
            "nothing in these results was restored after a codec: "
            "recoup compare PHOTOS --chain 'jpeg:quality=[10,30,50,70,90] | dncnn:sigma=8'"
        )
    return found


def ledgers(
    among: Sequence[Line],
    metric: str,
    prices: Prices,
    weights: Callable[[str], int | None] = weight_bytes,
) -> tuple[Ledger, ...]:
    """One ledger for each line with a restorer; parameters as for :func:`ledger`.

    Examples
    --------
    >>> ledgers([], "psnr", Prices())
    ()
    """
    here = known([metric])
    better: Direction = here[metric].better if metric in here else "higher"
    return tuple(
        _ledger(line, among, metric, better, prices, weights) for line in restored_lines(among)
    )


def restored_lines(among: Sequence[Line]) -> tuple[Line, ...]:
    """The lossy lines of codecs that something restores after the codec; no controls.

    Examples
    --------
    >>> restored_lines([Line("jpeg", "", "identity", "", "quality", ())])
    ()
    """
    bare = {"", "identity"}
    return tuple(
        line
        for line in among
        if line.after not in bare and line.codec not in CONTROLS and not line.lossless
    )


def equal_metric(measured: Sequence[str]) -> str:
    """The metric in which quality is equal where nobody says: SSIMULACRA2, PSNR, or the first.

    Examples
    --------
    >>> equal_metric(["ssim", "psnr"])
    'psnr'
    """
    return next((name for name in (*FIRST, *measured) if name in measured), "psnr")


def _ledger(
    restored: Line,
    among: Sequence[Line],
    metric: str,
    better: Direction,
    prices: Prices,
    weights: Callable[[str], int | None],
) -> Ledger:
    alone = next(iter(candidates(restored, among)["alone"]), None)
    size = weights(restored.after)
    drawn = curves(restored, metric, better)
    entries = tuple(
        _entry(
            setting,
            at_equal_quality(setting, restored, metric, better, drawn),
            restored.after,
            prices,
            size,
        )
        for setting in (alone.settings if alone else ())
    )
    return Ledger(restored, alone, metric, size, prices, entries)


def _entry(
    setting: Setting, found: Equal, after: str, prices: Prices, weights: int | None
) -> Entry:
    if found.reason:
        return Entry(setting, None, None, None, None, None, None, found.reason)
    without = {key: float(size) for key, size in setting.encoded_bytes.items()}
    saved = {key: without[key] - size for key, size in found.sizes.items()}
    size = difference(found.sizes, without)
    viewer = None if weights is None else prices.of_bytes(weights)
    earned = {key: prices.of_bytes(value) for key, value in saved.items()}
    decode, encode = _seconds(setting, found, after)
    untimed = found.untimed or ("" if decode and encode else "no seconds were measured")
    if untimed:
        server = Account(Amount.of(earned.values()), None, viewer)
        return Entry(
            setting, Amount.of(saved.values()), size, None, None, server, None, "", untimed
        )
    picture = prices.of_seconds(Amount.of(encode.values()).mean)
    net = {k: earned[k] - prices.of_seconds(s) for k, s in decode.items()}
    return Entry(
        setting,
        Amount.of(saved.values()),
        size,
        Amount.of(decode.values()),
        Amount.of(encode.values()),
        Account(Amount.of(earned.values()), picture, viewer),
        Account(Amount.of(net.values()), picture, viewer),
    )


def _seconds(
    setting: Setting, found: Equal, after: str
) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """CPU-seconds more by picture: of each view, and of the encoder once.

    Codecs and restorers are timed on a core of their own with one thread, so that wall seconds are
    CPU-seconds; a restorer with more threads counts each for its whole time. The encoder of a
    promised restorer has restored already when it is timed, and only decodes on top of that.
    """
    back = {key: _threads(after) * seconds for key, seconds in found.back_s.items()}
    there, again = found.there_s, setting.back_s if "promised:" in after else back
    decode = {k: s - setting.back_s[k] for k, s in back.items() if k in setting.back_s}
    encode = {
        k: there[k] + s - setting.there_s[k]
        for k, s in again.items()
        if k in there and k in setting.there_s
    }
    return decode, encode


def _threads(after: str) -> int:
    """Most threads that a filter was given."""
    return max(map(int, re.findall(r"\bthreads=(\d+)", after)), default=1)
