"""Results folders with real decodes of small pictures, and a browser."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from recoup.chain import Chain
from recoup.chain.text import settings_json
from recoup.errors import NotApplicableError
from recoup.image import Image, Samples
from recoup.metrics import metrics
from recoup.picture import load, measured
from recoup.report import write_report
from recoup.results.row import Measurement
from recoup.results.store import Store

CHAINS = (
    "jpeg:quality=[20,60,95]",
    "webp:quality=[20,60,95]",
    "jpegxl:distance=[0.5,4],effort=1",
    "jpeg:quality=60 | median:3",
    "png",
    "webp:lossless=true,method=0",
    "raw",
)
NASTY = "<script>document.title='owned'</script> \"&' photo.png"
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
)


def scene(seed: int, channels: int, bits: int) -> Samples:
    """A smooth picture with some grain, 72 rows of 96."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:72, 0:96]
    waves = [np.sin(x / (5 + c + seed)) * np.cos(y / (7 + c)) for c in range(channels)]
    smooth = 0.5 + 0.35 * np.stack(waves, axis=2)
    grain = random.normal(0, 0.01 * seed, smooth.shape)
    peak = (1 << bits) - 1
    scaled = np.clip(np.rint((smooth + grain) * peak), 0, peak)
    return scaled.astype(np.uint8 if bits == 8 else np.uint16)


def picture(folder: Path, name: str, samples: Samples) -> Path:
    """A PNG file of these samples."""
    path = folder / name
    path.write_bytes(Chain.parse("png").codec.encode(Image(samples)))
    return path


def rows_of(paths: list[Path], chains: tuple[str, ...] = CHAINS) -> list[Measurement]:
    """Measure for real, without the sweep's processes."""
    out: list[Measurement] = []
    for path in paths:
        original, _ = measured(load(path))
        several = (c for text in chains for c in Chain.expand(text))
        out += [_row(path, original, chain) for chain in several]
    return out


def _row(path: Path, original: Image, chain: Chain) -> Measurement:
    refusal = chain.codec.refusal(original)
    passed = None if refusal else chain.run(original)
    scores: dict[str, float | None] = {}
    for name in ("psnr", "ssim", "ms_ssim") if passed else ():
        try:
            scores[name] = metrics()[name].score(original, passed.decoded) if passed else None
        except NotApplicableError:
            scores[name] = None
    encoded = passed.encoded if passed else b""
    return Measurement(
        cell=hashlib.sha256(f"{path} {chain.text}".encode()).hexdigest()[:16],
        status="ok" if passed else "not applicable",
        error=refusal,
        image=path.name,
        source=str(path),
        image_sha256=original.sha256,
        width=original.width,
        height=original.height,
        bits=original.bits,
        channels=original.channels,
        chain=chain.text,
        codec=chain.codec.name,
        settings=settings_json(chain.codec),
        codec_version=chain.codec.version(),
        encoded_bytes=len(encoded) if passed else None,
        encoded_sha256=hashlib.sha256(encoded).hexdigest(),
        encode_s_all=(len(encoded) / 1e6,) if passed else (),
        decode_s_all=(0.001,) if passed else (),
        filter_s_all=(0.002,) if passed and chain.filters else (),
        peak_mb=1.0,
        scores=scores,
        machine="a machine",
        recoup_version="0",
        started_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    )


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder of three pictures, one with a nasty name, one failure; report written."""
    folder: Path = tmp_path_factory.mktemp("results")
    names = ["calm.png", NASTY.replace("/", "\N{FRACTION SLASH}"), "wild.png"]
    paths = [picture(folder, name, scene(seed, 3, 8)) for seed, name in enumerate(names, 1)]
    bad = Measurement(
        cell="bad", status="failed", error="<b>empty</b> file", image=NASTY, source="gone"
    )
    Store(folder).append([*rows_of(paths), bad])
    write_report(folder)
    return folder


@pytest.fixture(scope="module")
def measure_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Make a results folder of pictures, given by name as (seed, channels, bits)."""

    def make(pictures: dict[str, tuple[int, int, int]], chains: tuple[str, ...] = CHAINS) -> Path:
        folder: Path = tmp_path_factory.mktemp("results")
        paths = [picture(folder, name, scene(*given)) for name, given in pictures.items()]
        Store(folder).append(rows_of(paths, chains))
        return folder

    return make


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page; at the end of the test: no error, no request but to files."""
    wrong: list[str] = []
    pages: list[Page] = []

    def request(url: str) -> None:
        if not url.startswith(("file:", "blob:", "data:")):
            wrong.append(f"request: {url}")

    def open_(path: Path, **options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]  # passed through
        page = context.new_page()
        page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: wrong.append(str(e)))
        page.on("request", lambda r: request(r.url))
        page.goto(path.resolve().as_uri())
        pages.append(page)
        return page

    yield open_
    for page in pages:
        page.context.close()
    assert wrong == []
