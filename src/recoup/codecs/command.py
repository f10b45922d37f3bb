"""Any encoder and decoder that are programs."""

from __future__ import annotations

import hashlib
import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from recoup.codecs.library import depth_refusal, failing, planes
from recoup.codecs.pnm import read_pnm, write_pnm
from recoup.codecs.settings import validate
from recoup.contracts import Timed
from recoup.errors import ChainError, CodecError, MissingError
from recoup.image import Image


@dataclass(frozen=True)
class Command:
    """A pair of programs, each given a file to read and a file to write.

    They run without a shell, in a temporary folder of their own. Their seconds include starting
    them, so recoup never compares these with in-process ones.

    Parameters
    ----------
    encoder
        Command line with ``{in}`` (a picture) and ``{out}`` (the encoded file), split as a POSIX
        shell would: ``cjpeg -quality 80 -outfile {out} {in}``.
    decoder
        Likewise from the encoded file to a PNG, PGM or PPM: ``djpeg -outfile {out} {in}``.
    input
        What the encoder gets: ``png`` (8 and 16 bits) or ``pnm`` (8 to 16 bits).
    suffix
        Of the encoded file, with its dot.
    lossless
        Whether you promise that these programs lose nothing.
    timeout
        Seconds that each may take.

    Raises
    ------
    ChainError
        If a command line has no ``{in}`` or ``{out}`` or cannot be split, or the suffix no dot.

    Examples
    --------
    >>> import numpy as np
    >>> copy = Command("cp {in} {out}", "cp {in} {out}", input="pnm", suffix=".ppm", lossless=True)
    >>> image = Image(np.zeros((2, 2, 3), np.uint8))
    >>> copy.decode(copy.encode(image)) == image
    True
    """

    name: ClassVar[str] = "command"
    title: ClassVar[str] = "command"
    media_type: ClassVar[str] = "application/octet-stream"
    timed: ClassVar[Timed] = "out-of-process"

    encoder: str
    decoder: str
    input: Literal["png", "pnm"] = "png"
    suffix: str = ".bin"
    lossless: bool = False
    timeout: float = 600.0

    def __post_init__(self) -> None:
        """Check the settings."""
        validate(self, timeout=(0.1, 86400))
        for line in (self.encoder, self.decoder):
            words = _words(line)
            if not any("{in}" in word for word in words) or not any("{out}" in w for w in words):
                raise ChainError(f"command: {line!r} must name {{in}} and {{out}}")
        if not self.suffix.startswith(".") or "/" in self.suffix:
            raise ChainError(
                f"command: suffix must be a file name's, like .jpg, not {self.suffix!r}"
            )

    def refusal(self, image: Image) -> str | None:
        """With ``input=png``, 8 or 16 bits; what the programs refuse shows when they run."""
        return depth_refusal("input=png", image, (8, 16)) if self.input == "png" else None

    def encode(self, image: Image) -> bytes:
        """Run the encoder. Raises CodecError, MissingError."""
        return _run(self.encoder, self._handed(image), f".{self._kind(image)}", self.suffix, self)

    def decode(self, data: bytes) -> Image:
        """Run the decoder. Raises CodecError, MissingError."""
        # A decoder that looks at the suffix gets one it knows; PNM writers ignore it.
        out = _run(self.decoder, data, self.suffix, f".{self.input}", self)
        if out.startswith(b"\x89PNG"):
            with failing("command decode"):
                import imagecodecs

                return Image(imagecodecs.png_decode(out))
        return read_pnm(out)

    def version(self) -> str:
        """First line that each program prints for ``--version``, its file's hash where none."""
        programs = dict.fromkeys(_words(line)[0] for line in (self.encoder, self.decoder))
        return ", ".join(_version(program) for program in programs)

    def _kind(self, image: Image) -> str:
        """Suffix of the picture handed over, without its dot."""
        return "png" if self.input == "png" else "pgm" if image.channels == 1 else "ppm"

    def _handed(self, image: Image) -> bytes:
        """Return the picture as the encoder gets it."""
        if self.input == "pnm":
            return write_pnm(image)
        with failing("command encode"):
            import imagecodecs

            return bytes(imagecodecs.png_encode(planes(image), 1))


def _words(line: str) -> list[str]:
    """Split a command line, or refuse it."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise ChainError(f"command: {line!r} cannot be split: {error}") from error
    if not words:
        raise ChainError("command: the command line is empty")
    return words


def _run(line: str, data: bytes, kind_in: str, kind_out: str, codec: Command) -> bytes:
    """Run one command line on ``data`` and return the file it wrote."""
    program, *rest = _words(line)
    with tempfile.TemporaryDirectory(prefix="recoup-") as folder:
        given, made = Path(folder, f"in{kind_in}"), Path(folder, f"out{kind_out}")
        given.write_bytes(data)
        words = [word.replace("{in}", str(given)).replace("{out}", str(made)) for word in rest]
        try:
            done = subprocess.run(  # noqa: S603 - the user's own command, without a shell
                [_found(program), *words],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=codec.timeout,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise CodecError(f"{program}: no answer within {codec.timeout:g} s") from error
        except OSError as error:
            raise CodecError(f"{program}: {error.strerror}") from error
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
            raise CodecError(f"{program}: exit status {done.returncode}: {said[-1].strip()}")
        if not made.is_file() or not made.stat().st_size:
            raise CodecError(f"{program}: succeeded, but wrote nothing to {{out}}")
        return made.read_bytes()


def _found(program: str) -> str:
    """Return the program's path; a relative one is taken from here, not the temporary folder."""
    path = shutil.which(program)
    if path is None:
        raise MissingError(f"{program}: no such program; install it or give its full path")
    return str(Path(path).absolute())


def _version(program: str) -> str:
    """First line of ``program --version``, or the hash of the file that runs."""
    path = Path(_found(program))
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, without a shell
            [path, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=10,
            check=False,
        )
        lines = (done.stdout or done.stderr).decode(errors="replace").strip().splitlines()
    except (OSError, subprocess.TimeoutExpired):
        lines = []
    if lines and not done.returncode:
        return lines[0].strip()
    return f"{path.name} sha256 {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"
