"""Programs as codecs: real processes, no shell, and clear errors."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recoup.codecs import Command, Jpeg
from recoup.codecs.pnm import read_pnm
from recoup.errors import CodecError, MissingError
from recoup.image import Image

PROGRAM = f"'{sys.executable}' '{Path(__file__).with_name('zpnm.py')}'"
ZIP = Command(f"{PROGRAM} pack {{in}} {{out}}", f"{PROGRAM} unpack {{in}} {{out}}")
IMAGE = Image(np.arange(63, dtype=np.uint8).reshape(3, 7, 3))


def test_it_says_what_it_is() -> None:
    """Timed apart, suffix from the settings, nothing promised unless told."""
    assert ZIP.timed == "out-of-process"
    assert replace(ZIP, suffix=".jpg").suffix == ".jpg"
    assert not ZIP.lossless
    assert ZIP.version() == f"Python {sys.version.split()[0]}"


def test_a_program_without_a_version_is_told_by_its_hash(tmp_path: Path) -> None:
    """Another build must not pass for the same."""
    program = tmp_path / "mute"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    first = Command(f"{program} {{in}} {{out}}", f"{program} {{in}} {{out}}").version()
    assert first.startswith("mute sha256 ")
    program.write_text("#!/bin/sh\nexit 2\n")
    assert Command(f"{program} {{in}} {{out}}", f"{program} {{in}} {{out}}").version() != first


def test_the_shell_never_sees_the_line(tmp_path: Path) -> None:
    """What a shell would act on is an argument like any other."""
    target = tmp_path / "made"
    codec = replace(
        ZIP, encoder=f"{PROGRAM} pack {{in}} {{out}} ; touch {target} $(touch {target})"
    )
    assert codec.decode(codec.encode(IMAGE)) == IMAGE
    assert not target.exists()


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (f"{PROGRAM} fail {{in}} {{out}}", "exit status 3: no such tables"),
        (f"{PROGRAM} idle {{in}} {{out}}", "wrote nothing to {out}"),
    ],
)
def test_a_failing_program_is_told_by_its_last_words(line: str, text: str) -> None:
    """Exit status and the last line of stderr; success without a file is a failure too."""
    with pytest.raises(CodecError) as caught:
        replace(ZIP, encoder=line).encode(IMAGE)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_slow_program_is_stopped() -> None:
    """The timeout is a setting."""
    codec = replace(ZIP, decoder=f"{PROGRAM} sleep {{in}} {{out}}", timeout=0.3)
    with pytest.raises(CodecError, match=r"no answer within 0\.3 s"):
        codec.decode(b"x")


def test_a_missing_program_is_named() -> None:
    """With the way out."""
    with pytest.raises(MissingError, match="no-such-encoder: no such program; install it"):
        replace(ZIP, encoder="no-such-encoder {in} {out}").encode(IMAGE)
    with pytest.raises(MissingError, match="no-such-encoder"):
        replace(ZIP, encoder="no-such-encoder {in} {out}").version()


def test_a_file_that_is_no_program_is_an_error(tmp_path: Path) -> None:
    """Executable by its mode, but not by the system; it is told by its hash."""
    program = tmp_path / "broken"
    program.write_bytes(b"\x7fELF rubbish")
    program.chmod(0o755)
    codec = replace(ZIP, encoder=f"{program} {{in}} {{out}}")
    with pytest.raises(CodecError, match="broken: "):
        codec.encode(IMAGE)
    assert "broken sha256 " in codec.version()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"P3\n1 1\n255\n0 0 0", "no binary PGM or PPM header"),
        (b"P5\n1 1\n100\nA", "maxval 100 is not"),
        (b"P5\n2 2\n255\nA", "4 bytes of samples announced, 1 there"),
        (b"P5\n0 1\n255\n", "shape must be"),
        (b"P5\n1 1\n1023\n\xff\xff", "more than 10 bits hold"),
    ],
)
def test_odd_pnm_is_refused(data: bytes, text: str) -> None:
    """A decoder's output is not trusted."""
    with pytest.raises(CodecError, match=text):
        read_pnm(data)


def test_pnm_comments_are_skipped() -> None:
    """As ppm(5) allows."""
    assert read_pnm(b"P5 # by hand\n2 # wide\n1\n255\nAB").samples.ravel().tolist() == [65, 66]


@pytest.mark.skipif(not (shutil.which("cjpeg") and shutil.which("djpeg")), reason="no cjpeg here")
@pytest.mark.parametrize("channels", [1, 3])
def test_a_real_pair_of_programs(channels: int) -> None:
    """libjpeg-turbo's own programs agree with its library."""
    image = Image(np.ascontiguousarray(np.repeat(IMAGE.samples[:, :, :channels], 20, axis=0)))
    codec = Command(
        "cjpeg -quality 80 -outfile {out} {in}",
        "djpeg -outfile {out} {in}",
        input="pnm",
        suffix=".jpg",
    )
    data = codec.encode(image)
    assert codec.decode(data) == Jpeg().decode(data)
