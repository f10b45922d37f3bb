"""The figures of the seed study, *Advanced Image Compression and Restoration Techniques*."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Coded:
    """A line of its Table I: one picture of 8.68 MB, in one format.

    Attributes
    ----------
    codec
        As chains call it.
    title
        As the study calls it.
    megabytes, ratio, psnr, ssim, encode_s, decode_s
        As printed there.
    """

    codec: str
    title: str
    megabytes: float
    ratio: float
    psnr: float
    ssim: float
    encode_s: float
    decode_s: float


@dataclass(frozen=True)
class Restored:
    """A bar of its Figure 26: a restorer on DIV2K, degraded and a quarter as large.

    Attributes
    ----------
    title
        As the study calls it.
    psnr, ssim
        As printed there, dB and 0..1.
    really
        How the figure was come by.
    """

    title: str
    psnr: float
    ssim: float
    really: str


CODED = (
    Coded("jpeg2000", "JPEG 2000", 8.34, 1.04, float("inf"), 1.0, 0.23, 0.12),
    Coded("png", "PNG", 8.68, 1.00, float("inf"), 1.0, 0.15, 0.10),
    Coded("jpeg", "JPEG", 1.40, 6.21, 30.54, 0.9354, 0.32, 0.15),
    Coded("avif", "AVIF", 1.89, 4.60, 33.67, 0.9682, 0.52, 0.21),
    Coded("webp", "WebP", 1.42, 6.11, 32.17, 0.9560, 0.31, 0.18),
)
"""Table I."""

RESTORED = (
    Restored(
        "U-Net",
        17.70,
        0.4017,
        "one picture at full size; the net was trained on pictures squeezed to 256x256, degraded "
        "and clean both",
    ),
    Restored(
        "SwinIR-L", 21.11, 0.5440, "80 pictures at full size; weights made for real photographs"
    ),
    Restored(
        "SwinIR-M", 20.93, 0.5336, "80 pictures at full size; weights made for real photographs"
    ),
    Restored(
        "DnCNN",
        5.17,
        0.0517,
        "the predicted residual, not the restored picture, was compared with the clean one; "
        "trained on 51 of the test pictures at 128x128",
    ),
    Restored(
        "Real-ESRGAN x4plus",
        26.69,
        0.8684,
        "everything was resized to 256x256 first, SSIM with a window of 3; on the one picture "
        "quoted the degraded input had 29.80 dB, so that it made it worse",
    ),
)
"""Figure 26."""
