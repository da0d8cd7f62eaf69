"""ONNX Runtime: runs ONNX files, in a process without TensorFlow."""

from pathlib import Path
from typing import Any

import numpy as np

from seqbench.core.errors import LoadError, Unavailable
from seqbench.machine import nvidia
from seqbench.runtimes.runtime import Runtime, in_process
from seqbench.runtimes.session import LocalSession, Session, Tensor, say_judged

PROVIDERS = {"cpu": "CPUExecutionProvider", "gpu": "CUDAExecutionProvider"}
"""ONNX Runtime's name for what runs on a device."""

DTYPES = {"tensor(float)": "float32", "tensor(double)": "float64", "tensor(bool)": "bool"}
"""ONNX element types whose numpy name differs from the word in the brackets."""


def load(artifact: Path, device: str, threads: int) -> Session:
    """Load an ONNX file.

    Raises:
        LoadError: ONNX Runtime does not take the file.
        Unavailable: this build of ONNX Runtime has nothing for the device.

    """
    import onnxruntime

    provider = PROVIDERS[device]
    if provider not in onnxruntime.get_available_providers():
        msg = f"this ONNX Runtime has no {provider}: install onnxruntime-gpu"
        raise Unavailable(msg)
    try:
        session = _session(str(artifact), threads, provider)
    except Exception as error:  # its exceptions share no base of their own
        msg = f"ONNX Runtime cannot load {artifact.name}: {' '.join(str(error).split())}"
        raise LoadError(msg) from error
    if len(session.get_inputs()) != 1:
        names = ", ".join(value.name for value in session.get_inputs())
        msg = f"{artifact.name} takes {len(session.get_inputs())} inputs ({names}), expected one"
        raise LoadError(msg)
    source, sink = _tensor(session.get_inputs()[0]), _tensor(session.get_outputs()[0])
    outputs = [value.name for value in session.get_outputs()]

    run, wanted = session.run, [sink.name]

    def call(feed: dict[str, np.ndarray]) -> np.ndarray:
        output: np.ndarray = run(wanted, feed)[0]
        return output

    ran_on = "gpu" if session.get_providers()[0] == PROVIDERS["gpu"] else "cpu"
    return LocalSession(
        input=source,
        output=sink,
        device_used=lambda: ran_on,
        prepare=lambda x: {source.name: x},
        call=call,
        all_tensors=lambda x: _all_tensors(artifact, {source.name: x}, provider),
        memory=nvidia.used_bytes if ran_on == "gpu" else lambda: None,
        notes=say_judged("outputs", outputs, sink.name),
    )


def _session(model: str | bytes, threads: int, provider: str) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=[provider])


def _all_tensors(artifact: Path, feed: dict[str, np.ndarray], provider: str) -> list[np.ndarray]:
    """Run the same graph with every result of a node as an output."""
    import onnx

    model = onnx.load(str(artifact))
    there = {value.name for value in model.graph.output}
    names = [name for node in model.graph.node for name in node.output if name]
    more = (onnx.ValueInfoProto(name=name) for name in names if name not in there)
    model.graph.output.extend(more)
    found = _session(model.SerializeToString(), 1, provider).run(None, feed)
    return [value for value in found if isinstance(value, np.ndarray)]


def _tensor(value: Any) -> Tensor:
    shape = tuple(size if isinstance(size, int) else None for size in value.shape)
    word = value.type.removeprefix("tensor(").removesuffix(")")
    return Tensor(name=value.name, shape=shape, dtype=DTYPES.get(value.type, word))


RUNTIME = Runtime(
    name="onnxruntime",
    target="onnx",
    summary="ONNX Runtime, without TensorFlow",
    packages=("onnxruntime", "numpy"),
    needs=None,
    devices=("cpu", "gpu"),
    start=in_process(load),
    imports="onnxruntime",
)
