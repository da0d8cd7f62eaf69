"""Editing the nodes of a graph, or of a function's body, where outputs have other names."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """One operation said in others.

    Attributes:
        op: the operation.
        applies: whether a node with it is to be rewritten.
        apply: rewrites the node in place.

    """

    op: str
    applies: Callable[[Any], bool]
    apply: "Callable[[Editor, Any], None]"


class Editor:
    """Adds and changes nodes.

    Args:
        nodes: the repeated field of NodeDefs.
        in_function: whether they are a function's body.

    """

    def __init__(self, nodes: Any, *, in_function: bool) -> None:
        self.nodes = nodes
        self._in_function = in_function

    def add(self, name: str, op: str, inputs: list[str], **types: int) -> str:
        """Add a node with type attributes; return how others refer to its first output."""
        node = self.nodes.add(name=name, op=op, input=inputs)
        for attribute, value in types.items():
            node.attr[attribute].type = value
        return self._output(node)

    def constant(self, name: str, value: np.ndarray) -> str:
        """Add a constant; return how others refer to it."""
        from tensorflow.python.framework import dtypes, tensor_util

        node = self.nodes.add(name=name, op="Const")
        node.attr["dtype"].type = dtypes.as_dtype(value.dtype).as_datatype_enum
        node.attr["value"].tensor.CopyFrom(tensor_util.make_tensor_proto(value))
        return self._output(node)

    def become(self, node: Any, op: str, inputs: list[str], **types: int) -> None:
        """Turn a node into another operation under the same name, for all who read it."""
        before = self._output(node)
        node.op = op
        node.input[:] = inputs
        node.attr.clear()
        for attribute, value in types.items():
            node.attr[attribute].type = value
        after = self._output(node)
        for reader in self.nodes:
            reader.input[:] = [after if name == before else name for name in reader.input]

    def _output(self, node: Any) -> str:
        """Return how others refer to a node's first output."""
        if not self._in_function:
            return str(node.name)
        from tensorflow.python.framework import op_def_registry

        return f"{node.name}:{op_def_registry.get(node.op).output_arg[0].name}:0"
