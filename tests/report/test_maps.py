"""Maps and tiles against slow and plain ways to make them."""

from __future__ import annotations

import math
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from recoup.image import Image
from recoup.metrics import metrics
from recoup.report.maps import LAYERS, MOST_PIXELS, STEPS, map_still, maps, palette, reduced
from recoup.report.tiles import COUNT, SIDE, worst_tiles


def pair(height: int, width: int, seed: int = 1, bits: int = 8) -> tuple[Image, Image]:
    """A picture, and the same with errors that grow to the right."""
    random = np.random.default_rng(seed)
    peak = (1 << bits) - 1
    one = random.integers(0, peak + 1, (height, width, 3))
    off = random.normal(0, 1, one.shape) * np.linspace(0, peak / 12, width)[None, :, None]
    two = np.clip(np.rint(one + off), 0, peak)
    kind = np.uint8 if bits == 8 else np.uint16
    return Image(one.astype(kind), bits), Image(two.astype(kind), bits)


def pixels(still_data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A map as a browser decodes it."""
    return np.asarray(Pillow.open(BytesIO(still_data)).convert("RGB"))


def test_every_kind_of_map_has_its_own_ends_and_all_have_few_colours() -> None:
    """Dark without error, bright at the worst, 16 colours in between."""
    for layer in LAYERS.values():
        ends = np.array([[layer.best, layer.worst]], np.float32)
        seen = pixels(map_still(layer, ends).data)
        assert seen[0, 0].tolist() == palette()[0].tolist()
        assert seen[0, 1].tolist() == palette()[-1].tolist()
    ramp = np.linspace(0, 60, 4000, dtype=np.float32).reshape(40, 100)
    colours = np.unique(pixels(map_still(LAYERS["error"], ramp).data).reshape(-1, 3), axis=0)
    assert len(colours) == STEPS


def test_brightness_rises_with_the_error_also_in_grey() -> None:
    """So that people who see few colours, and printers, read the maps."""
    luma = palette() @ np.array([0.299, 0.587, 0.114])
    assert (np.diff(luma) > 0).all()


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 300))
def test_reduced_maps_keep_the_mean_of_every_square(height: int, width: int, most: int) -> None:
    """Against loops."""
    values = np.random.default_rng(height * 41 + width).random((height, width, 1), np.float32)
    found = reduced(values, most)
    assert found.shape[0] * found.shape[1] <= most
    side = next(s for s in range(1, 99) if -(-height // s) * -(-width // s) <= most)
    for i, j in np.ndindex(found.shape[:2]):
        square = values[i * side : (i + 1) * side, j * side : (j + 1) * side]
        assert found[i, j, 0] == pytest.approx(square.mean(), rel=1e-5)


def test_a_map_is_never_above_its_bound() -> None:
    """Even of noise, which does not compress: 4 bits a pixel and a little."""
    noise = np.random.default_rng(1).random((1400, 900), np.float32) * 60
    data = map_still(LAYERS["error"], noise).data
    assert pixels(data).shape[0] * pixels(data).shape[1] <= MOST_PIXELS
    assert len(data) < 0.5 * MOST_PIXELS + 2_000


@pytest.mark.parametrize("bits", [8, 12])
def test_the_worst_tiles_are_the_worst_of_all_places(bits: int) -> None:
    """Against PSNR and SSIM of the cut-out squares themselves."""
    one, two = pair(150, 210, bits=bits)
    made = maps(one, two, ("error", "ssim"))
    found = worst_tiles(one, two, made)
    assert list(found) == ["error", "ssim"]

    def cut(image: Image, x: int, y: int) -> Image:
        square = image.samples[y : y + SIDE, x : x + SIDE]
        return Image(np.ascontiguousarray(square), image.bits)

    def psnr(x: int, y: int) -> float:
        return metrics()["psnr"].score(cut(one, x, y), cut(two, x, y))

    ys, xs = (sorted({*range(0, n - SIDE, 16), n - SIDE}) for n in (150, 210))
    least = min(psnr(x, y) for x in xs for y in ys)
    first = found["error"][0]
    assert first.psnr == pytest.approx(least, abs=1e-3)
    assert 1 <= len(found["error"]) <= COUNT
    for tiles in found.values():
        for tile in tiles:
            assert tile.psnr == pytest.approx(psnr(tile.x, tile.y), abs=1e-3)
            mean = made["ssim"][tile.y : tile.y + SIDE, tile.x : tile.x + SIDE].mean()
            assert tile.ssim == pytest.approx(mean, abs=1e-5)
        for i, a in enumerate(tiles):
            assert all(abs(a.x - b.x) >= SIDE or abs(a.y - b.y) >= SIDE for b in tiles[:i])
    ssims = [tile.ssim or 0 for tile in found["ssim"]]
    assert ssims == sorted(ssims)


def test_small_pictures_are_one_tile_and_exact_ones_have_none() -> None:
    """And a picture without errors loses nothing anywhere."""
    one, two = pair(20, 30)
    (only,) = worst_tiles(one, two, maps(one, two, ("error",)))["error"]
    assert (only.x, only.y, only.width, only.height) == (0, 0, 30, 20)
    assert only.ssim is None
    assert math.isfinite(only.psnr)
    same = worst_tiles(one, one, maps(one, one, ("error", "ssim")))
    assert same == {"error": (), "ssim": ()}


def test_the_ends_of_the_map_of_errors_are_levels_of_255_at_any_depth() -> None:
    """A 12-bit error of a tenth of the peak is as bright as an 8-bit one."""
    for bits in (8, 12):
        peak = (1 << bits) - 1
        kind = np.uint8 if bits == 8 else np.uint16
        flat = Image(np.zeros((16, 16, 1), kind), bits)
        off = Image(np.full((16, 16, 1), round(peak / 10), kind), bits)
        seen = pixels(map_still(LAYERS["error"], maps(flat, off, ("error",))["error"]).data)
        assert seen[0, 0].tolist() == palette()[-1].tolist()
