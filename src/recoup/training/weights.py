"""Weights files: read without ever running what is in them."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import TypeVar

import torch
from torch import Tensor, nn

from recoup.errors import ModelError
from recoup.picture import shown

State = Mapping[str, Tensor]
Net = TypeVar("Net", bound=nn.Module)

_WRAPPINGS = ("params_ema", "params", "state_dict", "model")
_SUFFIXES = (".safetensors", ".pth", ".pt", ".ckpt")
_FLOATS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)
_DTYPES = (*_FLOATS, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool)
_CODE = ("GLOBAL", "reduce", "Can only build", "Can only create")  # how torch.load says so


def load_state(path: Path) -> dict[str, Tensor]:
    """Read the named tensors of a weights file.

    What training frameworks wrap around them (``params_ema``, ``params``, ``state_dict``,
    ``model``; ``module.`` before each name) is taken off; half and double precision become
    float32. Pickles are read with ``weights_only=True``: nothing in them is ever executed.

    Parameters
    ----------
    path
        A ``.safetensors``, ``.pth``, ``.pt`` or ``.ckpt`` file.

    Raises
    ------
    ModelError
        If the file is absent, empty, truncated, of another kind, needs code to be read, or holds
        anything but finite numbers under names.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "net.pth")
    >>> torch.save({"params": {"module.conv.bias": torch.ones(1).half()}}, path)
    >>> load_state(path)
    {'conv.bias': tensor([1.])}
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise ModelError(f"{shown(path)}: weights are read from {', '.join(_SUFFIXES)} files")
    found = _unwrapped(_read(path))
    if not isinstance(found, dict) or not found:
        raise ModelError(f"{shown(path)}: holds no weights")
    for name, value in found.items():
        if reason := _refusal(name, value):
            raise ModelError(f"{shown(path)}: {shown(reason)}")
    if all(name.startswith("module.") for name in found):
        found = {name.removeprefix("module."): value for name, value in found.items()}
    return {
        name: (value.float() if value.is_floating_point() else value).contiguous()
        for name, value in found.items()
    }


def fill(build: Callable[[], Net], state: State) -> Net:
    """Build a net and give it the weights, every name and shape as it must be; set to evaluate.

    The net is first built without memory, so that shapes that do not fit cost nothing.

    Parameters
    ----------
    build
        Makes the net; all its tensors must be in its state dict.
    state
        Tensors by name; they are copied.

    Raises
    ------
    ModelError
        Naming the first weights that are missing, left over or of another shape.

    Examples
    --------
    >>> fill(lambda: nn.Linear(1, 1), {"weight": torch.ones(1, 1)})
    Traceback (most recent call last):
        ...
    recoup.errors.ModelError: not the weights of this Linear: bias is missing
    """
    with torch.device("meta"):
        net = build()
    wanted = net.state_dict()
    given = dict(state)
    for name in wanted:
        if name.endswith("num_batches_tracked"):  # files from before 2018 lack it; nothing uses it
            given.setdefault(name, torch.zeros((), dtype=torch.int64))
    wrong = [f"{name} is missing" for name in wanted if name not in given]
    wrong += [f"{name} is not part of it" for name in given if name not in wanted]
    wrong += [
        f"{name} has shape {tuple(given[name].shape)}, not {tuple(value.shape)}"
        for name, value in wanted.items()
        if name in given and given[name].shape != value.shape
    ]
    if wrong:
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        told = shown("; ".join(wrong[:3]))
        raise ModelError(f"not the weights of this {type(net).__name__}: {told}{more}")
    copied = {name: given[name].to(own.dtype, copy=True) for name, own in wanted.items()}
    net.load_state_dict(copied, assign=True)
    return net.eval()


def shape_of(state: State, name: str, dimensions: int) -> tuple[int, ...]:
    """Shape of one tensor. Raises ModelError if it is absent or has other dimensions.

    Examples
    --------
    >>> shape_of({"a": torch.zeros(2, 3)}, "a", 2)
    (2, 3)
    """
    if name not in state:
        raise ModelError(f"the weights hold no {name}")
    shape = tuple(state[name].shape)
    if len(shape) != dimensions or 0 in shape:
        raise ModelError(f"{name} has shape {shape}, not {dimensions} sides")
    return shape


def _read(path: Path) -> object:
    """Whatever the file holds, as plain containers and tensors."""
    try:
        size = path.stat().st_size
        if not size:
            raise ModelError(f"{shown(path)}: the file is empty")
        if path.suffix.lower() == ".safetensors":
            from safetensors.torch import load_file

            return load_file(path)
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > size:
                    raise ModelError(f"{shown(path)}: claims to hold more than it does")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of what it then refuses
            return torch.load(path, map_location="cpu", weights_only=True)
    except ModelError:
        raise
    except OSError as error:
        raise ModelError(f"{shown(path)}: {error.strerror or error}") from error
    except UnpicklingError as error:
        if any(word in str(error) for word in _CODE):
            raise ModelError(
                f"{shown(path)}: refused, since to read it its code would have to be run; "
                "save the bare state_dict instead"
            ) from error
        raise ModelError(
            f"{shown(path)}: damaged, or not written by torch.save; save the bare state_dict so"
        ) from error
    except Exception as error:  # readers raise errors of any kind on damaged bytes
        raise ModelError(
            f"{shown(path)}: damaged, or no weights file ({type(error).__name__})"
        ) from error


def _unwrapped(found: object) -> object:
    """The innermost dictionary that training frameworks put the weights in."""
    while isinstance(found, dict):
        inner = next((found[k] for k in _WRAPPINGS if isinstance(found.get(k), dict)), None)
        if inner is None:
            break
        found = inner
    return found


def _refusal(name: object, value: object) -> str | None:
    """Why this is no weight, or None."""
    if not isinstance(name, str) or not isinstance(value, Tensor):
        return f"what it holds under {name!r} is no tensor but {type(value).__name__}"
    if value.layout != torch.strided or value.device.type != "cpu" or value.dtype not in _DTYPES:
        return f"{name} is no plain tensor of numbers ({value.dtype})"
    if value.untyped_storage().nbytes() < value.nbytes:
        return f"{name} claims more numbers than the file holds"
    if not bool(torch.isfinite(value).all()):
        return f"{name} holds numbers that are not finite"
    return None
