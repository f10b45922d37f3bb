"""A table of results, and its ways out: CSV, JSON, LaTeX, text."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Value = str | float | int | None
Format = Literal["csv", "latex", "json"]

_ESCAPES = MappingProxyType(
    {c: f"\\{c}" for c in "&%$#_{}"}
    | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}
    | {"|": r"\textbar{}", "<": r"\textless{}", ">": r"\textgreater{}", "\N{EN DASH}": "--"}
    | {"\N{MINUS SIGN}": "$-$", "∞": r"$\infty$", "\N{NARROW NO-BREAK SPACE}": r"\,"}
)


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    name
        For programs: ``bd_rate``.
    heading
        For people, with the unit: ``BD-rate, %``.
    digits
        Decimals for people; None for text and whole numbers.
    percent
        Whether people read it times 100.
    signed
        Whether a plus is written.

    Examples
    --------
    >>> Column("bd_rate", "BD-rate, %", 1, percent=True, signed=True).text(0.0512)
    '+5.1'
    """

    name: str
    heading: str
    digits: int | None = None
    percent: bool = False
    signed: bool = False

    def text(self, value: Value) -> str:
        """A value for people; an en dash where there is none."""
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return "\N{EN DASH}"
        if isinstance(value, str) or self.digits is None:
            return str(value)
        if math.isinf(value):
            return "∞" if value > 0 else "\N{MINUS SIGN}∞"
        shown = f"{value * (100 if self.percent else 1):{'+' * self.signed}.{self.digits}f}"
        zero = not float(shown)
        return shown.lstrip("+-") if zero else shown.replace("-", "\N{MINUS SIGN}")


@dataclass(frozen=True)
class Table:
    r"""Values under columns.

    Attributes
    ----------
    name, title
        For file names; for people.
    columns
        As many as each row has values.
    rows
        Raw values, not rounded.
    note
        What a reader must know, or empty.

    Examples
    --------
    >>> table = Table("t", "Sizes", (Column("line", "line"), Column("size", "kB", 1)),
    ...               (("a_b", 12.345), ("c", None)))
    >>> table.csv()
    'line,size\na_b,12.345\nc,\n'
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    note: str = ""

    def csv(self) -> str:
        """Comma-separated values: names of columns, raw values, nothing where there is none."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(column.name for column in self.columns)
        writer.writerows(self.rows)
        return out.getvalue()

    def json(self) -> str:
        """An object with name, title, note and rows by column name; infinities are text."""
        names = [column.name for column in self.columns]
        rows = [dict(zip(names, map(_json_value, row), strict=True)) for row in self.rows]
        whole = {"name": self.name, "title": self.title, "note": self.note, "rows": rows}
        return json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False)

    def latex(self) -> str:
        r"""A ``table`` with ``tabular`` and the rules of the booktabs package, every text escaped.

        Examples
        --------
        >>> column = Column("line", "line, %")
        >>> print(Table("t", "50 % & more", (column,), (("a_b",),)).latex())
        \begin{table}
        \caption{50 \% \& more}
        \label{tab:t}
        \begin{tabular}{l}
        \toprule
        line, \% \\
        \midrule
        a\_b \\
        \bottomrule
        \end{tabular}
        \end{table}
        """
        sides = "".join("l" if self._wordy(at) else "r" for at in range(len(self.columns)))
        caption = f"{self.title}. {self.note}" if self.note else self.title
        lines = [
            r"\begin{table}",
            rf"\caption{{{escaped(caption)}}}",
            rf"\label{{tab:{self.name}}}",
            rf"\begin{{tabular}}{{{sides}}}",
            r"\toprule",
            _latex_row([column.heading for column in self.columns]),
            r"\midrule",
            *(_latex_row(row) for row in self.texts()),
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
        ]
        return "\n".join(lines)

    def texts(self) -> list[list[str]]:
        """Every value as people read it."""
        pairs = [zip(self.columns, row, strict=True) for row in self.rows]
        return [[column.text(value) for column, value in row] for row in pairs]

    def brief(self) -> Table:
        """Without empty columns; first columns of one and the same text go into the title.

        Examples
        --------
        >>> columns = (Column("metric", "metric"), Column("n", "n"), Column("why", "refused"))
        >>> brief = Table("t", "Deltas", columns, (("psnr", 1, ""), ("psnr", 2, ""))).brief()
        >>> brief.title, [column.name for column in brief.columns]
        ('Deltas (metric psnr)', ['n'])
        """
        if len(self.rows) < 2:
            return self
        values = [{row[at] for row in self.rows} for at in range(len(self.columns))]
        named = next((at for at, v in enumerate(values) if not _texts(v)), len(values))
        alike = [at for at, v in enumerate(values[:named]) if len(v) == 1]
        kept = [at for at, v in enumerate(values) if v - {None, ""} and at not in alike]
        said = [f"{self.columns[at].heading} {self.rows[0][at]}" for at in alike]
        rows = tuple(tuple(row[at] for at in kept) for row in self.rows)
        title = f"{self.title} ({'; '.join(said)})" if said else self.title
        return Table(self.name, title, tuple(self.columns[at] for at in kept), rows, self.note)

    def _wordy(self, at: int) -> bool:
        """Whether a column holds text."""
        return not self.rows or any(isinstance(row[at], str) for row in self.rows)


def written(tables: Sequence[Table], kind: Format) -> str:
    r"""Tables as one text; CSV has one table only.

    Raises
    ------
    ValueError
        If CSV is asked for several tables.

    Examples
    --------
    >>> written([], "json")
    '[]\n'
    """
    if kind == "json":
        return "[" + ",\n".join(table.json() for table in tables) + "]\n"
    if kind == "latex":
        return "\n\n".join(table.latex() for table in tables) + "\n"
    (table,) = tables
    return table.csv()


def escaped(text: str) -> str:
    r"""Text as LaTeX sets it.

    Examples
    --------
    >>> escaped("a_b: 5 %")
    'a\\_b: 5 \\%'
    """
    return "".join(_ESCAPES.get(c, c) for c in text)


def _texts(values: set[Value]) -> bool:
    """Whether a column holds text only."""
    return all(isinstance(value, str) for value in values)


def _latex_row(cells: Sequence[str]) -> str:
    return " & ".join(map(escaped, cells)) + r" \\"


def _json_value(value: Value) -> Value:
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value
