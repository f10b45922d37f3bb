"""Leaks: copies and crops are found, other pictures are not."""

from __future__ import annotations

import io
from itertools import product
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL.Image import Resampling, Transpose

from recoup import Image, Picture, save
from recoup.datasets import leaks
from recoup.datasets.signature import thumbnail
from recoup.errors import PictureError

KODAK = Path(__file__).parents[2] / "../shared/data/kodak24"
LIVE1 = Path(__file__).parents[2] / "../shared/data/live1"
TURNS = {
    "": None,
    "mirrored": Transpose.FLIP_LEFT_RIGHT,
    "upside down": Transpose.FLIP_TOP_BOTTOM,
    "turned by 180 degrees": Transpose.ROTATE_180,
}


def scene(seed: int, height: int = 240, width: int = 320) -> PIL.Image.Image:
    """Give a picture with the spectrum of a photograph: noise with amplitudes as 1/f."""
    noise = np.random.default_rng(seed).standard_normal((height, width, 3))
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width))
    frequency[0, 0] = 1
    shaped = np.fft.ifft2(np.fft.fft2(noise, axes=(0, 1)) / frequency[..., None], axes=(0, 1)).real
    scaled = 128 + 50 * shaped / shaped.std()
    return PIL.Image.fromarray(scaled.clip(0, 255).astype(np.uint8))


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Eight pictures that have nothing in common."""
    folder = tmp_path_factory.mktemp("scenes")
    for i in range(8):
        scene(i).save(folder / f"{i}.png")
    return sorted(folder.iterdir())


def test_others_are_not_found(scenes: list[Path]) -> None:
    """No pair of different pictures, in either direction."""
    assert leaks(scenes[:4], scenes[4:]) == ()


def test_the_file_itself(scenes: list[Path], tmp_path: Path) -> None:
    """Byte for byte, under another name; progress tells of every picture twice."""
    twin = tmp_path / "twin.png"
    twin.write_bytes(scenes[2].read_bytes())
    seen: list[tuple[int, int]] = []
    [leak] = leaks(scenes, [twin], progress=lambda *state: seen.append(state))
    assert (leak.kind, leak.train, leak.test, leak.distance) == ("file", scenes[2], twin, 0)
    assert "is the same file as" in leak.text
    assert seen == [(i, 18) for i in range(1, 19)]


@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink pictures takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_copies_and_crops_are_found(
    scenes: list[Path], tmp_path: Path, data: st.DataObject
) -> None:
    """Cut to half or more, turned, stretched, made grey, noisy, coded hard: it is still found."""
    number = data.draw(st.integers(0, 7))
    with PIL.Image.open(scenes[number]) as opened:
        picture = opened.convert(data.draw(st.sampled_from(["RGB", "L"])))
    area = data.draw(st.floats(0.5, 1))
    across = data.draw(st.floats(area, 1))
    width = -int(-320 * across // 1)
    height = min(240, -int(-240 * area / across // 1))
    left = data.draw(st.integers(0, 320 - width))
    top = data.draw(st.integers(0, 240 - height))
    turn, how = data.draw(st.sampled_from(list(TURNS.items())))
    picture = picture.crop((left, top, left + width, top + height))
    size = tuple(round(side * data.draw(st.floats(0.4, 1.6))) for side in picture.size)
    picture = picture.resize((size[0], size[1]), Resampling.BICUBIC)
    picture = picture if how is None else picture.transpose(how)
    noisy = np.asarray(picture) + np.random.default_rng(1).normal(0, 8, np.asarray(picture).shape)
    coded = tmp_path / "coded.jpg"
    PIL.Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(
        coded, quality=data.draw(st.integers(20, 95))
    )
    known = [scenes[number], scenes[number - 1]]
    for train, test, whole in ((known, [coded], "train"), ([coded], known, "test")):
        [leak] = leaks(train, test)
        assert scenes[number] in (leak.train, leak.test)
        assert leak.turn == turn
        assert leak.distance < 0.2
        if area < 0.85:
            assert (leak.kind, leak.whole) == ("crop", whole)
            assert ("holds" if whole == "test" else "is a part of") in leak.text


def test_resized_and_coded_is_a_copy(scenes: list[Path], tmp_path: Path) -> None:
    """Squeezed to a square of 96, as WebP: the same picture, and no crop."""
    with PIL.Image.open(scenes[5]) as opened:
        opened.resize((96, 96), Resampling.BICUBIC).save(tmp_path / "a.webp", quality=40)
    [leak] = leaks(scenes, [tmp_path / "a.webp"])
    assert (leak.kind, leak.whole, leak.turn, leak.train) == ("copy", "", "", scenes[5])
    assert "shows the same as" in leak.text


def test_even_pictures_are_no_leak(tmp_path: Path) -> None:
    """Nothing is seen in a blank page, so nothing is said of it."""
    for i, value in enumerate((0, 128, 128, 255)):
        samples = np.full((40, 50 + i, 3), value, np.uint8)
        save(Picture(Image(samples)), tmp_path / f"{i}.png")
    assert leaks(sorted(tmp_path.iterdir()), sorted(tmp_path.iterdir())[:0]) == ()
    paths = sorted(tmp_path.iterdir())
    assert leaks(paths[:2], paths[2:]) == ()


def test_unreadable_files_are_named(tmp_path: Path, scenes: list[Path]) -> None:
    """Missing, and damaged."""
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    for name in ("none.png", "bad.png"):
        with pytest.raises(PictureError, match=name):
            leaks(scenes[:1], [tmp_path / name])


@pytest.mark.parametrize(("height", "width", "bits"), [(7, 3, 8), (128, 128, 16), (1500, 1100, 8)])
def test_thumbnails_are_means_of_areas(height: int, width: int, bits: int, tmp_path: Path) -> None:
    """Against Pillow's box filter; blocks of large pictures move edges by less than a block."""
    ramp = np.add.outer(np.linspace(0, 0.5, height), np.linspace(0, 0.5, width))
    grey = (ramp * (2**bits - 1)).astype(np.uint8 if bits == 8 else np.uint16)
    save(Picture(Image(grey)), tmp_path / "a.png")
    expected = PIL.Image.fromarray((grey / (2**bits - 1)).astype(np.float32)).resize(
        (128, 128), Resampling.BOX
    )
    found = thumbnail(tmp_path / "a.png")
    assert found.shape == (128, 128)
    worst = np.abs(found - np.asarray(expected)).max()
    assert worst < (0.15 if height < 128 else 0.01)


def test_colour_is_luma(tmp_path: Path) -> None:
    """BT.601."""
    for colour, luma in zip(np.eye(3), (0.299, 0.587, 0.114), strict=True):
        data = io.BytesIO()
        rgb = tuple(int(255 * c) for c in colour)
        PIL.Image.new("RGB", (20, 20), (rgb[0], rgb[1], rgb[2])).save(data, "PNG")
        (tmp_path / "a.png").write_bytes(data.getvalue())
        assert thumbnail(tmp_path / "a.png") == pytest.approx(luma, abs=1e-3)


@pytest.mark.skipif(not LIVE1.is_dir(), reason="shared/data/live1 is not here")
def test_live1_shares_scenes_with_kodak() -> None:
    """LIVE1 took 19 of its photographs from Kodak; only those are found."""
    kodak, live1 = (sorted(folder.glob("*.png")) for folder in (KODAK, LIVE1))
    found = leaks(kodak, live1)
    assert len(found) == len({leak.train for leak in found}) == 19
    assert {leak.kind for leak in found} <= {"copy", "crop"}
    assert max(leak.distance for leak in found) < 0.05
    pairs = {(leak.train.stem, leak.test.stem) for leak in found}
    assert {("kodim23", "parrots"), ("kodim20", "plane"), ("kodim13", "stream")} <= pairs
    assert len(list(product(kodak, live1))) == 696
