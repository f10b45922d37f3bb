"""Files and sets come whole or not at all, whatever the line, the server and the disk do."""

from __future__ import annotations

import hashlib
import io
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recoup.datasets import DataError, Entry, File, folder, get, resolve
from recoup.datasets.get import fetch
from recoup.download import alone, download
from recoup.errors import DownloadError, MissingError

CONTENT = random.Random(3).randbytes(300_000)
SUM = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Site:
    """What the server has, how it behaves, and what it was asked for."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    """Bytes after which the line is cut: of the first answer, the second, ..."""
    ranges: bool = True
    length: bool = True
    tag: str = '"one"'
    redirect: str = ""
    pause_s: float = 0
    """After each 64 KB."""
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def url(self, name: str) -> str:
        """Address of a file."""
        return f"{self.address}/{name}"


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve until the test ends."""
    state = Site(files={"a.bin": CONTENT})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self, state)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


def answer(to: BaseHTTPRequestHandler, state: Site) -> None:
    """Answer as RFC 9110 says, or as badly as the test wants."""
    wanted = to.headers["Range"]
    state.asked.append((to.path, wanted))
    content = state.files.get(to.path.lstrip("/"))
    if state.redirect or content is None:
        to.send_response(302 if state.redirect else 404)
        to.send_header("Location", state.redirect)
        to.send_header("Content-Length", "0")
        to.end_headers()
        return
    start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and state.ranges else 0
    if to.headers["If-Range"] not in (None, state.tag):
        start = 0
    if start >= len(content) > 0:
        to.send_response(416)
        to.end_headers()
        return
    to.send_response(206 if start else 200)
    if start:
        to.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
    if state.length:
        to.send_header("Content-Length", str(len(content) - start))
    to.send_header("ETag", state.tag)
    to.end_headers()
    send(to, state, content[start:])


def send(to: BaseHTTPRequestHandler, state: Site, rest: bytes) -> None:
    """Send bytes, slowly or not to the end if so told."""
    if state.cuts:
        rest = rest[: state.cuts.pop(0)]
    wait = threading.Event()
    try:
        for at in range(0, len(rest), 1 << 16):
            to.wfile.write(rest[at : at + (1 << 16)])
            if state.pause_s:
                wait.wait(state.pause_s)
    except (BrokenPipeError, ConnectionResetError):
        return  # the client was killed, as the test wants


def left_over(place: Path) -> list[str]:
    """Names in a folder."""
    return sorted(path.name for path in place.iterdir())


def test_a_file_comes_once(site: Site, tmp_path: Path) -> None:
    """Fetched, checked, reported; the second time nothing is asked for."""
    seen: list[tuple[int, int | None]] = []
    target = tmp_path / "in" / "a.bin"
    for _ in range(2):
        made = download(
            site.url("a.bin"),
            target,
            sha256=SUM,
            size=len(CONTENT),
            progress=lambda done, total: seen.append((done, total)),
        )
        assert made == target
    assert target.read_bytes() == CONTENT
    assert left_over(target.parent) == ["a.bin"]
    assert len(site.asked) == 1
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    target.write_bytes(CONTENT[:-1] + b"x")
    download(site.url("a.bin"), target, sha256=SUM, size=None)
    assert target.read_bytes() == CONTENT


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cuts=st.lists(st.integers(1, 300_000), max_size=3),
    ranges=st.booleans(),
    known=st.booleans(),
    length=st.booleans(),
)
def test_cut_lines(
    site: Site,
    tmp_path: Path,
    *,
    cuts: list[int],
    ranges: bool,
    known: bool,
    length: bool,
) -> None:
    """Wherever lines are cut, the same bytes arrive, from servers with and without ranges."""
    target = tmp_path / "b.bin"
    target.unlink(missing_ok=True)
    site.cuts, site.ranges, site.length = list(cuts), ranges, length or not known
    download(
        site.url("a.bin"),
        target,
        sha256=SUM if known else None,
        size=len(CONTENT) if known else None,
    )
    assert target.read_bytes() == CONTENT
    assert left_over(tmp_path) == ["b.bin"]


def test_it_goes_on_where_it_was(site: Site, tmp_path: Path) -> None:
    """A line that stays dead leaves the part; the next call asks for the rest alone."""
    target = tmp_path / "a.bin"
    site.cuts = [100_000, 0, 0, 0, 0]
    with pytest.raises(DownloadError, match="the line was cut; the same command goes on"):
        download(site.url("a.bin"), target, sha256=SUM, size=None)
    assert left_over(tmp_path) == ["a.bin.part"]
    assert (tmp_path / "a.bin.part").read_bytes() == CONTENT[:100_000]
    site.asked.clear()
    download(site.url("a.bin"), target, sha256=SUM, size=None)
    assert site.asked == [("/a.bin", "bytes=100000-")]
    assert target.read_bytes() == CONTENT


def test_parts_of_two_versions_are_not_joined(site: Site, tmp_path: Path) -> None:
    """Without a sum, the server's tag decides; with one, the sum does."""
    target = tmp_path / "a.bin"
    site.cuts = [100_000, 0, 0, 0, 0]
    with pytest.raises(DownloadError):
        download(site.url("a.bin"), target, sha256=None, size=None)
    other = CONTENT[::-1]
    site.files["a.bin"], site.tag = other, '"two"'
    download(site.url("a.bin"), target, sha256=None, size=None)
    assert target.read_bytes() == other
    target.rename(tmp_path / "a.bin.part")
    with pytest.raises(DownloadError, match=r"is not the file that is wanted \(SHA-256"):
        download(site.url("a.bin"), target, sha256=SUM, size=None)
    assert left_over(tmp_path) == []
    # A part that is longer than the file is no beginning of it.
    (tmp_path / "a.bin.part").write_bytes(bytes(400_000))
    site.files["a.bin"] = CONTENT
    download(site.url("a.bin"), target, sha256=SUM, size=None)
    assert target.read_bytes() == CONTENT


def test_wrong_files_and_addresses(site: Site, tmp_path: Path) -> None:
    """Each is refused in one line, and leaves nothing."""
    target = tmp_path / "a.bin"

    def refused(url: str, text: str, size: int | None = None) -> None:
        with pytest.raises(DownloadError, match=text) as error:
            download(url, target, sha256=SUM, size=size)
        assert "\n" not in str(error.value)
        assert not target.exists()

    refused(site.url("none"), "answers 404 Not Found")
    refused(site.url("a.bin"), "has 300000 bytes, not the 5 ", 5)
    site.length = False
    refused(site.url("a.bin"), "sends more than the 1000 bytes", 1000)
    with pytest.raises(DownloadError, match="no one says how long"):
        download(site.url("a.bin"), target, sha256=None, size=None)
    refused("http://example.org/a", "only https addresses")
    refused("file:///etc/passwd", "only https addresses")
    for where in ("file:///etc/passwd", "http://example.org/a.bin"):
        site.redirect = where
        refused(site.url("a.bin"), "only https addresses|not allowed")


def test_nobody_there(tmp_path: Path) -> None:
    """A closed port is one line, after a few tries."""
    with pytest.raises(DownloadError, match=r"cannot be fetched: .*refused"):
        download("http://127.0.0.1:9/a", tmp_path / "a", sha256=None, size=None)


def test_one_at_a_time(site: Site, tmp_path: Path) -> None:
    """A part that another process holds is left alone."""
    with (
        (tmp_path / "a.bin.part").open("ab") as part,
        alone(part, "a"),
        pytest.raises(DownloadError, match="another process is fetching it"),
    ):
        download(site.url("a.bin"), tmp_path / "a.bin", sha256=SUM, size=None)


def test_a_disk_too_small(site: Site, tmp_path: Path) -> None:
    """Said before a byte is fetched where the size is known."""
    huge = shutil.disk_usage(tmp_path).total * 2
    site.length = False
    with pytest.raises(DownloadError, match=r"the disk is full .*make room"):
        download(site.url("a.bin"), tmp_path / "a.bin", sha256=SUM, size=huge)
    assert not (tmp_path / "a.bin").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_a_disk_that_fills_up(site: Site, tmp_path: Path) -> None:
    """The reason and the way out; what was there stays."""
    (tmp_path / "a.bin.part").symlink_to("/dev/full")
    with pytest.raises(DownloadError, match="the disk is full"):
        download(site.url("a.bin"), tmp_path / "a.bin", sha256=SUM, size=None)


def test_killed_and_resumed(site: Site, tmp_path: Path) -> None:
    """``kill -9`` at random moments: no half file by its name, and the rest comes at last."""
    site.files["a.bin"] = big = random.Random(4).randbytes(4 << 20)
    site.pause_s = 0.004
    target = tmp_path / "a.bin"
    digest = hashlib.sha256(big).hexdigest()
    code = (
        "import sys; from pathlib import Path; from recoup.download import download; "
        f"download({site.url('a.bin')!r}, Path({str(target)!r}), sha256={digest!r}, size=None)"
    )
    dice, sizes = random.Random(1), [0]
    for _ in range(5):
        process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        part = target.with_name("a.bin.part")
        until = sizes[-1] + dice.randrange(1, 500_000)
        while time.monotonic() < end and not (part.exists() and part.stat().st_size >= until):
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not target.exists()
        sizes.append(part.stat().st_size)
    assert sizes == sorted(sizes)
    site.pause_s = 0
    subprocess.run([sys.executable, "-c", code], check=True)
    assert target.read_bytes() == big
    assert site.asked[-1][1] == f"bytes={sizes[-1]}-"
    assert left_over(tmp_path) == ["a.bin"]


@dataclass(frozen=True, kw_only=True)
class Local(Entry):
    """A set that the local server has."""

    held: tuple[File, ...] = ()

    @property
    def files(self) -> tuple[File, ...]:
        """What is fetched."""
        return self.held


def local(site: Site, *names: str, pictures: int | None = None, inside: str = "") -> Local:
    """Give a set made of the server's files, with their sums."""
    held = [
        File(site.url(name), len(site.files[name]), hashlib.sha256(site.files[name]).hexdigest())
        for name in names
    ]
    return Local(
        name="mine", title="Mine", home="", pictures=pictures, licence="CC0", terms="",
        citation="", inside=inside, held=tuple(held),
    )  # fmt: skip


def zipped(**members: bytes) -> bytes:
    """Give a zip file; ``__`` stands for a slash."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        for name, content in members.items():
            made.writestr(name.replace("__", "/") + ".png", content)
    return data.getvalue()


def test_a_set_in_an_archive(site: Site, tmp_path: Path) -> None:
    """Its folder appears whole; nothing else is left; a second time is a look at the folder."""
    site.files["set.zip"] = zipped(top__1=b"one", top__2=b"two", other__3=b"three")
    entry, place = local(site, "set.zip", pictures=2, inside="top"), tmp_path / "mine"
    seen: list[tuple[str, int, int | None]] = []
    assert fetch(entry, place, progress=lambda *state: seen.append(state)) == place
    assert left_over(tmp_path) == ["mine"]
    assert left_over(place) == ["1.png", "2.png"]
    size = len(site.files["set.zip"])
    assert seen[-1] == ("set.zip", size, size)
    site.asked.clear()
    fetch(entry, place)
    assert not site.asked
    assert [path.name for path in resolve(place)] == ["1.png", "2.png"]
    (place / "1.png").unlink()
    with pytest.raises(DataError, match=r"holds 1 pictures where mine has 2; delete"):
        fetch(entry, place)


def test_a_set_of_single_files(site: Site, tmp_path: Path) -> None:
    """Those that are there already are not fetched again when the line was cut."""
    site.files |= {f"{i}.png": bytes([i]) * 1000 for i in range(5)}
    entry = local(site, *(f"{i}.png" for i in range(5)), pictures=5)
    site.cuts = [1000, 1000, 10, 0, 0, 0, 0, 0]
    with pytest.raises(DownloadError, match="goes on"):
        fetch(entry, tmp_path / "mine")
    assert left_over(tmp_path) == [".mine.part"]
    site.asked.clear()
    site.cuts = []
    fetch(entry, tmp_path / "mine")
    assert site.asked == [("/2.png", "bytes=10-"), ("/3.png", None), ("/4.png", None)]
    assert left_over(tmp_path / "mine") == [f"{i}.png" for i in range(5)]


def test_a_set_that_is_not_what_it_should_be(site: Site, tmp_path: Path) -> None:
    """A hostile archive or a wrong count never gets the set's name."""
    site.files |= {"few.zip": zipped(a=b"1"), "bad.zip": zipped(**{"..__a": b"1"})}
    for name, text in (("few.zip", "holds 1 pictures"), ("bad.zip", "would lie outside")):
        with pytest.raises(DataError, match=text):
            fetch(local(site, name, pictures=2), tmp_path / "mine")
        assert left_over(tmp_path) == [".mine.part"]
        shutil.rmtree(tmp_path / ".mine.part")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataError, match="cannot be written"):
        fetch(local(site, "few.zip"), tmp_path / "file" / "mine")


def test_a_debian_package(site: Site, tmp_path: Path) -> None:
    """Its pictures and its copyright file come out; scripts and links do not."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:xz") as made:
        for name in ("./usr/a.jpg", "./usr/doc/copyright", "./usr/bin/run"):
            member = tarfile.TarInfo(name)
            member.size = 3
            made.addfile(member, io.BytesIO(b"abc"))
        link = tarfile.TarInfo("./usr/b.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(link)
    site.files["a.deb"] = b"!<arch>\n" + b"".join(
        f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode()
        + data
        + b"\n" * (len(data) % 2)
        for name, data in (("debian-binary", b"2.0"), ("data.tar.xz", tar.getvalue()))
    )
    place = fetch(local(site, "a.deb", pictures=1), tmp_path / "mine")
    found = [str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()]
    assert sorted(found) == ["usr/a.jpg", "usr/doc/copyright"]


def test_names_and_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A set's name, a folder, a file and a glob mean pictures; anything else is told what to do."""
    monkeypatch.setenv("RECOUP_DATA", str(tmp_path / "data"))
    assert folder() == tmp_path / "data"
    monkeypatch.chdir(tmp_path)
    for name in ("kodak/b.png", "kodak/a.jpg", "kodak/notes.txt", "data/set5/1.png"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(b"")
    assert [path.name for path in resolve("./kodak")] == ["a.jpg", "b.png"]
    assert [path.name for path in resolve("kodak/*.png")] == ["b.png"]
    assert resolve("set5") == (tmp_path / "data" / "set5" / "1.png",)
    with pytest.raises(MissingError, match=r"data get kodak; for your own folder write \./kodak"):
        resolve("kodak")
    with pytest.raises(DataError, match="did you mean kodak"):
        resolve("kodac")
    with pytest.raises(DataError, match="matches no picture"):
        resolve("kodak/*.webp")
    with pytest.raises(DataError, match="ask for a form"):
        get("live1")
    with pytest.raises(DataError, match="recoup data list"):
        get("?")
    monkeypatch.delenv("RECOUP_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert folder() == Path.home() / ".local" / "share" / "recoup" / "data"
