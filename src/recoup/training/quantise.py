"""int8 variants: calibrated on training crops, and measured before they are written."""

from __future__ import annotations

import hashlib
import logging
import math
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from recoup.errors import MissingError, ModelError
from recoup.models import Card, find
from recoup.models.engine import open_model
from recoup.models.session import Session
from recoup.models.told import FACTS
from recoup.picture.write import write
from recoup.training.pairs import Batch, Pairs
from recoup.training.pool import pools
from recoup.training.recipe import Recipe

_CROP = 192
_BATCHES = 6


def quantise(
    name: str,
    calibration: Sequence[Batch],
    held_out: Sequence[Batch],
    *,
    out: Path,
    most: float = 0.1,
    keep: int = 1,
) -> Card:
    """Write ``NAME-int8`` beside a model: 8-bit weights and activations, float where it matters.

    Weights are int8 with a scale for each output channel, activations uint8 with a scale and zero
    for each tensor, found on the calibration crops (Jacob et al., 2018), written as QDQ in ONNX,
    which every engine runs. A model that can be told how a picture was coded still can; one that
    can be told the noise becomes blind. The first and last ``keep`` convolutions stay in float:
    they see and make the picture itself.

    Parameters
    ----------
    name
        Of an installed fp32 model.
    calibration, held_out
        Pairs to find the scales on, and others to measure the loss on.
    out
        Folder of models.
    most
        dB of PSNR that may be lost on ``held_out``.
    keep
        Convolutions left alone at each end.

    Returns
    -------
    Card
        As written; ``measured`` states the loss.

    Raises
    ------
    ModelError
        If more is lost; nothing is written.
    MissingError
        If ONNX Runtime, which quantises, is not installed.

    Examples
    --------
    >>> quantise("no-such-model", [], [], out=Path())
    Traceback (most recent call last):
    recoup.errors.ModelError: no model is called 'no-such-model'; ...
    """
    card, path = find(name)
    with TemporaryDirectory() as folder:
        graph = Path(folder, f"{name}-int8.onnx")
        told = card.facts == FACTS
        write_graph(path, graph, calibration, keep, told=told)
        before = psnr(open_model(path), held_out, told=told)
        after = psnr(open_model(graph), held_out, told=told)
        loss = before - after
        if not loss <= most:
            raise ModelError(
                f"{name}: int8 loses {loss:.2f} dB, more than {most}; nothing was written. "
                "Keep more convolutions in float, or train with quantisation"
            )
        data = graph.read_bytes()
    how, crops = "told" if told else "blind", sum(len(batch.shown) for batch in held_out)
    said = (
        f"int8 against fp32, both {how}, on {crops} held-out training crops: "
        f"{after:.3f} dB against {before:.3f} dB, {loss:.3f} dB lost"
    )
    made = replace(
        card,
        name=f"{name}-int8",
        facts=card.facts if told else (),
        precision="int8",
        sha256=hashlib.sha256(data).hexdigest(),
        checked=f"made from {name} (SHA-256 {card.sha256[:16]}...), {keep} convolution(s) at "
        f"each end in float",
        measured=(said,),
    )
    write(data, out / f"{made.name}.onnx")
    write(made.text().encode(), out / f"{made.name}.toml")
    return made


def pairs_for(
    recipe: Recipe, paths: Sequence[Path], valid: Sequence[Path] = (), *, scale: int
) -> tuple[list[Batch], list[Batch]]:
    """Pairs to quantise a recipe's net with: from its training pictures, and from the held-out.

    Parameters
    ----------
    recipe
        What the net was trained by.
    paths, valid
        Pictures to train on; to validate with, if a split says which.
    scale
        Of the net.

    Raises
    ------
    TrainingError
        If they are too few.

    Examples
    --------
    >>> pairs_for(Recipe(name="a", task="", net="plain", data=("b",)), [], scale=1)
    Traceback (most recent call last):
    recoup.errors.TrainingError: training needs at least 4 pictures, there are 0
    """
    side = max(_CROP + 2 * recipe.margin, recipe.coded)
    kept, held = pools(paths, valid, side=side, held_out=recipe.held_out)
    calibration, measured = (
        Pairs(part, recipe.degradation, scale, crop=_CROP, batch=8, seed=recipe.seed + 1)
        for part in (kept, held)
    )
    return [calibration.at(n) for n in range(_BATCHES)], [measured.at(n) for n in range(_BATCHES)]


def psnr(session: Session, batches: Sequence[Batch], *, told: bool = False) -> float:
    """Mean PSNR in dB of what a model gives for pairs, told or blind, samples rounded to 8 bits.

    Examples
    --------
    >>> import torch
    >>> half = Batch(torch.full((1, 3, 2, 2), 0.5), torch.zeros(1, 3, 2, 2), torch.zeros(1, 0))
    >>> round(psnr(Session("", 3, "", 0.0, lambda array: array), [half]), 2)
    5.99
    """
    scored = []
    for batch in batches:
        for shown, wanted, facts in zip(batch.shown, batch.wanted, batch.facts, strict=True):
            known = facts.numpy()[np.newaxis] if told else None
            given = session.run(shown.numpy()[np.newaxis], known)[0]
            levels = np.rint(given.clip(0, 1) * 255) - wanted.numpy() * 255
            scored.append(20 * math.log10(255) - 10 * math.log10(float(np.square(levels).mean())))
    return math.fsum(scored) / len(scored)


def write_graph(
    path: Path, graph: Path, calibration: Sequence[Batch], keep: int, *, told: bool
) -> None:
    """Quantise a graph with ONNX Runtime's tool.

    Parameters
    ----------
    path
        Of the fp32 graph.
    graph
        The int8 graph to write; what is done on the way is left beside it as ``ready.onnx``.
    calibration
        Pairs to find the scales on; what is shown and, if ``told``, the facts are fed.
    keep
        Convolutions left in float at each end.
    told
        Whether the int8 graph is to be told facts; else nothing known is worked into it.

    Raises
    ------
    MissingError
        If ONNX Runtime or onnx is not installed.

    Examples
    --------
    >>> import torch
    >>> shown = torch.rand(1, 3, 32, 32)
    >>> batch = Batch(shown, shown, torch.zeros(1, 1))
    >>> with TemporaryDirectory() as folder:
    ...     graph = Path(folder, "int8.onnx")
    ...     write_graph(find("deblock-fast")[1], graph, [batch], 1, told=False)
    ...     b"QuantizeLinear" in graph.read_bytes()
    True
    """
    try:
        from onnxruntime import quantization
        from onnxruntime.quantization.shape_inference import quant_pre_process
    except ModuleNotFoundError as error:
        raise MissingError(
            f"quantising needs {error.name}: pip install onnxruntime onnx"
        ) from error
    import onnx

    logging.getLogger().setLevel(logging.ERROR)  # it advises preprocessing, which was done
    ready = graph.with_name("ready.onnx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = onnx.load(path)
        onnx.save(whole if told else _blind(whole), ready)
        quant_pre_process(str(ready), str(ready), skip_symbolic_shape=True)
        parts = onnx.load(ready).graph
        convolutions = [node.name for node in parts.node if node.op_type == "Conv"]
        left = {*convolutions[:keep], *convolutions[-keep:]} if keep else set()
        left |= {node.name for node in parts.node if node.output[0] == parts.output[0].name}
        quantization.quantize_static(
            str(ready),
            str(graph),
            _Reader(calibration, [one.name for one in parts.input]),
            quant_format=quantization.QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "Add"],
            per_channel=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            nodes_to_exclude=sorted(left),
            calibrate_method=quantization.CalibrationMethod.MinMax,
            extra_options={"CalibMovingAverage": True},
        )


def _blind(model: Any) -> Any:  # noqa: ANN401  (an ONNX model)
    """Fix what a model is told to nothing known, so that it folds into the convolutions."""
    import onnx

    graph = model.graph
    for told in list(graph.input)[1:]:
        size = told.type.tensor_type.shape.dim[1].dim_value
        zeros = onnx.numpy_helper.from_array(np.zeros((1, size), np.float32), told.name)
        graph.input.remove(told)
        graph.initializer.append(zeros)
    return model


class _Reader:
    """Gives the quantiser one crop after another, with what is told of it."""

    def __init__(self, batches: Sequence[Batch], names: Sequence[str]) -> None:
        self._left = (
            dict(zip(names, (one.numpy()[np.newaxis] for one in pair), strict=False))
            for batch in batches
            for pair in zip(batch.shown, batch.facts, strict=True)
        )

    def get_next(self) -> dict[str, Any] | None:
        """The input of one run, or None at the end."""
        return next(self._left, None)

    def set_range(self, start_index: int, end_index: int) -> None:
        """Nothing: all crops are used."""
