"""Which other files an ONNX file reads its weights from, found without the onnx package.

Protocol Buffers are walked, not parsed: only the fields that lead to tensors are entered.
Source: onnx.proto of ONNX 1.17 (2024); Protocol Buffers encoding (2023).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PureWindowsPath

from recoup.errors import ModelError
from recoup.picture import shown

_LEADS_TO: Mapping[str, Mapping[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
    "entry": {1: "key", 2: "value"},
}
_FIXED = {1: 8, 5: 4}
_LOCATION = b"location"
_NOT_ONNX = "is damaged or no ONNX file; export or fetch it again"


def locations(data: bytes) -> tuple[str, ...]:
    """Names of the files that the tensors of an ONNX model point to, each once, sorted.

    Parameters
    ----------
    data
        The whole ONNX file.

    Raises
    ------
    ModelError
        If the bytes are no ONNX model; the message does not name the file.

    Examples
    --------
    >>> locations(bytes([0x3A, 0]))
    ()
    """
    found: set[str] = set()
    graphs = 0
    todo = [("model", memoryview(data))]
    while todo:
        kind, message = todo.pop()
        entry: dict[str, bytes] = {}
        for field, content in _fields(message):
            inner = _LEADS_TO[kind].get(field)
            if inner in ("key", "value"):
                entry[inner] = bytes(content)
            elif inner is not None:
                graphs += inner == "graph"
                todo.append((inner, content))
        if entry.get("key") == _LOCATION:
            found.add(entry.get("value", b"").decode("utf-8", "surrogateescape"))
    if not graphs:
        raise ModelError(_NOT_ONNX)
    return tuple(sorted(found))


def check(path: Path) -> tuple[str, ...]:
    """Refuse an ONNX file that reads from outside its own folder.

    Parameters
    ----------
    path
        The ONNX file.

    Returns
    -------
    tuple of str
        The files that it reads, all in its folder or below.

    Raises
    ------
    ModelError
        If the file cannot be read or is no ONNX model, or if a file that it names is given by an
        absolute path, lies outside the folder, or leads outside by a link.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "net.onnx")
    ...     _ = file.write_bytes(bytes([0x3A, 0]))
    ...     check(file)
    ()
    """
    try:
        named = locations(path.read_bytes())
    except OSError as error:
        raise ModelError(f"{shown(path)}: cannot be read: {error.strerror}") from error
    except ModelError as error:
        raise ModelError(f"{shown(path)}: {error}") from error
    folder = path.resolve().parent
    for name in named:
        if not _inside(folder, name):
            raise ModelError(
                f"{shown(path)}: reads weights from {shown(name) or 'a file without a name'!r}, "
                "outside its folder; recoup does not follow that: save the model as one file"
            )
    return named


def _inside(folder: Path, name: str) -> bool:
    """Whether a file's name, with either system's separators, stays in the folder."""
    parts = PureWindowsPath(name)
    if not name or "\0" in name or parts.drive or parts.root or ".." in parts.parts:
        return False
    return (folder / name).resolve().is_relative_to(folder)


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield the number and content of every length-delimited field; skip the others."""
    at, end = 0, len(message)
    while at < end:
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == 0:
            _, at = _varint(message, at)
        elif kind == 2:
            size, at = _varint(message, at)
            if size > end - at:
                raise ModelError(_NOT_ONNX)
            yield tag >> 3, message[at : at + size]
            at += size
        elif kind in _FIXED and at + _FIXED[kind] <= end:
            at += _FIXED[kind]
        else:
            raise ModelError(_NOT_ONNX)


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """Read a base-128 number; return it and where it ends."""
    value = 0
    for k in range(10):
        if at + k >= len(message):
            break
        byte = message[at + k]
        value |= (byte & 0x7F) << 7 * k
        if byte < 0x80:
            return value, at + k + 1
    raise ModelError(_NOT_ONNX)
