"""TFLite files: where their weights come from.

LiteRT is started without delegates that bring operations: a custom one, TensorFlow's (`Flex...`)
included, cannot run.
"""

import struct
from pathlib import Path
from typing import Any

from seqbench.targets.checks import stays


def dangers(artifact: Path) -> tuple[str, ...]:
    """Return the files of weights that are not in the folder of the artifact."""
    from ai_edge_litert import schema_py_generated as schema

    try:
        model: Any = schema.Model.GetRootAsModel(artifact.read_bytes(), 0)
        groups = [model.ExternalBufferGroups(i) for i in range(model.ExternalBufferGroupsLength())]
        names = [(group.Name() or b"").decode(errors="replace") for group in groups]
    except (OSError, TypeError, ValueError, IndexError, struct.error):
        return ()
    return tuple(
        f"the weights file {name!r}" for name in names if name and not stays(name, artifact.parent)
    )
