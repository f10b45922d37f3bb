"""``recoup study``: published experiments, repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

study = typer.Typer(help="Repeat published experiments.", no_args_is_help=True)

Pictures = Annotated[list[str], typer.Argument(help="Files, folders and globs, or data sets.")]


@study.command("seed")
def seed(
    paths: Pictures,
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="Results folder; made, or added to.")] = (
        Path("recoup-study")
    ),
    part: Annotated[
        Literal["both", "formats", "restorers"], typer.Option(help="Which of its tables.")
    ] = "both",
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Processes.")] = None,
) -> None:
    """Repeat the study that recoup began from: its table of formats and its table of restorers."""
    from recoup.cli import show
    from recoup.datasets.get import located
    from recoup.report import write_report
    from recoup.study import repeat

    parts = ("formats", "restorers") if part == "both" else (part,)
    with show.warned(), show.bar() as progress:
        done = repeat(
            [located(path) for path in paths], out=out, parts=parts, jobs=jobs, progress=progress
        )
    typer.echo(done.text)
    for row in done.failures:
        show.error(f"{row.image}: {row.chain}: {row.error}")
    show.note(f"page: {out / 'study.md'}")
    show.note(f"report: {write_report(out, progress=show.note)}")
    raise typer.Exit(1 if done.failures else 0)


@study.command("noise")
def noise(
    paths: Pictures,
    *,
    with_: Annotated[
        list[str], typer.Option("--with", "-w", help="An installed model; repeatable.")
    ],
    sigma: Annotated[str, typer.Option(help="Strengths, on the scale 0..255.")] = "15,25,50",
    threads: Annotated[int, typer.Option(min=1, help="Processor threads.")] = 1,
) -> None:
    """Measure denoisers as the literature does: Gaussian noise that is not clipped."""
    from recoup.cli import show
    from recoup.datasets.get import located
    from recoup.study import denoise
    from recoup.study.page import table

    with show.warned():
        done = denoise(
            [located(path) for path in paths],
            with_,
            sigmas=[float(one) for one in sigma.split(",")],
            threads=threads,
            progress=show.note,
        )
    head = ["model", "told", "sigma", "noisy dB", "PSNR-RGB dB", "SSIM", "pictures"]
    lines = [
        [
            *(d.model, "yes" if d.told else "no", f"{d.sigma:g}", f"{d.noisy:.2f}"),
            *(f"{d.psnr:.2f}", f"{d.ssim:.4f}", str(d.pictures)),
        ]
        for d in done
    ]
    typer.echo(table(head, lines))


@study.command("jpeg")
def jpeg(
    paths: Pictures,
    *,
    with_: Annotated[
        list[str], typer.Option("--with", "-w", help="An installed model; repeatable.")
    ],
    quality: Annotated[str, typer.Option(help="Qualities of libjpeg.")] = "10,20,30,40",
    grey: Annotated[bool, typer.Option("--grey", help="Code luma alone.")] = False,
    threads: Annotated[int, typer.Option(min=1, help="Processor threads.")] = 1,
) -> None:
    """Measure restorers of JPEG files as the literature does: baseline files, no border cropped."""
    from recoup.cli import show
    from recoup.datasets.get import located
    from recoup.study import deblock
    from recoup.study.page import table

    with show.warned():
        done = deblock(
            [located(path) for path in paths],
            with_,
            qualities=[int(one) for one in quality.split(",")],
            grey=grey,
            threads=threads,
            progress=show.note,
        )
    head = ["model", "told", "quality", "JPEG dB", "restored dB", "gain", "least gain"]
    lines = [
        [
            *(d.model, "yes" if d.told else "no", str(d.quality)),
            *(f"{d.decoded:.2f}", f"{d.psnr:.2f}", f"{d.psnr - d.decoded:+.2f}"),
            *(f"{d.least:+.2f}", f"{d.decoded_ssim:.4f}", f"{d.ssim:.4f}", str(d.pictures)),
        ]
        for d in done
    ]
    typer.echo(table([*head, "JPEG SSIM", "restored SSIM", "pictures"], lines))
