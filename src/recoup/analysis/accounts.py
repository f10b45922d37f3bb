"""The pages of the ledger: who earns and who pays, setting by setting."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from recoup.analysis.by_setting import Setting
from recoup.analysis.interval import Difference
from recoup.analysis.match import Line
from recoup.analysis.prices import Amount, Prices, times_to_pay


@dataclass(frozen=True)
class Account:
    """What somebody earns and pays, in US dollars.

    Attributes
    ----------
    view
        Earned by each view; below 0 it costs.
    picture
        Paid once for each picture: the encoder's seconds; None where they are not known.
    viewer
        Paid once for each viewer: the weights sent; None where their size is not known.
    """

    view: Amount
    picture: float | None
    viewer: float | None

    @property
    def views(self) -> float | None:
        """Views of a picture after which the encoder is paid; infinite if never."""
        return None if self.picture is None else times_to_pay(self.picture, self.view.mean)

    @property
    def pictures(self) -> float | None:
        """Pictures sent to one viewer after which the weights are paid; infinite if never."""
        return None if self.viewer is None else times_to_pay(self.viewer, self.view.mean)

    @property
    def verdict(self) -> Literal["pays", "never", "open"]:
        """``open`` where the interval of what a view earns holds 0."""
        if self.view.verdict == "tie":
            return "open"
        return "pays" if self.view.mean > 0 else "never"


@dataclass(frozen=True)
class Entry:
    """One setting of the codec alone, and the restored codec at the same quality.

    Attributes
    ----------
    setting
        Of the codec alone.
    saved
        Bytes that each view saves, by picture interpolated at equal quality; None where too few
        pictures reach it.
    size
        The same as a ratio: bytes with the restorer over bytes without.
    decode_s
        CPU-seconds that each view costs more; None where seconds cannot be told.
    encode_s
        CPU-seconds that each picture costs more once: to encode it, then to decode and restore
        it as the viewer will.
    server, everybody
        The accounts; None where they cannot be told.
    reason, untimed
        Why there are no bytes, and why there are no seconds; or empty.
    """

    setting: Setting
    saved: Amount | None
    size: Difference | None
    decode_s: Amount | None
    encode_s: Amount | None
    server: Account | None
    everybody: Account | None
    reason: str = ""
    untimed: str = ""


@dataclass(frozen=True)
class Ledger:
    """A codec with a restorer against the same codec, with the same settings, alone.

    Attributes
    ----------
    restored, alone
        The lines; ``alone`` is None where it was not measured.
    metric
        In which quality is equal.
    weights
        Bytes of the model; None where it is not known here.
    prices
        What was paid.
    entries
        One for each setting of the codec alone, from the fewest bytes to the most.
    """

    restored: Line
    alone: Line | None
    metric: str
    weights: int | None
    prices: Prices
    entries: tuple[Entry, ...]

    @cached_property
    def compared(self) -> tuple[Entry, ...]:
        """The entries of which bytes can be told."""
        return tuple(one for one in self.entries if one.saved)

    @property
    def middle(self) -> Entry | None:
        """The entry in the middle of them; None if there is none."""
        return self.compared[(len(self.compared) - 1) // 2] if self.compared else None
