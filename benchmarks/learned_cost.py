"""What the learned codec costs: seconds, bytes against their ideal, memory and seams.

``python benchmarks/learned_cost.py time KODAK``: encode against AVIF at speed 6, decode against a
factorised net of CompressAI's shape with 192 channels (four transposed 5x5 convolutions, three
inverse GDN) in PyTorch, in CPU seconds on the same number of threads (``--threads``), taking turns.
``... bytes KODAK``: real files against the sum of what the tables say each symbol costs.
``... large FOLDER``: a 24-megapixel picture made of the folder's photographs: peak memory of
encode and decode in a process of its own, and tiles against the whole picture.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from published import pictures
from recoup.codecs import Avif, Learned, learned
from recoup.codecs.learned import decoded
from recoup.codecs.prior import Prior
from recoup.codecs.rcp import pack, unpack
from recoup.image import Image
from recoup.models.autoencoder import find_autoencoder

WIDTH, HEIGHT = 6000, 4000


def opponent(threads: int) -> Callable[[Image], object]:
    """The synthesis of CompressAI's ``bmshj2018_factorized(N=192, M=320)``."""
    import torch
    from torch import nn
    from torch.nn import functional

    torch.set_num_threads(threads)

    class Igdn(nn.Module):
        """Inverse generalised divisive normalisation."""

        def __init__(self) -> None:
            super().__init__()
            self.beta = nn.Parameter(torch.ones(192))
            self.gamma = nn.Parameter(0.1 * torch.eye(192)[:, :, None, None])

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * functional.conv2d(x * x, self.gamma, self.beta).sqrt()

    layers: list[nn.Module] = []
    for inputs, outputs in ((320, 192), (192, 192), (192, 192), (192, 3)):
        layers.append(nn.ConvTranspose2d(inputs, outputs, 5, 2, padding=2, output_padding=1))
        if outputs > 3:
            layers.append(Igdn())
    net = nn.Sequential(*layers).eval()

    def run(image: Image) -> object:
        latents = torch.randn(1, 320, image.height // 16, image.width // 16)
        with torch.inference_mode():
            return net(latents)

    return run


def encoded(codec: Learned, image: Image, threads: int) -> bytes:
    """The file."""
    return pack(codec.coded(image, threads=threads))


def opened(data: bytes, threads: int) -> Image:
    """The picture."""
    return decoded(unpack(data), threads=threads)


def seconds(call: Callable[[], object]) -> float:
    """CPU seconds of a call, all threads together: other programs hardly change them."""
    begun = time.process_time()
    call()
    return time.process_time() - begun


def times(folder: Path, threads: int, count: int, quality: float) -> None:
    """Medians over pictures and rounds."""
    originals = pictures(folder)[:count]
    codec, avif = Learned(quality), Avif(60, speed=6)
    net = opponent(threads)
    found: dict[str, list[float]] = {}
    for n in range(3):
        for image in originals:
            data = encoded(codec, image, threads)
            jobs: dict[str, Callable[[], Any]] = {
                "encode, learned": partial(encoded, codec, image, threads),
                "encode, AVIF speed 6": partial(avif.encode, image),
                "decode, learned": partial(opened, data, threads),
                "synthesis alone, 192 channels in torch": partial(net, image),
            }
            for label, job in jobs.items():
                spent = seconds(job)
                if n:  # the first round warms up
                    found.setdefault(label, []).append(spent / image.pixels * 1e6)
    for label, several in found.items():
        print(f"{label:40} {median(several):.3f} CPU s a megapixel ({threads} threads)")
    names = ("encode, learned", "encode, AVIF speed 6", "decode, learned")
    ours, avifs, opening = (median(found[name]) for name in names)
    slow = median(found["synthesis alone, 192 channels in torch"])
    print(f"encode: {avifs / ours:.2f} x the speed of AVIF at 6")
    print(f"decode: {slow / opening:.2f} x the speed of the 192-channel net")


def size(folder: Path, count: int) -> None:
    """Whole files against the ideal, at each quality."""
    prior = Prior.read(find_autoencoder("vae").part("prior.npz").read_bytes())
    for quality in (1.0, 3.0, 5.0, 8.0):
        real = ideal = 0.0
        for image in pictures(folder)[:count]:
            real += len(Learned(quality).encode(image))
            for _, coder in Learned(quality).chosen(image):
                ideal += float(prior.tables.bits[coder.entries()].sum()) / 8
        print(
            f"quality {quality:g}: {real:.0f} bytes on disk, {ideal:.0f} ideal, "
            f"{real / ideal - 1:+.3%}"
        )


def mosaic(folder: Path) -> Image:
    """24 megapixels of photographs side by side."""
    out = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    parts = [one.samples for one in pictures(folder)]
    at, row = 0, 0
    while row < HEIGHT:
        column = 0
        while column < WIDTH:
            part = parts[at % len(parts)][: HEIGHT - row, : WIDTH - column]
            out[row : row + part.shape[0], column : column + part.shape[1]] = part
            column += part.shape[1]
            at += 1
        row += min(one.shape[0] for one in parts)
    return Image(out)


def step(name: str, folder: Path, file: Path) -> None:
    """One side of the memory test, in a process of its own."""
    image = mosaic(folder) if name == "encode" else None
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    if image is not None:
        file.write_bytes(Learned(4).encode(image))
    else:
        np.save(file.with_suffix(".npy"), Learned().decode(file.read_bytes()).samples)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    spent = time.perf_counter() - begun
    print(
        f"{name}: peak {peak / 1e6:.2f} GB ({before / 1e6:.2f} before), {spent:.0f} s", flush=True
    )


def large(folder: Path, file: Path) -> None:
    """Memory of both sides, then tiles against the whole picture."""
    for name in ("encode", "decode"):
        command = [sys.executable, __file__, name, str(folder), "--file", str(file)]
        subprocess.run(command, check=True)
    tiled = np.load(file.with_suffix(".npy")).astype(np.int16)
    learned._TILE = 1 << 16  # noqa: SLF001  (as one tile)
    whole = Learned().decode(file.read_bytes()).samples
    apart = np.abs(tiled - whole)
    print(
        f"tiles against the whole: max |d| {apart.max()}, "
        f"{np.mean(apart > 0):.2e} of samples differ"
    )


def main() -> None:
    """One of the parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("time", "bytes", "large", "encode", "decode"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--count", type=int, default=6)
    parser.add_argument("--quality", type=float, default=4.0)
    parser.add_argument("--file", type=Path, default=Path("large.rcp"))
    given = parser.parse_args()
    if given.what == "time":
        times(given.folder, given.threads, given.count, given.quality)
    elif given.what == "bytes":
        size(given.folder, given.count)
    elif given.what == "large":
        large(given.folder, given.file)
    else:
        step(given.what, given.folder, given.file)


if __name__ == "__main__":
    main()
