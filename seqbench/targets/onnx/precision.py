"""In which precision the numbers of an ONNX file really are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqbench.targets.onnx.checks import messages

_HALF = ("FLOAT16", "BFLOAT16")

_BYTES = ("INT8", "UINT8", "INT4", "UINT4", "INT2", "UINT2")
"""8 bits and fewer."""

_QUANTIZING = ("Quantize", "DynamicQuantize", "QLinear", "QGemm", "QAttention", "QEmbed")
"""How operations are called that compute in 8 bits, or turn what is computed into them."""


def holds_half_weights(artifact: Path) -> bool:
    """Tell whether any constants are in 16 bits."""
    return any(_type(found) in _HALF for found in _constants(artifact))


def holds_byte_weights(artifact: Path) -> bool:
    """Tell whether any constants are matrices or more in 8 bits; zero points are less."""
    return any(len(found.dims) > 1 and _type(found) in _BYTES for found in _constants(artifact))


def holds_byte_activations(artifact: Path) -> bool:
    """Tell whether anything that is computed is quantized."""
    return any(
        type(message).__name__ == "NodeProto" and message.op_type.startswith(_QUANTIZING)
        for message in messages(_model(artifact))
    )


def _constants(artifact: Path) -> Iterator[Any]:
    return (
        message for message in messages(_model(artifact)) if type(message).__name__ == "TensorProto"
    )


def _type(tensor: Any) -> str:
    import onnx

    name: str = onnx.TensorProto.DataType.Name(tensor.data_type)
    return name


def _model(artifact: Path) -> Any:
    import onnx

    return onnx.load(str(artifact), load_external_data=False)
