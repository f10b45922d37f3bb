"""Pictures come in upright, and say so; a second reading changes nothing more."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image as Pil

from recoup.picture import load, save
from recoup.picture.orientation import reset, stated, upright

SEEN: dict[int, Callable[[NDArray[Any]], NDArray[Any]]] = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: lambda a: np.fliplr(np.rot90(a, -1)),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.fliplr(np.rot90(a, 1)),
    8: lambda a: np.rot90(a, 1),
}


def photo() -> NDArray[np.uint8]:
    """A picture that no turn or mirror leaves as it is."""
    y, x = np.mgrid[0:24, 0:40]
    return np.stack([x * 6, y * 10, x * y // 4], axis=-1).astype(np.uint8)


def exif(orientation: int) -> bytes:
    """An EXIF block that states only that."""
    block = Pil.Exif()
    block[274] = orientation
    return block.tobytes()


@pytest.mark.parametrize("orientation", SEEN)
@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF", "JPEG", "AVIF"])
def test_applied_in_every_format_that_has_it(tmp_path: Path, form: str, orientation: int) -> None:
    """Against NumPy's turns and flips."""
    path = tmp_path / "picture"
    if form == "TIFF":
        tag = [(274, 3, 1, orientation, True)]
        tifffile.imwrite(path, photo(), photometric="rgb", extratags=tag)
    else:
        options = {"WEBP": {"lossless": True}}.get(form, {"quality": 97})
        Pil.fromarray(photo()).save(path, form, exif=exif(orientation), **options)
    picture = load(path)
    expected = SEEN[orientation](photo()).astype(int)
    worst = {"JPEG": 40, "AVIF": 40}.get(form, 0)
    assert picture.image.samples.shape == expected.shape
    assert np.abs(picture.image.samples - expected).max() <= worst
    assert any("applied" in note for note in picture.notes) == (orientation != 1)
    assert stated(picture.exif) == 1


def test_jpegxl_is_turned_by_its_own_header(tmp_path: Path) -> None:
    """And not a second time by EXIF."""
    out = io.BytesIO()
    Pil.fromarray(photo()).save(out, "JPEG", quality=97, exif=exif(6))
    path = tmp_path / "picture"
    path.write_bytes(imagecodecs.jpegxl_encode_jpeg(out.getvalue(), usecontainer=True))
    picture = load(path)
    assert picture.image.samples.shape == (40, 24, 3)
    assert np.abs(picture.image.samples - SEEN[6](photo()).astype(int)).max() <= 40
    assert picture.notes == ("orientation stated in the file applied",)
    assert stated(picture.exif) == 1


def test_saved_upright(tmp_path: Path) -> None:
    """The tag is reset."""
    Pil.fromarray(photo()).save(tmp_path / "a.png", exif=exif(6))
    once = load(tmp_path / "a.png")
    save(once, tmp_path / "b.png")
    again = load(tmp_path / "b.png")
    assert again.image == once.image
    assert again.notes == ()


def test_reset_leaves_everything_else() -> None:
    """Only the one tag changes."""
    block = Pil.Exif()
    block[271], block[274] = "Maker", 8
    clean = Pil.Exif()
    clean.load(reset(block.tobytes().removeprefix(b"Exif\0\0")))
    assert (clean[271], clean[274]) == ("Maker", 1)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("value", [0, 9, 65535])
def test_senseless_orientation_is_none(order: str, value: int) -> None:
    """In either byte order."""
    data = bytearray(exif(1).removeprefix(b"Exif\0\0"))
    assert stated(bytes(data)) == 1
    at = data.index(bytes([0x12, 0x01]) if data[:2] == b"II" else bytes([0x01, 0x12]))
    data[at + 8 : at + 10] = value.to_bytes(2, "little" if order == "<" else "big")
    assert stated(bytes(data)) == 1


@pytest.mark.parametrize("data", [b"", b"II", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\0\x09"])
def test_damaged_exif_states_nothing(data: bytes) -> None:
    """And is left as it is."""
    assert stated(data) == 1
    assert reset(data) == data


def test_upright_refuses_what_is_none() -> None:
    """There are eight."""
    with pytest.raises(ValueError, match="not 1 to 8"):
        upright(photo(), 9)
