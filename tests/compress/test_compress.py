"""Files made smaller: what they promise is kept, nothing is made worse, nothing lost silently."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from recoup.chain import Chain
from recoup.chain.chain import facts_of
from recoup.codecs import Avif, Jpeg, Jpeg2000, JpegXl, Learned, Png, WebP
from recoup.codecs.rcp_picture import whole
from recoup.compress import Target, compress, decompress
from recoup.compress.encode import made, ready
from recoup.compress.scales import SCALES, family, variants
from recoup.compress.target import smallest
from recoup.contracts import Codec
from recoup.errors import ChainError, ModelError, NotApplicableError
from recoup.filters.onnx import Onnx
from recoup.filters.promised import Promised
from recoup.image import Image
from recoup.metrics import metrics
from recoup.models.promise import STEPS, Promise, noted, without
from recoup.picture import Picture, load, save
from recoup.restore import restore

MODEL = "deblock"
EXIF = b"II*\0\x08\0\0\0\x01\0\x0e\x01\x02\0\x04\0\0\0cat\0\0\0\0\0"
psnr = metrics()["psnr"].score


@pytest.fixture(scope="module")
def photo() -> Picture:
    """Part of a photograph."""
    whole = np.asarray(data.astronaut())  # type: ignore[no-untyped-call]  # scikit-image has no types
    return Picture(Image(whole[40:168, 160:320].copy()))


@pytest.fixture
def file(photo: Picture, tmp_path: Path) -> Path:
    """The same in a file."""
    path = tmp_path / "photo.png"
    save(photo, path)
    return path


@pytest.mark.parametrize(
    "codec", [Jpeg(10), Jpeg(30, "4:4:4"), WebP(5), Avif(20), JpegXl(8.0), Jpeg2000(28.0)]
)
@pytest.mark.parametrize("channels", [3, 1])
def test_what_is_promised_is_kept_to_the_bit(
    photo: Picture, tmp_path: Path, codec: Codec, channels: int
) -> None:
    """The file alone tells restore what the encoder measured."""
    photo = Picture(Image(photo.image.samples[:, :, :channels].copy()))
    one = made(photo, codec, Promised(MODEL))
    assert one.promise is not None
    assert one.promise.gain > 0.01
    gain = psnr(photo.image, one.restored) - psnr(photo.image, one.decoded)
    assert gain == pytest.approx(one.promise.gain, abs=0.006)
    path = tmp_path / f"a{codec.suffix}"
    path.write_bytes(one.data)
    for jobs in (1, 2):
        (done,) = restore([path], out=tmp_path / f"out{jobs}", jobs=jobs)
        assert done.out is not None, done.error
        assert load(done.out).image == one.restored
        assert load(done.out).xmp is None


@pytest.mark.parametrize(
    ("codec", "most"),
    [
        (Jpeg(10), 200),
        (Jpeg(10, encoder="jpegli"), 200),
        (WebP(5), 200),
        (Jpeg2000(28.0), 200),
        (Avif(20), 250),  # a note of 155 bytes is an item with entries in three tables
    ],
)
def test_every_viewer_opens_the_file(photo: Picture, codec: Codec, most: int) -> None:
    """The note is small; Pillow decodes the same samples with it and without."""
    one = made(photo, codec, Promised(MODEL))
    plain = codec.encode(photo.image)
    assert 0 < len(one.data) - len(plain) < most
    noted, bare = (np.asarray(PIL.Image.open(io.BytesIO(file))) for file in (one.data, plain))
    assert np.array_equal(noted, bare)
    assert Image(noted.copy()) == one.decoded


def test_no_harm_is_done(photo: Picture, make_model: Callable[..., Path], tmp_path: Path) -> None:
    """Where a model makes everything worse, or nothing better, restore leaves the file as it is."""
    for kind in ("negative", "identity"):
        make_model(kind)
        one = made(photo, Jpeg(50), Promised(kind))
        assert one.promise is not None
        assert (one.promise.strength, one.promise.gain) == (0, 0.0)
        path = tmp_path / f"{kind}.jpg"
        path.write_bytes(one.data)
        (done,) = restore([path], out=tmp_path / "out")
        assert done.out is not None, done.error
        assert "left as it is" in done.how
        assert load(done.out).image == one.restored == one.decoded == load(path).image
        assert load(done.out).xmp is None


@pytest.mark.parametrize(
    "codec",
    [Jpeg(100, "4:4:4"), WebP(lossless=True), Avif(95, subsampling="4:4:4"), JpegXl(0.1), Png()],
)
def test_what_is_nearly_perfect_is_not_spoilt(photo: Picture, codec: Codec, tmp_path: Path) -> None:
    """A file with grain, coded at high quality: as it will be restored it is never worse."""
    grain = np.random.default_rng(1).normal(0, 5, photo.image.samples.shape)
    samples = np.clip(photo.image.samples + grain, 0, 255).astype(np.uint8)
    one = made(Picture(Image(samples)), codec, Promised(MODEL))
    path = tmp_path / f"a{codec.suffix}"
    path.write_bytes(one.data)
    (done,) = restore([path], out=tmp_path / "out")
    assert done.out is not None, done.error
    image = load(done.out).image
    assert image == one.restored
    assert psnr(Image(samples), image) >= psnr(Image(samples), one.decoded)


def test_results_as_promised_and_by_a_model_stand_side_by_side(
    photo: Picture, tmp_path: Path
) -> None:
    """Neither replaces the other, and neither is made twice; each says how it was made."""
    path, out = tmp_path / "a.jpg", tmp_path / "out"
    path.write_bytes(made(photo, Jpeg(10), Promised("deblock-fast")).data)

    def run(model: str | None) -> tuple[str, str, str]:
        (done,) = restore([path], model, out=out)
        assert done.out is not None, done.error
        return done.status, done.out.name, done.how

    status, name, how = run(None)
    assert (status, name) == ("restored", "a.png")
    assert re.fullmatch(r"restored by deblock-fast at \d+/16, as promised: \+\d\.\d\d dB", how)
    told = "restored by deblock, told of jpeg as the file says"
    assert run(MODEL) == ("restored", "a-2.png", told)
    assert [run(None)[:2], run(MODEL)[:2]] == [("skipped", "a.png"), ("skipped", "a-2.png")]
    path.write_bytes(path.read_bytes().replace(b"deblock-fast ", b"../../../etc "))
    assert "the note in the file means nothing" in run(None)[2]


def test_what_cannot_be_promised_is_refused(make_model: Callable[..., Path]) -> None:
    """A path, and a name that no note can hold."""
    path = make_model("negative")
    with pytest.raises(ChainError, match="the name that it is installed under"):
        compress([], ["jpeg"], out="none", restore=str(path))
    make_model("negative", name="Loud")
    with pytest.raises(ChainError, match="lower-case"):
        compress([], ["jpeg"], out="none", restore="Loud")


@pytest.mark.parametrize(
    "xmp", [b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', b"<rdf:RDF>" + 65450 * b" " + b"</rdf:RDF>"]
)
def test_xmp_that_leaves_no_room_for_the_note_is_named(photo: Picture, xmp: bytes) -> None:
    """It gives way, and the file is made all the same."""
    one = made(replace(photo, xmp=xmp), Jpeg(10), Promised(MODEL))
    assert one.notes == ("XMP left out for the note on restoring",)
    assert b"recoup:" in one.data
    assert made(photo, Jpeg(10), Promised(MODEL)).notes == ()


def test_a_target_that_the_restorer_does_not_serve(photo: Picture) -> None:
    """A file that is left as it is costs no more than its note above the file without."""
    target = Target("ssim", 0.97)
    alone = smallest(photo, [[Jpeg2000(level) for level in range(30, 50)]], target)
    both = smallest(photo, [[Jpeg2000(level) for level in range(30, 50)]], target, Promised(MODEL))
    assert both.made.promise is not None
    assert len(both.made.data) - len(alone.made.data) < 200


def test_old_promises_are_not_handed_on(photo: Picture, tmp_path: Path) -> None:
    """They were of other samples."""
    path = tmp_path / "a.jpg"
    path.write_bytes(made(photo, Jpeg(10), Promised(MODEL)).data)
    assert Promise.read(load(path).xmp)
    for codec in (Png(), Jpeg(90)):
        again = made(ready(load(path), codec, strip=False), codec)
        assert b"recoup:" not in again.data


@pytest.mark.parametrize("codec", ["jpeg:quality=10", "jpeg:quality=95", "webp:quality=60"])
def test_in_chains_it_is_never_worse(photo: Picture, codec: str) -> None:
    """And costs the bytes of its note."""
    with_it = Chain.parse(f"{codec} | promised:model={MODEL}").run(photo.image)
    without_it = Chain.parse(codec).run(photo.image)
    gain = psnr(photo.image, with_it.decoded) - psnr(photo.image, without_it.decoded)
    assert gain >= 0
    assert 100 < len(with_it.encoded) - len(without_it.encoded) < 200


def test_the_strength_is_the_best_there_is(photo: Picture) -> None:
    """No other whole number of sixteenths near it has a smaller error."""
    one = made(photo, Jpeg(10), Promised(MODEL))
    assert one.promise is not None
    told = Promised(MODEL).step(1.0).told(facts_of(one.data))
    scores = {
        n: psnr(photo.image, told.strong(n / STEPS).apply(one.decoded))
        for n in range(max(0, one.promise.strength - 3), one.promise.strength + 4)
    }
    best = max(scores, key=lambda n: scores[n])
    assert scores[one.promise.strength] >= scores[best] - 0.002


def test_another_version_of_the_model_is_refused(
    photo: Picture, tmp_path: Path, make_model: Callable[..., Path]
) -> None:
    """It would not give what was promised; the message says what would."""
    one = made(photo, Jpeg(10), Promised(MODEL))
    path = tmp_path / "a.jpg"
    path.write_bytes(one.data.replace(one.promise.sha256.encode(), b"0000000"))  # type: ignore[union-attr]  # there is one
    (done,) = restore([path], out=tmp_path / "out")
    assert done.error is not None
    assert "was made for deblock 0000000" in done.error
    assert "--with deblock" in done.error
    (done,) = restore([path], MODEL, out=tmp_path / "out")
    assert done.status == "restored"
    make_model("negative")
    path.write_bytes(one.data.replace(MODEL.encode(), b"no-such"))
    (done,) = restore([path], "negative", out=tmp_path / "out")
    assert done.status == "restored"


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_what_a_picture_carries_is_kept(photo: Picture, tmp_path: Path, suffix: str) -> None:
    """EXIF, profile, and XMP with the note in it; without --restore to the byte."""
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-'
        b'rdf-syntax-ns#"><rdf:Description rdf:about=""/></rdf:RDF></x:xmpmeta>'
    )
    save(replace(photo, exif=EXIF, xmp=xmp), tmp_path / "a.png")
    text = f"{'jpeg' if suffix == '.jpg' else 'webp'}:quality=10"
    (plain,) = compress([tmp_path / "a.png"], [text], out=tmp_path / "plain")
    assert plain.out is not None, plain.error
    assert (load(plain.out).xmp, b"cat" in (load(plain.out).exif or b"")) == (xmp, True)
    (done,) = compress([tmp_path / "a.png"], [text], out=tmp_path / "noted", restore=MODEL)
    assert done.out is not None, done.error
    kept = load(done.out).xmp
    assert Promise.read(kept) == done.promise
    assert without(kept) == xmp
    (bare,) = compress([tmp_path / "a.png"], [text], out=tmp_path / "bare", strip=True)
    assert bare.out is not None, bare.error
    assert (load(bare.out).xmp, load(bare.out).exif) == (None, None)


@pytest.mark.parametrize("to", ["jpeg", "webp:method=4", "jpeg2000"])
def test_the_smallest_file_that_meets_a_target(photo: Picture, to: str) -> None:
    """One quality lower misses it; with a restorer the file is no larger."""
    target = Target("psnr", 31.0)
    plain = smallest(photo, variants(to), target)
    assert plain.score >= 31.0
    field = SCALES[plain.made.codec.name].field
    values = SCALES[plain.made.codec.name].values
    at = values.index(getattr(plain.made.codec, field))
    lower: Codec = replace(plain.made.codec, **{field: values[at - 1]})  # type: ignore[type-var]  # a dataclass
    assert not target.met(psnr(photo.image, made(photo, lower).decoded))
    if to != "jpeg2000":
        restored = smallest(photo, variants(to), target, Promised(MODEL))
        assert psnr(photo.image, restored.made.restored) == restored.score >= 31.0
        assert len(restored.made.data) <= len(plain.made.data) + 200


def test_a_target_out_of_reach_is_refused(photo: Picture) -> None:
    """With how near it comes."""
    with pytest.raises(NotApplicableError, match="no quality reaches psnr 99; the best is"):
        smallest(photo, variants("webp:method=4"), Target("psnr", 99))


def test_settings_that_are_given_are_kept() -> None:
    """Of those left open all are tried."""
    assert {c.subsampling for several in variants("jpeg") for c in several} == {"4:2:0", "4:4:4"}  # type: ignore[attr-defined]  # JPEG
    kept = variants("jpeg:subsampling=4:2:0,encoder=jpegli")
    assert [c.encoder for c in kept[0][:1]] == ["jpegli"]  # type: ignore[attr-defined]  # JPEG
    assert len(kept) == 1
    assert [len(several) for several in variants("jpeg:40,encoder=jpegli")] == [1, 1]
    assert family("avif:speed=4", quality=30) == [Avif(30, 4)]
    assert family("jpegxl", quality=80)[0] == JpegXl(quality=80)


@pytest.mark.parametrize(
    ("to", "quality", "target", "why"),
    [
        (["jpeg", "webp"], None, None, "need a target"),
        (["jpeg:quality=[10,20]"], None, None, "need a target"),
        (["jpeg2000"], 50, None, "no quality"),
        (["png"], 50, None, "no quality"),
        (["png"], None, "psnr=30", "lossy"),
        (["jpeg"], 50, "psnr=30", "not both"),
        (["gif"], None, None, "gif"),
    ],
)
def test_what_does_not_fit_is_refused(
    tmp_path: Path, to: list[str], quality: float | None, target: str | None, why: str
) -> None:
    """Before anything is written."""
    aim = Target.parse(target) if target else None
    with pytest.raises(ChainError, match=why):
        compress([tmp_path], to, out=tmp_path / "out", quality=quality, target=aim)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["", "psnr", "psnr=", "nothing=3", "psnr=a"])
def test_targets_that_are_none(text: str) -> None:
    """Are refused with what is allowed."""
    with pytest.raises(ChainError, match="METRIC=VALUE"):
        Target.parse(text)


def test_originals_are_never_touched(file: Path, tmp_path: Path) -> None:
    """Nor are two pictures of one name written over each other."""
    jpeg = tmp_path / "photo.jpg"
    jpeg.write_bytes(Jpeg(90).encode(load(file).image))
    before = {path: path.read_bytes() for path in (file, jpeg)}
    done = compress([file, jpeg, tmp_path / "none.png"], out=tmp_path)
    assert [one.out.name for one in done if one.out] == ["photo-2.jpg", "photo-3.jpg"]
    assert before == {path: path.read_bytes() for path in before}
    assert done[2].error is not None


def test_transparency_and_depth_are_refused(photo: Picture) -> None:
    """An opaque alpha channel is left out."""
    alpha = np.full(photo.image.samples.shape[:2], 255, np.uint8)
    assert ready(replace(photo, alpha=alpha), Jpeg(), strip=False).alpha is None
    alpha[0, 0] = 0
    with pytest.raises(NotApplicableError, match="transparency"):
        ready(replace(photo, alpha=alpha), Jpeg(), strip=False)
    deep = Picture(Image(photo.image.samples.astype(np.uint16) * 257, 16))
    with pytest.raises(NotApplicableError, match="8"):
        ready(deep, WebP(), strip=False)
    assert ready(deep, Jpeg2000(), strip=False).image.bits == 16


NAMES = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True)


@given(NAMES, st.integers(0, 31), st.integers(0, 9999), st.binary(max_size=60))
@settings(max_examples=50, deadline=None)
def test_notes_are_read_back(name: str, strength: int, gain: int, other: bytes) -> None:
    """Whatever stands around them, and only the last is kept."""
    promise = Promise(name, "0123abc", strength, gain / 100)
    packet = promise.xmp(other)
    assert Promise.read(packet) == promise
    again = replace(promise, strength=31 - strength)
    assert Promise.read(again.xmp(packet)) == again
    assert Promise.read(without(again.xmp(packet))) is None


@pytest.mark.parametrize(
    "note", [b"deblock 0123abc 32 1.00", b"../x 0123abc 1 1.00", b"Deblock 0123abc 1 1.00", b""]
)
def test_notes_that_mean_nothing_are_no_promise(note: bytes) -> None:
    """A hostile file names no path and no strength out of range."""
    packet = b'<rdf:Description rdf:about="" xmlns:r="recoup:" r:by="' + note + b'"/>'
    assert Promise.read(packet) is None
    assert noted(packet)
    assert not noted(without(packet))


@pytest.mark.parametrize(
    "note",
    [
        # As exiftool writes it anew, then other ways of XML to say the same.
        b"<rdf:Description rdf:about='' xmlns:r='recoup:'>\n  <r:by>%s</r:by>\n</rdf:Description>",
        b"<rdf:Description rdf:about='' xmlns:r='recoup:' r:by='%s'/>",
        b'<rdf:Description xmlns:q = "recoup:" dc:title="cat" q:by = "%s" rdf:about=""/>',
        b'<rdf:Description r:by="%s" xmlns:r="recoup:"><dc:title>cat</dc:title></rdf:Description>',
    ],
)
def test_notes_survive_tools_that_write_xmp_anew(note: bytes) -> None:
    """And go when they are kept, with everything else left."""
    packet = b"<rdf:RDF>" + note % b"deblock 0123abc 15 1.26" + b"</rdf:RDF>"
    assert Promise.read(packet) == Promise("deblock", "0123abc", 15, 1.26)
    left = without(packet) or b""
    assert Promise.read(left) is None
    assert (b"cat" in left) == (b"cat" in packet)
    other = packet.replace(b"recoup:", b"another:")
    assert Promise.read(other) is None
    assert without(other) == other


def test_the_command(file: Path, tmp_path: Path) -> None:
    """Compress and restore in processes of their own, beside a file that is no picture."""
    (tmp_path / "bad.png").write_bytes(b"no picture")
    words = [sys.executable, "-m", "recoup", "compress", file, tmp_path / "bad.png"]
    words += ["--to", "jpeg", "-q", "10", "--restore", MODEL, "-o", tmp_path / "small"]
    ran = subprocess.run([*map(str, words)], check=False, capture_output=True, text=True)
    assert ran.returncode == 1
    assert f"{MODEL}, strength" in ran.stdout
    assert "bad.png" in ran.stderr
    assert "Traceback" not in ran.stderr
    words = [sys.executable, "-m", "recoup", "restore", tmp_path / "small", "-o", tmp_path / "back"]
    ran = subprocess.run([*map(str, words)], check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    before = psnr(load(file).image, load(tmp_path / "small" / "photo.jpg").image)
    assert psnr(load(file).image, load(tmp_path / "back" / "photo.png").image) > before


def test_what_a_file_says_reaches_the_model(photo: Picture) -> None:
    """Told is not blind; a file that says nothing is; strength scales what is added."""
    codec = Jpeg(10)
    told = Chain(codec, after=(Onnx(MODEL),)).run(photo.image).decoded
    blind = Chain(codec, after=(Onnx(MODEL, blind=True),)).run(photo.image).decoded
    decoded = codec.decode(codec.encode(photo.image))
    assert told != blind
    assert Onnx(MODEL).apply(decoded) == blind
    facts = facts_of(codec.encode(photo.image))
    assert Onnx(MODEL).told(facts).apply(decoded) == told
    assert psnr(photo.image, told) > psnr(photo.image, decoded)
    assert Onnx(MODEL).told(facts).strong(0.0).apply(decoded) == decoded
    off = [
        one.samples.astype(int) - decoded.samples
        for one in (told, Onnx(MODEL).told(facts).strong(0.5).apply(decoded))
    ]
    inside = (told.samples > 0) & (told.samples < 255)  # not clipped
    assert np.abs(off[0] - 2 * off[1])[inside].max() <= 2


def test_a_model_that_enlarges_has_no_strength(make_model: Callable[..., Path]) -> None:
    """And none that is out of range is taken."""
    make_model("double")
    small = Image(np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(ModelError, match="enlarges"):
        Onnx("double", strength=0.5).apply(small)
    with pytest.raises(ChainError, match="strength is 0 to 2"):
        Onnx("double", strength=3)
    with pytest.raises(ChainError, match="enlarges"):
        compress([], ["jpeg"], out="none", restore="double")


def test_the_learned_codec_keeps_everything(photo: Picture, tmp_path: Path) -> None:
    """Alpha too; its files are restored from in chains only."""
    alpha = np.arange(photo.image.pixels, dtype=np.uint8).reshape(photo.image.samples.shape[:2])
    save(replace(photo, alpha=alpha, exif=EXIF, xmp=b"<x/>"), tmp_path / "a.png")
    (done,) = compress([tmp_path / "a.png"], ["rcp"], quality=2, out=tmp_path / "out")
    assert done.out is not None, done.error
    assert done.out.name == "a.rcp"
    back = whole(done.out.read_bytes())
    assert back.image == Learned(2).decode(Learned(2).encode(photo.image))
    assert np.array_equal(back.alpha, alpha)  # type: ignore[arg-type]  # equal, so there
    assert (back.xmp, b"cat" in (back.exif or b"")) == (b"<x/>", True)
    (none,) = compress([tmp_path / "a.png"], ["rcp"], out=tmp_path / "out", restore=MODEL)
    assert none.error is not None
    assert "in chains only" in none.error


@pytest.mark.parametrize("name", ["photo.jpg", "photo-2.jpg"])
def test_nothing_that_is_there_is_replaced(file: Path, tmp_path: Path, name: str) -> None:
    """A stranger's file keeps its name; the same again finds what it made before."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_bytes(b"a camera's own")
    for _ in range(2):
        (done,) = compress([file], out=tmp_path / "out")
        assert done.out is not None, done.error
        assert done.out.name == ("photo-2.jpg" if name == "photo.jpg" else "photo.jpg")
    assert (tmp_path / "out" / name).read_bytes() == b"a camera's own"
    (other,) = compress([file], ["jpeg:quality=30"], out=tmp_path / "out")
    assert other.out is not None
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_originals_outlive_their_own_rcp_files(file: Path, tmp_path: Path) -> None:
    """Decompressed beside the picture that it was made of, a file gets another name."""
    before = file.read_bytes()
    (made_,) = compress([file], ["rcp"], out=tmp_path)
    assert made_.out is not None, made_.error
    for _ in range(2):
        (done,) = decompress([tmp_path], out=tmp_path)
        assert done.out is not None, done.error
        assert done.out.name == "photo-2.png"
    assert file.read_bytes() == before


def test_a_codestream_that_carries_something_is_named_for_it(
    photo: Picture, tmp_path: Path
) -> None:
    """HTJ2K: .jhc without, .jph with."""
    for exif, suffix in ((None, ".jhc"), (EXIF, ".jph")):
        save(replace(photo, exif=exif), tmp_path / "a.png")
        (done,) = compress([tmp_path / "a.png"], ["htj2k"], out=tmp_path / "out")
        assert done.out is not None, done.error
        assert done.out.suffix == suffix


def test_promises_follow_the_learned_codec_in_chains(photo: Picture) -> None:
    """Its own format holds the note; a format that holds none is not applicable."""
    done = Chain.parse(f"learned:quality=1 | promised:model={MODEL}").run(photo.image)
    alone = Chain.parse("learned:quality=1").run(photo.image)
    gain = psnr(photo.image, done.decoded) - psnr(photo.image, alone.decoded)
    assert gain >= 0
    assert b"recoup:" in done.encoded
    with pytest.raises(NotApplicableError, match="metadata can be put into"):
        Chain.parse(f"jpegls:near=9 | promised:model={MODEL}").run(photo.image)
