"""Weights files: what is read, and what is refused in one line without being run."""

from __future__ import annotations

import contextlib
import os
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import Tensor

from recoup.errors import ModelError
from recoup.training.weights import load_state

PLAIN = {"conv.weight": torch.arange(6.0).view(2, 3), "conv.bias": torch.ones(2)}
FORMS = pytest.mark.parametrize("form", ["safetensors", "pth", "old.pth"])


class Evil:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        """What unpickling would call."""
        return os.mkdir, (str(self.path),)


def saved(folder: Path, form: str, state: dict[str, Tensor]) -> Path:
    """Write weights in one of the three kinds of file."""
    path = folder / f"net.{form}"
    if form == "safetensors":
        save_file(state, path)
    else:
        torch.save(state, path, _use_new_zipfile_serialization=form == "pth")
    return path


def refused(path: Path, reason: str) -> None:
    """One line that names the file and gives the reason."""
    with pytest.raises(ModelError, match=reason) as caught:
        load_state(path)
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)


@FORMS
def test_reads_every_form(tmp_path: Path, form: str) -> None:
    """The tensors under their names."""
    state = load_state(saved(tmp_path, form, PLAIN))
    assert state.keys() == PLAIN.keys()
    assert all(torch.equal(state[name], PLAIN[name]) for name in PLAIN)


@pytest.mark.parametrize(
    "wrapped",
    [
        {"params": {"wrong": torch.ones(1)}, "params_ema": PLAIN},
        {"params": PLAIN, "iter": 5},
        {"state_dict": {f"module.{name}": value for name, value in PLAIN.items()}, "epoch": 3},
        {"model": OrderedDict(PLAIN)},
        {"model": {"params_ema": PLAIN}},
    ],
)
def test_takes_wrappings_off(tmp_path: Path, wrapped: dict[str, object]) -> None:
    """The averaged weights where there are both."""
    torch.save(wrapped, tmp_path / "net.ckpt")
    assert load_state(tmp_path / "net.ckpt").keys() == PLAIN.keys()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_any_precision_becomes_float32(tmp_path: Path, dtype: torch.dtype) -> None:
    """Counters stay whole numbers."""
    state = {"a": torch.ones(2, dtype=dtype), "n": torch.tensor(3)}
    torch.save(state, tmp_path / "net.pt")
    read = load_state(tmp_path / "net.pt")
    assert read["a"].dtype == torch.float32
    assert read["n"].dtype == torch.int64


@pytest.mark.parametrize("how", ["torch.save", "torch.save, old", "pickle"])
def test_code_is_never_run(tmp_path: Path, how: str) -> None:
    """A pickle that would make a folder is refused, and the folder is not there."""
    made, path = tmp_path / "made", tmp_path / "evil.pth"
    evil = {"params": {"conv.weight": torch.ones(1), "trap": Evil(made)}}
    if how == "pickle":
        path.write_bytes(pickle.dumps(Evil(made)))
    else:
        torch.save(evil, path, _use_new_zipfile_serialization=how == "torch.save")
    refused(path, "not written by torch.save" if how == "pickle" else "code would have to be run")
    assert not made.exists()


def test_the_trap_would_spring(tmp_path: Path) -> None:
    """The same file does harm when it is read carelessly, so the test above means something."""
    pickle.loads(pickle.dumps(Evil(tmp_path / "made")))
    assert (tmp_path / "made").exists()


@FORMS
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(choice=st.data())
def test_damage_is_one_clear_line(tmp_path: Path, form: str, choice: st.DataObject) -> None:
    """Truncated anywhere: refused. One byte changed: read or refused, never another error."""
    path = saved(tmp_path, form, PLAIN)
    whole = path.read_bytes()
    at = choice.draw(st.integers(0, len(whole) - 1))
    path.write_bytes(whole[:at])
    refused(path, "damaged|empty|claims|no weights|code|finite")
    changed = bytearray(whole)
    changed[at] ^= choice.draw(st.integers(1, 255))
    path.write_bytes(changed)
    with contextlib.suppress(ModelError):
        load_state(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({}, "no weights"),
        ([torch.ones(1)], "no weights"),
        (torch.ones(1), "no weights"),
        ({"a": 3}, "no tensor"),
        ({1: torch.ones(1)}, "no tensor under a name|is no tensor"),
        ({"a": torch.tensor([1.0, torch.nan])}, "not finite"),
        ({"a": torch.tensor([torch.inf])}, "not finite"),
        ({"a": torch.ones(2).to_sparse()}, "no plain tensor"),
        ({"a": torch.ones(2, dtype=torch.complex64)}, "no plain tensor"),
        ({"a": torch.ones(2, device="meta")}, "no plain tensor"),
        ({"a": torch.ones(1).expand(1 << 20)}, "claims more"),
        ({"two\nlines": torch.tensor(torch.nan)}, r"two\\nlines"),
    ],
)
def test_other_contents_are_refused(tmp_path: Path, content: object, reason: str) -> None:
    """Whatever is not finite numbers under names."""
    torch.save(content, tmp_path / "net.pth")
    refused(tmp_path / "net.pth", reason)


def test_what_unpacks_to_more_is_refused(tmp_path: Path) -> None:
    """PyTorch never compresses, so a small file with large contents is a trap."""
    torch.save({"a": torch.zeros(1 << 16)}, tmp_path / "net.pth")
    with (
        zipfile.ZipFile(tmp_path / "net.pth") as plain,
        zipfile.ZipFile(tmp_path / "bomb.pth", "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for entry in plain.infolist():
            bomb.writestr(entry.filename, plain.read(entry))
    refused(tmp_path / "bomb.pth", "claims to hold more")


def test_what_is_no_file(tmp_path: Path) -> None:
    """Absent, a folder, of another kind."""
    refused(tmp_path / "absent.pth", "No such file")
    (tmp_path / "folder.pth").mkdir()
    refused(tmp_path / "folder.pth", "folder")
    refused(tmp_path / "net.onnx", "read from .safetensors, .pth")
