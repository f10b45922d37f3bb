"""The one door to the libraries that run ONNX files: OpenVINO on the processor, ONNX Runtime else.

docs/adr/0004-engine.md says why these two. A session is opened once for each file, device and
number of threads, and kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from recoup.errors import MissingError, ModelError
from recoup.models import external
from recoup.models.live import bytes_per_pixel
from recoup.picture import shown

Engine = Literal["auto", "openvino", "onnxruntime"]
Floats = NDArray[np.float32]

_PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "rocm": "ROCMExecutionProvider",
    "migraphx": "MIGraphXExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}
_INSTALL = "pip install 'recoup[models]'"
_NO_ROOM = ("alloc", "out of memory", "not enough memory")


@dataclass(frozen=True, eq=False)
class Session:
    """A model ready to run; may be shared by threads, which take turns.

    Attributes
    ----------
    name
        File name of the model, for messages.
    channels
        Of the input.
    engine
        Library and version: ``openvino 2026.4.1``.
    bytes_per_pixel
        Estimate of the memory that one pixel of input needs while the model runs, or 0 if the
        engine does not tell.
    """

    name: str
    channels: int
    engine: str
    bytes_per_pixel: float
    _infer: Callable[[Floats], Any] = field(repr=False)
    _turn: Lock = field(default_factory=Lock, init=False, repr=False)

    def run(self, array: Floats) -> Floats:
        """Run the model on one picture.

        Parameters
        ----------
        array
            Shape (1, channels, height, width), float32, in 0..1, C-contiguous.

        Returns
        -------
        ndarray
            Shape (1, channels, scale * height, scale * width), float32; a new array every time.

        Raises
        ------
        MemoryError
            If the engine could not get the memory that it needs.
        ModelError
            If the model fails, or gives anything but such an array of finite numbers.
        """
        try:
            with self._turn:
                out = np.array(self._infer(array), np.float32)
        except (RuntimeError, ValueError) as error:
            raise _failure(self.name, "failed", error) from error
        if out.ndim != 4 or out.shape[0] != 1:
            raise ModelError(f"{self.name}: gives an array of shape {out.shape}, not a picture")
        if not np.isfinite(out).all():
            raise ModelError(f"{self.name}: gives values that are no numbers; it is damaged")
        return out


def open_model(
    path: Path, *, device: str = "cpu", threads: int = 1, engine: Engine = "auto"
) -> Session:
    """Open an ONNX file, or return the session that is already open.

    Parameters
    ----------
    path
        The file; one input and one output, both (1, channels, height, width) float32, height and
        width free.
    device
        ``cpu``, or another of ONNX Runtime's (``cuda``, ``coreml``, ``directml``, ...).
    threads
        Processor threads that one run uses.
    engine
        ``auto`` takes OpenVINO on the processor if it is installed, ONNX Runtime otherwise.

    Raises
    ------
    MissingError
        If no engine is installed, or none that has this device.
    ModelError
        If the file is missing, damaged, no such model, or reads from outside its folder.

    Examples
    --------
    >>> open_model(Path("no such file.onnx"))
    Traceback (most recent call last):
    recoup.errors.ModelError: no such file.onnx: cannot be read: No such file or directory
    """
    try:
        info = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such file"
        raise ModelError(f"{shown(path)}: cannot be read: {reason}") from error
    return _opened(path, info.st_mtime_ns, info.st_size, device, max(1, threads), engine)


def engine_version(device: str = "cpu", engine: Engine = "auto") -> str:
    """Name and version of the library that would run a model.

    Raises
    ------
    MissingError
        If none is installed.

    Examples
    --------
    >>> engine_version("abacus")
    Traceback (most recent call last):
    recoup.errors.MissingError: no engine here runs on abacus; there is: ...
    """
    chosen = _chosen(device, engine)
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"{chosen} {version(chosen)}"
    except PackageNotFoundError:  # another build of it, such as onnxruntime-gpu
        import onnxruntime

        return f"{chosen} {onnxruntime.__version__}"


def devices() -> tuple[str, ...]:
    """Names that ``device`` can have here.

    Examples
    --------
    >>> "abacus" in devices()
    False
    """
    have = {"cpu"} if find_spec("openvino") else set()
    if find_spec("onnxruntime"):
        import onnxruntime

        providers = onnxruntime.get_available_providers()
        have |= {name for name, provider in _PROVIDERS.items() if provider in providers}
    return tuple(sorted(have))


@lru_cache(maxsize=4)
def _opened(
    path: Path, _changed: int, _size: int, device: str, threads: int, engine: Engine
) -> Session:
    """Open a file as it is now."""
    external.check(path)
    chosen = _chosen(device, engine)
    opener = _by_openvino if chosen == "openvino" else _by_onnxruntime
    try:
        return opener(path, device, threads)
    except (ModelError, MemoryError):
        raise
    except Exception as error:  # whatever an engine raises on opening, the file is at fault
        raise _failure(shown(path), "cannot be opened", error) from error


def _chosen(device: str, engine: Engine) -> str:
    """Return the library to use."""
    if engine == "openvino" and device != "cpu":
        raise MissingError(f"openvino runs on cpu here, not {device}; use onnxruntime for others")
    fits = ["openvino", "onnxruntime"] if device == "cpu" else ["onnxruntime"]
    wanted = fits if engine == "auto" else [engine]
    have = [name for name in wanted if find_spec(name)]
    if not have and device == "cpu":
        raise MissingError(f"running a model needs {' or '.join(wanted)}: {_INSTALL}")
    if device not in devices():
        raise MissingError(
            f"no engine here runs on {device}; there is: {', '.join(devices()) or 'none'} "
            f"(others come with builds of onnxruntime, such as pip install onnxruntime-gpu)"
        )
    return have[0]


def _by_openvino(path: Path, _device: str, threads: int) -> Session:
    """Open with OpenVINO: float32 arithmetic, one stream, free height and width."""
    import openvino
    from openvino import frontend

    # Only ONNX is read: read_model would try every format that OpenVINO knows.
    reader = frontend.FrontEndManager().load_by_framework("onnx")
    model = reader.convert(reader.load(os.fspath(path)))
    inlet = _only(shown(path), model.inputs, model.outputs)
    shape = [None if side.is_dynamic else side.get_length() for side in inlet.partial_shape]
    channels = _channels(shown(path), shape, inlet.element_type.to_string() == "f32")
    per_pixel = bytes_per_pixel(model.clone(), channels)
    model.reshape([1, channels, -1, -1])
    compiled = openvino.Core().compile_model(
        model,
        "CPU",
        {
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": threads,
        },
    )
    request = compiled.create_infer_request()

    def infer(array: Floats) -> object:
        return request.infer([array], share_inputs=True, share_outputs=True)[0]

    return Session(shown(path), channels, engine_version("cpu", "openvino"), per_pixel, infer)


def _by_onnxruntime(path: Path, device: str, threads: int) -> Session:
    """Open with ONNX Runtime: every graph optimisation, nothing logged below an error."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = threads
    options.log_severity_level = 4
    providers = list(dict.fromkeys((_PROVIDERS[device], _PROVIDERS["cpu"])))
    opened = onnxruntime.InferenceSession(os.fspath(path), options, providers=providers)
    inlet = _only(shown(path), opened.get_inputs(), opened.get_outputs())
    shape = [side if isinstance(side, int) else None for side in inlet.shape]
    channels = _channels(shown(path), shape, inlet.type == "tensor(float)")

    def infer(array: Floats) -> object:
        return opened.run(None, {inlet.name: array})[0]

    return Session(shown(path), channels, engine_version(device, "onnxruntime"), 0.0, infer)


def _only(name: str, inputs: Sequence[Any], outputs: Sequence[Any]) -> Any:  # noqa: ANN401  (an engine's own kind)
    """Return the one input; refuse a model with more, or with several outputs."""
    if len(inputs) != 1 or len(outputs) != 1:
        raise ModelError(
            f"{name}: has {len(inputs)} inputs and {len(outputs)} outputs; recoup runs models "
            "with one of each"
        )
    return inputs[0]


def _channels(name: str, shape: list[int | None], is_float: bool) -> int:  # noqa: FBT001
    """Return the input's channels; refuse an input that recoup cannot feed."""
    if len(shape) != 4 or not is_float or shape[0] not in (None, 1) or shape[1] not in (1, 3):
        raise ModelError(
            f"{name}: its input is not (1, 1 or 3, height, width) float32; export it so"
        )
    if shape[2] is not None or shape[3] is not None:
        raise ModelError(
            f"{name}: takes pictures of {shape[3]}x{shape[2]} only; "
            "export it with free height and width"
        )
    return shape[1]


def _failure(name: str, what: str, error: Exception) -> Exception:
    """Return MemoryError where an engine ran out of memory, ModelError with its reason else."""
    text = str(error)
    if any(word in text.lower() for word in _NO_ROOM):
        return MemoryError(f"{name}: not enough memory")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    reason = next((s for s in lines if not s.startswith(("Exception from", "Check '"))), "unknown")
    return ModelError(f"{name}: {what} ({shown(reason)[:160]})")
