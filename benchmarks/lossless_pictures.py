"""Make the pictures of the lossless league that nobody ships: screenshots and 16-bit pictures.

Run ``python benchmarks/lossless_pictures.py OUT PHOTOS [--dicom FOLDER] [--tiff FOLDER]``. PHOTOS
are 8-bit photographs, for the pictures in the report and for the 16-bit renderings. Two folders are
made:

``OUT/screenshots``
    What headless Chromium shows of recoup's own pages, 1280 x 800 at one and 720 x 450 at two
    device pixels a CSS pixel: a report of PHOTOS (head, table, curves, pictures), pages of docs/
    rendered from their Markdown, and source files coloured by Pygments.
``OUT/deep``
    Each photograph as 16-bit linear light: samples decoded by the sRGB curve (IEC 61966-2-1),
    averaged over blocks of 2 x 2, times 65535, rounded. With ``--dicom`` every grey picture of one
    frame that is stored as it is, at the depth that its header states (signed values moved up by
    half the range), which needs pydicom; with ``--tiff`` every file of more than 8 bits.
"""

from __future__ import annotations

import argparse
import html
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recoup import Image, Picture, compare, load, save
from recoup.errors import RecoupError
from recoup.picture import find, measured
from recoup.report import write_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
DOCS = ("codecs.md", "results/training.md")
CODE = ("src/recoup/sweep/measure.py", "src/recoup/report/templates/viewer.js")
SECTIONS = ("", "#curves", "#viewer")
SCREENS = ((1280, 800, 1), (720, 450, 2))
STYLE = "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
TABLE = "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3em .6em}"


def main() -> None:
    """Make both folders."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--dicom", type=Path)
    parser.add_argument("--tiff", type=Path)
    given = parser.parse_args()
    photos = [found.path for found in find([str(given.photos)])]
    for name in ("screenshots", "deep"):
        (given.out / name).mkdir(parents=True, exist_ok=True)
    for path in photos:
        keep(linear(measured(load(path))[0]), given.out / "deep" / f"linear-{path.stem}.png")
    for path in sorted(given.dicom.iterdir()) if given.dicom else ():
        for image in dicom(path):
            keep(image, given.out / "deep" / f"dicom-{path.stem}.png")
    for path in sorted(given.tiff.iterdir()) if given.tiff else ():
        image = measured(load(path))[0]
        if image.bits > 8:
            keep(image, given.out / "deep" / f"tiff-{path.stem}.png")
    with tempfile.TemporaryDirectory() as folder:
        screenshots(pages(Path(folder), photos[:2]), given.out / "screenshots")


def keep(image: Image, path: Path) -> None:
    """Write a picture and say so."""
    save(Picture(image), path)
    print(f"{path}: {image.width}x{image.height}x{image.channels}, {image.bits} bits")


def linear(image: Image) -> Image:
    """Return 16-bit linear light at half the size."""
    codes = np.arange(256) / 255
    light = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)
    high, wide = image.height // 2, image.width // 2
    whole = light[image.samples[: high * 2, : wide * 2]]
    means = whole.reshape(high, 2, wide, 2, image.channels).mean(axis=(1, 3))
    return Image(np.rint(means * 65535).astype(np.uint16))


def dicom(path: Path) -> Iterator[Image]:
    """Yield the picture of a file of one frame, grey and above 8 bits."""
    import pydicom

    try:
        file = pydicom.dcmread(path)
        if file.file_meta.TransferSyntaxUID.is_compressed:
            print(f"{path}: left out: compressed")
            return
        samples: Any = file.pixel_array
    except (pydicom.errors.InvalidDicomError, AttributeError, RuntimeError, ValueError) as error:
        print(f"{path}: left out: {error}")
        return
    bits = int(file.BitsStored)
    if samples.ndim != 2 or bits <= 8:
        print(f"{path}: left out: {samples.shape}, {bits} bits")
        return
    moved = samples.astype(np.int64) + (1 << (bits - 1)) * int(file.PixelRepresentation)
    try:
        yield Image(moved.clip(0, None).astype(np.uint16)[..., np.newaxis], bits)
    except (RecoupError, ValueError) as error:
        print(f"{path}: left out: {error}")


def pages(folder: Path, photos: list[Path]) -> list[tuple[str, str]]:
    """Write the pages; return (name, address) pairs."""
    from markdown_it import MarkdownIt
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_for_filename

    compare(photos, ["jpeg:[40,80]", "webp:[40,80]"], out=folder / "rows", jobs=0, repeats=1)
    report = write_report(folder / "rows").as_uri()
    several = [(f"report{part.replace('#', '-')}", report + part) for part in SECTIONS]
    for name in DOCS:
        body = MarkdownIt().enable("table").render((ROOT / "docs" / name).read_text())
        several.append(
            _page(folder, f"docs-{Path(name).stem}", f"<style>{STYLE}{TABLE}</style>{body}")
        )
    for name in CODE:
        formatter = HtmlFormatter(full=True, style="default", title=html.escape(name))
        text = highlight((ROOT / name).read_text(), get_lexer_for_filename(name), formatter)
        several.append(_page(folder, f"code-{Path(name).stem}", text))
    return several


def _page(folder: Path, name: str, text: str) -> tuple[str, str]:
    path = folder / f"{name}.html"
    path.write_text(f"<!doctype html><meta charset=utf-8>{text}", encoding="utf-8")
    return name, path.as_uri()


def screenshots(several: list[tuple[str, str]], out: Path) -> None:
    """Show every page on every screen."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        there = shutil.which("chromium")
        browser: Browser = playwright.chromium.launch(executable_path=there)
        for width, height, scale in SCREENS:
            size: Any = {"width": width, "height": height}
            page: Page = browser.new_page(viewport=size, device_scale_factor=scale)
            for name, address in several:
                page.goto(address)
                page.wait_for_timeout(500)
                shot = out / f"{name}-{scale}x.png"
                page.screenshot(path=shot)
                keep(measured(load(shot))[0], shot)
        browser.close()


if __name__ == "__main__":
    main()
