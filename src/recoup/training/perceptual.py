"""LPIPS as a loss: distance between the features that AlexNet sees in two pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from recoup.errors import MissingError, ModelError
from recoup.models import find
from recoup.picture import shown

MODEL = "lpips-alex"
SMALLEST = 32
"""Sides of the pictures, in pixels, at least."""

# Convolution's number in the trunk, stride, padding, whether a maximum over 3 x 3 comes before.
_CONVS = ((0, 4, 2, False), (3, 1, 2, True), (6, 1, 1, True), (8, 1, 1, False), (10, 1, 1, False))
_TINY = 1e-20
_STRIDE = 4  # of the first convolution


class Perceptual(nn.Module):
    """LPIPS (AlexNet, v0.1) with gradients, on the very weights that the metric measures with.

    ::

        x ─ gain, offset ─ conv ─ ReLU ─ pool, conv ─ ReLU ─ ... five levels
        level: divided by its length over channels, times the roots of the linear layer
        loss:  squared distance of two pictures' levels, mean over places, sum over levels

    Zhang et al., "The unreasonable effectiveness of deep features as a perceptual metric", 2018.

    Parameters
    ----------
    arrays
        ``gain``, ``offset``, ``features.N.weight`` and ``.bias``, ``root1`` to ``root5``, as the
        graph of the model ``lpips-alex`` names them; features of weight 0 are last and left out
        of the roots.

    Raises
    ------
    ModelError
        If one is missing.
    """

    def __init__(self, arrays: Mapping[str, Tensor]) -> None:
        """Hold the arrays; none is trained."""
        super().__init__()
        names = ["gain", "offset", *(f"root{level}" for level in range(1, 6))]
        names += [f"features.{n}.{kind}" for n, *_ in _CONVS for kind in ("weight", "bias")]
        if lost := [name for name in names if name not in arrays]:
            raise ModelError(f"not the weights of LPIPS: {lost[0]} is missing")
        for name in names:
            self.register_buffer(name.replace(".", "_"), arrays[name].float(), persistent=False)

    def forward(self, restored: Tensor, wanted: Tensor, *, step: int = 0) -> Tensor:
        """Mean distance over the batch.

        AlexNet looks at every fourth pixel first, and a net that enlarges by 4 can put there what
        pleases it: a weave over the whole picture. Hence the pictures lie elsewhere on that grid
        at each step, as in E-LPIPS (Kettunen et al., 2019).

        Parameters
        ----------
        restored, wanted
            Both (batch, 3, height, width) in 0..1, sides of 32 pixels or more.
        step
            Which of the sixteen places, in turn; 0 is the metric's own.
        """
        down, right = divmod(step % _STRIDE**2, _STRIDE)
        moved = (
            functional.pad(picture, (right, 0, down, 0), mode="replicate")
            for picture in (restored, wanted)
        )
        pairs = zip(*map(self.levels, moved), strict=True)
        several = [(one - two).square().sum(1).mean() for one, two in pairs]
        return torch.stack(several).sum()

    def levels(self, picture: Tensor) -> list[Tensor]:
        """Weighted features of unit length at the five levels."""
        x = picture * self.get_buffer("gain") + self.get_buffer("offset")
        found = []
        for level, (number, stride, padding, pooled) in enumerate(_CONVS, 1):
            x = functional.max_pool2d(x, 3, 2) if pooled else x
            weight, bias = (
                self.get_buffer(f"features_{number}_{kind}") for kind in ("weight", "bias")
            )
            x = functional.relu(functional.conv2d(x, weight, bias, stride, padding))
            root = self.get_buffer(f"root{level}").reshape(1, -1, 1, 1)
            # The root of a sum that may be 0 has no slope there: hence the little that is added.
            length = (x.square().sum(1, keepdim=True) + _TINY).sqrt()
            found.append(x[:, : root.shape[1]] / length * root)
        return found

    @classmethod
    def installed(cls) -> Self:
        """Read the weights out of the installed model ``lpips-alex``.

        Raises
        ------
        MissingError
            If it, or the onnx package, is not installed; names the command.
        ModelError
            If it is damaged.
        """
        return cls(_arrays(find(MODEL)[1]))


def _arrays(path: Path) -> dict[str, Tensor]:
    """Arrays of an ONNX file, by name."""
    try:
        import onnx
    except ModuleNotFoundError as error:
        raise MissingError(
            "the perceptual loss needs the onnx package: pip install 'recoup[train]'"
        ) from error
    from onnx import numpy_helper

    try:
        graph = onnx.load(path).graph
    except Exception as error:  # protobuf raises errors of its own on damaged bytes
        raise ModelError(f"{shown(path)}: damaged, or no ONNX file") from error
    return {
        array.name: torch.from_numpy(numpy_helper.to_array(array).copy())
        for array in graph.initializer
    }
