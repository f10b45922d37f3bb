"""Facts of files: against other readers, monotone in the setting, and safe on any bytes."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recoup.codecs import Avif, Jpeg, Jpeg2000, JpegLs, JpegXl, Png, WebP
from recoup.codecs.facts import READERS, read_facts
from recoup.contracts import Codec
from recoup.errors import RecoupError, UnsupportedError
from recoup.image import Image


def scene(side: int = 160, channels: int = 3, seed: int = 1) -> Image:
    """Waves, an edge and some grain, wider than high."""
    y, x = np.mgrid[:side, : side + 32]
    light = 120 + 60 * np.sin(x / 9 + y / 31) + 40 * (x > y)
    colours = np.stack([light, light * 0.8 + x / 8, 250 - light], -1)[..., :channels]
    grain = np.random.default_rng(seed).normal(0, 6, colours.shape)
    return Image(np.clip(colours + grain, 0, 255).astype(np.uint8))


def program(name: str) -> str:
    """A program that reads files, or a skipped test."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def said(program: str, *arguments: str) -> str:
    """What a program says."""
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


@pytest.mark.parametrize("quality", [1, 20, 50, 75, 95, 100])
@pytest.mark.parametrize("subsampling", ["4:2:0", "4:2:2", "4:4:4"])
def test_jpeg_tables_as_pillow_reads_them(quality: int, subsampling: str) -> None:
    """Mean log2 of both tables, to the last digit; sampling factors as its decoder has them."""
    data = Jpeg(quality, subsampling).encode(scene())  # type: ignore[arg-type]
    facts = read_facts(data)
    with PIL.Image.open(io.BytesIO(data)) as opened:
        tables = getattr(opened, "quantization")  # noqa: B009  (of JPEG files alone)
        layer = getattr(opened, "layer")  # noqa: B009
    luma, chroma = (float(np.log2(tables[n]).mean()) for n in (0, 1))
    assert facts.quantiser == pytest.approx(luma, abs=1e-12)
    assert facts.chroma_quantiser == pytest.approx(chroma, abs=1e-12)
    factors = {"4:2:0": (2, 2), "4:2:2": (2, 1), "4:4:4": (1, 1)}
    assert layer[0][1:3] == factors[subsampling]
    assert facts.subsampling == subsampling


@pytest.mark.parametrize(
    "ladder",
    [
        [Jpeg(q) for q in (5, 20, 40, 60, 80, 95)],
        [Jpeg(q, encoder="jpegli") for q in (20, 40, 60, 80, 95)],
        [WebP(q) for q in (1, 20, 40, 60, 80, 95)],
        [Avif(q, speed=9) for q in (0, 15, 30, 50, 70, 90, 99)],
        [JpegXl(d, effort=3) for d in (15, 8, 4, 2, 1, 0.5)],
        [JpegLs(near) for near in (9, 5, 2, 0)],
    ],
    ids=lambda ladder: ladder[0].name,
)
def test_finer_settings_have_finer_quantisers(ladder: list[Codec]) -> None:
    """And more bits, which are those of the file but for its wrapping."""
    image = scene()
    found = [read_facts(codec.encode(image)) for codec in ladder]
    for coarse, fine in pairwise(found):
        assert coarse.quantiser is not None
        assert fine.quantiser is not None
        assert coarse.quantiser > fine.quantiser
        assert coarse.bpp < fine.bpp
    sizes = [8 * len(codec.encode(image)) / image.pixels for codec in ladder]
    for facts, size in zip(found, sizes, strict=True):
        assert size - 0.15 < facts.bpp <= size


AOM = (0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 64, 68, 72, 76, 80, 84, 88, 92,
       96, 100, 104, 108, 112, 116, 120, 124, 128, 132, 136, 140, 144, 148, 152, 156, 160, 164, 168,
       172, 176, 180, 184, 188, 192, 196, 200, 204, 208, 212, 216, 220, 224, 228, 232, 236, 240,
       244, 249, 255)  # fmt: skip
"""aom's quantizer_to_qindex, av1/encoder/av1_quantize.c: ``base_q_idx`` of the levels 0 to 63."""


@pytest.mark.parametrize("level", [1, 10, 37, 50, 62, 63])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_avif_quantiser_is_the_one_that_aom_was_told(level: int, mode: str) -> None:
    """Through Pillow, at a constant level, whatever libavif makes of qualities; alpha beside it."""
    picture = PIL.Image.fromarray(scene().samples).convert(mode)
    out = io.BytesIO()
    told = {"end-usage": "q", "cq-level": str(level), "tune": "psnr"}
    picture.save(out, "AVIF", speed=9, advanced=told)
    assert read_facts(out.getvalue()).quantiser == AOM[level]


@pytest.mark.parametrize("subsampling", ["4:2:0", "4:2:2", "4:4:4"])
@pytest.mark.parametrize("bits", [8, 10, 12])
def test_avif_chroma_at_every_depth(subsampling: str, bits: int) -> None:
    """All three profiles of AV1, and sides that are no multiple of a block; 4:0:0 for grey."""
    samples = scene(75).samples
    deep = samples if bits == 8 else samples.astype(np.uint16) << (bits - 8)
    facts = read_facts(Avif(50, 9, subsampling).encode(Image(deep, bits)))  # type: ignore[arg-type]
    assert (facts.subsampling, facts.lossless) == (subsampling, False)
    assert facts.quantiser == read_facts(Avif(50, 9).encode(scene())).quantiser
    lone = Image(np.ascontiguousarray(deep[:, :, :1]), bits)
    assert read_facts(Avif(50, 9).encode(lone)).subsampling == "4:0:0"


@pytest.mark.parametrize("sides", [(64, 5000), (5000, 64), (1, 1), (3000, 4500)])
def test_avif_of_any_size(sides: tuple[int, int]) -> None:
    """Wide enough that it must be cut into tiles, or so large that it may be."""
    image = Image(np.zeros((*sides, 1), np.uint8))
    usual = read_facts(Avif(50, 10).encode(scene())).quantiser
    assert read_facts(Avif(50, 10).encode(image)).quantiser == usual


@pytest.mark.parametrize("quality", [1, 30, 60, 75, 90, 100])
@pytest.mark.parametrize("method", [0, 2, 4, 6])
def test_webp_quantiser_as_webpinfo_reads_it(quality: int, method: int, tmp_path: Path) -> None:
    """Of the segments that webpinfo prints, the mean lies within and is theirs where they agree."""
    info = program("webpinfo")
    path = tmp_path / "a.webp"
    path.write_bytes(data := WebP(quality, method=method).encode(scene()))
    text = said(info, "-bitstream_info", str(path))
    base = re.search(r"Base Q:\s+(-?\d+)", text)
    assert base is not None, text
    own = re.search(r"Quantizer:\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)", text)
    absolute = re.search(r"Absolute delta:\s+1", text)
    values = [int(n) for n in own.groups()] if own else [0]
    indices = [n if absolute else n + int(base[1]) for n in values]
    found = read_facts(data).quantiser
    assert found is not None
    assert min(indices) <= found <= max(indices)
    shares = re.search(r"Prob segment:\s+(\d+)\s+(\d+)\s+(\d+)", text)
    if own and shares:
        root, left, right = (int(n) / 255 for n in shares.groups())
        parts = (root * left, root * (1 - left), (1 - root) * right, (1 - root) * (1 - right))
        assert found == pytest.approx(np.dot(parts, indices), abs=1e-9)


def test_jpeg2000_step_as_openjpeg_reads_it(tmp_path: Path) -> None:
    """Exponent and mantissa of the last subband, as opj_dump prints them."""
    dump = program("opj_dump")
    path = tmp_path / "a.jp2"
    path.write_bytes(data := Jpeg2000(35.0).encode(scene()))
    text = said(dump, "-i", str(path))
    pairs = re.search(r"m,e\)=((?:\(\d+,\d+\) ?)+)", text)
    assert pairs is not None, text
    mantissa, exponent = map(int, re.findall(r"\((\d+),(\d+)\)", pairs[1])[-1])
    assert read_facts(data).quantiser == pytest.approx(10 - exponent + np.log2(1 + mantissa / 2048))


@pytest.mark.parametrize("effort", [1, 3, 5, 7])
@pytest.mark.parametrize("channels", [1, 3])
def test_jpegxl_step_is_what_libjxl_makes_of_the_distance(effort: int, channels: int) -> None:
    """enc_adaptive_quantization.cc, InitialQuantDC: 1.0959 over the distance, damped from 0.3."""
    for distance in (0.5, 1.0, 2.0, 3.0):
        facts = read_facts(JpegXl(distance, effort=effort).encode(scene(channels=channels)))
        damped = max(distance / 2, min(distance, 0.3 * (distance / 0.3) ** 0.83))
        assert facts.quantiser == pytest.approx(np.log2(damped / 1.095924), abs=0.08)


@pytest.mark.parametrize(
    "codec",
    [Png(), WebP(lossless=True), Avif(lossless=True, speed=9), JpegXl(lossless=True, effort=3),
     JpegLs()],
    ids=lambda codec: codec.name,
)  # fmt: skip
@pytest.mark.parametrize("channels", [1, 3])
def test_lossless_is_told(codec: Codec, channels: int) -> None:
    """By the file itself."""
    facts = read_facts(codec.encode(scene(channels=channels)))
    assert facts.lossless is True
    assert facts.codec == codec.name


def test_metadata_changes_no_fact() -> None:
    """A profile and a long comment weigh nothing."""
    picture = PIL.Image.fromarray(scene().samples)
    for name, more in (("JPEG", {"comment": b"x" * 999}), ("WEBP", {}), ("AVIF", {})):
        plain, told = io.BytesIO(), io.BytesIO()
        picture.save(plain, name, quality=50)
        picture.save(told, name, quality=50, xmp=b"y" * 5000, **more)
        assert len(told.getvalue()) > len(plain.getvalue()) + 5000
        assert read_facts(told.getvalue()) == read_facts(plain.getvalue())


@pytest.mark.parametrize("behind", [Jpeg(90).encode(scene()), b"x" * 3000])
def test_what_stands_behind_a_jpeg_is_not_counted(behind: bytes) -> None:
    """Phones append further pictures: thumbnails, maps of gain."""
    for codec in (Jpeg(50), Jpeg(50, progressive=False)):
        data = codec.encode(scene())
        assert read_facts(data + behind) == read_facts(data)


def test_other_formats_have_none() -> None:
    """Said in one line."""
    out = io.BytesIO()
    PIL.Image.new("RGB", (4, 4)).save(out, "BMP")
    with pytest.raises(UnsupportedError, match="this is bmp"):
        read_facts(out.getvalue())


FILES = {
    codec.name: codec.encode(scene(40))
    for codec in (Jpeg(50), Jpeg2000(35.0), WebP(50), Avif(50, 9), JpegXl(2, effort=3), JpegLs(),
                  Png())
}  # fmt: skip


@given(name=st.sampled_from(sorted(READERS)), data=st.data())
@settings(max_examples=400, deadline=None)
def test_any_bytes_give_facts_or_one_of_our_errors(name: str, data: st.DataObject) -> None:
    """Damaged files, cut files, and bytes that never were a file."""
    if data.draw(st.integers(0, 9)) == 0:
        content = data.draw(st.binary(max_size=200))
    else:
        damaged = bytearray(FILES[name])
        for _ in range(data.draw(st.integers(0, 8))):
            at = data.draw(st.integers(0, min(len(damaged), 700) - 1))
            damaged[at] = data.draw(st.integers(0, 255))
        content = bytes(damaged[: data.draw(st.integers(0, len(damaged)))])
    try:
        facts = READERS[name](content)
    except RecoupError:
        return
    assert facts.codec == name
    assert 0 <= facts.bpp < float("inf")
