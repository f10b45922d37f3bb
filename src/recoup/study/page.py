"""The study's page: our figures, its figures, and why they differ, in Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from recoup.results.row import Measurement
from recoup.study.figures import Coded, Restored

_COLUMNS = {
    "psnr": ("PSNR-RGB dB", 2),
    "ssim": ("SSIM", 4),
    "lpips": ("LPIPS", 4),
    "ssimulacra2": ("SSIMULACRA2", 1),
}
_METHOD = """\
Every figure is the mean over the pictures of what was measured on each, whole and at its own size,
after the sides were cut to a multiple of 4; rows and settings are in this folder. SSIM has the
window of its paper (Wang et al., 2004: 11x11, Gaussian)."""
_FORMATS_DIFFER = """\
The study coded one picture of its own, so that bytes and quality differ with the picture; its
settings are not stated, and Pillow's defaults are taken here (JPEG 75, WebP 80, AVIF 75, JPEG 2000
and PNG lossless). Its seconds include files being written and read; these are in memory."""


def written(
    coded: Sequence[Measurement],
    restored: Sequence[Measurement],
    study_coded: Sequence[Coded],
    study_restored: Sequence[Restored],
) -> str:
    """Write the page.

    Parameters
    ----------
    coded, restored
        Rows of the two parts; a part without rows is left out.
    study_coded, study_restored
        The study's own figures.

    Examples
    --------
    >>> print(written([], [], [], []).splitlines()[0])
    # The seed study, repeated
    """
    parts = ["# The seed study, repeated", _METHOD]
    if coded:
        parts += ["## Formats", _formats(coded, study_coded), _FORMATS_DIFFER]
    if restored:
        parts += ["## Restorers", _restorers(restored)]
        parts += ["The study's own figures for this task, and what they are figures of:"]
        parts += [_study_restorers(study_restored)]
    return "\n\n".join(parts) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a Markdown table.

    Examples
    --------
    >>> print(table(["a", "b"], [["1", "2"]]))
    | a | b |
    |---|---|
    | 1 | 2 |
    """
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "|" + "|".join(f" {c} ".replace(" --- ", "---") for c in r) + "|" for r in lines
    )


def _formats(rows: Sequence[Measurement], study: Sequence[Coded]) -> str:
    """Table I, ours and the study's."""
    lines = []
    for chain, several in _by_chain(rows).items():
        theirs = next((one for one in study if one.codec == several[0].codec), None)
        megabytes = _mean(row.encoded_bytes for row in several) / 1e6
        ours = [
            f"`{chain}`",
            f"{megabytes:.2f}",
            f"{_mean(row.ratio for row in several):.2f}",
            _number(_mean(row.scores.get("psnr") for row in several), 2),
            _number(_mean(row.scores.get("ssim") for row in several), 4),
            f"{_mean(row.encode_s for row in several):.3f}",
            f"{_mean(row.decode_s for row in several):.3f}",
        ]
        lines.append([*ours, _their_coded(theirs) if theirs else ""])
    head = ["format", "MB", "ratio", "PSNR-RGB dB", "SSIM", "encode s", "decode s"]
    return table([*head, "the study: MB, ratio, dB, SSIM, s, s"], lines)


def _their_coded(one: Coded) -> str:
    psnr = _number(one.psnr, 2)
    return f"{one.megabytes}, {one.ratio}, {psnr}, {one.ssim}, {one.encode_s}, {one.decode_s}"


def _restorers(rows: Sequence[Measurement]) -> str:
    """Figure 26, ours: one line for each chain, do-nothing first, gains over it."""
    groups = _by_chain(rows)
    names = [name for name in _COLUMNS if any(name in row.scores for row in rows)]
    first = next(iter(groups.values()))
    nothing = _mean(row.scores.get("psnr") for row in first)
    lines = []
    for chain, several in groups.items():
        scores = [(_mean(row.scores.get(name) for row in several), name) for name in names]
        gain = _mean(row.scores.get("psnr") for row in several) - nothing
        pixels = sum(row.width * row.height for row in several) / 1e6
        seconds = sum(row.restore_s or 0.0 for row in several) / pixels if pixels else math.nan
        lines.append(
            [
                _steps(chain),
                *(_number(value, _COLUMNS[name][1]) for value, name in scores),
                f"{gain:+.2f}",
                f"{seconds:.2f}",
                str(len(several)),
            ]
        )
    head = ["restorer", *(_COLUMNS[name][0] for name in names), "gain dB", "s/MP", "pictures"]
    return table(head, lines)


def _steps(chain: str) -> str:
    """The restoring steps of a chain, without the bars that Markdown takes for columns."""
    steps = chain.partition(" | raw | ")[2].replace("onnx:model=", "")
    return " then ".join(f"`{step}`" for step in steps.split(" | "))


def _study_restorers(study: Sequence[Restored]) -> str:
    head = ["restorer", "PSNR dB", "SSIM", "how it was really measured"]
    return table(head, ([r.title, f"{r.psnr:.2f}", f"{r.ssim:.4f}", r.really] for r in study))


def _by_chain(rows: Iterable[Measurement]) -> dict[str, list[Measurement]]:
    """Rows by chain, chains in the order of the rows."""
    found: dict[str, list[Measurement]] = {}
    for row in rows:
        found.setdefault(row.chain, []).append(row)
    return found


def _mean(values: Iterable[float | None]) -> float:
    """Mean of those that there are; NaN of none."""
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else math.nan


def _number(value: float, digits: int) -> str:
    """A figure, with the sign for lossless."""
    return "∞" if math.isinf(value) else f"{value:.{digits}f}"
