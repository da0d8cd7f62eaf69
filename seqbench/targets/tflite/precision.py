"""In which precision the numbers of a TFLite file really are.

Source: the schema of TFLite: a tensor with a buffer is constant, and whole numbers that stand for
real ones have a scale.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

_HALF = ("FLOAT16", "BFLOAT16")

_BYTES = ("INT8", "UINT8", "INT4", "INT2", "UINT4")
"""8 bits and fewer."""


def holds_half_weights(artifact: Path) -> bool:
    """Tell whether any constants are in 16 bits."""
    return any(constant and kind in _HALF for kind, constant, _ in _tensors(artifact))


def holds_byte_weights(artifact: Path) -> bool:
    """Tell whether any constants are real numbers in 8 bits."""
    return any(
        constant and scaled and kind in _BYTES for kind, constant, scaled in _tensors(artifact)
    )


def holds_byte_activations(artifact: Path) -> bool:
    """Tell whether anything that is computed are real numbers in 8 bits, or in 16 whole ones."""
    return any(
        scaled and not constant and kind in (*_BYTES, "INT16")
        for kind, constant, scaled in _tensors(artifact)
    )


def _tensors(artifact: Path) -> Iterator[tuple[str, bool, bool]]:
    """Yield each tensor's type, whether it is constant, and whether it has a scale."""
    from ai_edge_litert import schema_py_generated as schema

    names = {value: name for name, value in vars(schema.TensorType).items() if name.isupper()}
    model: Any = schema.Model.GetRootAsModel(artifact.read_bytes(), 0)
    for graph in map(model.Subgraphs, range(model.SubgraphsLength())):
        for tensor in map(graph.Tensors, range(graph.TensorsLength())):
            buffer, how = model.Buffers(tensor.Buffer()), tensor.Quantization()
            # A large file has its constants behind itself.
            constant = bool(buffer.DataLength() or buffer.Size() or tensor.ExternalBuffer())
            scaled = how is not None and how.ScaleLength() > 0
            yield names.get(tensor.Type(), ""), constant, scaled
