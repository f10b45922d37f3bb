"""Files from the network: resumed, bounded, checked, and named only when whole.

Until then the bytes lie in ``NAME.part`` beside the target, from which the next call goes on.
Where no SHA-256 is known, ``NAME.part.tag`` keeps the server's ETag or date, so that a part is
never joined to another version of the file.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from recoup.errors import DownloadError

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are here and the bytes in all (None if no one says)."""

_BLOCK, _TIMEOUT_S, _TRIES = 1 << 16, 60, 5
_LOCAL = ("127.0.0.1", "localhost", "::1")


def download(
    url: str,
    target: Path,
    *,
    sha256: str | None,
    size: int | None,
    progress: Progress | None = None,
) -> Path:
    """Fetch a file; its name appears only when it is whole and checked.

    Stopped at any moment (power, kill, full disk, a cut line), only ``NAME.part`` is left, and
    the next call fetches what is missing. A line that is cut is taken up again by itself. If the
    target is there already and is the right file, nothing is fetched.

    Parameters
    ----------
    url
        https; http only from this machine. Redirects are held to the same.
    target
        File to make; its folder is made too. A file of that name that is not the right one is
        replaced.
    sha256
        In hexadecimal; None if not known, then size and the server's word are all that is checked.
    size
        In bytes; None if not known. No more than this is ever written.
    progress
        Told after every block (64 KiB).

    Returns
    -------
    Path
        The target.

    Raises
    ------
    DownloadError
        If the address is refused or cannot be reached, the file is not the one asked for, the
        disk is full, or another process is fetching the same file.

    Examples
    --------
    >>> download("ftp://example.org/a.zip", Path("a.zip"), sha256=None, size=None)
    Traceback (most recent call last):
    recoup.errors.DownloadError: ftp://example.org/a.zip: only https addresses are fetched
    """
    _check_address(url)
    if _is_here(target, sha256, size):
        return target
    part = target.with_name(f"{target.name}.part")
    wanted = _Wanted(url, sha256, size, target.with_name(f"{target.name}.part.tag"))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("ab") as file, alone(file, url):
            _fill(wanted, file, progress)
            _check(wanted, part)
        part.replace(target)
        wanted.tag.unlink(missing_ok=True)
    except OSError as error:
        raise DownloadError(_local_reason(error, target, part)) from error
    return target


@dataclass(frozen=True)
class _Wanted:
    """What is asked for, and where the server's word on its version is kept."""

    url: str
    sha256: str | None
    size: int | None
    tag: Path


def _check_address(url: str) -> None:
    """Refuse what could read local files or be altered on the way."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
        raise DownloadError(f"{url}: only https addresses are fetched")


def _is_here(target: Path, sha256: str | None, size: int | None) -> bool:
    """Whether the target is the file already, as far as that is known."""
    if not target.is_file() or (size is not None and target.stat().st_size != size):
        return False
    return sha256 is None or _digest(target) == sha256


@contextlib.contextmanager
def alone(file: BinaryIO, name: str) -> Iterator[None]:
    """Hold an open file against other processes, where the system can; freed when it closes.

    Parameters
    ----------
    file
        Open for writing.
    name
        What is being fetched, for the message.

    Raises
    ------
    DownloadError
        If another process holds it.

    Examples
    --------
    >>> with open(os.devnull, "wb") as file, alone(file, "kodak"):
    ...     pass
    """
    if sys.platform != "win32":
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DownloadError(f"{name}: another process is fetching it; wait for it") from error
    yield


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fill(wanted: _Wanted, file: BinaryIO, progress: Progress | None) -> None:
    """Append until the file is whole; a cut line is taken up again a few times."""
    url = wanted.url
    for attempt in range(_TRIES):
        before = file.tell()
        if before == wanted.size:
            break
        try:
            if _append(wanted, file, progress):
                break
            reason = "the line was cut"
        except urllib.error.HTTPError as error:
            error.close()
            said = f"{error.code} {error.reason}"
            raise DownloadError(f"{url}: the server answers {said}; look at its home") from error
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError) as error:
            reason = str(getattr(error, "reason", error)) or type(error).__name__
        except TimeoutError:
            reason = f"nothing came for {_TIMEOUT_S} s"
        if file.tell() == before and attempt + 1 < _TRIES:
            time.sleep(0.2 * 2**attempt)
    else:
        raise DownloadError(
            f"{url}: cannot be fetched: {reason}; the same command goes on from here"
        )
    file.flush()
    os.fsync(file.fileno())


def _append(wanted: _Wanted, file: BinaryIO, progress: Progress | None) -> bool:
    """Ask for what is missing and write it; return whether that was all."""
    start, tag = file.tell(), wanted.tag
    validator = tag.read_text("utf-8") if tag.is_file() else ""
    if start and not (wanted.sha256 or validator):
        start = _emptied(file)
    with _open(wanted.url, start, None if wanted.sha256 else validator) as answer:
        if answer.status == 416 or (answer.status == 206 and _first(answer) != start):
            # What is here is not the beginning of what is there.
            _emptied(file)
            tag.unlink(missing_ok=True)
            return False
        if answer.status == 200 and start:
            start = _emptied(file)
        total = None if answer.length is None else start + answer.length
        if (wanted.size or total or answer.chunked or wanted.sha256) in (None, False):
            raise DownloadError(f"{wanted.url}: no one says how long it is, so it may come cut")
        _check_room(wanted, file, total, start)
        if not wanted.sha256:
            etag = answer.headers["ETag"] or ""  # a weak one does not name the bytes
            name = etag if etag.startswith('"') else answer.headers["Last-Modified"] or ""
            tag.write_text(name, "utf-8")
        limit = total if wanted.size is None else wanted.size
        while block := answer.read(_BLOCK):
            if limit is not None and file.tell() + len(block) > limit:
                raise DownloadError(f"{wanted.url}: sends more than the {limit} bytes it states")
            file.write(block)
            if progress is not None:
                progress(file.tell(), limit)
    return limit is None or file.tell() == limit


def _emptied(file: BinaryIO) -> int:
    """Start the file anew; return its size."""
    file.seek(0)
    return file.truncate()


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow redirects to addresses that would be fetched themselves."""

    def redirect_request(self, *asked: Any) -> urllib.request.Request | None:  # noqa: ANN401  (as is)
        """Refuse the others."""
        try:
            _check_address(asked[-1])
        except DownloadError:
            asked[1].close()
            raise
        return super().redirect_request(*asked)


def _open(url: str, start: int, validator: str | None) -> http.client.HTTPResponse:
    """Send the request; 416 is an answer here, not an error."""
    asked = urllib.request.Request(url, headers={"User-Agent": "recoup"})  # noqa: S310  (checked)
    if start:
        asked.add_header("Range", f"bytes={start}-")
        if validator:
            asked.add_header("If-Range", validator)
    try:
        answer = urllib.request.build_opener(_Redirects).open(asked, timeout=_TIMEOUT_S)
    except urllib.error.HTTPError as error:
        if error.code != 416:
            raise
        answer = error
    return answer  # type: ignore[no-any-return]


def _first(answer: http.client.HTTPResponse) -> int:
    """Return where a partial answer begins; -1 if it does not say."""
    unit, _, rest = (answer.headers["Content-Range"] or "").partition(" ")
    first = rest.partition("-")[0]
    return int(first) if unit == "bytes" and first.isdecimal() else -1


def _check_room(wanted: _Wanted, file: BinaryIO, total: int | None, start: int) -> None:
    """Refuse a file of the wrong size, or too large for the disk, before it is fetched."""
    size = total if wanted.size is None else wanted.size
    if total is not None and total != size:
        _emptied(file)
        raise DownloadError(f"{wanted.url}: has {total} bytes, not the {size} that are wanted")
    needed = (size or 0) - start
    free = shutil.disk_usage(Path(file.name).parent).free
    if needed > free:
        raise OSError(errno.ENOSPC, f"{needed / 1e6:.0f} MB are needed, {free / 1e6:.0f} MB free")


def _check(wanted: _Wanted, part: Path) -> None:
    """Compare with what is known about the file; what is not it is deleted."""
    size, sha256 = part.stat().st_size, wanted.sha256
    if wanted.size is not None and size != wanted.size:
        wrong = f"{size} bytes came, {wanted.size} were stated"
    elif sha256 is not None and (digest := _digest(part)) != sha256:
        wrong = f"SHA-256 is {digest[:16]}..., {sha256[:16]}... was stated"
    else:
        return
    part.unlink()
    wanted.tag.unlink(missing_ok=True)
    raise DownloadError(
        f"{wanted.url}: is not the file that is wanted ({wrong}); what came was deleted: try "
        "again, and if it stays so the file was changed at its home"
    )


def _local_reason(error: OSError, target: Path, part: Path) -> str:
    """Say what this machine could not do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"{target}: the disk is full ({error.strerror}); what came is kept in {part.name}: "
            "make room and run the same command again"
        )
    return f"{target}: cannot be written: {error.strerror or error}"
