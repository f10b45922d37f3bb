"""Before a comparison that runs our weights: pictures that they were trained on are told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from recoup import compare
from recoup.chain import Chain
from recoup.datasets.leak import Leak
from recoup.datasets.trained_on import Flattered, known
from recoup.errors import FlatteringWarning
from recoup.picture import Found, find
from recoup.report.summary import summary
from recoup.sweep.flattery import flatteries, look, warn
from recoup.sweep.pool import Died
from recoup.sweep.run import here

RESTORED, PLAIN = "jpeg:quality=30 | deblock-fast", "jpeg:quality=30"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Give a half of a training picture, a picture of nobody's, and a file that is none."""
    folder = tmp_path / "photos"
    folder.mkdir()
    small = (255 * known(["cid22-train"])[20].small).astype(np.uint8)
    PIL.Image.fromarray(small[:, 4:40]).resize((72, 128)).save(folder / "half.png")
    noise = np.random.default_rng(1).integers(0, 256, (6, 7)).astype(np.uint8)
    PIL.Image.fromarray(noise).resize((96, 80)).save(folder / "own.png")
    (folder / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return folder


def test_a_comparison_says_so(photos: Path, tmp_path: Path) -> None:
    """Once as a warning that names our line, in the rows through the model, in the report."""
    with pytest.warns(FlatteringWarning) as caught:
        done = compare(
            [photos], [RESTORED, PLAIN], metrics=["psnr"], out=tmp_path / "out", jobs=0, repeats=1
        )
    [said] = [one for one in caught if one.category is FlatteringWarning]
    [hit] = done.flattered
    assert str(said.message) == hit.text
    assert Path(said.filename).name == Path(__file__).name
    assert hit.text.startswith(f"{photos / 'half.png'} is a part of cid22-train/")
    assert hit.text.endswith("which deblock-fast was trained on: its scores flatter")
    notes = {(Path(row.image).name, "onnx" in row.chain): row.notes for row in done.rows}
    assert notes["half.png", True] == hit.note(["deblock-fast"])
    assert notes["half.png", False] == notes["own.png", True] == ""
    told = summary(done.rows)
    assert told.flattered == ((hit.note(["deblock-fast"]), (str(photos / "half.png"),)),)
    assert told.notes == ()


def test_the_learned_codec_is_a_model_too(photos: Path) -> None:
    """Its net was trained as well, and ``promised`` runs one."""
    for text, name in (("learned", "vae"), ("jpeg | promised:model=deblock", "deblock")):
        [hit] = flatteries(find([str(photos)]), [Chain.parse(text)], here, 10**6)
        assert hit.models == (name,)


def test_nothing_is_loaded_without_our_models(
    photos: Path, make_model: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither for codecs and filters alone, nor for a model that was trained on who knows what."""
    monkeypatch.setattr("recoup.datasets.signature.thumbnail", pytest.fail)
    make_model("identity")
    chains = [Chain.parse(text) for text in ("avif", "raw | median:3", "raw | identity")]
    assert flatteries(find([str(photos)]), chains, here, 10**6) == ()
    code = (
        "import sys; from recoup import compare\n"
        "compare([sys.argv[1]], ['jpeg'], metrics=['psnr'], out=sys.argv[2], jobs=0, repeats=1)\n"
        "sys.exit('recoup.datasets' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, photos, photos.with_name("out")], check=True)


def test_what_cannot_be_loaded_is_passed_over(photos: Path) -> None:
    """Damaged, too large, or the end of a worker: whoever measures it is told."""
    assert look((photos / "bad.png", 10**6)) is None
    assert look((photos / "own.png", 7679)) is None
    assert look((photos / "own.png", 7680)) is not None

    def map_(function: Callable[..., object], items: Iterator[object]) -> Iterator[object]:
        for item in items:
            yield Died(item, "crashed")
            yield function(item)

    pictures = [Found("none", Path("none"), "no such file"), *find([str(photos)])]
    [hit] = flatteries(pictures, [Chain.parse(RESTORED)], map_, 10**6)  # type: ignore[arg-type]
    assert hit.leak.test == photos / "half.png"


def test_many_are_told_in_twenty_lines() -> None:
    """And how many more there are."""
    leak = Leak(Path("cid22-train/1.png"), Path("a.png"), "copy")
    with pytest.warns(FlatteringWarning) as caught:
        warn([Flattered(leak, ("deblock",))] * 25)
    assert len(caught) == 21
    assert str(caught[-1].message).startswith("and 5 more pictures")
