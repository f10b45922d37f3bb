"""From the weights of a learned codec to what encodes and decodes files."""

from __future__ import annotations

import hashlib
import io
import math
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from recoup.codecs.latents import BLOCK, CHANNELS, HYPER, PARTS, SIDE
from recoup.codecs.prior import Prior
from recoup.codecs.rans import Ints
from recoup.errors import ModelError
from recoup.image import Image
from recoup.models import Card
from recoup.models.autoencoder import Autoencoder
from recoup.models.engine import open_model
from recoup.picture import shown
from recoup.picture.write import write
from recoup.training.export import TOLERANCE
from recoup.training.nets.prior import Group, Whole
from recoup.training.nets.vae import DctVae
from recoup.training.refit import counted, refitted, tables
from recoup.training.weights import load_state

_OPSET = 17
_MARGIN = 64  # pixels: what a tile of the synthesis is given around it
_NEW = "new"
_LARGE = 1024  # weights of fewer numbers stay float32


def export_vae(
    path: Path,
    *,
    out: Path,
    name: str,
    task: str = "",
    data: str = "unknown",
    licence: str = "unknown",
    source: str = "",
    measured: tuple[str, ...] = (),
    pictures: Sequence[Image] = (),
) -> Card:
    """Turn the weights of a learned codec into its three files and their card.

    Weights of the two float nets are stored in half precision and computed with in single. Both
    are compared with PyTorch, and the integer nets in NumPy with those in PyTorch, which must
    agree exactly; then the files are written, the card last.

    Parameters
    ----------
    path
        Weights, as ``load_state`` reads them.
    out
        Folder; made if absent.
    name
        As ``learned:model=NAME`` will call it.
    task, data, licence, source, measured
        For the card.
    pictures
        Of the training set; what their symbols really are replaces the distribution that the net
        was trained with, which saves some per cent. Without any it stays.

    Raises
    ------
    ModelError
        If the weights cannot be used, or what would be written differs from them.
    PictureError
        If the files cannot be written.

    Examples
    --------
    >>> net = DctVae(width=8, fine=4, analysis=1, synthesis=1, blocks=1)
    >>> with TemporaryDirectory() as folder:
    ...     weights = Path(folder, "small.pth")
    ...     torch.save(net.state_dict(), weights)
    ...     card = export_vae(weights, out=Path(folder), name="small")
    ...     sorted(p.name for p in Path(folder).glob("small-*"))
    ['small-analysis.onnx', 'small-prior.npz', 'small-synthesis.onnx']
    """
    state = load_state(path)
    if not DctVae.recognises(state):
        raise ModelError(f"{shown(path)}: no weights of a learned codec")
    net = DctVae.from_state(state)
    prior = _packed(net, tables(net))
    checked = [_same(net, Prior.read(prior), path)]
    with TemporaryDirectory() as folder:
        graphs = {}
        for half in (_Encoder(net), _Decoder(net)):
            graph = Path(folder, f"{_NEW}-{half.part}.onnx")
            _to_onnx(half, graph)
            checked.append(f"{half.part} {_far(half, graph, path):.1e} {half.unit_of}")
            graphs[half.part] = graph.read_bytes()
        prior = _fitted(net, prior, Path(folder), pictures)
    card = Card(
        name=name,
        architecture=type(net).__name__,
        task=task,
        multiple=BLOCK,
        margin=_MARGIN,
        precision="fp16",
        parameters=sum(weights.numel() for weights in net.parameters()),
        data=data,
        licence=licence,
        source=source or shown(path.name),
        checked=f"{checked[0]}; max |ONNX - PyTorch|: {', '.join(checked[1:])}",
        measured=measured,
        sha256=hashlib.sha256(prior + graphs["synthesis"]).hexdigest(),
    )
    out.mkdir(parents=True, exist_ok=True)
    for part, content in graphs.items():
        write(content, out / f"{name}-{part}.onnx")
    write(prior, out / f"{name}-prior.npz")
    write(card.text().encode(), out / f"{name}.toml")
    return card


class _Encoder(nn.Module):
    """Picture and quality to latents in steps and hyper-latent."""

    part = "analysis"
    outputs, unit_of = ("latents", "side"), "of a quantiser step"
    channels, unit = 3, BLOCK * HYPER

    def __init__(self, net: DctVae) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor, facts: Tensor) -> tuple[Tensor, Tensor]:
        """(1, 3, height, width) and (1, 1)."""
        latents, side = self.net.analysis(image, self.net.gain(facts), facts)
        return latents, side


class _Decoder(nn.Module):
    """Latents and quality to picture."""

    part = "synthesis"
    outputs, unit_of = ("restored",), "of the range"
    channels, unit = CHANNELS, 1

    def __init__(self, net: DctVae) -> None:
        super().__init__()
        self.net = net

    def forward(self, latents: Tensor, facts: Tensor) -> Tensor:
        """(1, CHANNELS, height, width) and (1, 1)."""
        restored: Tensor = self.net.synthesis(latents, self.net.gain(facts), facts)
        return restored


def _to_onnx(part: _Encoder | _Decoder, graph: Path) -> None:
    """Write a graph with height and width free, its weights in half precision."""
    side = 4 * part.unit
    given = torch.rand(1, part.channels, side, side), torch.tensor([[4.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in export.py
        torch.onnx.export(
            part,
            given,
            str(graph),
            dynamo=False,
            opset_version=_OPSET,
            input_names=["image", "facts"],
            output_names=list(part.outputs),
            dynamic_axes={
                "image": {2: "height", 3: "width"},
                **{one: {2: f"{one}_height", 3: f"{one}_width"} for one in part.outputs},
            },
        )
    _halve(graph)


def _halve(graph: Path) -> None:
    """Store large weights as float16, each with a cast to float32 behind it."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(graph)
    casts = []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if weight.data_type != TensorProto.FLOAT or values.size < _LARGE:
            continue
        stored = f"{weight.name}_half"
        casts.append(helper.make_node("Cast", [stored], [weight.name], to=TensorProto.FLOAT))
        weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), stored))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    graph.write_bytes(model.SerializeToString())


def _far(part: _Encoder | _Decoder, graph: Path, path: Path) -> float:
    """How far a graph's results are from PyTorch's. Raises ModelError if too far.

    The picture's range counts, or for latents the step that a decoder sees rounded.
    """
    encodes = isinstance(part, _Encoder)
    session = open_model(graph, outputs=len(part.outputs), channels=(part.channels,))
    random = torch.Generator().manual_seed(0)
    farthest = 0.0
    for height, width in ((4, 5), (9, 3)):
        shape = (1, part.channels, height * part.unit, width * part.unit)
        given = torch.rand(shape, generator=random)
        given = given if encodes else (given * 8 - 4).round()
        for quality in (1.0, 4.25, 8.0):
            told = torch.tensor([[quality]])
            with torch.inference_mode():
                wanted = part(given, told)
            got = session.run_all(given.numpy(), told.numpy())
            wanted = wanted if encodes else (wanted,)
            for one, other in zip(wanted, got, strict=True):
                far = float((one - torch.from_numpy(other)).abs().max())
                farthest = max(farthest, far) if math.isfinite(far) else math.inf
    allowed = 0.25 if encodes else 4 * TOLERANCE  # half precision moves them by this much
    if not farthest <= allowed:
        raise ModelError(
            f"{shown(path)}: its {part.part} in ONNX differs from PyTorch by {farthest:.1e}, more "
            f"than {allowed}; nothing was written"
        )
    return farthest


def _fitted(net: DctVae, prior: bytes, folder: Path, pictures: Sequence[Image]) -> bytes:
    """The same nets with tables fitted to pictures, twice, for the choice of symbols follows."""
    for _ in range(2 if pictures else 0):
        read = Prior.read(prior)
        model = Autoencoder(Card(name=_NEW, architecture="", sha256="00" * 32), folder / _NEW)
        counts = refitted(read.tables, counted(model, read, pictures))
        prior = _packed(net, (read.tables.start, read.tables.low, counts))
    return prior


def _packed(net: DctVae, those: tuple[Ints, Ints, Ints]) -> bytes:
    """The integer nets and the tables, as a ``.npz`` file that depends on nothing but them."""
    arrays: dict[str, NDArray[Any]] = {
        "gains": net.gains.detach().numpy().astype(np.float32),
        **dict(_integers(net)),
    }
    start, low, count = those
    arrays |= {"table.start": start, "table.low": low, "table.count": count}
    kept = io.BytesIO()
    np.savez_compressed(kept, **arrays)  # type: ignore[arg-type]
    return kept.getvalue()


def _integers(net: DctVae) -> Iterator[tuple[str, NDArray[Any]]]:
    """Weights as int8, what is added to sums as int32, by name."""
    prior = net.prior
    for name, layer in prior.named_modules():
        if isinstance(layer, Whole):
            short = name.replace("groups.", "group")
            weight, bias = (part.detach().numpy() for part in layer.whole())
            yield f"{short}.weight", weight.astype(np.int8)
            yield f"{short}.bias", bias.astype(np.int32)
        if isinstance(layer, Group):
            for added, value in layer.added().items():
                yield (
                    f"{name.replace('groups.', 'group')}.{added}",
                    value.detach().numpy().astype(np.int32),
                )


def _same(net: DctVae, prior: Prior, path: Path) -> str:
    """Check that NumPy and PyTorch agree on every scale and mean. Raises ModelError if not."""
    random = np.random.default_rng(0)
    for quality, height, width in ((0, 8, 12), (101, 12, 8), (252, 8, 8)):
        side = random.integers(-6, 7, (SIDE, height // HYPER, width // HYPER)).astype(np.int32)
        spread = random.geometric(0.3, (CHANNELS, height, width))
        symbols = (spread * random.choice([-1, 0, 0, 1, 5], spread.shape)).astype(np.int32)
        found = np.zeros((2, *symbols.shape), np.int32)

        def take(part: slice, where: Any, scale: Any, mean: Any) -> Any:  # noqa: ANN401
            given = symbols[part][:, where]  # noqa: B023  (called at once)
            for kept, values in zip(found, (scale, mean), strict=True):  # noqa: B023
                kept[part, where] = values.reshape(given.shape)
            return given.ravel()

        _, latents = prior.walk(side, quality, height, width, take)
        tensors = [torch.tensor(one[np.newaxis]).float() for one in (symbols, side)]
        with torch.inference_mode():
            told = torch.tensor(float(quality // 2))
            scale, mean = net.prior.expected(tensors[0], tensors[1], told)
            centred = tensors[0] + net.prior.shift(tensors[0], scale, mean)
        theirs = np.stack([scale[0].numpy(), mean[0].numpy() * PARTS]).astype(np.int32)
        if (theirs != found).any() or np.abs(centred[0].numpy() - latents).max() > 1e-6:
            raise ModelError(
                f"{shown(path)}: its integer nets differ between NumPy and PyTorch at "
                f"{int((theirs != found).sum())} of {found.size} places; nothing was written"
            )
    return "integer nets in NumPy equal those in PyTorch"
