"""LiteRT: runs TFLite files, in a process without TensorFlow."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seqbench.core.errors import LoadError
from seqbench.runtimes.runtime import Runtime, in_process
from seqbench.runtimes.session import LocalSession, Session, Tensor, say_judged

QUANTIZED = ("int8", "uint8", "int16")
"""The types of whole numbers that stand for real ones, where they have a scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantization:
    """How the whole numbers of an input or output stand for real ones.

    A whole number `q` stands for `(q - zero_point) * scale`. Source: LiteRT's 8-bit quantization
    specification, which has one scale for a whole input or output.

    Attributes:
        dtype: numpy's name of the whole numbers' type.
        scale: the distance between two neighbours.
        zero_point: the whole number that stands for 0.

    """

    dtype: str
    scale: float
    zero_point: int

    def __str__(self) -> str:
        return f"{self.dtype} (scale {self.scale:.6g}, zero point {self.zero_point})"

    def quantize(self, x: np.ndarray) -> np.ndarray:
        """Return the nearest whole numbers, of the same shape; what is out of range saturates."""
        limits = np.iinfo(self.dtype)
        whole = np.round(x / self.scale + self.zero_point)
        return np.clip(whole, limits.min, limits.max).astype(self.dtype)

    def dequantize(self, whole: np.ndarray) -> np.ndarray:
        """Return the real numbers that whole ones stand for, float32, of the same shape."""
        return (whole.astype(np.float32) - self.zero_point) * self.scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a TFLite file declares.

    Attributes:
        input: its input; float32 where that is quantized.
        output: its output, likewise.
        quantized: how its `input` and its `output` are quantized, those of them that are.
        narrow: the types with fewer bits than float32 that numbers within it are stored or computed
            in, sorted; none in a plain file.
        ops: the names of its operations in all subgraphs, sorted; a custom one as `custom:NAME`.
        notes: which of several signatures or outputs is judged.

    """

    input: Tensor
    output: Tensor
    quantized: Mapping[str, Quantization]
    narrow: tuple[str, ...]
    ops: tuple[str, ...]
    notes: tuple[str, ...]


def describe(artifact: Path) -> Description:
    """Read a TFLite file's input, output and operations.

    Raises:
        LoadError: LiteRT cannot open the file, or it has several inputs.

    """
    interpreter = _interpreter(artifact, threads=1)
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    if len(inputs) != 1:
        found = ", ".join(detail["name"] for detail in inputs)
        msg = f"{artifact.name} takes {len(inputs)} inputs ({found}), expected one"
        raise LoadError(msg)
    source, sink = inputs[0], outputs[0]
    names = (source["name"], sink["name"])
    signatures = interpreter.get_signature_list()
    notes = say_judged("outputs", [detail["name"] for detail in outputs], sink["name"])
    if signatures:
        main = _main_signature(artifact)
        names = (signatures[main]["inputs"][0], signatures[main]["outputs"][0])
        notes += say_judged("signatures", list(signatures), main)
    sides = {"input": _quantization(source), "output": _quantization(sink)}
    return Description(
        input=_tensor(names[0], source),
        output=_tensor(names[1], sink),
        quantized={side: how for side, how in sides.items() if how},
        narrow=_narrow(interpreter.get_tensor_details()),
        ops=_ops(artifact),
        notes=notes,
    )


def load(artifact: Path, device: str, threads: int) -> Session:  # noqa: ARG001 - CPU only
    """Load a TFLite file with XNNPACK, LiteRT's default on CPUs.

    Where its input or output is quantized, the session takes and gives the real numbers all the
    same.
    """
    described = describe(artifact)
    flex = [name.removeprefix("custom:") for name in described.ops if "custom:Flex" in name]
    if flex:
        msg = (
            f"{artifact.name} runs only beside TensorFlow: LiteRT alone has no {', '.join(flex)}; "
            "convert the model with built-in operations, as `seqbench export` does"
        )
        raise LoadError(msg)
    interpreter = _interpreter(artifact, threads)
    source = interpreter.get_input_details()[0]["index"]
    sink = interpreter.get_output_details()[0]["index"]
    quantized = described.quantized
    if None not in described.input.shape[1:]:
        _translating(interpreter.allocate_tensors, artifact)

    def prepare(x: np.ndarray) -> np.ndarray:
        # The file's own shape has 1 for what varies: too small for most windows.
        if tuple(interpreter.get_input_details()[0]["shape"]) != x.shape:
            interpreter.resize_tensor_input(source, x.shape, strict=True)
        _translating(interpreter.allocate_tensors, artifact)
        return quantized["input"].quantize(x) if "input" in quantized else x

    def call(x: np.ndarray) -> np.ndarray:
        interpreter.set_tensor(source, x)
        interpreter.invoke()
        output: np.ndarray = interpreter.get_tensor(sink)
        return quantized["output"].dequantize(output) if "output" in quantized else output

    return LocalSession(
        input=described.input,
        output=described.output,
        device_used=lambda: "cpu",
        prepare=prepare,
        call=call,
        all_tensors=lambda x: _all_tensors(artifact, source, prepare(x)),
        facts=_facts(described),
        notes=(*_say_quantized(quantized), *described.notes),
    )


def _facts(described: Description) -> dict[str, Any]:
    quantized = {side: asdict(how) for side, how in described.quantized.items()}
    found = {"quantized": quantized, "narrow": list(described.narrow)}
    return {name: value for name, value in found.items() if value}


def _narrow(details: list[dict[str, Any]]) -> tuple[str, ...]:
    """Return the types of tensors that stand for float32 numbers with fewer bits."""
    scaled = [it for it in details if it["quantization_parameters"]["scales"].size]
    dtypes = {np.dtype(it["dtype"]).name for it in scaled}
    return tuple(sorted(dtypes & {*QUANTIZED}))


def _say_quantized(quantized: Mapping[str, Quantization]) -> tuple[str, ...]:
    sides = ", ".join(f"the {side} is {how}" for side, how in quantized.items())
    return (f"quantized: {sides}",) if sides else ()


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
    dtype = "float32" if _quantization(detail) else np.dtype(detail["dtype"]).name
    return Tensor(name=name, shape=shape, dtype=dtype)


def _quantization(detail: dict[str, Any]) -> Quantization | None:
    """Return how an input or output is quantized; None where its numbers stand for themselves."""
    dtype, (scale, zero_point) = np.dtype(detail["dtype"]), detail["quantization"]
    if dtype.name not in QUANTIZED or not scale:
        return None
    return Quantization(dtype=dtype.name, scale=float(scale), zero_point=int(zero_point))


def _main_signature(artifact: Path) -> str:
    """Return the signature of the graph that the interpreter runs, the first; LiteRT tells none."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAsModel(artifact.read_bytes(), 0)
    found = [model.SignatureDefs(i) for i in range(model.SignatureDefsLength())]
    name: bytes = min(found, key=lambda one: one.SubgraphIndex()).SignatureKey()
    return name.decode()


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
