"""From published weights to a model that recoup runs: an ONNX file and its card."""

from __future__ import annotations

import hashlib
import re
import warnings
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

import torch
from torch import Tensor

from recoup.errors import MissingError, ModelError
from recoup.models import Card
from recoup.models.engine import engine_version, open_model
from recoup.models.told import FACTS
from recoup.picture import shown
from recoup.picture.write import write
from recoup.training.detect import Restorer, detect
from recoup.training.nets.discriminator import UNetDiscriminatorSN
from recoup.training.nets.swinir import SwinIR
from recoup.training.reach import reach
from recoup.training.weights import load_state

TOLERANCE = 1e-3
"""Largest difference between ONNX and PyTorch, of the range 0..1."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_SIZES = ((17, 23), (41, 9), (33, 31))
_OPSET = 17


def export(
    path: Path,
    *,
    out: Path,
    name: str | None = None,
    task: str = "",
    data: str = "unknown",
    licence: str = "unknown",
    source: str = "",
    measured: tuple[str, ...] = (),
) -> Card:
    """Turn a weights file into ``NAME.onnx`` and ``NAME.toml``.

    The graph takes ``image``, (batch, channels, height, width) float32 in 0..1 with batch, height
    and width free, and returns ``restored``, unclipped. It is compared with PyTorch at three odd
    sizes before anything is written; the ONNX file is written first, so that a card without its
    model never shows up.

    Parameters
    ----------
    path
        Weights, as ``load_state`` reads them.
    out
        Folder for the two files; made if absent.
    name
        As chains will call the model: lower case, digits, ``.``, ``-``, ``_``; by default made
        from the file's name.
    task, data, licence, source, measured
        For the card; the source is by default the file's name and SHA-256.

    Returns
    -------
    Card
        As written.

    Raises
    ------
    ModelError
        If the weights cannot be used, or the ONNX file differs by more than ``TOLERANCE``.
    MissingError
        If no library that runs ONNX files is installed.
    PictureError
        If the files cannot be written.

    Examples
    --------
    >>> from recoup.training.nets.dncnn import DnCNN
    >>> with TemporaryDirectory() as folder:
    ...     weights = Path(folder, "Tiny DnCNN.pth")
    ...     torch.save(DnCNN(1, layers=3, width=2).state_dict(), weights)
    ...     card = export(weights, out=Path(folder))
    ...     sorted(p.name for p in Path(folder).iterdir()), card.margin
    (['Tiny DnCNN.pth', 'tiny-dncnn.onnx', 'tiny-dncnn.toml'], 3)
    """
    name = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") if name is None else name
    check_name(name)
    net = _restorer(path)
    facts = getattr(net, "facts", 0)
    card = Card(
        name=name,
        architecture=type(net).__name__,
        task=task,
        scale=net.scale,
        multiple=net.multiple,
        channels=net.channels,
        margin=_margin(net),
        parameters=sum(weights.numel() for weights in net.parameters()),
        facts=FACTS if facts == len(FACTS) else ("sigma",) if facts else (),
        data=data,
        licence=licence,
        source=source or f"{shown(path.name)}, SHA-256 {_sha256(path)}",
        measured=measured,
    )
    with TemporaryDirectory() as folder:
        graph = Path(folder, f"{name}.onnx")
        _to_onnx(net, graph)
        card = replace(card, checked=_checked(net, graph, path), sha256=_sha256(graph))
        out.mkdir(parents=True, exist_ok=True)
        write(graph.read_bytes(), out / f"{name}.onnx")
    write(card.text().encode(), out / f"{name}.toml")
    return card


def check_name(name: str) -> None:
    """Refuse a name that chains could not call a model by. Raises ModelError.

    Examples
    --------
    >>> check_name("my-dncnn")
    >>> check_name("My DnCNN")
    Traceback (most recent call last):
    recoup.errors.ModelError: 'My DnCNN' cannot name a model: lower-case letters, digits, ...
    """
    if not _NAME.fullmatch(name):
        raise ModelError(
            f"{shown(name)!r} cannot name a model: lower-case letters, digits, '.', '-' and '_'"
        )


def check_export(name: str, out: Path) -> None:
    """Refuse at once what would stop an export after all the training.

    Parameters
    ----------
    name
        Of the model.
    out
        Folder for it; made if absent.

    Raises
    ------
    ModelError
        If the name cannot be one, or nothing can be written there.
    MissingError
        If a library is not installed.

    Examples
    --------
    >>> with TemporaryDirectory() as folder:
    ...     check_export("my-dncnn", Path(folder, "models"))
    """
    check_name(name)
    if not find_spec("onnx"):
        raise MissingError("exporting needs onnx: pip install 'recoup[train]'")
    engine_version()
    try:
        out.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=out).close()
    except OSError as error:
        raise ModelError(f"{shown(out)}: no model can be kept there: {error.strerror}") from error


def _restorer(path: Path) -> Restorer:
    """The net in the file, ready to evaluate."""
    state = load_state(path)
    try:
        net = detect(state)
    except ModelError as error:
        raise ModelError(f"{shown(path)}: {error}") from error
    if isinstance(net, UNetDiscriminatorSN):
        raise ModelError(f"{shown(path)}: a discriminator, which judges pictures but restores none")
    return net


def _margin(net: Restorer) -> int | None:
    """How far the net looks, or None where windows pass it on."""
    if isinstance(net, SwinIR):
        return None
    return reach(net, channels=net.channels, scale=net.scale, multiple=net.multiple)


def _to_onnx(net: Restorer, graph: Path) -> None:
    """Write the graph, traced at one size, with batch, height and width free."""
    side = 4 * net.multiple
    inputs = _inputs(net, side, side, torch.Generator().manual_seed(0))
    with warnings.catch_warnings():
        # Tracing warns of the sizes that it fixes (none here: the check would show it) and that
        # it is to be replaced; its successor needs another package and takes minutes for SwinIR.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            net,
            inputs,
            str(graph),
            dynamo=False,
            opset_version=_OPSET,
            input_names=["image", "facts"][: len(inputs)],
            output_names=["restored"],
            dynamic_axes={
                "image": {0: "batch", 2: "height", 3: "width"},
                "restored": {0: "batch", 2: "restored_height", 3: "restored_width"},
            },
        )


def _inputs(net: Restorer, height: int, width: int, random: torch.Generator) -> tuple[Tensor, ...]:
    """A random picture, and random facts if the net is told any."""
    picture = torch.rand(1, net.channels, height, width, generator=random)
    facts = getattr(net, "facts", 0)
    return (picture, torch.rand(1, facts, generator=random)) if facts else (picture,)


def _checked(net: Restorer, graph: Path, path: Path) -> str:
    """Say how far the graph's results are from the net's. Raises ModelError if too far."""
    session = open_model(graph)
    random = torch.Generator().manual_seed(0)
    farthest = 0.0
    # SwinIR pads by itself, so that odd sizes must work as they are.
    unit = 1 if isinstance(net, SwinIR) else net.multiple
    sizes = [tuple(-(-side // unit) * unit for side in size) for size in _SIZES]
    for height, width in sizes:
        inputs = _inputs(net, height, width, random)
        with torch.inference_mode():
            wanted: Tensor = net(*inputs)
        got = torch.from_numpy(session.run(*(one.numpy() for one in inputs)))
        far = float((got - wanted).abs().max()) if got.shape == wanted.shape else torch.inf
        if not far <= TOLERANCE:  # a NaN is too far as well
            raise ModelError(
                f"{shown(path)}: its ONNX file differs from PyTorch by {far:.1e} of the range at "
                f"{width}x{height}, more than {TOLERANCE}; nothing was written"
            )
        farthest = max(farthest, far)
    shapes = ", ".join(f"{width}x{height}" for height, width in sizes)
    return (
        f"max |ONNX - PyTorch| {farthest:.1e} of the range at {shapes} "
        f"({session.engine}, PyTorch {torch.__version__})"
    )


def _sha256(path: Path) -> str:
    """Hash of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
