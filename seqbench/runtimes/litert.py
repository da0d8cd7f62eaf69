"""LiteRT: runs TFLite files, in a process without TensorFlow."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seqbench.core.errors import LoadError
from seqbench.runtimes.runtime import Runtime, in_process
from seqbench.runtimes.session import LocalSession, Session, Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a TFLite file declares.

    Attributes:
        input: its input.
        output: its output.
        ops: the names of its operations in all subgraphs, sorted; a custom one as `custom:NAME`.

    """

    input: Tensor
    output: Tensor
    ops: tuple[str, ...]


def describe(artifact: Path) -> Description:
    """Read a TFLite file's input, output and operations.

    Raises:
        LoadError: LiteRT cannot open the file.

    """
    interpreter = _interpreter(artifact, threads=1)
    source, sink = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    names = (source["name"], sink["name"])
    signatures = interpreter.get_signature_list()
    if signatures:
        signature = next(iter(signatures.values()))
        names = (signature["inputs"][0], signature["outputs"][0])
    return Description(
        input=_tensor(names[0], source), output=_tensor(names[1], sink), ops=_ops(artifact)
    )


def load(artifact: Path, device: str, threads: int) -> Session:  # noqa: ARG001 - CPU only
    """Load a TFLite file with XNNPACK, LiteRT's default on CPUs."""
    described = describe(artifact)
    interpreter = _interpreter(artifact, threads)
    source = interpreter.get_input_details()[0]["index"]
    sink = interpreter.get_output_details()[0]["index"]
    if None not in described.input.shape[1:]:
        _translating(interpreter.allocate_tensors, artifact)

    def prepare(x: np.ndarray) -> np.ndarray:
        # The file's own shape has 1 for what varies: too small for most windows.
        if tuple(interpreter.get_input_details()[0]["shape"]) != x.shape:
            interpreter.resize_tensor_input(source, x.shape, strict=True)
        interpreter.allocate_tensors()
        return x

    def call(x: np.ndarray) -> np.ndarray:
        interpreter.set_tensor(source, x)
        interpreter.invoke()
        output: np.ndarray = interpreter.get_tensor(sink)
        return output

    return LocalSession(
        input=described.input,
        output=described.output,
        device_used=lambda: "cpu",
        prepare=prepare,
        call=call,
        all_tensors=lambda x: _all_tensors(artifact, source, x),
    )


def _all_tensors(artifact: Path, source: int, x: np.ndarray) -> list[np.ndarray]:
    """Run without XNNPACK, which shows only what comes out of it, and keep every tensor."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_path=str(artifact),
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        experimental_preserve_all_tensors=True,
    )
    interpreter.resize_tensor_input(source, x.shape, strict=True)
    interpreter.allocate_tensors()
    interpreter.set_tensor(source, x)
    interpreter.invoke()
    found = []
    for detail in interpreter.get_tensor_details():
        with suppress(ValueError):  # what is only planned and holds nothing
            found.append(interpreter.get_tensor(detail["index"]))
    return found


def _interpreter(artifact: Path, threads: int) -> Any:
    from ai_edge_litert.interpreter import Interpreter

    return _translating(
        lambda: Interpreter(model_path=str(artifact), num_threads=threads), artifact
    )


def _translating(call: Callable[[], Any], artifact: Path) -> Any:
    try:
        return call()
    except (ValueError, RuntimeError) as error:
        msg = f"LiteRT cannot load {artifact.name}: {' '.join(str(error).split())}"
        raise LoadError(msg) from error


def _tensor(name: str, detail: dict[str, Any]) -> Tensor:
    shape = tuple(None if size < 0 else int(size) for size in detail["shape_signature"])
    return Tensor(name=name, shape=shape, dtype=np.dtype(detail["dtype"]).name)


def _ops(artifact: Path) -> tuple[str, ...]:
    """Read the operator codes from the flatbuffer: the interpreter shows the main graph's only."""
    from ai_edge_litert import schema_py_generated as schema

    names = {value: name for name, value in vars(schema.BuiltinOperator).items() if name.isupper()}
    model = schema.Model.GetRootAsModel(artifact.read_bytes(), 0)
    found = set()
    for i in range(model.OperatorCodesLength()):
        code = model.OperatorCodes(i)
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        custom = code.CustomCode()
        found.add(f"custom:{custom.decode()}" if custom else names[number])
    return tuple(sorted(found))


RUNTIME = Runtime(
    name="litert",
    target="tflite",
    summary="LiteRT (ai-edge-litert) with XNNPACK, without TensorFlow",
    packages=("ai-edge-litert", "numpy"),
    needs=None,
    devices=("cpu",),
    start=in_process(load),
    imports="ai_edge_litert.interpreter",
)
