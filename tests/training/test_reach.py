"""The margin on a card: what lies further away makes no difference, what lies there does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from recoup.training.detect import Restorer
from recoup.training.nets.dncnn import DnCNN
from recoup.training.nets.imdn import IMDN
from recoup.training.nets.rrdb import RRDBNet
from recoup.training.nets.srvgg import SRVGGNetCompact
from recoup.training.nets.unet import UNet
from recoup.training.reach import reach

# By hand: one pixel for each 3x3 convolution, less where the picture is larger.
NETS: list[tuple[Callable[[], Restorer], int]] = [
    (lambda: DnCNN(1, layers=7, width=4), 7),
    (lambda: SRVGGNetCompact(1, convs=4, width=4), 6),
    (lambda: IMDN(1, scale=2, blocks=2, width=4), 1 + 2 * 4 + 1 + 1),
    (lambda: RRDBNet(1, blocks=1, width=4, growth=2), 1 + 15 + 1 + 2),
    (lambda: RRDBNet(1, scale=2, blocks=1, width=4, growth=2), 2 * 17 + 1 + 2 + 1),
    # And up to 7 for what the deepest of three levels pools together.
    (lambda: UNet(1, features=[2, 4, 8]), 2 + 4 + 8 + 16 + 8 + 4 + 2 + 7),
]


def measured(net: Restorer) -> int:
    """Its reach."""
    return reach(net.eval(), channels=net.channels, scale=net.scale, multiple=net.multiple)


@pytest.mark.parametrize(("build", "expected"), NETS)
def test_convolutions_add_up(build: Callable[[], Restorer], expected: int) -> None:
    """As counted by hand."""
    assert measured(build()) == expected


@pytest.mark.parametrize(
    "build",
    [
        lambda: UNet(1, features=[2, 4, 8]),
        lambda: SRVGGNetCompact(1, convs=2, width=4),
        lambda: DnCNN(1, layers=5, width=4, norm=True),
    ],
)
def test_a_crop_with_its_margin_is_enough(build: Callable[[], Restorer]) -> None:
    """In the middle of the crop the result is the whole picture's; with less it is not."""
    torch.manual_seed(1)
    net = build().double().eval()
    with torch.no_grad():
        for weights in net.parameters():
            weights.abs_()  # so that no ReLU or maximum hides what is far
    unit, scale = net.multiple, net.scale
    margin = -(-measured(net) // unit) * unit
    whole = torch.rand(1, 1, unit, 4 * margin + unit, dtype=torch.float64)
    wanted = net(whole)[..., 2 * margin * scale : (2 * margin + unit) * scale]

    def cropped(around: int) -> torch.Tensor:
        part = whole[..., 2 * margin - around : 2 * margin + unit + around]
        middle: torch.Tensor = net(part)[..., around * scale : (around + unit) * scale]
        return middle

    assert torch.allclose(cropped(margin), wanted, rtol=0, atol=1e-12)
    # Crops of a pooling net start at whole units, where less than the worst case is needed.
    assert unit > 1 or not torch.allclose(cropped(margin - 1), wanted, rtol=0, atol=1e-12)


def test_what_never_ends_is_refused() -> None:
    """A mean over the whole picture depends on all of it."""
    net = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Upsample(size=(1, 1 << 13)))
    with pytest.raises(ValueError, match="2048"):
        reach(net, channels=1, scale=1, multiple=1)
