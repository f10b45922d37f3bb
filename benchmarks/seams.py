"""How far a restored picture depends on its tiles: tiled against whole, per net and overlap.

``python benchmarks/seams.py [--nets swinir-m rrdb ...] [--shared ../shared]``: the middle of a
photograph goes through each net whole and in tiles, at 16 bits so that rounding hides nothing.
Nets whose margin the tiles contain must give the same; for the others (attention, RRDB) the
difference is measured at several overlaps, of which 32 is recoup's own choice. Published weights
are used where they lie in the shared folder, otherwise random ones, and the table says which.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recoup.image import Image
from recoup.models.card import Card
from recoup.models.engine import open_model
from recoup.models.run import restored
from recoup.models.session import Session
from restorers import save_weights

SHARED = Path(__file__).parents[1] / "../shared"


@dataclass(frozen=True)
class Case:
    """What to measure: side of picture and tile, overlaps, published weights if any.

    Random weights of linear layers are times ``sharper``: attention looks farther into detail.
    """

    side: int
    tile: int
    overlaps: tuple[int | None, ...]
    published: str = ""
    sharper: float = 1.0


CASES = {
    "dncnn": Case(320, 128, (None,), "dncnn_color_blind.pth"),
    "unet": Case(512, 64, (None,)),
    "srvgg": Case(256, 64, (None,)),
    "imdn": Case(256, 64, (None,), "imdn_x4_baseline.pth"),
    "rrdb": Case(192, 48, (16, 32, 64), "RealESRGAN_x4plus.from_ncnn_fp16.safetensors"),
    "swinir-m": Case(256, 64, (16, 32, 64)),
    "swinir-m-sharp": Case(192, 48, (16, 32, 64), sharper=3.0),
}


def middle(path: Path, side: int) -> Image:
    """Middle of a photograph, at 16 bits."""
    from recoup.picture import load

    samples = load(path).image.samples
    top, left = ((length - side) // 2 for length in samples.shape[:2])
    part = samples[top : top + side, left : left + side]
    return Image(np.ascontiguousarray(part.astype(np.uint16) * 257), 16)


def weights(name: str, case: Case, shared: Path, folder: Path) -> tuple[Path, str] | None:
    """Return the weights file and what it holds; None if it must be published and is not here."""
    published = shared / "weights" / case.published
    if case.published:
        return (published, case.published) if published.is_file() else None
    path = folder / "net.pth"
    save_weights(name.removesuffix("-sharp"), path)
    if case.sharper != 1:
        import torch

        state = torch.load(path)
        for key in state:
            if key.endswith((".qkv.weight", ".proj.weight", ".fc1.weight", ".fc2.weight")):
                state[key] *= case.sharper
        torch.save(state, path)
    return path, "random" if case.sharper == 1 else f"random, linear layers x {case.sharper:g}"


def compare(name: str, what: str, card: Card, session: Session, image: Image) -> None:
    """Print a net's rows."""
    case = CASES[name]
    whole = restored(image, card, session, tile=image.width).samples
    for overlap in case.overlaps:
        tiled = restored(image, card, session, tile=case.tile, overlap=overlap).samples
        apart = np.abs(tiled.astype(np.int32) - whole) / 65535 * 255
        margin = "unbounded" if card.margin is None else card.margin
        print(
            f"| {name} | {what} | {margin} | {card.margin if overlap is None else overlap} "
            f"| {apart.max():.3f} | {apart.mean():.4f} | {(apart > 1).mean():.2%} |",
            flush=True,
        )


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--nets", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with weights/, data/")
    parser.add_argument("--picture", type=Path, help="a photograph of at least 512 x 512 pixels")
    given = parser.parse_args()
    from recoup.training.export import export

    picture = given.picture or next(iter(sorted(given.shared.glob("data/kodak24/*"))), None)
    if picture is None:
        import skimage

        picture = Path(skimage.__file__).parent / "data" / "astronaut.png"
    print("| net | weights | margin | overlap | max, /255 | mean, /255 | above 1/255 |")
    print("|---|---|---|---|---|---|---|")
    for name in given.nets:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            found = weights(name, CASES[name], given.shared, folder)
            if found is None:
                print(f"{name}: skipped, {CASES[name].published} is not in the shared folder")
                continue
            card = export(found[0], out=folder, name="net")
            session = open_model(folder / "net.onnx", threads=os.cpu_count() or 1)
            compare(name, found[1], card, session, middle(picture, CASES[name].side))


if __name__ == "__main__":
    main()
