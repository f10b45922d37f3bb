"""Training pictures: what is taken, what is left out and why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recoup import Image, Picture, save
from recoup.codecs import Jpeg
from recoup.errors import TrainingError
from recoup.training.pool import Pool, pool, pools, split


def noise(side: int, seed: int, bits: int = 8, channels: int = 3) -> Image:
    """A picture of noise."""
    samples = np.random.default_rng(seed).integers(0, 1 << bits, (side, side, channels))
    return Image(samples.astype(np.uint8 if bits == 8 else np.uint16))


def written(folder: Path, images: list[Image]) -> list[Path]:
    """PNG files of these."""
    paths = [folder / f"{n}.png" for n in range(len(images))]
    for path, image in zip(paths, images, strict=True):
        save(Picture(image), path)
    return paths


def test_every_kind_becomes_rgb_of_8_bits(tmp_path: Path) -> None:
    """Grey is tripled, 16 bits are rounded to 8."""
    deep, grey = noise(32, 0, 16), noise(32, 1, channels=1)
    found = pool(written(tmp_path, [deep, grey, noise(32, 2), noise(32, 3)]), side=32)
    assert [(p.channels, p.bits) for p in found.pictures] == [(3, 8)] * 4
    exact = np.rint(deep.samples / 257).astype(np.uint8)
    assert np.array_equal(found.pictures[0].samples, exact)
    assert np.array_equal(found.pictures[1].samples, np.repeat(grey.samples, 3, 2))
    assert found.pixels == 4 * 32 * 32


def test_what_is_left_out_is_named(tmp_path: Path) -> None:
    """Small, broken and repeated pictures, each with its reason."""
    paths = written(tmp_path, [noise(32, n) for n in range(4)] + [noise(31, 9), noise(32, 0)])
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    found = pool([*paths, tmp_path / "broken.png"], side=32)
    assert found.names == tuple(paths[:4])
    small, again, broken = found.left_out
    assert "4.png: sides of 32 pixels are needed" in small
    assert "5.png: the same picture is there already" in again
    assert "broken.png" in broken
    with pytest.raises(
        TrainingError, match=r"at least 4 pictures, there are 3; left out: .*4\.png"
    ):
        pool([*paths[:3], paths[4]], side=32)


def test_what_validates_is_not_trained_on(tmp_path: Path) -> None:
    """Also if it is there twice, under two names; and both kinds are needed."""
    paths = written(tmp_path, [noise(32, n) for n in (0, 1, 2, 3, 4, 0)])
    kept, held = pools(paths[1:], paths[:1], side=32, held_out=3)
    assert (kept.names, held.names) == (tuple(paths[1:5]), tuple(paths[:1]))
    assert "5.png: the same picture is there already" in kept.left_out[0]
    kept, held = pools(paths, side=32, held_out=1)
    assert (len(kept.names), len(held.names)) == (4, 1)
    small = written(tmp_path, [noise(8, 7)])
    with pytest.raises(TrainingError, match=r"no picture to validate with; left out: .*0\.png"):
        pools(paths[1:5], small, side=32, held_out=1)
    with pytest.raises(TrainingError, match=r"no picture to train on$"):
        pools([], paths[1:5], side=32, held_out=1)


def test_lossy_files_are_halved(tmp_path: Path) -> None:
    """Means of 2 x 2, so that the codec's traces go; small ones stay as they are."""
    large, small = noise(64, 1), noise(40, 2)
    for name, image in (("large", large), ("small", small)):
        (tmp_path / f"{name}.jpg").write_bytes(Jpeg(quality=90).encode(image))
    paths = [tmp_path / "large.jpg", tmp_path / "small.jpg"]
    found = pool([*paths, *written(tmp_path, [noise(64, 3), noise(64, 4)])], side=32)
    assert [picture.width for picture in found.pictures] == [32, 40, 64, 64]
    decoded = Jpeg(quality=90).decode(paths[0].read_bytes()).samples.astype(int)
    means = decoded.reshape(32, 2, 32, 2, 3).sum((1, 3))
    assert np.array_equal(found.pictures[0].samples, (means + 2) // 4)


def test_crops_are_parts_mirrored_and_turned() -> None:
    """All eight ways come, each a part of the picture; a zoom averages."""
    picture = noise(17, 5)
    one = Pool((picture,), (Path("a"),))
    draw = np.random.default_rng(0)
    seen = {one.crop(16, draw).samples.tobytes() for _ in range(200)}
    offsets = [(y, x) for y in range(2) for x in range(2)]
    allowed = set()
    for y, x in offsets:
        part = picture.samples[y : y + 16, x : x + 16]
        for turned in (part, part.transpose(1, 0, 2)):
            for up in (turned, turned[::-1]):
                allowed |= {up.tobytes(), up[:, ::-1].tobytes()}
    assert seen <= allowed
    assert len(seen) > 28
    flat = Pool((Image(np.full((64, 64, 3), 9, np.uint8)),), (Path("a"),))
    assert flat.crop(16, draw, zoom=(4,)).samples.min() == 9
    assert flat.crop(40, draw, zoom=(2,)).width == 40  # no room for a zoom


def test_large_pictures_are_as_likely_as_small_ones() -> None:
    """A picture of four times the area comes as often."""
    black, white = (Image(np.full((side, side, 3), v, np.uint8)) for side, v in ((16, 0), (32, 9)))
    two = Pool((black, white), (Path("a"), Path("b")))
    draw = np.random.default_rng(1)
    share = np.mean([two.crop(8, draw).samples.max() == 9 for _ in range(2000)])
    assert share == pytest.approx(0.5, abs=0.04)


def test_split_is_by_content() -> None:
    """The same pictures are held out whatever their order and names."""
    pictures = [noise(8, n) for n in range(12)]
    several = Pool(tuple(pictures), tuple(Path(f"{n}") for n in range(12)))
    other = Pool(tuple(pictures[::-1]), tuple(Path(f"x{n}") for n in range(12)))
    for held_out, wanted in ((2, 2), (100, 3)):
        kept, held = split(several, held_out=held_out)
        assert len(held.pictures) == wanted
        assert held.pictures == split(other, held_out=held_out)[1].pictures
        assert {*kept.names, *held.names} == set(several.names)
        assert pictures[int(str(held.names[0]))] == held.pictures[0]
