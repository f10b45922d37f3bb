"""Archives that nobody should trust."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recoup.datasets import DataError
from recoup.datasets.unpack import unpack

Members = dict[str, bytes]


def a_zip(path: Path, members: Members) -> Path:
    """Write a zip file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path


def a_tar(path: Path, members: Members, mode: str = "w:gz") -> Path:
    """Write a tar file."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode) as made:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
    path.write_bytes(data.getvalue())
    return path


KINDS = pytest.mark.parametrize("make", [a_zip, a_tar])
Make = Callable[[Path, Members], Path]


def files(folder: Path) -> list[str]:
    """Every file below a folder."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@KINDS
def test_pictures_and_licences(make: Make, tmp_path: Path) -> None:
    """Nothing else comes out; ``inside`` takes off a folder."""
    members = {
        "set/HR/1.png": b"1",
        "set/HR/b/2.JPG": b"22",
        "set/LR/1.png": b"0",
        "set/HR/LICENSE": b"free",
        "set/HR/run.sh": b"#!",
        "set/HR/.hidden.png": b"",
        "__MACOSX/set/HR/._1.png": b"",
    }
    archive = make(tmp_path / "a", members)
    assert unpack(archive, tmp_path / "all") == 3
    assert unpack(archive, tmp_path / "some", inside="set/HR") == 2
    assert files(tmp_path / "some") == ["1.png", "LICENSE", "b/2.JPG"]
    assert (tmp_path / "some" / "b" / "2.JPG").read_bytes() == b"22"
    assert files(tmp_path / "all")[-1] == "set/LR/1.png"


@KINDS
@pytest.mark.parametrize(
    "name", ["../a.png", "a/../../b.png", "/etc/a.png", "..\\a.png", "C:\\a.png", "../quiet.txt"]
)
def test_nothing_lies_outside(make: Make, name: str, tmp_path: Path) -> None:
    """The archive is refused whole, by the member's name."""
    archive = make(tmp_path / "a", {name: b"x"})
    with pytest.raises(DataError, match="would lie outside its folder"):
        unpack(archive, tmp_path / "in" / "out")
    assert files(tmp_path) == ["a"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.text(st.sampled_from("ab./\\:~ é"), min_size=1, max_size=12), unique=True))
@KINDS
def test_any_names(make: Make, tmp_path: Path, names: list[str]) -> None:
    """Whatever members are called, no file appears outside."""
    (tmp_path / "deep").mkdir(exist_ok=True)
    archive = make(tmp_path / "a", {f"{name}.png": b"x" for name in names})
    try:
        unpack(archive, tmp_path / "deep" / "out")
    except DataError as error:
        assert "\n" not in str(error)  # noqa: PT017  (it may also pass)
    outside = [name for name in files(tmp_path) if not name.startswith("deep/out/")]
    assert outside == ["a"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, b"6"])
def test_links_and_devices_are_not_made(kind: bytes, tmp_path: Path) -> None:
    """Also where a later member would be written through the link."""
    with tarfile.open(tmp_path / "a.tar", "w") as made:
        link = tarfile.TarInfo("in.png")
        link.type, link.linkname = kind, "/tmp"  # noqa: S108  (never followed)
        made.addfile(link)
        plain = tarfile.TarInfo("in.png/x.png")
        plain.size = 1
        made.addfile(plain, io.BytesIO(b"x"))
    assert unpack(tmp_path / "a.tar", tmp_path / "out") == 1
    assert (tmp_path / "out" / "in.png").is_dir()
    assert not (tmp_path / "out" / "in.png").is_symlink()


def test_a_link_in_a_zip(tmp_path: Path) -> None:
    """Its mode says what it is; it is passed over."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        link = zipfile.ZipInfo("a.png")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        made.writestr(link, "/etc/passwd")
    assert unpack(tmp_path / "a.zip", tmp_path / "out") == 0
    assert not (tmp_path / "out").exists()


@KINDS
def test_bombs(make: Make, tmp_path: Path) -> None:
    """An archive that swells is refused before it is written out."""
    archive = make(tmp_path / "a", {f"{i}.png": bytes(30 << 20) for i in range(3)})
    with pytest.raises(DataError, match="far more than its size allows"):
        unpack(archive, tmp_path / "out")
    assert sum(path.stat().st_size for path in (tmp_path / "out").iterdir()) <= 64 << 20


def test_a_header_that_lies(tmp_path: Path) -> None:
    """More content than the header declares is not written."""
    archive = a_zip(tmp_path / "a.zip", {"a.png": bytes(100_000)})
    data = bytearray(archive.read_bytes())
    for at, offset in ((data.index(b"PK\1\2"), 24), (0, 22)):
        struct.pack_into("<I", data, at + offset, 10)
    archive.write_bytes(data)
    with pytest.raises(DataError, match="is damaged"):
        unpack(archive, tmp_path / "out")


@KINDS
def test_a_name_twice(make: Make, tmp_path: Path) -> None:
    """A second file of the same name does not replace the first."""
    archive = make(tmp_path / "a", {"a.png": b"1", "./a.png": b"2"})
    with pytest.raises(DataError, match=r"names a\.png twice"):
        unpack(archive, tmp_path / "out")


@KINDS
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 400), value=st.integers(0, 255), cut=st.booleans())
def test_damage(make: Make, tmp_path: Path, *, at: int, value: int, cut: bool) -> None:
    """One clear line or whole files; nothing else is raised."""
    archive = make(tmp_path / "a", {f"{i}.png": bytes(range(200)) for i in range(3)})
    data = bytearray(archive.read_bytes())
    at = min(at, len(data) - 1)
    data[at] = value
    archive.write_bytes(data[:at] if cut else data)
    for path in files(tmp_path / "out") if (tmp_path / "out").exists() else ():
        (tmp_path / "out" / path).unlink()
    try:
        unpack(archive, tmp_path / "out")
    except DataError as error:
        assert "\n" not in str(error)  # noqa: PT017  (it may also pass)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no archive",
        b"!<arch>\n",
        b"!<arch>\n" + b"x" * 60,
        b"!<arch>\n" + f"{'data.tar.zst':<16}{0:<32}{4:<10}`\n".encode() + b"abcd",
        b"PK\3\4",
    ],
)
def test_no_archives(content: bytes, tmp_path: Path) -> None:
    """Told from damaged ones by nothing; all are refused."""
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(DataError, match=r"is damaged|cannot read"):
        unpack(tmp_path / "a", tmp_path / "out")
