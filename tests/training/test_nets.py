"""Results against the authors' code, run elsewhere with the same weights."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from recoup.errors import ModelError
from recoup.training.detect import NETS, Restorer, detect
from recoup.training.nets.discriminator import UNetDiscriminatorSN
from recoup.training.nets.dncnn import DnCNN
from recoup.training.nets.imdn import IMDN
from recoup.training.nets.plain import PlainRes
from recoup.training.nets.rrdb import RRDBNet
from recoup.training.nets.srvgg import SRVGGNetCompact
from recoup.training.nets.swinir import SwinIR
from recoup.training.nets.unet import UNet

Net = Restorer | UNetDiscriminatorSN

# What the authors' classes (test_names.py), small, made of ``picture`` with the weights
# ``drawn``: height and width, numbers in the result, their mean, standard deviation, first, at a
# third, at half, last.
GOLDEN: Mapping[str, tuple[Callable[[], Net], tuple[int, int], int, list[float]]] = {
    "classical x4": (
        lambda: swin(scale=4, head="pixelshuffle", depths=[2, 2]),
        (17, 23),
        37536,
        [0.552471, 0.769705, 0.721639, 0.11017, 0.745635, -0.428441],
    ),
    "classical x3": (
        lambda: swin(scale=3, head="pixelshuffle"),
        (17, 23),
        21114,
        [0.741511, 0.806045, 0.357302, 0.136615, 0.339423, -0.447054],
    ),
    "lightweight x2": (
        lambda: swin(scale=2, head="pixelshuffledirect"),
        (17, 23),
        9384,
        [0.521006, 0.461466, 0.70043, -0.050002, 0.782302, 0.20065],
    ),
    "real M x2": (
        lambda: swin(scale=2, head="nearest+conv"),
        (17, 23),
        9384,
        [0.484309, 0.470217, 0.169817, -0.0690776, 0.23365, 0.0757702],
    ),
    "real L x4": (
        lambda: swin(
            scale=4,
            head="nearest+conv",
            width=16,
            depths=[2, 2],
            heads=4,
            hidden=32,
            residual="3conv",
        ),
        (17, 23),
        37536,
        [0.403579, 0.220998, 0.192865, -0.286612, 0.168623, 0.227136],
    ),
    "grey noise": (
        lambda: swin(channels=1, depths=[3]),
        (17, 23),
        782,
        [0.695554, 0.584594, 1.15821, -0.174245, 0.816203, 0.70066],
    ),
    "colour JPEG": (
        lambda: swin(window=7),
        (17, 23),
        2346,
        [0.467659, 0.372254, 0.881447, 0.52903, 0.970457, 0.524921],
    ),
    "DnCNN": (
        lambda: DnCNN(layers=5, width=8),
        (17, 23),
        2346,
        [0.80522, 0.415681, 0.858406, 0.93367, 0.902457, -0.241776],
    ),
    "DnCNN norm": (
        lambda: DnCNN(1, layers=5, width=8, norm=True),
        (17, 23),
        782,
        [0.544879, 0.293717, 1.00684, 0.333621, 0.739458, 0.827618],
    ),
    "U-Net": (
        lambda: UNet(features=[4, 8]),
        (16, 24),
        2304,
        [-0.182415, 0.214122, -0.0764672, -0.489773, -0.0765097, -0.483401],
    ),
    "RRDB x4": (
        lambda: RRDBNet(blocks=2, width=8, growth=4),
        (17, 23),
        37536,
        [0.145368, 0.685489, -0.158959, -0.500776, -0.184343, -0.500096],
    ),
    "RRDB x2": (
        lambda: RRDBNet(scale=2, blocks=1, width=8, growth=4),
        (16, 24),
        9216,
        [0.108875, 0.676961, -0.026723, -0.496864, 0.181716, -0.483145],
    ),
    "RRDB x1": (
        lambda: RRDBNet(scale=1, blocks=1, width=8, growth=4),
        (16, 24),
        2304,
        [0.0956478, 0.672675, -0.0383225, -0.507776, -0.242685, -0.434948],
    ),
    "SRVGG x4": (
        lambda: SRVGGNetCompact(convs=3, width=8),
        (17, 23),
        37536,
        [0.537373, 0.617653, 1.07589, 0.434856, 1.02788, 0.824862],
    ),
    "IMDN x3": (
        lambda: IMDN(scale=3, blocks=2, width=8),
        (17, 23),
        21114,
        [0.013922, 0.992972, 0.705244, 0.0475918, 0.683828, -0.53024],
    ),
    "discriminator": (
        lambda: UNetDiscriminatorSN(width=4),
        (16, 24),
        768,
        [6015.55, 4762.78, 5243.86, 4869.5, 5409.36, -2156.4],
    ),
}
SMALL = pytest.mark.parametrize("name", GOLDEN)


def swin(channels: int = 3, **settings: object) -> SwinIR:
    """A small SwinIR."""
    small = {"width": 12, "depths": [2], "heads": 2, "hidden": 24}
    return SwinIR(channels, **{**small, **settings})  # type: ignore[arg-type]  # settings vary


def drawn(net: nn.Module) -> dict[str, Tensor]:
    """Weights that depend on their names and shapes alone; counters and indices as they are."""
    return {
        name: value if value.dtype == torch.int64 else one(name, value)
        for name, value in net.state_dict().items()
    }


def one(name: str, like: Tensor) -> Tensor:
    """One tensor of weights."""
    random = np.random.Generator(np.random.PCG64(zlib.crc32(name.encode())))
    values = random.standard_normal(tuple(like.shape)).astype(np.float32)
    if name.endswith("running_var"):
        values = values**2 + np.float32(0.5)
    elif like.ndim > 1:
        values *= like[0].numel() ** -0.5
    else:
        values *= 0.3
    return torch.from_numpy(values)


def picture(channels: int, height: int, width: int) -> Tensor:
    """Two pictures of noise."""
    random = np.random.Generator(np.random.PCG64(7))
    return torch.from_numpy(random.random((2, channels, height, width), dtype=np.float32))


@SMALL
def test_results_are_those_of_the_authors_code(name: str) -> None:
    """From weights alone, through detection."""
    build, (height, width), size, expected = GOLDEN[name]
    net = detect(drawn(build()))
    with torch.inference_mode():
        out = net(picture(net.channels, height, width)).double().flatten()
    assert out.numel() == size
    found = [out.mean(), out.std(), out[0], out[size // 3], out[size // 2], out[-1]]
    assert torch.stack(found).tolist() == pytest.approx(expected, rel=2e-5, abs=2e-5)


@SMALL
def test_weights_say_which_net(name: str) -> None:
    """Exactly one net claims them, and what it reads from them gives the same names again."""
    state = drawn(GOLDEN[name][0]())
    assert sum(net.recognises(state) for net in NETS) == 1
    again = detect(state)
    assert not again.training
    assert again.state_dict().keys() == state.keys()
    assert all(torch.equal(value, state[key]) for key, value in again.state_dict().items())


@SMALL
@settings(max_examples=6, deadline=None)
@given(choice=st.data())
def test_damaged_weights_are_refused(name: str, choice: st.DataObject) -> None:
    """Whatever tensor is lost or has another shape: a ModelError, never another error."""
    state = drawn(GOLDEN[name][0]())
    victims = [key for key in state if not key.endswith("num_batches_tracked")]
    victim = choice.draw(st.sampled_from(victims))
    shape = choice.draw(st.none() | st.lists(st.integers(0, 5), max_size=4))
    if shape is None:
        del state[victim]
    else:
        if list(state[victim].shape) == shape:
            shape = [*shape, 1]
        state[victim] = torch.zeros(shape, dtype=state[victim].dtype)
    with pytest.raises(ModelError):
        detect(state)


def test_merged_norms_leave_gaps() -> None:
    """KAIR removes merged norms without renumbering: 0, 2, 5, 8, ... are the same net."""
    net = DnCNN(1, layers=5, width=4).eval()
    gaps = {0: 0, 2: 2, 4: 5, 6: 8, 8: 11}
    moved = {
        f"model.{gaps[int(name.split('.')[1])]}.{name.split('.')[2]}": value
        for name, value in net.state_dict().items()
    }
    x = picture(1, 6, 7)
    assert torch.equal(DnCNN.from_state(moved)(x), net(x))


def test_fixed_masks_are_dropped() -> None:
    """Official SwinIR files hold a mask for the size they were trained at."""
    state = drawn(swin())
    masked = {**state, "layers.0.residual_group.blocks.1.attn_mask": torch.zeros(4, 64, 64)}
    assert SwinIR.from_state(masked).state_dict().keys() == state.keys()


def test_wrong_relative_positions_are_refused() -> None:
    """They would index outside the table, or give nonsense."""
    state = drawn(swin())
    name = "layers.0.residual_group.blocks.0.attn.relative_position_index"
    with pytest.raises(ModelError, match="relative positions"):
        SwinIR.from_state({**state, name: state[name] + 1})


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 21), st.integers(1, 21))
def test_swinir_pads_by_mirroring(height: int, width: int) -> None:
    """Any size is the top left of the picture that NumPy pads to whole windows."""
    net = SwinIR.from_state(drawn(swin(1, width=4, hidden=8, window=4)))
    x = picture(1, height, width)
    more = [(0, 0), (0, 0), (0, -height % 4), (0, -width % 4)]
    padded = torch.from_numpy(np.pad(x.numpy(), more, mode="reflect"))
    with torch.inference_mode():
        whole = net(padded)[:, :, :height, :width]
        assert torch.allclose(net(x), whole, atol=1e-5)


def test_unet_refuses_other_sides() -> None:
    """It names the multiple."""
    with pytest.raises(ValueError, match="multiples of 4"):
        UNet(1, features=[2, 4])(torch.zeros(1, 1, 8, 10))


def test_scales_that_no_net_has() -> None:
    """RRDBNet folds by 4, 2 or not at all."""
    with pytest.raises(ValueError, match="1, 2 or 4"):
        RRDBNet(scale=3)


def test_a_net_can_start_from_one_that_was_told_other_facts() -> None:
    """It does what that did when nothing was told, whatever it is told."""
    torch.manual_seed(0)
    old, new = PlainRes(width=4, blocks=2, facts=2), PlainRes(width=4, blocks=2, facts=5)
    for weights in old.parameters():
        nn.init.normal_(weights, std=0.2)
    new.load_state_dict(new.retold(old.state_dict()))
    shown = torch.rand(2, 3, 8, 10)
    with torch.no_grad():
        wanted = old(shown)
        for told in (None, torch.rand(2, 5)):
            assert torch.allclose(new(shown, told), wanted, atol=1e-6)
        assert not torch.allclose(old(shown, torch.ones(2, 2)), wanted, atol=1e-3)
    assert old.retold(old.state_dict()).keys() == old.state_dict().keys()


@pytest.mark.parametrize("facts", [0, 3])
def test_a_net_can_start_from_one_with_fewer_blocks(facts: int) -> None:
    """It does the same, and its new blocks can learn."""
    torch.manual_seed(0)
    old, new = (PlainRes(width=4, blocks=blocks, facts=facts) for blocks in (1, 3))
    for weights in old.parameters():
        nn.init.normal_(weights, std=0.2)
    new.load_state_dict(new.retold(old.state_dict()))
    shown, told = torch.rand(2, 3, 8, 10), torch.rand(2, facts) if facts else None
    assert torch.allclose(new(shown, told), old(shown, told), atol=1e-6)
    new(shown, told).square().sum().backward()
    learnt = new.get_parameter("blocks.2.second.weight").grad
    assert learnt is not None
    assert learnt.abs().max() > 0
