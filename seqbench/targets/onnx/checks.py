"""ONNX files: where their weights come from, and operations that run code.

ONNX Runtime is started without libraries of operations: a node of a domain that it does not bring
(it brings ONNX's own, `ai.onnx.ml` and `com.microsoft`) cannot run, unless the file defines it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqbench.targets.checks import stays

_RUN_CODE = {
    "ATen": "calls PyTorch",
    "EPContext": "reads a compiled file",
    "PythonOp": "runs Python",
    "PythonOpGrad": "runs Python",
}
"""Operations of some builds of ONNX Runtime, by what they do."""

_MEMORY = "_ORT_MEM_ADDR_"
"""With this for a path, ONNX Runtime takes weights from an address in memory."""


def dangers(artifact: Path) -> tuple[str, ...]:
    """Return the files of weights out of the artifact's folder, and the nodes that run code."""
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load(str(artifact), load_external_data=False)
    except (OSError, ValueError, DecodeError):
        return ()
    found = []
    for message in messages(model):
        match type(message).__name__:
            case "NodeProto" if message.op_type in _RUN_CODE:
                found.append(f"{message.op_type} (it {_RUN_CODE[message.op_type]})")
            case "TensorProto" if message.external_data:
                found += [
                    f"the weights file {entry.value!r}"
                    for entry in message.external_data
                    if entry.key == "location"
                    if _MEMORY in entry.value or not stays(entry.value, artifact.parent)
                ]
    return tuple(found)


def messages(message: Any) -> Iterator[Any]:
    """Yield every message within one, itself first: nodes and tensors lie at many places."""
    left = [message]
    while left:
        message = left.pop()
        yield message
        for field, value in message.ListFields():
            if field.message_type is None:
                continue
            try:
                left.extend(value)
            except TypeError:
                left.append(value)
