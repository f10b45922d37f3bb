"""What a sweep costs beside the codecs: total CPU time over CPU time inside encode and decode.

``python benchmarks/overhead.py PICTURES [--peer PYTHON]``: seven codecs x eight settings with PSNR,
SSIM and MS-SSIM, each call made once (``--repeats 1``), one worker. Total is what the operating
system counted for the whole tree of processes (start-up, reading, metrics, writing rows; not the
report). With ``--peer``, an interpreter that can run ``python -m compressai.utils.bench``, both do
JPEG alone and WebP alone with PSNR and MS-SSIM on the same pictures, in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

SEVEN = (
    "jpeg:quality=[10,20,30,40,50,70,80,90]",
    "jpeg2000:psnr=[28,30,32,34,36,38,40,42]",
    "png:level=[1,2,3,4,5,6,7,8]",
    "webp:quality=[10,20,30,40,50,70,80,90]",
    "avif:quality=[20,30,40,50,60,70,80,90]",
    "jpegxl:distance=[0.5,1,1.5,2,3,4,6,8]",
    "jpegls:near=[0,1,2,3,4,6,8,10]",
)
PEER_QUALITIES = (10, 30, 50, 70, 90)
CODEC_ONLY = """
import io, json, resource, sys
from pathlib import Path
from PIL import Image
kind, qualities, folder = sys.argv[1], json.loads(sys.argv[2]), Path(sys.argv[3])
pictures = [Image.open(p).convert("RGB") for p in sorted(folder.glob("*.png"))]
start = resource.getrusage(resource.RUSAGE_SELF)
for picture in pictures:
    for quality in qualities:
        out = io.BytesIO()
        picture.save(out, kind, quality=quality)
        Image.open(out).load()
end = resource.getrusage(resource.RUSAGE_SELF)
print(end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime)
"""
SWEEP = """
import json, sys
import recoup
pictures, chains, metrics, out = json.loads(sys.argv[1])
done = recoup.compare(pictures, chains, metrics=metrics, out=out, jobs=1, repeats=1)
cpu = {}
for row in done.rows:
    cpu[row.codec] = cpu.get(row.codec, 0) + (row.cpu_s or 0)
print(json.dumps({"rows": len(done.rows), "failed": len(done.failures), "cpu": cpu}))
"""


@dataclass(frozen=True)
class Spent:
    """CPU seconds and peak memory of a tree of processes, and what it printed."""

    cpu_s: float
    peak_mb: float
    output: str


def spend(*command: str) -> Spent:
    """Run a program to its end."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"OMP_NUM_THREADS": "1"},  # the peer's framework too works on one thread
    )
    if process.stdout is None:
        raise RuntimeError("no output to read")
    output = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command[:4])} failed")
    return Spent(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6, output)


def sweep(
    pictures: list[str], chains: tuple[str, ...], metrics: list[str]
) -> tuple[Spent, dict[str, float]]:
    """Compare in a fresh interpreter and a fresh folder; return what it took, and per codec."""
    with tempfile.TemporaryDirectory() as out:
        arguments = json.dumps([pictures, chains, metrics, out])
        spent = spend(sys.executable, "-c", SWEEP, arguments)
    told = json.loads(spent.output)
    if told["failed"]:
        raise SystemExit(f"{told['failed']} rows failed")
    return spent, told["cpu"]


def seven(pictures: list[str]) -> None:
    """Print the main figure."""
    spent, cpu = sweep(pictures, SEVEN, ["psnr", "ssim", "ms_ssim"])
    for codec, seconds in cpu.items():
        print(f"  {codec:10} {seconds:8.2f} CPU s inside encode and decode")
    inside = sum(cpu.values())
    print(
        f"7 codecs x 8 settings on {len(pictures)} pictures, PSNR + SSIM + MS-SSIM, each call once"
    )
    print(f"  total {spent.cpu_s:.1f} CPU s, inside encode and decode {inside:.1f} CPU s")
    print(f"  ratio {spent.cpu_s / inside:.3f}, largest process {spent.peak_mb:.0f} MB")


def memory(pictures: list[str]) -> None:
    """Print the largest process for few and for all pictures."""
    for count in (3, len(pictures)):
        spent, _ = sweep(pictures[:count], ("jpeg:75", "webp:75"), ["psnr", "ssim", "ms_ssim"])
        print(f"  {count:3} pictures: largest process {spent.peak_mb:.0f} MB")


def beside(peer: str, folder: Path, pictures: list[str]) -> None:
    """Print our ratio and the peer's, on JPEG alone and on WebP alone."""
    qualities = json.dumps(PEER_QUALITIES)
    for kind, chain in (
        ("jpeg", "jpeg:optimize=false,progressive=false"),
        ("webp", "webp:method=4"),
    ):
        head, _, rest = chain.partition(":")
        ours, cpu = sweep(pictures, (f"{head}:quality={qualities},{rest}",), ["psnr", "ms_ssim"])
        codec_s = float(spend(peer, "-c", CODEC_ONLY, kind, qualities, str(folder)).output)
        asked = ",".join(map(str, PEER_QUALITIES))
        theirs = spend(peer, "-m", "compressai.utils.bench", kind, str(folder), "-q", asked)
        inside = sum(cpu.values())
        print(f"{kind}, {len(pictures)} pictures x {len(PEER_QUALITIES)} qualities, PSNR + MS-SSIM")
        for name, total, codec in (
            ("recoup", ours.cpu_s, inside),
            ("CompressAI", theirs.cpu_s, codec_s),
        ):
            print(
                f"  {name:10} total {total:7.2f}  codec {codec:6.2f} CPU s: {total / codec:5.1f} x"
            )


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--peer", help="interpreter that has CompressAI")
    parser.add_argument("--peer-only", action="store_true", help="leave the main figure out")
    given = parser.parse_args()
    folder = given.folder or samples()
    pictures = sorted(map(str, folder.glob("*.png")))
    if not given.peer_only:
        seven(pictures)
        memory(pictures)
    if given.peer:
        beside(given.peer, folder, pictures)


def samples() -> Path:
    """Folder of the photographs that scikit-image carries."""
    import skimage

    folder = Path(tempfile.mkdtemp())
    for name in ("astronaut", "chelsea", "coffee", "motorcycle_left"):
        source = Path(skimage.__file__).parent / "data" / f"{name}.png"
        (folder / source.name).write_bytes(source.read_bytes())
    return folder


if __name__ == "__main__":
    main()
