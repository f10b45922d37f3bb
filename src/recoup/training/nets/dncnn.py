"""DnCNN: a plain stack of convolutions that predicts the noise."""

from __future__ import annotations

import re
from functools import partial
from typing import ClassVar, Self

from torch import Tensor, nn

from recoup.errors import ModelError
from recoup.training.weights import State, fill, shape_of

_NAME = re.compile(r"model\.(\d+)\.(weight|bias|running_mean|running_var|num_batches_tracked)")


class DnCNN(nn.Module):
    """Removes what a stack of 3x3 convolutions takes for noise.

    ::

        x ─┬─ conv ─ ReLU ─ [conv ─ (norm) ─ ReLU] x (layers - 2) ─ conv ─┐
           └──────────────────────────────────────────────────────────── (-) ─ out

    Zhang et al., "Beyond a Gaussian Denoiser: Residual Learning of Deep CNN for Image Denoising",
    IEEE TIP 2017. Names (``model.N``) as in KAIR, whose releases have their batch normalisation
    merged into the convolutions; DnCNN-3 is the grey net of 20 layers. The net predicts the
    residual; the output is the input less that.

    Parameters
    ----------
    channels
        1 (grey) or 3 (RGB).
    layers
        Convolutions: 17 for one grey noise level, 20 for blind and colour nets.
    width
        Features in between.
    norm
        Whether batch normalisation follows each convolution but the first and last.

    Notes
    -----
    Parameters: 17 layers grey 555 137 (557 057 with norm); 20 layers grey 665 921, colour 668 227.
    An output pixel depends on ``layers`` pixels around it.

    Examples
    --------
    >>> import torch
    >>> DnCNN(1, layers=3, width=4)(torch.zeros(1, 1, 5, 7)).shape
    torch.Size([1, 1, 5, 7])
    """

    scale: ClassVar[int] = 1
    multiple: ClassVar[int] = 1

    def __init__(
        self, channels: int = 3, *, layers: int = 20, width: int = 64, norm: bool = False
    ) -> None:
        """Build the stack with PyTorch's own start values."""
        super().__init__()
        self.channels = channels
        stack: list[nn.Module] = [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
        for _ in range(layers - 2):
            stack.append(nn.Conv2d(width, width, 3, padding=1))
            if norm:
                stack.append(nn.BatchNorm2d(width, eps=1e-4, momentum=0.9))
            stack.append(nn.ReLU())
        self.model = nn.Sequential(*stack, nn.Conv2d(width, channels, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        """Return the restored picture: (batch, channels, height, width) to the same, any size."""
        noise: Tensor = self.model(x)
        return x - noise

    @classmethod
    def recognises(cls, state: State) -> bool:
        """Whether every name is ``model.N.…``.

        Examples
        --------
        >>> DnCNN.recognises(DnCNN(1, layers=2, width=2).state_dict())
        True
        """
        return bool(state) and all(_NAME.fullmatch(name) for name in state)

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Build the net that the weights belong to. Raises ModelError if they do not fit.

        Where normalisation was merged without renumbering (``model.2``, ``model.5``, ...), the
        layers are renumbered.

        Examples
        --------
        >>> DnCNN.from_state(DnCNN(1, layers=3, width=4, norm=True).state_dict()).channels
        1
        """
        numbers = sorted({int(name.split(".")[1]) for name in state})
        norms = [n for n in numbers if f"model.{n}.running_mean" in state]
        convs = [n for n in numbers if n not in norms]
        if len(convs) < 2:
            raise ModelError("a DnCNN has at least two convolutions")
        width, channels, *_ = shape_of(state, f"model.{convs[0]}.weight", 4)
        leaves = shape_of(state, f"model.{convs[-1]}.weight", 4)[0]
        if leaves != channels or channels not in (1, 3):
            raise ModelError(
                f"a DnCNN takes and returns 1 or 3 channels, not {channels} and {leaves} "
                "(nets that take a noise map, such as FDnCNN, are not supported)"
            )
        build = partial(cls, channels, layers=len(convs), width=width, norm=bool(norms))
        places = dict(zip(numbers, _places(len(convs), bool(norms)), strict=False))
        return fill(build, {_moved(name, places): value for name, value in state.items()})


def _places(layers: int, norm: bool) -> list[int]:  # noqa: FBT001  (as in the constructor)
    """Where convolutions and norms stand among the ReLUs."""
    step = 3 if norm else 2
    inside = [2 + step * n for n in range(layers - 2)]
    both = [place + more for place in inside for more in range(step - 1)]
    return [0, *both, 2 + step * (layers - 2)]


def _moved(name: str, places: dict[int, int]) -> str:
    """The name with its layer renumbered."""
    _, number, kind = name.split(".")
    return f"model.{places.get(int(number), number)}.{kind}"
