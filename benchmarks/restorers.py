"""Speed of restorers: recoup's engine against PyTorch, the same net, tile and threads, in one run.

``python benchmarks/restorers.py [--nets dncnn swinir-m ...] [--threads 1 2] [--rounds 5]``: every
net gets random weights from a seed and is exported as ``recoup models import`` does it. Each
engine then works in a process of its own, all at once but in turns, so that what else the machine
does falls on all alike: ``eager`` is PyTorch as it comes, ``channels-last`` the same with that
memory format, ``recoup`` what ``recoup restore`` runs, ``bf16`` the same in bfloat16 where the
processor computes in it, ``onnxruntime`` recoup with that engine.
Printed are medians, for a megapixel of result; the ratio is CPU time of eager over that of the
engine; the difference is the largest to eager's result, over that result's own range. GFLOP/s are
the net's multiplications and additions in a CPU second: no float32 engine without shortcuts in the
arithmetic can do more than the core's peak, for which NumPy's product of two matrices stands.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Turn = Callable[[], tuple[float, float]]

ENGINES = ("eager", "channels-last", "recoup", "bf16", "onnxruntime")


@dataclass(frozen=True)
class Case:
    """A net of the table: the side of its tile, its scale, and the ratio that it owes."""

    tile: int
    scale: int
    owed: float


CASES = {
    "dncnn": Case(256, 1, 2.0),
    "unet": Case(256, 1, 2.0),
    "srvgg": Case(64, 4, 1.6),
    "srvgg16": Case(64, 4, 1.6),
    "rrdb": Case(64, 4, 1.5),
    "swinir-m": Case(64, 4, 2.0),
}


def save_weights(name: str, path: Path) -> None:
    """Write a net's weights: random, spread so that signals keep their size through the layers."""
    import torch
    from torch import nn

    from recoup.training.nets.dncnn import DnCNN
    from recoup.training.nets.rrdb import RRDBNet
    from recoup.training.nets.srvgg import SRVGGNetCompact
    from recoup.training.nets.swinir import SwinIR
    from recoup.training.nets.unet import UNet

    torch.manual_seed(0)
    net = {
        "dncnn": lambda: DnCNN(3, layers=20),
        "unet": lambda: UNet(3),
        "srvgg": lambda: SRVGGNetCompact(3, scale=4, convs=32),
        "srvgg16": lambda: SRVGGNetCompact(3, scale=4, convs=16),
        "rrdb": lambda: RRDBNet(3, scale=4),
        "swinir-m": lambda: SwinIR(3, scale=4, head="nearest+conv"),
    }[name]()
    if name not in ("rrdb", "swinir-m"):  # those two start as their papers say
        for layer in net.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight)
            elif isinstance(layer, nn.PReLU):  # equal slopes would be stored once, as no net has
                nn.init.uniform_(layer.weight, 0.1, 0.4)
    torch.save(net.state_dict(), path)


def gflop(weights: Path, side: int) -> float:
    """Work of one tile, in 10^9 multiplications and additions."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from recoup.training.detect import detect
    from recoup.training.weights import load_state

    net = detect(load_state(weights)).eval().to("meta")
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        net(torch.zeros(1, 3, side, side, device="meta"))
    return counter.get_total_flops() / 1e9


def peak() -> float:
    """Work that a core does in a CPU second on a product of two matrices, in GFLOP/s."""
    side = 2048
    one = np.ones((side, side), np.float32)
    taken = []
    for _ in range(5):
        start = time.process_time()
        np.dot(one, one)
        taken.append(time.process_time() - start)
    return 2 * side**3 / min(taken) / 1e9


def opened(engine: str, weights: Path, graph: Path, threads: int) -> Callable[[Floats], Floats]:
    """Return the net as a function of one tile, run by an engine."""
    if engine in ("recoup", "bf16", "onnxruntime"):
        from recoup.models.engine import open_model

        chosen = "onnxruntime" if engine == "onnxruntime" else "openvino"
        precision = "bf16" if engine == "bf16" else "fp32"
        return open_model(graph, threads=threads, engine=chosen, precision=precision).run
    import torch

    from recoup.training.detect import detect
    from recoup.training.weights import load_state

    torch.set_num_threads(threads)
    layout = torch.channels_last if engine == "channels-last" else torch.contiguous_format
    net = detect(load_state(weights)).eval().to(memory_format=layout)

    def run(tile: Floats) -> Floats:
        with torch.inference_mode():
            result: Floats = net(torch.from_numpy(tile).to(memory_format=layout)).numpy()
        return result

    return run


def serve(engine: str, folder: Path, threads: int) -> None:
    """Be one engine: open the net, then run the tile once for every line that comes in."""
    start = time.perf_counter()
    run = opened(engine, folder / "net.pth", folder / "net.onnx", threads)
    told = time.perf_counter() - start
    tile = np.load(folder / "tile.npy")
    np.save(folder / f"{engine}.npy", run(tile))  # the first run is not counted
    print(json.dumps(told), flush=True)
    for _ in sys.stdin:
        cpu, wall = time.process_time(), time.perf_counter()
        run(tile)
        print(json.dumps([time.process_time() - cpu, time.perf_counter() - wall]), flush=True)


@contextmanager
def serving(engine: str, folder: Path, threads: int) -> Iterator[tuple[float, Turn]]:
    """Start an engine; give the seconds it took to open, and what makes it take one turn."""
    command = [sys.executable, __file__, "--serve", engine, str(folder), "--threads", str(threads)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": str(threads)},
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("no pipe to the engine")
        asked, answers = process.stdin, process.stdout

        def turn() -> tuple[float, float]:
            asked.write("\n")
            asked.flush()
            cpu, wall = json.loads(answers.readline())
            return cpu, wall

        yield json.loads(answers.readline()), turn
        asked.close()


def measure(name: str, folder: Path, threads: int, rounds: int, side: int) -> None:
    """Print one net's table."""
    case = CASES[name]
    from recoup.models.engine import precisions

    there = {"bf16": "bf16" in precisions(), "onnxruntime": find_spec("onnxruntime")}
    engines = [engine for engine in ENGINES if there.get(engine, True)]
    taken: dict[str, list[tuple[float, float]]] = {engine: [] for engine in engines}
    with ExitStack() as stack:
        running = {e: stack.enter_context(serving(e, folder, threads)) for e in engines}
        for _ in range(rounds):
            for engine, (_, turn) in running.items():
                taken[engine].append(turn())
    megapixels = (side * case.scale) ** 2 / 1e6
    print(f"\n{name}, tile {side}, {threads} thread(s), {rounds} rounds; owed {case.owed:.1f} x")
    print("| engine | CPU s/MP | wall s/MP | GFLOP/s | ratio | opens in s | max difference |")
    print("|---|---|---|---|---|---|---|")
    work = gflop(folder / "net.pth", side)
    wanted = np.load(folder / "eager.npy")
    eager_s = median(cpu for cpu, _ in taken["eager"])
    for engine, turns in taken.items():
        cpu_s, wall_s = (median(column) for column in zip(*turns, strict=True))
        far = np.abs(np.load(folder / f"{engine}.npy") - wanted).max() / np.ptp(wanted)
        print(
            f"| {engine} | {cpu_s / megapixels:.2f} | {wall_s / megapixels:.2f} "
            f"| {work / cpu_s:.0f} | {eager_s / cpu_s:.2f} "
            f"| {running[engine][0]:.1f} | {far:.0e} |",
            flush=True,
        )


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--nets", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tile", type=int, help="side of the tile, in place of each net's own")
    parser.add_argument("--serve", nargs=2, metavar=("ENGINE", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve[0], Path(given.serve[1]), given.threads[0])
        return
    from recoup.training.export import export

    print(f"a core's peak, by NumPy: {peak():.0f} GFLOP/s")
    for name in given.nets:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            save_weights(name, folder / "net.pth")
            export(folder / "net.pth", out=folder)
            side = given.tile or CASES[name].tile
            tile = np.random.default_rng(0).random((1, 3, side, side), np.float32)
            np.save(folder / "tile.npy", tile)
            for threads in given.threads:
                measure(name, folder, threads, given.rounds, side)


if __name__ == "__main__":
    main()
