"""The two float nets of a learned codec as ONNX graphs, compared with PyTorch."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from recoup.codecs.latents import BLOCK, CHANNELS, HYPER
from recoup.errors import ModelError
from recoup.models.engine import open_model
from recoup.picture import shown
from recoup.training.export import TOLERANCE
from recoup.training.nets.vae import DctVae

_OPSET = 17
_LARGE = 1024  # weights of fewer numbers stay float32


class Encoder(nn.Module):
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


class Decoder(nn.Module):
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


def halves(net: DctVae) -> tuple[Encoder, Decoder]:
    """What encodes and what decodes.

    Examples
    --------
    >>> [half.part for half in halves(DctVae(width=8, fine=4))]
    ['analysis', 'synthesis']
    """
    return Encoder(net), Decoder(net)


def to_onnx(part: Encoder | Decoder, graph: Path) -> None:
    """Write a graph with height and width free, its weights in half precision.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     graph = Path(folder, "synthesis.onnx")
    ...     half = halves(DctVae(width=8, fine=4, analysis=1, synthesis=1, blocks=1))[1]
    ...     to_onnx(half, graph)
    ...     far(half, graph, Path("small.pth")) < 0.01
    True
    """
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


def far(part: Encoder | Decoder, graph: Path, path: Path) -> float:
    """How far a graph's results are from PyTorch's.

    The picture's range counts, or for latents the step that a decoder sees rounded.

    Parameters
    ----------
    part, graph
        As they are, and as :func:`to_onnx` wrote it.
    path
        Of the weights, for messages.

    Raises
    ------
    ModelError
        If too far.
    """
    encodes = isinstance(part, Encoder)
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
                off = float((one - torch.from_numpy(other)).abs().max())
                farthest = max(farthest, off) if math.isfinite(off) else math.inf
    allowed = 0.25 if encodes else 4 * TOLERANCE  # half precision moves them by this much
    if not farthest <= allowed:
        raise ModelError(
            f"{shown(path)}: its {part.part} in ONNX differs from PyTorch by {farthest:.1e}, more "
            f"than {allowed}; nothing was written"
        )
    return farthest
