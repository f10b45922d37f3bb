"""Profile, EXIF and XMP put into what the codecs write: read back by us and by others."""

import base64
import io
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image as Pil

from recoup.codecs import CODECS
from recoup.codecs.facts import read_facts
from recoup.contracts import Codec
from recoup.errors import CodecError, PictureError, UnreadableError, UnsupportedError
from recoup.image import Image
from recoup.picture import Picture, embed, load, measured, unfit
from recoup.picture.boxes import boxes, made, parts
from recoup.picture.items import (
    Extent,
    Link,
    Place,
    entries,
    entry,
    linked,
    links,
    placed,
    places,
)
from recoup.picture.orientation import reset, stated

NAMES = ("avif", "htj2k", "jpeg", "jpeg2000", "jpegxl", "png", "webp")
ADOBE = imagecodecs.cms_profile("adobergb")
GREY = imagecodecs.cms_profile("gray", gamma=1.8)
XMP = b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"/><?xpacket end="w"?>'
NONE = Picture(Image(np.zeros((1, 1), np.uint8)))


def exif(maker: str = "Maker") -> bytes:
    """EXIF with a text and an orientation."""
    block = Pil.Exif()
    block[271], block[274] = maker, 6
    return block.tobytes().removeprefix(b"Exif\0\0")


def image(channels: int = 3, bits: int = 8) -> Image:
    """A slope with some grain."""
    rng = np.random.default_rng(channels)
    slope = np.mgrid[0:40, 0:52].sum(0)[:, :, None] * np.arange(1, channels + 1) / 300
    samples: NDArray[Any] = (slope + rng.uniform(0, 0.05, slope.shape)).clip(0, 1) * (2**bits - 1)
    return Image(samples.astype(np.uint8 if bits == 8 else np.uint16), bits)


def codec(name: str, bits: int = 8) -> Codec:
    """As users get it, but of JPEG the kind that takes such a depth."""
    chosen: Codec = CODECS[name]()
    if chosen.refusal(image(bits=bits)):
        pytest.skip(f"{name} takes no {bits} bits")
    return chosen


def carrying(name: str, channels: int = 3, xmp: bytes = XMP) -> Picture:
    """Everything that the format holds."""
    icc = None if name == "jpegxl" else ADOBE if channels == 3 else GREY
    return Picture(image(channels), None, icc, exif(), xmp)


def loaded(folder: Path, data: bytes) -> Picture:
    """The picture in the bytes."""
    path = folder / "a"
    path.write_bytes(data)
    return load(path)


@pytest.mark.parametrize("name", ["htj2k", "jpeg2000", "jpegxl"])
def test_codecs_refuse_a_cut_file_with_metadata(name: str) -> None:
    """As they do one without."""
    for length in range(12, len(WHOLE[name]), 41):
        with pytest.raises(CodecError, match="decode: "):
            codec(name).decode(WHOLE[name][:length])


PLAIN = {name: CODECS[name]().encode(image()) for name in NAMES}
WHOLE = {name: embed(PLAIN[name], carrying(name)) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("kinds", [("icc",), ("exif",), ("xmp",), ("icc", "exif", "xmp")])
def test_read_back_to_the_byte(
    tmp_path: Path, name: str, channels: int, bits: int, kinds: tuple[str, ...]
) -> None:
    """Samples as without; so are the facts, and what the codec itself decodes."""
    coder = codec(name, bits)
    plain = coder.encode(image(channels, bits))
    every = carrying(name, channels)
    picture = Picture(every.image, **{kind: getattr(every, kind) for kind in kinds})
    data = embed(plain, picture)
    back, before = loaded(tmp_path, data), loaded(tmp_path, plain)
    assert back.image == before.image
    assert (back.icc, back.xmp) == (picture.icc, picture.xmp)
    assert back.exif == (reset(picture.exif) if picture.exif else None)
    assert back.notes == before.notes
    assert read_facts(data) == read_facts(plain)
    assert coder.decode(data) == coder.decode(plain)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("channels", [1, 3])
def test_read_by_pillow(name: str, channels: int) -> None:
    """Which knows no JPEG XL, and no metadata of JPEG 2000 but its picture."""
    if name == "jpegxl":
        pytest.skip("Pillow reads no JPEG XL")
    picture = carrying(name, channels)
    plain = codec(name).encode(picture.image)
    data = embed(plain, picture)
    with Pil.open(io.BytesIO(data)) as seen, Pil.open(io.BytesIO(plain)) as before:
        assert np.array_equal(np.asarray(seen), np.asarray(before))
        if name in ("htj2k", "jpeg2000"):
            return
        assert seen.info["icc_profile"] == picture.icc
        assert seen.getexif()[271] == "Maker"
        assert seen.getexif()[274] == 1
        assert seen.info["xmp"] == XMP


@pytest.mark.parametrize("name", NAMES)
def test_read_by_exiftool(tmp_path: Path, name: str) -> None:
    """All three."""
    program = shutil.which("exiftool")
    if program is None:
        pytest.skip("no exiftool on this machine")
    picture = carrying(name)
    path = tmp_path / "a"
    path.write_bytes(embed(codec(name).encode(picture.image), picture))
    for tag, content in (("XMP", XMP), ("Make", b"Maker"), ("ICC_Profile", picture.icc or b"")):
        done = subprocess.run([program, "-b", f"-{tag}", path], capture_output=True, check=True)
        assert done.stdout == content
        assert done.stderr == b""
    done = subprocess.run([program, "-warning", "-error", path], capture_output=True, check=True)
    assert done.stdout == b""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("channels", [1, 3])
def test_read_by_vips(tmp_path: Path, name: str, channels: int) -> None:
    """The same samples."""
    program = shutil.which("vips")
    if program is None:
        pytest.skip("no libvips on this machine")
    picture = carrying(name, channels)
    plain = codec(name).encode(picture.image)
    seen = []
    for data in (plain, embed(plain, picture)):
        (tmp_path / "a").write_bytes(data)
        done = subprocess.run(
            [program, "copy", "a", "b.png"], cwd=tmp_path, capture_output=True, check=False
        )
        if b"not a known file format" in done.stderr:
            pytest.skip(f"this libvips reads no {name}")
        assert done.returncode == 0, done.stderr
        seen.append(load(tmp_path / "b.png"))
    assert seen[1].image == seen[0].image


@pytest.mark.parametrize("name", NAMES)
def test_large(tmp_path: Path, name: str) -> None:
    """A megabyte of XMP, but for JPEG, and 200 kB of profile, but for JPEG XL."""
    xmp = b"<x>" + b"a" * (60_000 if name == "jpeg" else 1_000_000) + b"</x>"
    icc = None if name == "jpegxl" else ADOBE + bytes(200_000)
    plain = codec(name).encode(image())
    data = embed(plain, Picture(image(), icc=icc, xmp=xmp))
    back = loaded(tmp_path, data)
    assert (back.icc, back.xmp) == (icc, xmp)
    assert back.image == loaded(tmp_path, plain).image
    assert codec(name).decode(data) == codec(name).decode(plain)


CHROMIUM: dict[str, dict[str, Any]] = {
    "avif": {"lossless": True},
    "jpeg": {},
    "jpegxl": {"lossless": True},
    "png": {},
    "webp": {"lossless": True},
}
"""What it can show; lossless where that is needed to know the pixels."""

OVERHEAD = {
    "avif": 84, "htj2k": 109, "jpeg": 33, "jpeg2000": 24, "jpegxl": 48, "png": 34, "webp": 26,
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_note_costs_itself_and_little_more(name: str) -> None:
    """Containers that were not there before among it."""
    data = embed(PLAIN[name], Picture(image(), xmp=b"x" * 60))
    assert len(data) - len(PLAIN[name]) - 60 == OVERHEAD[name]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("channels", [1, 3])
def test_nothing_to_embed_changes_nothing(name: str, channels: int) -> None:
    """To the byte."""
    plain = codec(name).encode(image(channels))
    assert embed(plain, NONE) == plain


@st.composite
def pictures(draw: st.DrawFn, name: str) -> Picture:
    """Any of the kinds that the format holds, XMP of any text."""
    text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)
    return Picture(
        image(),
        icc=draw(st.sampled_from([None] if name == "jpegxl" else [None, ADOBE, ADOBE + b"\0"])),
        exif=draw(st.sampled_from([None, exif(), exif("Another")])),
        xmp=draw(st.none() | text.map(str.encode)),
    )


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_laws(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """What was put in last is what is there; taking all out leaves what it was put into."""
    name = data.draw(st.sampled_from(NAMES))
    first, second = data.draw(pictures(name)), data.draw(pictures(name))
    plain = PLAIN[name]
    once, direct = embed(plain, first), embed(plain, second)
    assert embed(once, first) == once
    twice = embed(once, second)
    bare = name in ("htj2k", "jpegxl")  # what had no container keeps it
    assert twice == direct or (bare and direct == plain)
    assert bare or embed(once, NONE) == plain
    for changed in (twice, embed(twice, NONE)):
        assert read_facts(changed) == read_facts(plain)
    back = loaded(tmp_path_factory.mktemp("law"), twice)
    assert (back.icc, back.xmp) == (second.icc, second.xmp)
    assert back.exif == (reset(second.exif) if second.exif else None)
    assert back.image == loaded(tmp_path_factory.mktemp("law"), plain).image


@given(st.data())
@settings(max_examples=600, deadline=None)
def test_flipped_bytes_give_bytes_or_one_line(data: st.DataObject) -> None:
    """Never an exception of another kind."""
    name = data.draw(st.sampled_from(NAMES))
    whole = bytearray(data.draw(st.sampled_from([WHOLE, PLAIN]))[name])
    for _ in range(data.draw(st.integers(1, 4))):
        reach = data.draw(st.sampled_from([64, 400, 1200, len(whole)]))
        whole[data.draw(st.integers(0, min(reach, len(whole)) - 1))] = data.draw(
            st.integers(0, 255)
        )
    if data.draw(st.booleans()):
        whole = whole[: data.draw(st.integers(0, len(whole)))]
    try:
        embed(bytes(whole), data.draw(st.sampled_from([carrying(name), NONE])))
    except PictureError as error:
        assert str(error).isprintable()  # noqa: PT017  (either outcome is right)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "jpeg"])
def test_truncated_is_refused(name: str) -> None:
    """Cut anywhere behind the signature."""
    for length in range(12, len(WHOLE[name]), 7):
        with pytest.raises(UnreadableError):
            embed(WHOLE[name][:length], carrying(name, xmp=b"<another/>"))


def test_other_formats_are_refused() -> None:
    """By name, where they have one."""
    picture = Picture(image(), xmp=XMP)
    with pytest.raises(UnsupportedError, match="AVIF, JPEG 2000 and JPEG XL files, not"):
        embed(CODECS["jpegls"]().encode(image()), picture)
    with pytest.raises(UnreadableError, match="not a picture"):
        embed(bytes(60), picture)


def test_what_does_not_fit_is_named_and_refused() -> None:
    """The same by both functions."""
    long = Picture(image(), icc=ADOBE, exif=b"II*\0" + bytes(70_000), xmp=bytes(70_000))
    assert unfit(long, "jpeg") == ("exif", "xmp")
    assert unfit(Picture(image(), icc=bytes(17_000_000)), "jpeg") == ("icc",)
    assert unfit(long, "jpegxl") == ("icc",)
    assert unfit(long, "jpegls") == ("icc", "exif", "xmp")
    assert [unfit(long, name) for name in NAMES if name not in ("jpeg", "jpegxl")] == [()] * 5
    assert all(unfit(NONE, name) == () for name in (*NAMES, "jpegls"))
    tables = imagecodecs.cms_profile("adobergb").replace(b"rTRC", b"A2B0")
    for profile in (tables, imagecodecs.cms_profile("lab2"), b"no profile"):
        assert unfit(Picture(image(), icc=profile), "jpeg2000") == ("icc",)
        with pytest.raises(UnsupportedError, match="convert the picture to sRGB"):
            embed(PLAIN["jpeg2000"], Picture(image(), icc=profile))
    with pytest.raises(UnsupportedError, match="convert the picture to sRGB"):
        embed(PLAIN["jpegxl"], long)
    with pytest.raises(PictureError, match="do not fit"):
        embed(PLAIN["jpeg"], long)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "AVIF"])
@pytest.mark.parametrize("alpha", [False, True])
def test_what_pillow_put_in_is_replaced(tmp_path: Path, form: str, *, alpha: bool) -> None:
    """And no byte of the old stays; alpha does."""
    if alpha and form == "JPEG":
        pytest.skip("JPEG has no alpha")
    rng = np.random.default_rng(0)
    samples = rng.integers(0, 256, (11, 8, 4 if alpha else 3), dtype=np.uint8)
    file = io.BytesIO()
    options = {} if form == "PNG" else {"xmp": b"<secret/>"}
    secret = b"Exif\0\0" + exif("Secret")
    Pil.fromarray(samples).save(file, form, exif=secret, icc_profile=GREY, **options)
    plain = file.getvalue()
    picture = Picture(image(), None, ADOBE, exif(), XMP)
    for given_ in (picture, NONE):
        data = embed(plain, given_)
        assert b"secret" not in data.lower()
        with Pil.open(io.BytesIO(data)) as seen, Pil.open(io.BytesIO(plain)) as before:
            assert np.array_equal(np.asarray(seen), np.asarray(before))
            assert seen.info.get("icc_profile") == given_.icc
        back = loaded(tmp_path, data)
        assert (back.icc, back.xmp) == (given_.icc, given_.xmp)
        assert (back.alpha is not None) == alpha


def test_jpegxl_container_keeps_its_boxes_and_their_order() -> None:
    """Level first, old metadata gone, Brotli-compressed or not; the rest as it was."""
    plain = PLAIN["jpegxl"]
    old = (
        made(b"JXL ", b"\r\n\x87\n")
        + made(b"ftyp", b"jxl \0\0\0\0jxl ")
        + made(b"jxll", b"\x0a")
        + made(b"brob", b"xml " + imagecodecs.brotli_encode(b"<old/>"))
        + made(b"jxlp", b"\0\0\0\0" + plain[:9])
        + made(b"jumb", b"another")
        + made(b"Exif", bytes(4) + exif("Old"))
        + made(b"jxlp", b"\x80\0\0\1" + plain[9:])
    )
    new = embed(old, Picture(image(), exif=exif(), xmp=XMP))
    assert parts(new) == [
        (b"JXL ", b"\r\n\x87\n"),
        (b"ftyp", b"jxl \0\0\0\0jxl "),
        (b"jxll", b"\x0a"),
        (b"Exif", bytes(4) + reset(exif())),
        (b"xml ", XMP),
        (b"jxlp", b"\0\0\0\0" + plain[:9]),
        (b"jumb", b"another"),
        (b"jxlp", b"\x80\0\0\1" + plain[9:]),
    ]
    rebuilding = old + made(b"jbrd", b"x")
    with pytest.raises(UnsupportedError, match="rebuilt"):
        embed(rebuilding, Picture(image(), xmp=XMP))


def test_jpeg2000_codestreams_become_files(tmp_path: Path) -> None:
    """JP2, or JPH for high throughput; grey and RGB of one depth only."""
    note = Picture(image(), xmp=XMP)
    stream = bytes(imagecodecs.jpeg2k_encode(image().samples, 0, codecformat="j2k"))
    data = embed(stream, note)
    assert dict(parts(data))[b"ftyp"] == b"jp2 \0\0\0\0jp2 "
    assert dict(parts(data))[b"jp2c"] == stream
    assert loaded(tmp_path, data).image == image()
    assert dict(parts(WHOLE["htj2k"]))[b"ftyp"] == b"jph \0\0\0\0jph "
    four = np.zeros((9, 9, 4), np.uint8)
    stream = bytes(imagecodecs.jpeg2k_encode(four, 0, codecformat="j2k"))
    with pytest.raises(UnsupportedError, match="write JP2"):
        embed(stream, note)


def test_jpeg2000_profile_stands_in_place_of_the_colour_space(tmp_path: Path) -> None:
    """Method 2 in, enumerated again when it goes; other colour spaces are refused."""
    plain = PLAIN["jpeg2000"]
    profiled = embed(plain, Picture(image(), icc=ADOBE))
    header = dict(parts(dict(parts(profiled))[b"jp2h"]))
    assert header[b"colr"] == b"\2\0\0" + ADOBE
    assert profiled.endswith(b"\xff\xd9")
    assert embed(profiled, NONE) == plain
    at = plain.index(b"colr") + 4
    luma = plain[:at] + struct.pack(">BBBI", 1, 0, 0, 18) + plain[at + 7 :]
    with pytest.raises(UnsupportedError, match="colour space"):
        embed(luma, Picture(image(), icc=ADOBE))
    turned = embed(plain, NONE).replace(
        made(b"jp2c", plain[plain.index(b"jp2c") + 4 :]),
        made(b"uuid", b"JpgTiffExif->JP2" + exif())
        + made(b"jp2c", plain[plain.index(b"jp2c") + 4 :]),
    )
    back = loaded(tmp_path, turned)
    assert stated(back.exif) == 1
    assert back.notes == ("orientation 6 in EXIF not applied: JPEG 2000 has none",)


def test_avif_items_and_properties() -> None:
    """As ISO/IEC 23008-12 has them: hidden nowhere, described by reference, colour in place."""
    data = WHOLE["avif"]
    top = dict(parts(data))
    meta = dict(parts(top[b"meta"], 4))
    assert [(e.item, e.kind, e.mime) for e in entries(meta[b"iinf"])] == [
        (1, b"av01", b""),
        (2, b"Exif", b""),
        (3, b"mime", b"application/rdf+xml"),
    ]
    assert meta[b"iref"] == bytes(4) + made(b"cdsc", b"\0\2\0\1\0\1") + made(
        b"cdsc", b"\0\3\0\1\0\1"
    )
    where = {place.item: data[place.extents[0].start :][: place.extents[0].length]
             for place in places(meta[b"iloc"])}  # fmt: skip
    before = dict(parts(PLAIN["avif"]))[b"mdat"]
    assert where == {1: before, 2: bytes(4) + reset(exif()), 3: XMP}
    properties = dict(parts(meta[b"iprp"]))
    kinds = [kind for kind, _ in parts(properties[b"ipco"])]
    assert kinds == [b"ispe", b"pixi", b"av1C", b"colr", b"colr"]
    assert links(properties[b"ipma"])[1][-1] == Link(5, essential=False)


def heif(place: Place, *, extra: bytes = b"", idat: bytes = b"") -> bytes:
    """An AVIF file whose one picture lies at a place; not to be decoded."""
    meta = (
        made(b"hdlr", bytes(8) + b"pict" + bytes(13))
        + made(b"pitm", bytes(4) + b"\0\1")
        + placed([place])
        + made(b"iinf", bytes(4) + b"\0\1" + entry(1, b"av01").box)
        + made(b"iprp", made(b"ipco", made(b"irot", b"\1")), linked({1: [Link(1, essential=True)]}))
        + (made(b"idat", idat) if idat else b"")
        + extra
    )
    head = made(b"ftyp", b"avif" + bytes(4) + b"avifmif1") + made(b"meta", bytes(4), meta)
    return head + made(b"mdat", b"0123456789")


def test_avif_of_other_layouts() -> None:
    """Several parts, items in the header, and turns behind the colour property."""
    start = heif(Place(1, 0, 0, (Extent(0, 1), Extent(0, 1)))).index(b"0123456789")
    apart = heif(Place(1, 0, 0, (Extent(start + 5, 2), Extent(start, 3))))
    new = embed(apart, Picture(image(), icc=ADOBE, xmp=XMP))
    meta = dict(parts(dict(parts(new))[b"meta"], 4))
    spots = {place.item: place for place in places(meta[b"iloc"])}
    content = b"".join(new[e.start : e.start + e.length] for e in spots[1].extents)
    assert content == b"56012"
    properties = dict(parts(meta[b"iprp"]))
    assert links(properties[b"ipma"])[1] == [Link(2, essential=False), Link(1, essential=True)]
    inside = heif(Place(1, 1, 0, (Extent(0, 4),)), idat=b"abcd")
    new = embed(inside, Picture(image(), xmp=XMP))
    meta = dict(parts(dict(parts(new))[b"meta"], 4))
    assert places(meta[b"iloc"])[0] == Place(1, 1, 0, (Extent(0, 4),))
    assert meta[b"idat"] == b"abcd"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (heif(Place(1, 0, 0, (Extent(9, 0),))), "the whole file"),
        (heif(Place(1, 0, 0, (Extent(0, 1 << 20),))), "behind the end"),
        (heif(Place(1, 0, 0, (Extent(0, 200), Extent(1, 200)))), "within one another"),
        (heif(Place(1, 0, 0, (Extent(0, 9),)), extra=made(b"iprp")), "boxes twice"),
    ],
)
def test_avif_that_is_not_understood_is_refused(data: bytes, reason: str) -> None:
    """Rather than guessed at."""
    with pytest.raises(PictureError, match=reason):
        embed(data, Picture(image(), xmp=XMP))


def test_animated_avif_is_refused() -> None:
    """Its frames lie where only the film's own tables say."""
    file = io.BytesIO()
    frame = Pil.new("RGB", (16, 16))
    frame.save(file, "AVIF", save_all=True, append_images=[Pil.new("RGB", (16, 16), "red")])
    with pytest.raises(UnsupportedError, match="animated"):
        embed(file.getvalue(), Picture(image(), xmp=XMP))


def test_boxes_beyond_4_gb_and_leftover_bytes() -> None:
    """Sizes of 64 bits are read and made anew; what is no box is refused."""
    wide = struct.pack(">I4sQ", 1, b"free", 19) + b"abc"
    assert parts(wide) == [(b"free", b"abc")]
    assert [box.start for box in boxes(wide)] == [16]
    with pytest.raises(UnreadableError, match="no box"):
        parts(wide + b"x")


SHOWN = """async (address) => {
    const picture = new Image();
    picture.src = address;
    try { await picture.decode(); } catch { return null; }
    const canvas = document.createElement("canvas");
    canvas.width = picture.naturalWidth;
    canvas.height = picture.naturalHeight;
    const drawing = canvas.getContext("2d");
    drawing.drawImage(picture, 0, 0);
    return Array.from(drawing.getImageData(0, 0, canvas.width, canvas.height).data);
}"""


@pytest.mark.browser
def test_shown_by_chromium() -> None:
    """The same pixels with EXIF and XMP; with a profile too, the colours that we convert to."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium on this machine")
    sync = pytest.importorskip("playwright.sync_api")
    with sync.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()

        def shown(name: str, data: bytes) -> NDArray[Any] | None:
            content = base64.b64encode(data).decode()
            seen = page.evaluate(SHOWN, f"data:{CODECS[name].media_type};base64,{content}")
            return None if seen is None else np.array(seen).reshape(40, 52, 4)[:, :, :3]

        for name, settings_ in CHROMIUM.items():
            coder = CODECS[name](**settings_)
            plain = coder.encode(image())
            before = shown(name, plain)
            if before is None:
                assert name == "jpegxl"  # which not every Chromium shows
                continue
            assert np.array_equal(before, coder.decode(plain).samples) or name == "jpegxl"
            noted = shown(name, embed(plain, Picture(image(), exif=exif(), xmp=XMP)))
            assert noted is not None
            assert np.array_equal(noted, before)
            if name == "jpegxl":
                continue
            profiled = shown(name, embed(plain, Picture(image(), icc=ADOBE)))
            ours = measured(Picture(coder.decode(plain), icc=ADOBE))[0].samples.astype(int)
            assert profiled is not None
            assert np.abs(profiled - ours).max() <= 3
            grey = embed(coder.encode(image(1)), carrying(name, 1))
            assert shown(name, grey) is not None
        browser.close()
