"""The learned codec: the same symbols everywhere, nothing lost beside, nothing believed."""

from __future__ import annotations

import tracemalloc
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray

from recoup.codecs import Learned
from recoup.codecs import learned as module
from recoup.codecs.latents import CHANNELS, FEATURES, groups
from recoup.codecs.learned import decoded
from recoup.codecs.prior import Prior
from recoup.codecs.rans import Ints
from recoup.codecs.rcp import MAGIC, Coded, Header, pack, unpack
from recoup.codecs.rcp_picture import carry, whole
from recoup.codecs.slices import read_slice
from recoup.errors import CodecError, ModelError, UnsupportedError
from recoup.image import Image, Samples
from recoup.models.autoencoder import find_autoencoder, identified
from recoup.picture import Picture, load

Arrays = Mapping[str, NDArray[Any]]

GOLDEN = Path(__file__).with_name("golden_rcp")


def scene(height: int, width: int, channels: int = 3) -> Image:
    """Waves, an edge and a texture."""
    y, x = np.mgrid[:height, :width]
    waves = 0.5 + 0.25 * np.sin(x / 9 + y / 31) + 0.2 * (x > y) - 0.1
    texture = 0.05 * np.random.default_rng(1).standard_normal((height, width))
    colour = np.clip(waves + texture, 0, 1)[..., None] * np.array([1.0, 0.8, 0.6])[:channels]
    return Image(np.rint(colour * 255).astype(np.uint8))


@pytest.fixture(scope="module")
def prior() -> Prior:
    """The integer nets that ship."""
    return Prior.read(find_autoencoder("vae").part("prior.npz").read_bytes())


def symbols_of(prior: Prior, coded: Coded) -> list[NDArray[np.int16]]:
    """Symbols of every slice."""
    found = []
    for (rows, columns), (check, content) in zip(coded.header.slices(), coded.slices, strict=True):
        height, width = rows.stop - rows.start, columns.stop - columns.start
        found.append(read_slice(prior, content, check, height, width, coded.header.quality)[0])
    return found


@pytest.mark.parametrize("quality", [1.0, 4.5, 8.0])
def test_engines_and_threads_decode_the_same_symbols(prior: Prior, quality: float) -> None:
    """Whoever encoded; samples differ by 1/255 at most."""
    image = scene(150, 200)
    decodes = []
    for engine, threads in (("openvino", 1), ("openvino", 2), ("onnxruntime", 1)):
        coded = Learned(quality).coded(image, threads=threads, engine=engine)  # type: ignore[arg-type]
        assert symbols_of(prior, unpack(pack(coded)))[0].any()
        decodes.append(decoded(coded, threads=3 - threads, engine="openvino").samples.astype(int))
    first = Learned(quality).coded(image)
    for engine, threads in (("openvino", 2), ("onnxruntime", 1), ("onnxruntime", 2)):
        other = decoded(first, threads=threads, engine=engine)  # type: ignore[arg-type]
        assert np.abs(other.samples.astype(int) - decodes[0]).max() <= 1


def plain(weight: NDArray[Any], bias: NDArray[Any], planes: NDArray[Any]) -> NDArray[np.int64]:
    """A convolution in 64-bit integers, one tap after the other."""
    side = weight.shape[2]
    around = ((0, 0), (side // 2,) * 2, (side // 2,) * 2)
    padded = np.pad(planes.astype(np.int64), around)
    height, width = planes.shape[1:]
    out = np.zeros((len(weight), height, width), np.int64) + bias[:, None, None].astype(np.int64)
    for y in range(side):
        for x in range(side):
            part = padded[:, y : y + height, x : x + width]
            out += np.einsum("oc,chw->ohw", weight[:, :, y, x].astype(np.int64), part)
    return out


def down(sums: NDArray[np.int64], shift: int) -> NDArray[np.int64]:
    """As docs/rcp.md has it."""
    return np.asarray(np.clip(sums >> shift, 0, 127), np.int64)


class Page:
    """Scales and means computed from docs/rcp.md, in integers."""

    def __init__(self, arrays: Arrays, symbols: NDArray[Any], side: NDArray[Any], b: int) -> None:
        """Everything is known, as it is to whoever trains."""
        self.a, self.q = arrays, b // 2
        self.signed = np.clip(symbols, -127, 127).astype(np.int64)
        self.loud = np.rint(16 * np.log2(1 + np.abs(self.signed))).astype(np.int64)
        hidden = down(self.layer("first", np.clip(side, -127, 127)), 2)
        wide = down(self.layer("second", hidden), 7)
        _, height, width = symbols.shape
        self.features = np.zeros((FEATURES, height, width), np.int64)
        for i in range(FEATURES):
            for y in range(height):
                for x in range(width):
                    channel = 16 * i + 4 * (y % 4) + x % 4
                    self.features[i, y, x] = wide[channel, y // 4, x // 4]

    def layer(self, name: str, planes: NDArray[Any]) -> NDArray[np.int64]:
        """One convolution of the file."""
        return plain(self.a[f"{name}.weight"], self.a[f"{name}.bias"], planes)

    def group(self, g: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Scale indices and means of a group, black and white together."""
        first, last = groups()[g]
        rows, columns = np.indices(self.signed.shape[1:])
        white = (rows + columns) % 2
        low = np.concatenate((self.features, self.signed[:first], self.loud[:first]))
        own = self.signed[first:last] * (1 - white)
        near = np.concatenate((own, self.loud[first:last] * (1 - white)))
        fast, start, slope = (
            self.a[f"group{g}.{name}"][:, None, None].astype(np.int64)
            for name in ("fast", "start", "slope")
        )
        sums = self.layer(f"group{g}.before", low) + fast * self.q
        sums += self.layer(f"group{g}.beside", near) * white
        u = self.layer(f"group{g}.out", down(self.layer(f"group{g}.middle", down(sums, 8)), 7))
        scales, means = np.split(u, 2)
        straight = self.layer(f"group{g}.straight", own) * white
        return (
            np.clip((scales >> 7) + ((start + slope * self.q) >> 9), 0, 63),
            np.clip((means >> 8) + (straight >> 5), -1024, 1024),
        )


@pytest.mark.parametrize(("b", "height", "width"), [(0, 7, 9), (130, 5, 4), (252, 9, 6)])
def test_the_page_describes_the_nets(prior: Prior, b: int, height: int, width: int) -> None:
    """Integers in another order of summation give every scale and mean."""
    draw = np.random.default_rng(b)
    side = draw.integers(-9, 10, (24, -(-height // 4), -(-width // 4))).astype(np.int32)
    spread = (draw.geometric(0.4, (CHANNELS, height, width)) - 1) * draw.choice([-1, 1, 90])
    symbols = spread.astype(np.int32)
    found = np.zeros((2, *symbols.shape), np.int64)

    def take(part: slice, where: NDArray[np.bool_], scale: Ints, mean: Ints) -> Ints:
        given = symbols[part][:, where]
        found[0][part, where] = scale.reshape(given.shape)
        found[1][part, where] = mean.reshape(given.shape)
        return np.asarray(given.ravel(), np.int32)

    prior.walk(side, b, height, width, take)
    page = Page(prior.arrays, symbols, side, b)
    wanted = [np.concatenate(part) for part in zip(*map(page.group, range(4)), strict=True)]
    assert np.array_equal(found[0], wanted[0])
    assert np.array_equal(found[1], wanted[1])


def test_weights_whose_sums_might_round_are_refused(prior: Prior) -> None:
    """2**24 is where float32 ends."""
    heavy = dict(prior.arrays)
    heavy["group3.out.bias"] = heavy["group3.out.bias"] + (1 << 24)
    with pytest.raises(ModelError, match=r"group3\.out"):
        Prior(heavy).check()


def test_bytes_are_what_the_tables_say(prior: Prior) -> None:
    """Within 8 bytes and 0.1 % of the ideal length of a slice."""
    image = scene(256, 256)
    ((_, coder),) = Learned(5).chosen(image)
    ideal = float(prior.tables.bits[coder.entries()].sum()) / 8
    ((_, content),) = Learned(5).coded(image).slices
    assert abs(len(content) - ideal) <= 8 + ideal / 1000


@pytest.mark.parametrize(
    ("file", "kind", "quality"),
    [("learned-2", (3, 8), 2.0), ("learned-6-grey-12-bits", (1, 12), 6.25)],
)
def test_golden_files_decode_for_ever(file: str, kind: tuple[int, int], quality: float) -> None:
    """Their symbols come to their checksum on any machine; samples to within 1/255."""
    data = (GOLDEN / f"{file}.rcp").read_bytes()
    image = Learned().decode(data)
    assert (image.channels, image.bits) == kind
    assert 1 + unpack(data).header.quality / 36 == quality
    wanted = load(GOLDEN / f"{file}.png").image
    assert wanted.bits == image.bits
    far = np.abs(image.samples.astype(int) - wanted.samples).max()
    assert far <= image.peak / 255


def test_no_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decoded in tiles of 128 pixels or as a whole: within rounding of each other."""
    data = Learned(3).encode(scene(330, 410))
    in_one = Learned().decode(data).samples.astype(int)
    monkeypatch.setattr(module, "_TILE", 16)
    tiled = Learned().decode(data).samples.astype(int)
    assert np.abs(tiled - in_one).max() <= 1
    assert (tiled != in_one).mean() < 1e-3


def test_slices() -> None:
    """A picture wider than one slice; what is left and right of the cut fits together."""
    image = scene(24, 1100)
    coded = Learned(6).coded(image)
    assert len(coded.slices) == 2
    error = np.abs(decoded(coded).samples.astype(int) - image.samples).mean(axis=(0, 2))
    assert error[1010:1038].mean() < 1.5 * error.mean()


def test_the_picture_keeps_what_it_carries() -> None:
    """Alpha to the bit, profile, EXIF, XMP; 8 and 16 bits."""
    for dtype, most in ((np.uint8, 255), (np.uint16, 65535)):
        image = Image((scene(40, 50).samples.astype(np.float64) / 255 * most).astype(dtype))
        alpha: Samples = np.random.default_rng(2).integers(0, most + 1, (40, 50)).astype(dtype)
        icc = imagecodecs.cms_profile("adobergb")
        exif = b"II*\0\x08\0\0\0\0\0\0\0\0\0"
        picture = Picture(image, alpha=alpha, icc=icc, exif=exif, xmp=b"<x:xmpmeta/>")
        found = whole(carry(Learned(4).encode(image), picture))
        assert found.alpha is not None
        assert np.array_equal(found.alpha, alpha)
        assert (found.icc, found.exif, found.xmp) == (icc, exif, b"<x:xmpmeta/>")
        assert found.image.bits == image.bits


def mutations(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """The file with bits flipped, bytes changed, parts cut, doubled or moved."""
    draw = np.random.default_rng(seed)
    for _ in range(count):
        changed = bytearray(data)
        kind = draw.integers(5)
        for _ in range(draw.integers(1, 4)):
            at, other = sorted(int(n) for n in draw.integers(0, len(changed), 2))
            if kind == 0:
                changed[at] ^= 1 << int(draw.integers(8))
            elif kind == 1:
                changed[at] = int(draw.integers(256))
            elif kind == 2:
                del changed[at:other]
            elif kind == 3:
                changed[at:at] = changed[at : min(other, at + 50)]
            else:
                changed[at:other] = bytes(draw.integers(0, 256, min(other - at, 40), np.uint8))
            if len(changed) < 2:
                break
        if draw.random() < 0.5 and len(changed) > 32:  # so that more gets past the head
            changed[28:32] = zlib.crc32(changed[:28]).to_bytes(4, "little")
        yield bytes(changed)


def survives(data: bytes, header: Header, original: Image) -> None:
    """The picture, another as large as its header says, or one clear line."""
    try:
        image = Learned().decode(data)
    except CodecError as error:
        assert "\n" not in str(error)  # noqa: PT017
    except ModelError as error:
        assert "needs the model" in str(error)  # noqa: PT017
    else:
        found = unpack(data).header
        assert (image.width, image.height) == (found.width, found.height)
        if found == header:  # else its CRC-32 was made to fit the change
            assert np.abs(image.samples.astype(int) - original.samples).max() <= 1


def fuzzed(count: int, seed: int, most_pixels: int = 1 << 16) -> None:
    """Mutations of two small files."""
    for n, quality in enumerate((2.0, 7.0)):
        data = Learned(quality).encode(scene(24, 40))
        whole_header, original = unpack(data).header, Learned().decode(data)
        for changed in mutations(data, count // 2, seed + n):
            try:
                header = unpack(changed).header
            except CodecError:
                continue
            if header.width * header.height <= most_pixels:  # the others are for the next test
                survives(changed, whole_header, original)


def test_damaged_files_are_errors() -> None:
    """A part of what benchmarks/rcp_fuzz.py does."""
    fuzzed(600, seed=1)


@pytest.mark.slow
def test_a_hundred_thousand_damaged_files_are_errors() -> None:
    """Some minutes."""
    fuzzed(100_000, seed=7)


def test_a_picture_that_is_not_there_costs_little() -> None:
    """268 megapixels stated, 260 slices of nonsense: refused at the first, before it is decoded."""
    header = Header(16384, 16384, 3, 8, 100, find_autoencoder("vae").identity)
    slices = tuple((0, b"nonsense" * 2) for _ in header.slices())
    tracemalloc.start()
    with pytest.raises(CodecError):
        Learned().decode(pack(Coded(header, slices)))
    assert tracemalloc.get_traced_memory()[1] < 300e6
    tracemalloc.stop()


def test_another_checksum_is_refused() -> None:
    """The symbols decode, but are not those."""
    coded = Learned(4).coded(scene(32, 32))
    ((check, content),) = coded.slices
    with pytest.raises(CodecError, match="not those that were encoded"):
        Learned().decode(pack(replace(coded, slices=((check ^ 1, content),))))


def test_another_model_is_named() -> None:
    """The file says which it needs."""
    coded = Learned(4).coded(scene(32, 32))
    other = replace(coded, header=replace(coded.header, model=b"unknown!"))
    with pytest.raises(ModelError, match=b"unknown!".hex()):
        Learned().decode(pack(other))
    assert identified(coded.header.model).card.name == "vae"


def test_loading_as_a_picture_names_the_way(tmp_path: Path) -> None:
    """Only decompress opens it."""
    path = tmp_path / "a.rcp"
    path.write_bytes(MAGIC + bytes(30))
    with pytest.raises(UnsupportedError, match="recoup decompress"):
        load(path)
