"""Pictures out of archives that are not trusted: zip, tar and Debian packages.

Only plain files that are pictures or tell a licence are written, each by recoup itself: no link,
device, owner or mode of the archive is ever made. An archive with a member that would lie outside
is refused whole.
"""

from __future__ import annotations

import gzip
import io
import lzma
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from recoup.errors import DataError
from recoup.picture import shown
from recoup.picture.find import SUFFIXES

_TERMS = frozenset({"copyright", "copying", "license", "licence", "readme", "authors"})
_MOST_MEMBERS = 200_000
_BLOWN_UP = 20  # times the archive's size; pictures are compressed already
_ROOM = 64 << 20
_BLOCK = 1 << 20
_DAMAGE = (
    *(tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError),
    *(EOFError, RuntimeError, NotImplementedError, ValueError, UnicodeError),
)


def unpack(archive: Path, into: Path, *, inside: str = "") -> int:
    """Write the pictures of an archive and the files that state their licences.

    Parameters
    ----------
    archive
        ``.zip``, ``.tar`` (plain, gz, bz2, xz) or ``.deb``; told by content.
    into
        Folder; made if it is not there. Members keep their folders below it.
    inside
        Only members below this folder of the archive are written, without it; all if empty.

    Returns
    -------
    int
        Number of pictures.

    Raises
    ------
    DataError
        If the archive is damaged, of another kind, has a member that would lie outside ``into``,
        names a file twice, or unpacks to more than 20 times its size.
    OSError
        If the disk is full or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with zipfile.ZipFile(f"{folder}/a.zip", "w") as made:
    ...         made.writestr("set/1.png", b"...")
    ...     unpack(Path(folder, "a.zip"), Path(folder, "out"), inside="set")
    ...     Path(folder, "out", "1.png").read_bytes()
    1
    b'...'
    """
    count = 0
    left = max(_ROOM, _BLOWN_UP * archive.stat().st_size)
    try:
        with _members(archive) as members:
            for number, (name, size, content) in enumerate(members):
                path = _safe(archive, name)
                left -= size
                if left < 0 or number >= _MOST_MEMBERS:
                    raise DataError(
                        f"{shown(archive)}: unpacks to far more than its size allows for; it is "
                        "not used"
                    )
                kept = _kept(path, inside)
                if kept is not None and content is not None:
                    _copy(archive, content, into.joinpath(*kept.parts), size)
                    count += kept.suffix.lower() in SUFFIXES
    except _DAMAGE as error:
        reason = shown(str(error).partition("\n")[0]) or type(error).__name__
        raise DataError(f"{shown(archive)}: is damaged ({reason}); fetch it again") from error
    return count


_Members = Iterator[tuple[str, int, IO[bytes] | None]]
"""Names, declared sizes and, for plain files, contents."""


@contextmanager
def _members(archive: Path) -> Iterator[_Members]:
    """Open an archive of any kind."""
    with archive.open("rb") as file:
        start = file.read(8)
        file.seek(0)
        if start.startswith(b"PK"):
            with zipfile.ZipFile(file) as opened:
                yield _zip(opened)
        elif start == b"!<arch>\n":
            with tarfile.open(fileobj=_data_of(archive, file), mode="r:*") as opened_tar:
                yield _tar(opened_tar)
        else:
            with tarfile.open(fileobj=file, mode="r:*") as opened_tar:
                yield _tar(opened_tar)


def _zip(opened: zipfile.ZipFile) -> _Members:
    for info in opened.infolist():
        kind = info.external_attr >> 28  # of Unix; 0 where another system wrote it
        plain = not info.is_dir() and kind in (0, 8)
        if not plain:
            yield info.filename, 0, None
            continue
        # Content of members that are not kept is not read.
        with opened.open(info) as content:
            yield info.filename, info.file_size, content


def _tar(opened: tarfile.TarFile) -> _Members:
    for info in opened:
        yield info.name, info.size, opened.extractfile(info) if info.isreg() else None


def _data_of(archive: Path, file: BinaryIO) -> io.BytesIO:
    """Return the member ``data.tar.*`` of a Debian package (an ar archive, deb(5))."""
    file.seek(8)
    while header := file.read(60):
        name, size = header[:16].decode("ascii").strip(), int(header[48:58])
        if name.startswith("data.tar"):
            if name.rstrip("/").endswith(".zst"):
                raise DataError(f"{shown(archive)}: is packed with zstd, which recoup cannot read")
            return io.BytesIO(file.read(size))
        file.seek(size + size % 2, io.SEEK_CUR)
    raise DataError(f"{shown(archive)}: is damaged (no data.tar in it); fetch it again")


def _safe(archive: Path, name: str) -> PurePosixPath:
    """Return the name as a path below a folder, or refuse the archive."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or any(c in name for c in "\\:\0"):
        raise DataError(
            f"{shown(archive)}: has a member {shown(name)!r}, which would lie outside its folder; "
            "the archive is not used"
        )
    return path


def _kept(path: PurePosixPath, inside: str) -> PurePosixPath | None:
    """Where a member goes; None if it is passed over."""
    if any(part.startswith((".", "__MACOSX")) for part in path.parts):
        return None
    below = path.relative_to(inside) if path.is_relative_to(inside) else None
    if path.stem.lower() in _TERMS and path.suffix.lower() in ("", ".txt", ".md"):
        return below or path
    return below if path.suffix.lower() in SUFFIXES else None


def _copy(archive: Path, content: IO[bytes], path: Path, size: int) -> None:
    """Write a member, no more than it declared."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            shutil.copyfileobj(content, file, _BLOCK)
            written = file.tell()
    except FileExistsError as error:
        raise DataError(
            f"{shown(archive)}: names {shown(path.name)} twice; the archive is not used"
        ) from error
    if written != size:
        raise DataError(f"{shown(archive)}: is damaged ({shown(path.name)} is cut); fetch it again")
