"""Whatever is given, the answer is one clear line, soon and in little memory."""

import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pil

from recoup.errors import PictureError, TooLargeError, UnreadableError, UnsupportedError
from recoup.picture import load


def photo() -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A picture with detail in every channel."""
    y, x = np.mgrid[0:48, 0:64]
    return np.stack([x * 4, y * 5, (x * y) % 251], axis=-1).astype(np.uint8)


def by_pillow(form: str, **options: Any) -> bytes:  # noqa: ANN401  (what the writer takes)
    """The photo as a file that Pillow writes."""
    out = io.BytesIO()
    Pil.fromarray(photo()).save(out, form, **options)
    return out.getvalue()


def by_tifffile(**options: Any) -> bytes:  # noqa: ANN401  (what the writer takes)
    """The photo as a TIFF file."""
    out = io.BytesIO()
    tifffile.imwrite(out, photo(), photometric="rgb", **options)
    return out.getvalue()


WHOLE: dict[str, bytes] = {
    "PNG": by_pillow("PNG"),
    "JPEG": by_pillow("JPEG"),
    "progressive JPEG": by_pillow("JPEG", progressive=True),
    "WebP": by_pillow("WEBP"),
    "lossless WebP": by_pillow("WEBP", lossless=True),
    "AVIF": by_pillow("AVIF"),
    "BMP": by_pillow("BMP"),
    "PPM": by_pillow("PPM"),
    "TIFF": by_tifffile(rowsperstrip=8, compression="zlib"),
    "plain TIFF": by_tifffile(),
    "JP2": bytes(imagecodecs.jpeg2k_encode(photo(), level=0, codecformat="jp2")),
    "J2K": bytes(imagecodecs.jpeg2k_encode(photo(), level=0, codecformat="j2k")),
    "JPEG XL": bytes(imagecodecs.jpegxl_encode(photo(), lossless=True)),
    "JPEG XL box": bytes(imagecodecs.jpegxl_encode(photo(), lossless=True, usecontainer=True)),
    "JPEG-LS": bytes(imagecodecs.jpegls_encode(photo())),
}


def refusal(path: Path, *, max_pixels: int = 200_000_000) -> PictureError:
    """The error of loading, checked to be one printable line that names the file."""
    with pytest.raises(PictureError) as caught:
        load(path, max_pixels=max_pixels)
    text = str(caught.value)
    assert text.isprintable()
    assert len(text) < 400
    assert path.suffix in text
    return caught.value


@pytest.mark.parametrize("form", WHOLE)
def test_whole_files_load(tmp_path: Path, form: str) -> None:
    """Or the tests below would say nothing."""
    (tmp_path / "a").write_bytes(WHOLE[form])
    assert load(tmp_path / "a").image.samples.shape == (48, 64, 3)


@pytest.mark.parametrize("form", WHOLE)
@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.6, 0.9, 0.99])
def test_truncated_files_are_refused(tmp_path: Path, form: str, share: float) -> None:
    """Never filled up with grey."""
    data = WHOLE[form]
    path = tmp_path / "cut.png"
    path.write_bytes(data[: max(int(len(data) * share), 1)])
    assert isinstance(refusal(path), UnreadableError)


@pytest.mark.parametrize("form", WHOLE)
def test_last_byte_missing(tmp_path: Path, form: str) -> None:
    """Even one byte."""
    path = tmp_path / "cut.png"
    path.write_bytes(WHOLE[form][:-1])
    if form == "TIFF":
        pytest.skip("tifffile ends the file with a directory's padding or tags")
    assert isinstance(refusal(path), UnreadableError)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WebP", "TIFF", "plain TIFF", "PPM"])
def test_truncation_is_called_that(tmp_path: Path, form: str) -> None:
    """In a word that people know."""
    path = tmp_path / "cut.png"
    path.write_bytes(WHOLE[form][: len(WHOLE[form]) * 3 // 4])
    assert "truncated" in str(refusal(path)) or "damaged" in str(refusal(path))


@given(st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_flipped_bytes_never_escape(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """A picture or one line, whatever the bytes."""
    whole = bytearray(WHOLE[data.draw(st.sampled_from(sorted(WHOLE)))])
    for _ in range(data.draw(st.integers(1, 4))):
        reach = data.draw(st.sampled_from([64, 400, len(whole)]))
        whole[data.draw(st.integers(0, min(reach, len(whole)) - 1))] = data.draw(
            st.integers(0, 255)
        )
    path = tmp_path_factory.getbasetemp() / "flipped.png"
    path.write_bytes(whole)
    said, pixels = "", 0
    try:
        pixels = load(path, max_pixels=1_000_000).image.pixels
    except PictureError as error:
        said = str(error)
    assert said.isprintable()
    assert 0 < pixels <= 1_000_000 or said


@given(st.binary(max_size=200), st.sampled_from([*sorted(WHOLE), ""]))
@settings(max_examples=200, deadline=None)
def test_rubbish_after_a_good_start(
    tmp_path_factory: pytest.TempPathFactory, rubbish: bytes, form: str
) -> None:
    """Refused."""
    path = tmp_path_factory.getbasetemp() / "rubbish.png"
    path.write_bytes(WHOLE.get(form, b"")[:16] + rubbish)
    assert isinstance(refusal(path, max_pixels=10_000), PictureError)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"hello, this is a letter to a friend\n", "is text"),
        ("Grüße aus der Ferne, schönes Wetter".encode(), "is text"),
        (os.urandom(16).replace(b"\xff", b"\0") * 8, "not a picture"),
        (b"x", "1 bytes long"),
        (b"PK\x03\x04" + bytes(100), "not a picture"),
    ],
)
def test_what_is_no_picture(tmp_path: Path, content: bytes, words: str) -> None:
    """It is said what it looks like."""
    path = tmp_path / "text.png"
    path.write_bytes(content)
    error = refusal(path)
    assert isinstance(error, UnreadableError)
    assert words in str(error)


def test_what_is_no_file(tmp_path: Path) -> None:
    """None of them is waited for."""
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "broken.png").symlink_to("nowhere")
    (tmp_path / "loop.png").symlink_to("loop.png")
    os.mkfifo(tmp_path / "pipe.png")
    for name, words in {
        "missing.png": "no such file",
        "folder.png": "is a folder",
        "broken.png": "a link to a file that does not exist",
        "loop.png": "cannot be opened",
        "pipe.png": "is a pipe",
    }.items():
        assert words in str(refusal(tmp_path / name))
    assert "is a device" in str(refusal_of_device())


def refusal_of_device() -> PictureError:
    """The error of loading endless zeros."""
    with pytest.raises(UnreadableError) as caught:
        load("/dev/zero")
    return caught.value


def test_zero_byte_in_the_name() -> None:
    """No file can have it."""
    with pytest.raises(UnreadableError, match="no file name"):
        load("a\0b.png")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_file_that_may_not_be_read(tmp_path: Path) -> None:
    """Said as such."""
    path = tmp_path / "a.png"
    path.write_bytes(WHOLE["PNG"])
    path.chmod(0)
    assert "permission denied" in str(refusal(path))


@pytest.mark.parametrize(
    "name",
    [b"two words.png", b"two\nlines.png", b"-dash.png", "größe 写真.png".encode(), b"\xff\xfe.png"],
)
def test_strange_names(tmp_path: Path, name: bytes) -> None:
    """They load, and can always be printed."""
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(WHOLE["PNG"])
    assert load(path).image.width == 64
    path.write_bytes(b"text, no picture")
    str(refusal(path)).encode("utf-8")


def png_header(width: int, height: int, body: bytes) -> bytes:
    """A PNG of such a size with any compressed content."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


PLACES: dict[str, tuple[bytes, int, str, tuple[int, ...]]] = {
    "JPEG": (b"\xff\xc0", 5, ">HH", (60000, 60000)),
    "JPEG-LS": (b"\xff\xf7", 5, ">HH", (60000, 60000)),
    "BMP": (b"BM", 18, "<ii", (60000, -60000)),
    "JP2": (b"\xff\x4f\xff\x51", 8, ">II", (60000, 60000)),
    "J2K": (b"\xff\x4f\xff\x51", 8, ">II", (60000, 60000)),
    "AVIF": (b"ispe", 8, ">II", (60000, 60000)),
    "lossless WebP": (b"VP8L", 9, "<I", (0x0FFFFFFF,)),
}


def huge(form: str) -> bytes:
    """A file of 60000 x 60000 pixels as far as its header says, or as near as the format goes."""
    if form == "PNG":
        return png_header(60000, 60000, zlib.compress(bytes(10_000_000)))
    if form == "PPM":
        return b"P6 60000 60000 255 " + bytes(100)
    data = bytearray(WHOLE.get(form, b""))
    if form == "TIFF":
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            tags = file.pages.first.tags
            for name in ("ImageWidth", "ImageLength"):
                struct.pack_into("<H", data, tags[name].valueoffset, 60000)
        return bytes(data)
    mark, after, layout, values = PLACES[form]
    struct.pack_into(layout, data, data.index(mark) + after, *values)
    return bytes(data)


HUGE = ["PNG", "JPEG", "JPEG-LS", "BMP", "PPM", "JP2", "J2K", "AVIF", "lossless WebP", "TIFF"]


@pytest.mark.parametrize("form", HUGE)
def test_pixel_limit_comes_from_the_header(tmp_path: Path, form: str) -> None:
    """Before anything is decoded."""
    path = tmp_path / "bomb.png"
    path.write_bytes(huge(form))
    error = refusal(path)
    assert isinstance(error, TooLargeError)
    assert "--max-pixels" in str(error)
    if form != "lossless WebP":
        assert "60000 x 60000" in str(error)


def test_pixel_limit_can_be_moved(tmp_path: Path) -> None:
    """To the very pixel."""
    path = tmp_path / "a.png"
    path.write_bytes(WHOLE["PNG"])
    assert isinstance(refusal(path, max_pixels=64 * 48 - 1), TooLargeError)
    assert load(path, max_pixels=64 * 48).image.pixels == 64 * 48


def test_jpegxl_limit(tmp_path: Path) -> None:
    """Bare and in its container."""
    path = tmp_path / "a.jxl"
    path.write_bytes(WHOLE["JPEG XL"])
    assert isinstance(refusal(path, max_pixels=64 * 48 - 1), TooLargeError)
    path.write_bytes(WHOLE["JPEG XL box"])
    assert isinstance(refusal(path, max_pixels=64 * 48 - 1), TooLargeError)


_IN_LITTLE_MEMORY = """
import resource, sys
from recoup.picture import load
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.argv[1:]:
    try:
        load(path, max_pixels=4_000_000_000 if "lie" in path else 200_000_000)
    except Exception as error:
        print(type(error).__name__)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_bombs_cost_little_memory(tmp_path: Path) -> None:
    """All of them together less than 100 MB."""
    paths = []
    for form in HUGE:
        paths.append(tmp_path / f"{form}.bin")
        paths[-1].write_bytes(huge(form))
    done = subprocess.run(
        [sys.executable, "-c", _IN_LITTLE_MEMORY, *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
    )
    *kinds, kilobytes = done.stdout.split()
    assert kinds == ["TooLargeError"] * len(HUGE)
    assert int(kilobytes) < 100_000
    assert done.stderr == ""


def bombs_inside() -> dict[str, bytes]:
    """Files whose header is modest and whose content is not."""
    strip = zlib.compress(bytes(400_000_000), 9)
    out = io.BytesIO()
    tifffile.imwrite(
        out, iter([strip]), shape=(64, 64), dtype=np.uint8, compression="zlib", rowsperstrip=64
    )
    profile = zlib.compress(bytes(400_000_000), 9)
    body = b"x\0\0" + profile
    chunk = struct.pack(">I", len(body)) + b"iCCP" + body
    chunk += struct.pack(">I", zlib.crc32(b"iCCP" + body))
    plain = WHOLE["PNG"]
    return {"strip": out.getvalue(), "profile": plain[:33] + chunk + plain[33:]}


def test_content_that_unpacks_to_too_much(tmp_path: Path) -> None:
    """Neither 400 MB strip is unpacked."""
    paths = []
    for name, data in bombs_inside().items():
        paths.append(tmp_path / name)
        paths[-1].write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", _IN_LITTLE_MEMORY, *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout.split()[-1]) < 200_000
    assert done.stderr == ""


def test_file_that_changes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half old, half new would be worse."""
    path = tmp_path / "a.png"
    path.write_bytes(WHOLE["PNG"])
    real = os.fstat
    calls: list[int] = []

    def grown(handle: int) -> os.stat_result:
        calls.append(handle)
        if len(calls) == 2:
            with path.open("ab") as file:
                file.write(b"more")
        return real(handle)

    monkeypatch.setattr("recoup.picture.source.os.fstat", grown)
    assert "changed while it was read" in str(refusal(path))


def test_larger_file_than_any_picture(tmp_path: Path) -> None:
    """It is not read."""
    path = tmp_path / "sparse.png"
    with path.open("wb") as file:
        file.write(WHOLE["PNG"])
        file.truncate(10 << 30)
    assert isinstance(refusal(path), TooLargeError)


def test_tiff_of_circular_pages(tmp_path: Path) -> None:
    """The walk over pages ends."""
    data = bytearray(WHOLE["plain TIFF"])
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    struct.pack_into("<I", data, start + 2 + 12 * count, start)
    path = tmp_path / "a.tif"
    path.write_bytes(data)
    assert np.array_equal(load(path).image.samples, photo())


def test_jpeg_of_endless_scans(tmp_path: Path) -> None:
    """They would take minutes."""
    data = by_pillow("JPEG", progressive=True)
    at = data.rindex(b"\xff\xda")
    path = tmp_path / "a.jpg"
    path.write_bytes(data[:-2] + data[at:-2] * 600 + data[-2:])
    assert "scans" in str(refusal(path))


def test_jpeg_without_a_height(tmp_path: Path) -> None:
    """Allowed by the standard, and used by nobody."""
    data = bytearray(WHOLE["JPEG"])
    struct.pack_into(">H", data, data.index(b"\xff\xc0") + 5, 0)
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    assert isinstance(refusal(path), UnsupportedError)


def test_tiff_with_many_values_for_one_size(tmp_path: Path) -> None:
    """Python repeats a tuple when it is multiplied: 11 GB, once."""
    data = bytearray(WHOLE["TIFF"])
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        at = file.pages.first.tags["ImageWidth"].offset
    struct.pack_into("<II", data, at + 4, 58, 64)
    path = tmp_path / "a.tif"
    path.write_bytes(data)
    assert "several values for imagewidth" in str(refusal(path))


def test_tiff_that_states_more_rows_than_it_has_strips(tmp_path: Path) -> None:
    """They are not made up."""
    data = bytearray(WHOLE["TIFF"])
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        tag = file.pages.first.tags["ImageLength"]
    struct.pack_into("<H", data, tag.valueoffset, 60000)
    path = tmp_path / "a.tif"
    path.write_bytes(data)
    assert "some of its strips" in str(refusal(path))


@pytest.mark.parametrize("form", ["JP2", "J2K"])
def test_jpeg2000_that_states_more_tiles_than_it_has(tmp_path: Path, form: str) -> None:
    """The decoder alone would paint them black."""
    data = bytearray(WHOLE[form])
    struct.pack_into(">I", data, data.index(b"\xff\x4f\xff\x51") + 8, 64 * 100)
    path = tmp_path / "a.jp2"
    path.write_bytes(data)
    assert "1 of 100 tiles" in str(refusal(path))


def test_jpeg2000_of_many_tiles(tmp_path: Path) -> None:
    """Every tile in several parts is a whole picture."""
    out = io.BytesIO()
    Pil.fromarray(photo()).save(out, "JPEG2000", tile_size=(16, 16), irreversible=False)
    path = tmp_path / "a.jp2"
    path.write_bytes(out.getvalue())
    assert np.array_equal(load(path).image.samples, photo())
