"""Reproduce the published JPEG and WebP points on Kodak, or say by how much they differ.

Run ``python benchmarks/published.py FOLDER`` with the folder of the 24 Kodak pictures. The
published points are those of CompressAI's result files (Begaint et al. 2020): the mean over
pictures of each picture's PSNR over RGB, and the mean of its bits per pixel.

They were made with IJG's libjpeg 9, which brings chroma back to full size inside the inverse
DCT; libjpeg-turbo, which every Pillow of today carries, interpolates linearly and comes about
0.1 dB nearer to the original from the same file. So JPEG is shown twice: as recoup decodes it, and
with the chroma of the same bytes brought up in libjpeg 9's way. (Its encoder also brings
chroma down that way, which at q90 is worth another 0.03 dB and 0.16 % of the bits.)
"""

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from recoup.codecs import Jpeg, WebP
from recoup.image import Image

# quality: (PSNR-RGB dB, bits per pixel)
JPEG_POINTS = {
    10: (26.58, 0.3266),
    20: (29.04, 0.5084),
    30: (30.38, 0.6601),
    40: (31.31, 0.7860),
    50: (32.06, 0.9060),
    75: (34.39, 1.3688),
    90: (37.91, 2.3502),
}
# The qualities are not published; at method 4 these give the published bits to four digits.
WEBP_POINTS = {
    5: (28.33, 0.2344),
    20: (30.41, 0.4070),
    40: (32.42, 0.6207),
    70: (34.69, 0.9343),
    85: (37.78, 1.5201),
}


@dataclass(frozen=True)
class Point:
    """A published point and ours."""

    label: str
    published: tuple[float, float]
    ours: tuple[float, float]


def pictures(folder: Path) -> list[Image]:
    """Read every PNG of a folder as RGB."""
    paths = sorted(folder.glob("*.png"))
    return [Image(np.asarray(PIL.Image.open(path).convert("RGB"))) for path in paths]


def psnr(original: Image, decoded: NDArray[np.uint8]) -> float:
    """Return the PSNR over all samples, dB."""
    return float(10 * np.log10(255**2 / np.mean((original.samples.astype(float) - decoded) ** 2)))


def jpeg_points(originals: list[Image], quality: int) -> Iterator[Point]:
    """Yield the point as recoup decodes, and with libjpeg 9's chroma."""
    codec = Jpeg(quality, optimize=False, progressive=False)
    files = [codec.encode(image) for image in originals]
    bpp = float(np.mean([len(d) * 8 / i.pixels for d, i in zip(files, originals, strict=True)]))
    pairs = list(zip(originals, files, strict=True))
    for label, decode in (("recoup", lambda d: codec.decode(d).samples), ("libjpeg 9", libjpeg9)):
        quality_db = float(np.mean([psnr(image, decode(data)) for image, data in pairs]))
        published = JPEG_POINTS[quality]
        yield Point(f"JPEG q{quality}, decoded as {label}", published, (quality_db, bpp))


def webp_point(originals: list[Image], quality: int) -> Point:
    """Return the point of libwebp's method 4."""
    codec = WebP(quality, method=4)
    files = [codec.encode(image) for image in originals]
    pairs = list(zip(originals, files, strict=True))
    quality_db = float(np.mean([psnr(i, codec.decode(d).samples) for i, d in pairs]))
    bpp = float(np.mean([len(d) * 8 / i.pixels for i, d in pairs]))
    return Point(f"WebP q{quality}, method 4", WEBP_POINTS[quality], (quality_db, bpp))


def libjpeg9(data: bytes) -> NDArray[np.uint8]:
    """Decode a 4:2:0 JPEG with the chroma upsampled as IJG's libjpeg 7 and later do.

    Each 8x8 block of chroma becomes 16x16 by an inverse DCT of that size on its 64 coefficients.
    Sides must be multiples of 16.
    """
    full = PIL.Image.open(io.BytesIO(data))
    full.draft("YCbCr", full.size)
    half = PIL.Image.open(io.BytesIO(data))
    half.draft("YCbCr", (full.width // 2, full.height // 2))  # chroma at its own size
    luma = np.asarray(full)[:, :, :1].astype(float)
    chroma = np.asarray(half)[:, :, 1:].astype(float) - 128
    rows, columns = chroma.shape[0] // 8, chroma.shape[1] // 8
    blocks = chroma.reshape(rows, 8, columns, 8, 2)
    up = _dct(16)[:8].T @ _dct(8) * np.sqrt(2)
    large = np.einsum("ij,rjckp,lk->riclp", up, blocks, up, optimize=True)
    large = np.clip(np.rint(large.reshape(rows * 16, columns * 16, 2)), -128, 127)
    blue, red = large[:, :, :1], large[:, :, 1:]
    green = -0.344136286 * blue - 0.714136286 * red
    rgb = luma + np.concatenate([1.402 * red, green, 1.772 * blue], axis=2)
    decoded: NDArray[np.uint8] = np.clip(np.rint(rgb), 0, 255).astype(np.uint8)
    return decoded


def _dct(size: int) -> NDArray[np.float64]:
    """Return the orthonormal DCT-II matrix."""
    k, n = np.mgrid[:size, :size]
    matrix = np.sqrt(2 / size) * np.cos(np.pi * k * (2 * n + 1) / (2 * size))
    matrix[0] /= np.sqrt(2)
    return np.asarray(matrix)


def main() -> None:
    """Print published against ours."""
    originals = pictures(Path(sys.argv[1]))
    print(f"{len(originals)} pictures; JPEG: {Jpeg(progressive=False).version()}")
    print(f"WebP: {WebP().version()}")
    print(f"{'':38} {'published':>16}  {'here':>16}  {'difference':>18}")
    points = [point for q in JPEG_POINTS for point in jpeg_points(originals, q)]
    points += [webp_point(originals, q) for q in WEBP_POINTS]
    for point in points:
        (db, bpp), (our_db, our_bpp) = point.published, point.ours
        change = f"{our_db - db:+.3f} dB {100 * (our_bpp / bpp - 1):+.2f} %"
        row = f"{db:6.2f} dB {bpp:.4f}  {our_db:6.2f} dB {our_bpp:.4f}  {change:>18}"
        print(f"{point.label:38} {row}")


if __name__ == "__main__":
    main()
