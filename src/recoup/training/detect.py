"""Which net the weights belong to, told by their names and shapes.

The nets are recoup's own rather than spandrel's: spandrel (0.4.2) imports torchvision, and no
torchvision build fits the CPU build of PyTorch that recoup asks for; see ADR 5.
"""

from __future__ import annotations

from recoup.errors import ModelError
from recoup.training.nets.discriminator import UNetDiscriminatorSN
from recoup.training.nets.dncnn import DnCNN
from recoup.training.nets.imdn import IMDN
from recoup.training.nets.plain import PlainRes
from recoup.training.nets.rrdb import RRDBNet
from recoup.training.nets.srvgg import SRVGGNetCompact
from recoup.training.nets.swinir import SwinIR
from recoup.training.nets.unet import UNet
from recoup.training.nets.unet_light import UNetLight
from recoup.training.weights import State

Restorer = DnCNN | UNet | UNetLight | PlainRes | SwinIR | RRDBNet | SRVGGNetCompact | IMDN

NETS = (
    DnCNN,
    UNet,
    UNetLight,
    PlainRes,
    SwinIR,
    RRDBNet,
    SRVGGNetCompact,
    IMDN,
    UNetDiscriminatorSN,
)
"""Every net that weights can be told to belong to."""


def detect(state: State) -> Restorer | UNetDiscriminatorSN:
    """Build the net that the weights belong to and load them, every one.

    Parameters
    ----------
    state
        Tensors by name, as ``load_state`` returns them.

    Returns
    -------
    Module
        Ready to evaluate.

    Raises
    ------
    ModelError
        If the names are those of no net known here, or the shapes do not fit together.

    Examples
    --------
    >>> net = DnCNN(1, layers=3, width=2)
    >>> detect(net.state_dict()).channels
    1
    """
    for net in NETS:
        if net.recognises(state):
            return net.from_state(state)
    known = ", ".join(net.__name__ for net in NETS)
    first = ", ".join(list(state)[:3])
    raise ModelError(f"weights of no architecture known here ({first}, ...); known: {known}")
