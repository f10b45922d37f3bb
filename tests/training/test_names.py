"""Names and shapes against the authors' code."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import pytest
import torch

from recoup.training.detect import Restorer
from recoup.training.nets.discriminator import UNetDiscriminatorSN
from recoup.training.nets.dncnn import DnCNN
from recoup.training.nets.imdn import IMDN
from recoup.training.nets.rrdb import RRDBNet
from recoup.training.nets.srvgg import SRVGGNetCompact
from recoup.training.nets.swinir import SwinIR
from recoup.training.nets.unet import UNet

Net = Restorer | UNetDiscriminatorSN

# Parameters, and the SHA-256 of all names and shapes but attn_mask, of the classes in SwinIR
# (6545850), KAIR (fc1732f), BasicSR (8d56e3a), Real-ESRGAN (a4abfb2) and, for U-Net, Aladdin
# Persson's, at the settings of their releases.
OFFICIAL: Mapping[str, tuple[Callable[[], Net], int, str]] = {
    "SwinIR classical x2": (
        lambda: SwinIR(scale=2, head="pixelshuffle"),
        11752487,
        "3fc0b9584e8b21c1",
    ),
    "SwinIR classical x3": (
        lambda: SwinIR(scale=3, head="pixelshuffle"),
        11937127,
        "1f0648ea77dd998f",
    ),
    "SwinIR classical x4": (
        lambda: SwinIR(scale=4, head="pixelshuffle"),
        11900199,
        "0c6f77693aeefe14",
    ),
    "SwinIR classical x8": (
        lambda: SwinIR(scale=8, head="pixelshuffle"),
        12047911,
        "cb2cf864ea729640",
    ),
    "SwinIR lightweight x2": (lambda: light(2), 910152, "dddfd2a0b335ae9a"),
    "SwinIR lightweight x3": (lambda: light(3), 918267, "c93b0b18938e408a"),
    "SwinIR lightweight x4": (lambda: light(4), 929628, "caa2aa15138308ea"),
    "SwinIR-M x2": (lambda: SwinIR(scale=2, head="nearest+conv"), 11678631, "e4a890e43a2b114b"),
    "SwinIR-M x4": (lambda: SwinIR(scale=4, head="nearest+conv"), 11715559, "12944b09b15b90cd"),
    "SwinIR-L x4": (
        lambda: SwinIR(
            scale=4,
            head="nearest+conv",
            width=240,
            depths=[6] * 9,
            heads=8,
            hidden=480,
            residual="3conv",
        ),
        28013059,
        "47e182f11779ec3f",
    ),
    "SwinIR grey noise": (lambda: SwinIR(1), 11497681, "103611bdb8def962"),
    "SwinIR colour noise": (SwinIR, 11504163, "639966411ffe0642"),
    "SwinIR grey JPEG": (lambda: SwinIR(1, window=7), 11485585, "c57b872358b44071"),
    "SwinIR colour JPEG": (lambda: SwinIR(window=7), 11492067, "e1a77020decea02f"),
    "DnCNN grey 17": (lambda: DnCNN(1, layers=17), 555137, "573904ff166d4865"),
    "DnCNN grey 17 norm": (lambda: DnCNN(1, layers=17, norm=True), 557057, "5445a72647ab347c"),
    "DnCNN grey 20": (lambda: DnCNN(1), 665921, "f27715fcfc49d855"),
    "DnCNN colour 20": (DnCNN, 668227, "0030d9d7e58ef9b8"),
    "DnCNN colour 20 norm": (lambda: DnCNN(norm=True), 670531, "30844787aa1430dd"),
    "U-Net": (UNet, 31037763, "be810e26cb88ec18"),
    "Real-ESRGAN x4plus": (RRDBNet, 16697987, "4f3f0967b9899f50"),
    "Real-ESRGAN x2plus": (lambda: RRDBNet(scale=2), 16703171, "f62f31a2126d2c07"),
    "Real-ESRGAN anime 6B": (lambda: RRDBNet(blocks=6), 4467779, "5acbbb2da3b0b4ff"),
    "Real-ESRGAN general x4v3": (SRVGGNetCompact, 1213296, "a329049203fb8bd0"),
    "Real-ESRGAN animevideov3": (
        lambda: SRVGGNetCompact(convs=16),
        621424,
        "22326a7fb4a27085",
    ),
    "IMDN x4": (IMDN, 893936, "3e2f2bc9dfa2f2b9"),
    "discriminator": (UNetDiscriminatorSN, 4376897, "862b2166ecbc1cc7"),
}


def light(scale: int) -> SwinIR:
    """The lightweight SwinIR."""
    return SwinIR(
        scale=scale, head="pixelshuffledirect", width=60, depths=[6] * 4, heads=6, hidden=120
    )


@pytest.mark.parametrize("name", OFFICIAL)
def test_names_and_shapes_are_the_official_ones(name: str) -> None:
    """All of them, and so the number of parameters."""
    build, parameters, digest = OFFICIAL[name]
    with torch.device("meta"):
        net = build()
    lines = sorted(f"{key} {tuple(value.shape)}" for key, value in net.state_dict().items())
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16] == digest
    assert sum(weights.numel() for weights in net.parameters()) == parameters
