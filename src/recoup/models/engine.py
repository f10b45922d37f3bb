"""The one door to the libraries that run ONNX files: OpenVINO on the processor, ONNX Runtime else.

docs/adr/0004-engine.md says why these two. A session is opened once for each file, device and
number of threads, and kept.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from recoup.errors import MissingError, ModelError
from recoup.models import external
from recoup.models.inlets import channels_of, check_counts, facts_of, numbers
from recoup.models.live import bytes_per_pixel
from recoup.models.session import Floats, Session, failure
from recoup.picture import shown

Engine = Literal["auto", "openvino", "onnxruntime"]
Told = tuple[float, ...] | None
Precision = Literal["fp32", "bf16"]

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


def open_model(
    path: Path,
    *,
    device: str = "cpu",
    threads: int = 1,
    engine: Engine = "auto",
    outputs: int = 1,
    channels: tuple[int, ...] = (1, 3),
    told: Told = None,
    precision: Precision = "fp32",
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
    outputs
        How many the file has: 1 for a restorer, more for features, of any shape.
    channels
        Which numbers of channels its input may have: grey and colour, or those of latents.
    told
        What the model is told for as long as it is open, which an engine can then work into the
        weights: int8 models run nearly twice as fast. None leaves it to each run.
    precision
        Of the arithmetic. ``bf16`` is 2 to 6 times as fast where the processor multiplies matrices
        of bfloat16 (AMX), and differs from float32 by about 0.001 of the range.

    Raises
    ------
    MissingError
        If no engine is installed, or none that has this device or precision.
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
    state = info.st_mtime_ns, info.st_size
    how = _How(device, max(1, threads), outputs, channels, told, precision)
    return _opened(path, state, engine, how)


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


def precisions() -> tuple[Precision, ...]:
    """Precisions that the processor has here: ``bf16`` only where OpenVINO finds it built in.

    Examples
    --------
    >>> "fp32" in precisions()
    True
    """
    if not find_spec("openvino"):
        return ("fp32",)
    import openvino

    built_in = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return ("fp32", "bf16") if "BF16" in built_in else ("fp32",)


@dataclass(frozen=True)
class _How:
    """How a file is opened: see :func:`open_model`."""

    device: str
    threads: int
    outputs: int
    channels: tuple[int, ...]
    told: Told
    precision: Precision


@lru_cache(maxsize=4)
def _opened(path: Path, _state: tuple[int, int], engine: Engine, how: _How) -> Session:
    """Open a file as it is now."""
    external.check(path)
    chosen = _chosen(how.device, engine)
    opener = _by_openvino if chosen == "openvino" else _by_onnxruntime
    try:
        return opener(path, how)
    except (ModelError, MissingError, MemoryError):
        raise
    except Exception as error:  # whatever an engine raises on opening, the file is at fault
        raise failure(shown(path), "cannot be opened", error) from error


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


def _by_openvino(path: Path, how: _How) -> Session:
    """Open with OpenVINO: one stream, free height and width; no bfloat16 unless asked for."""
    import openvino
    from openvino import frontend

    if how.precision != "fp32" and how.precision not in precisions():
        raise MissingError("this processor does not compute in bfloat16; leave out precision bf16")
    # Only ONNX is read: read_model would try every format that OpenVINO knows.
    reader = frontend.FrontEndManager().load_by_framework("onnx")
    model = reader.convert(reader.load(os.fspath(path)))
    check_counts(shown(path), model.inputs, model.outputs, how.outputs)
    shapes = [
        [None if side.is_dynamic else side.get_length() for side in inlet.partial_shape]
        for inlet in model.inputs
    ]
    floats = all(inlet.element_type.to_string() == "f32" for inlet in model.inputs)
    channels = channels_of(shown(path), shapes[0], floats, how.channels)
    facts = facts_of(shown(path), shapes[1:])
    if how.told is not None and facts:
        _fix(model, numbers(how.told, facts))
        facts = 0
    wanted = {0: [1, channels, -1, -1]} | ({1: [1, facts]} if facts else {})
    per_pixel = bytes_per_pixel(model.clone(), channels, facts)
    model.reshape(wanted)
    compiled = openvino.Core().compile_model(
        model,
        "CPU",
        {
            "INFERENCE_PRECISION_HINT": "f32" if how.precision == "fp32" else "bf16",
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": how.threads,
        },
    )
    request = compiled.create_infer_request()

    def infer(*inputs: object) -> object:
        return list(request.infer(list(inputs), share_inputs=True, share_outputs=True).values())

    library = engine_version("cpu", "openvino")
    return Session(shown(path), channels, library, per_pixel, infer, facts)


def _by_onnxruntime(path: Path, how: _How) -> Session:
    """Open with ONNX Runtime: every graph optimisation, nothing logged below an error."""
    import onnxruntime

    if how.precision != "fp32":
        raise MissingError("ONNX Runtime computes in fp32 here; precision bf16 is OpenVINO's")
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = how.threads
    options.log_severity_level = 4
    providers = list(dict.fromkeys((_PROVIDERS[how.device], _PROVIDERS["cpu"])))
    opened = onnxruntime.InferenceSession(os.fspath(path), options, providers=providers)
    inlets = opened.get_inputs()
    check_counts(shown(path), inlets, opened.get_outputs(), how.outputs)
    shapes = [[side if isinstance(side, int) else None for side in i.shape] for i in inlets]
    floats = all(inlet.type == "tensor(float)" for inlet in inlets)
    channels = channels_of(shown(path), shapes[0], floats, how.channels)
    facts = facts_of(shown(path), shapes[1:])
    names = [inlet.name for inlet in inlets]
    always = [numbers(how.told, facts)] if how.told is not None and facts else []
    facts = 0 if always else facts

    def infer(*inputs: object) -> object:
        return opened.run(None, dict(zip(names, (*inputs, *always), strict=True)))

    library = engine_version(how.device, "onnxruntime")
    return Session(shown(path), channels, library, 0.0, infer, facts)


def _fix(model: Any, told: Floats) -> None:  # noqa: ANN401  (OpenVINO's)
    """Put numbers in the place of the second input."""
    from openvino import opset13, utils

    inlet = model.get_parameters()[1]
    utils.replace_node(inlet, opset13.constant(told))
    model.remove_parameter(inlet)
