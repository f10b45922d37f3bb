"""What cards of weights that were trained here say, and that it is what was done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from recoup.training.checkpoint import Point, State, write_checkpoint
from recoup.training.provenance import Provenance, command, provenance
from recoup.training.ranks import Ranks
from recoup.training.recipe import Recipe, recipe

NOISE = Recipe(name="tiny", task="noise", net="plain", data=("cid22-train",), steps=40)
STATE = State(
    *(40, "", "", 30.0, 20, 66.0, 55.0, 40),
    (Point(20, 9.0, 0.1, 30.126, 0.9, 28.0, 0.31), Point(40, 19.0, 0.1, 30.2, 0.9, 28.0, 0.29)),
)


def said(trained: Recipe, state: State, folder: Path, ranks: Ranks | None = None) -> Provenance:
    """What a card says."""
    return provenance(
        trained,
        state,
        by="recoup train tiny",
        pictures=8,
        held_out=2,
        threads=1,
        ranks=ranks or Ranks(),
        machine="a processor",
        folder=folder,
    )


def test_command() -> None:
    """As it ships; and every option that changes the weights."""
    dncnn = recipe("dncnn")
    assert command("dncnn", dncnn, dncnn, threads=2, ranks=Ranks()) == (
        "recoup train dncnn --threads 2"
    )
    other = replace(dncnn, data=("one", "my own"), steps=7)
    assert command("my/a.toml", dncnn, other, threads=1, ranks=Ranks(0, 4, "cuda:0")) == (
        "torchrun --nproc-per-node 4 -m recoup train my/a.toml --data one --data 'my own' "
        "--steps 7 --device cuda --threads 1"
    )


def test_how_well_and_how_long(tmp_path: Path) -> None:
    """PSNR by step, LPIPS where it decides, seconds of the processor, a run that was stopped."""
    card = said(NOISE, STATE, tmp_path)
    curve, spent = card.measured
    assert curve == (
        "validation on the held-out training pictures: 30.13 dB at step 20, 30.20 dB at step 40 "
        "(what the net is shown: 28.00 dB)"
    )
    assert spent == "trained for 55 CPU seconds with 1 thread(s) on a processor"
    assert card.data.endswith("; 8 pictures, 2 of them held out for validation")
    assert card.source.startswith("recoup train tiny (recoup 0.")
    seen = said(replace(NOISE, adversarial=0.1), replace(STATE, step=30), tmp_path)
    assert (
        "30.13 dB, LPIPS 0.3100 at step 20, 30.20 dB, LPIPS 0.2900 at step 40" in (seen.measured[0])
    )
    assert seen.measured[1].startswith("stopped at step 30 of 40, trained for 55 CPU seconds with")


def test_a_codec(tmp_path: Path) -> None:
    """Its share of JPEG's bytes where that is known; beside a critic LPIPS as well."""
    codec = replace(NOISE, quality=(1, 8), perceptual=0.1)
    first, second = (
        replace(point, cost=1.0, saved=saved)
        for point, saved in zip(STATE.curve, (None, 0.36), strict=True)
    )
    card = said(codec, replace(STATE, curve=(first, second)), tmp_path)
    assert card.measured[0].endswith("estimated: 64.0 %, LPIPS 0.2900 at step 40")


def test_on_graphics_cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds of the clock, and the card's name."""
    monkeypatch.setattr(torch.cuda, "get_device_name", {"cuda:0": "NVIDIA H100"}.get)
    for count, many in ((1, ""), (4, "4 x ")):
        card = said(NOISE, STATE, tmp_path, Ranks(0, count, "cuda:0"))
        assert card.measured[1] == f"trained for 66 seconds on {many}NVIDIA H100"


def test_stages(tmp_path: Path) -> None:
    """Runs that this one started from, as far back as there are any; each but once."""
    tensors = {"a": torch.ones(1)}
    for name, start in (("first", ""), ("second", "first"), ("one", "two"), ("two", "one")):
        (tmp_path / name).mkdir()
        state = replace(STATE, start=start, step=30 if name == "first" else 40)
        write_checkpoint(tmp_path / name / "last.safetensors", state, tensors)
    third = said(replace(NOISE, start="second"), STATE, tmp_path / "third")
    (before,) = third.measured[2:]
    assert before == (
        "before that recoup train second, 40 steps, 55 CPU seconds; "
        "recoup train first, stopped at step 30 of 40, 55 CPU seconds"
    )
    assert ", from the best weights of recoup train second; " in third.source
    turns = said(replace(NOISE, start="one"), STATE, tmp_path / "third")
    assert turns.measured[2].count("recoup train") == 2
    assert len(said(replace(NOISE, start="lost"), STATE, tmp_path / "third").measured) == 2


@pytest.mark.parametrize("through", [False, True])
def test_weights_of_somebody_else(through: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """Their licence holds too, also if a run before this one started from them."""
    assert said(NOISE, STATE, tmp_path).licence == "MIT; the pictures keep their own licences"
    start = "swinir.pth"
    if through:
        (tmp_path / "first").mkdir()
        state = replace(STATE, start=start)
        write_checkpoint(tmp_path / "first" / "last.safetensors", state, {"a": torch.ones(1)})
    mine = replace(NOISE, start="first" if through else start)
    card = said(mine, STATE, tmp_path / "second")
    assert card.licence == (
        "MIT; started from swinir.pth, whose licence holds too; the pictures keep their own "
        "licences"
    )
    assert (", from swinir.pth; recipe" in card.source) != through
    other = said(replace(mine, data=("my own",)), STATE, tmp_path / "second")
    assert other.licence.startswith("as the pictures allow; started from swinir.pth, whose")
