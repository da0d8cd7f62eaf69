"""TFLite files: where their weights come from, and whether they are asked in whole numbers.

LiteRT is started without delegates that bring operations: a custom one, TensorFlow's (`Flex...`)
included, cannot run.
"""

import struct
from pathlib import Path
from typing import Any

from seqbench.runtimes.litert import QUANTIZED
from seqbench.targets.checks import stays

_DAMAGES = (OSError, TypeError, ValueError, IndexError, struct.error)
"""What reading a damaged file raises."""


def dangers(artifact: Path) -> tuple[str, ...]:
    """Return the files of weights that are not in the folder of the artifact."""
    from ai_edge_litert import schema_py_generated as schema

    try:
        model: Any = schema.Model.GetRootAsModel(artifact.read_bytes(), 0)
        groups = [model.ExternalBufferGroups(i) for i in range(model.ExternalBufferGroupsLength())]
        names = [(group.Name() or b"").decode(errors="replace") for group in groups]
    except _DAMAGES:
        return ()
    return tuple(
        f"the weights file {name!r}" for name in names if name and not stays(name, artifact.parent)
    )


def quantized(artifact: Path) -> str | None:
    """Return which inputs and outputs are whole numbers that stand for real ones."""
    from ai_edge_litert import schema_py_generated as schema

    types = {value: name.lower() for name, value in vars(schema.TensorType).items()}
    found = []
    try:
        graph: Any = schema.Model.GetRootAsModel(artifact.read_bytes(), 0).Subgraphs(0)
        for side in ("Input", "Output"):
            for i in range(getattr(graph, f"{side}sLength")()):
                tensor = graph.Tensors(getattr(graph, f"{side}s")(i))
                dtype, how = types.get(tensor.Type()), tensor.Quantization()
                if dtype in QUANTIZED and how is not None and how.ScaleLength():
                    found.append(f"the {side.lower()} is {dtype}")
    except _DAMAGES:
        return None
    return ", ".join(found) or None
