"""SwinIR: attention in windows, shifted in every other block, on pictures of any size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from itertools import count
from typing import Literal, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from recoup.errors import ModelError
from recoup.training.nets.windows import Group, region_mask, relative, ring, tail
from recoup.training.weights import State, fill, shape_of

Head = Literal["", "pixelshuffle", "pixelshuffledirect", "nearest+conv"]
_FEATURES = 64  # of every head but the lightweight one
_MEAN = (0.4488, 0.4371, 0.4040)  # of DIV2K's red, green and blue


class SwinIR(nn.Module):
    """Groups of window-attention blocks between a convolution and a head for the task.

    ::

        x ─ pad ─ conv ─┬─ norm ─ [group] ─ [group] ─ ... ─ norm ─ conv ─(+)─ head ─ crop ─ out
                        └────────────────────────────────────────────────┘
        group:  f ─ [block, shifted block] x 3 ─ conv ─(+ f)
        block:  f ─ norm ─ attention within a window ─(+ f) ─ norm ─ linear, GELU, linear ─(+)
        heads:  "" conv ─(+ x) · pixelshuffle conv ─ [conv ─ shuffle] ─ conv
                pixelshuffledirect conv ─ shuffle · nearest+conv conv ─ [x2 conv] ─ conv ─ conv

    Liang et al., "SwinIR: Image Restoration Using Swin Transformer", 2021; Liu et al., "Swin
    Transformer", 2021. Names as in the official releases; ``from_state`` drops their ``attn_mask``
    tensors, which hold for one picture size: the mask is made from the height and width at hand,
    inside the graph. Pictures are padded by mirroring to whole windows and cropped after.

    Parameters
    ----------
    channels
        1 (grey) or 3 (RGB).
    scale
        Output side over input side; 1 with the head ``""``, 2 or 4 with ``nearest+conv``.
    head
        How the picture is rebuilt: ``""`` denoising and JPEG, ``pixelshuffle`` classical,
        ``pixelshuffledirect`` lightweight, ``nearest+conv`` real-world super-resolution.
    width, depths, heads, hidden
        Features; blocks in each group; attention heads; features inside the two linear layers.
    window
        Side of a window.
    residual
        Convolutions at a group's end: one, or three with a quarter of the features in between.
    span
        The range 0..1 is multiplied by this inside; no weight tells it, but all official nets with
        windows of 7 (JPEG) have 255 and all others 1, which is what None means.

    Notes
    -----
    Parameters (x2 · x3 · x4): classical 11 752 487 · 11 937 127 · 11 900 199; lightweight 910 152 ·
    918 267 · 929 628; real-world M x2 11 678 631, x4 11 715 559, L x4 28 013 059; denoising grey
    11 497 681, colour 11 504 163; JPEG grey 11 485 585, colour 11 492 067.

    Examples
    --------
    >>> SwinIR(1, width=4, depths=[2], heads=2, hidden=8, window=4)(torch.ones(1, 1, 5, 7)).shape
    torch.Size([1, 1, 5, 7])
    """

    def __init__(
        self,
        channels: int = 3,
        *,
        scale: int = 1,
        head: Head = "",
        width: int = 180,
        depths: Sequence[int] = (6, 6, 6, 6, 6, 6),
        heads: int = 6,
        window: int = 8,
        hidden: int = 360,
        residual: Literal["1conv", "3conv"] = "1conv",
        span: float | None = None,
    ) -> None:
        """Build the net; linear layers start from a truncated normal of 0.02."""
        super().__init__()
        self.channels = channels
        self.scale = scale
        self.multiple = window
        self.head = head
        self.span = (255.0 if window == 7 else 1.0) if span is None else span
        self.conv_first = nn.Conv2d(channels, width, 3, padding=1)
        self.patch_embed = nn.ModuleDict({"norm": nn.LayerNorm(width)})
        self.layers = nn.ModuleList(
            Group(width, depth, heads, window, hidden, residual) for depth in depths
        )
        self.norm = nn.LayerNorm(width)
        self.conv_after_body = tail(width, residual)
        self._build_head(width)

    def _build_head(self, width: int) -> None:
        """Add the layers that rebuild the picture."""
        leaves = width if self.head == "" else _FEATURES
        if self.head == "pixelshuffledirect":
            self.upsample = _shuffles(width, self.channels, [self.scale])
            return
        if self.head != "":
            self.conv_before_upsample = nn.Sequential(
                nn.Conv2d(width, _FEATURES, 3, padding=1), nn.LeakyReLU(0.01)
            )
        if self.head == "pixelshuffle":
            steps = [3] if self.scale == 3 else [2] * int(math.log2(self.scale))
            self.upsample = _shuffles(_FEATURES, _FEATURES, steps)
        elif self.head == "nearest+conv":
            self.conv_up1 = nn.Conv2d(_FEATURES, _FEATURES, 3, padding=1)
            if self.scale == 4:
                self.conv_up2 = nn.Conv2d(_FEATURES, _FEATURES, 3, padding=1)
            self.conv_hr = nn.Conv2d(_FEATURES, _FEATURES, 3, padding=1)
        self.conv_last = nn.Conv2d(leaves, self.channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, height, width) to (batch, channels, scale x height, scale x width)."""
        height, width = x.shape[2], x.shape[3]
        x = x.index_select(2, ring(height, self.multiple, x.device))
        x = x.index_select(3, ring(width, self.multiple, x.device))
        mean = x.new_tensor(_MEAN if self.channels == 3 else [0.0]).view(1, -1, 1, 1)
        x = (x - mean) * self.span
        first = self.conv_first(x)
        x = self._rebuilt(x, first + self.conv_after_body(self._deep(first)))
        x = x / self.span + mean
        restored: Tensor = x[:, :, : height * self.scale, : width * self.scale]
        return restored

    def _deep(self, first: Tensor) -> Tensor:
        """All groups: (batch, features, height, width) to the same."""
        mask = region_mask(first, self.multiple)
        features = self.patch_embed["norm"](first.permute(0, 2, 3, 1))
        for group in self.layers:
            features = group(features, mask)
        deep: Tensor = self.norm(features).permute(0, 3, 1, 2)
        return deep

    def _rebuilt(self, x: Tensor, features: Tensor) -> Tensor:
        """The head: the padded input and its features to the enlarged picture."""
        rebuilt: Tensor
        if self.head == "":
            rebuilt = x + self.conv_last(features)
        elif self.head == "pixelshuffledirect":
            rebuilt = self.upsample(features)
        elif self.head == "pixelshuffle":
            rebuilt = self.conv_last(self.upsample(self.conv_before_upsample(features)))
        else:
            features = _leaky(self.conv_up1(_doubled(self.conv_before_upsample(features))))
            if self.scale == 4:
                features = _leaky(self.conv_up2(_doubled(features)))
            rebuilt = self.conv_last(_leaky(self.conv_hr(features)))
        return rebuilt

    @classmethod
    def recognises(cls, state: State) -> bool:
        """Whether the names are a SwinIR's.

        Examples
        --------
        >>> SwinIR.recognises({"layers.0.residual_group.blocks.0.attn.qkv.weight": torch.ones(1)})
        True
        """
        return "layers.0.residual_group.blocks.0.attn.qkv.weight" in state

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Build the net that the weights belong to. Raises ModelError if they do not fit.

        Examples
        --------
        >>> net = SwinIR(width=4, depths=[1], heads=2, hidden=8, window=2, scale=2,
        ...              head="nearest+conv")
        >>> SwinIR.from_state(net.state_dict()).head
        'nearest+conv'
        """
        width, channels, *_ = shape_of(state, "conv_first.weight", 4)
        block = "layers.0.residual_group.blocks.0"
        places, heads = shape_of(state, f"{block}.attn.relative_position_bias_table", 2)
        window = (math.isqrt(places) + 1) // 2
        groups = next(
            n for n in count() if f"layers.{n}.residual_group.blocks.0.norm1.weight" not in state
        )
        head, scale = _head_of(state, channels)
        if (
            (2 * window - 1) ** 2 != places
            or width % heads
            or channels not in (1, 3)
            or scale not in (1, 2, 3, 4, 8)
        ):
            raise ModelError(
                f"no SwinIR has {channels} channels, {width} features, {heads} heads, {places} "
                f"relative positions and scale {scale}"
            )
        build = partial(
            cls,
            channels,
            scale=scale,
            head=head,
            width=width,
            depths=[_depth(state, n) for n in range(groups)],
            heads=heads,
            window=window,
            hidden=shape_of(state, f"{block}.mlp.fc1.weight", 2)[0],
            residual="1conv" if "conv_after_body.weight" in state else "3conv",
        )
        net = fill(build, _without_masks(state))
        for name, value in net.named_buffers():
            if not torch.equal(value, relative(window)):
                raise ModelError(f"{name} does not number the relative positions of a window")
        return net


def _head_of(state: State, channels: int) -> tuple[Head, int]:
    """Head and scale."""
    if "conv_before_upsample.0.weight" in state:
        if "conv_up1.weight" in state:
            return "nearest+conv", 4 if "conv_up2.weight" in state else 2
        steps = sum(f"upsample.{2 * n}.weight" in state for n in range(4))
        step = math.isqrt(shape_of(state, "upsample.0.weight", 4)[0] // _FEATURES)
        return "pixelshuffle", step**steps
    if "upsample.0.weight" in state:
        leaves = shape_of(state, "upsample.0.weight", 4)[0]
        return "pixelshuffledirect", math.isqrt(leaves // channels)
    return "", 1


def _depth(state: State, group: int) -> int:
    """How many blocks a group has."""
    start = f"layers.{group}.residual_group.blocks"
    return next(n for n in count() if f"{start}.{n}.norm1.weight" not in state)


def _without_masks(state: State) -> dict[str, Tensor]:
    """All but the masks in official files, which hold for one picture size."""
    return {name: value for name, value in state.items() if not name.endswith(".attn_mask")}


def _shuffles(enters: int, leaves: int, steps: Sequence[int]) -> nn.Sequential:
    """A convolution and a pixel shuffle for each step."""
    parts: list[nn.Module] = []
    for step in steps:
        parts += [nn.Conv2d(enters, leaves * step**2, 3, padding=1), nn.PixelShuffle(step)]
    return nn.Sequential(*parts)


def _leaky(x: Tensor) -> Tensor:
    """LeakyReLU with a slope of 0.2."""
    return functional.leaky_relu(x, 0.2)


def _doubled(x: Tensor) -> Tensor:
    """Twice the sides, by the nearest neighbour."""
    return functional.interpolate(x, scale_factor=2, mode="nearest")
