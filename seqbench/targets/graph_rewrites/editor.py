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


def has_dtype(*names: str) -> Callable[[Any], bool]:
    """Return what tells whether a node computes in one of these dtypes."""

    def found(node: Any) -> bool:
        from tensorflow.python.framework import dtypes

        return dtypes.as_dtype(node.attr["T"].type).name in names

    return found


class Editor:
    """Adds and changes nodes.

    Args:
        nodes: the repeated field of NodeDefs.
        in_function: whether they are a function's body.

    """

    def __init__(self, nodes: Any, *, in_function: bool) -> None:
        self.nodes = nodes
        self._in_function = in_function

    def add(self, node: Any, word: str, op: str, *inputs: str, **types: int) -> str:
        """Add a node for another one's sake; return how others refer to its first output.

        Args:
            node: the other one, under whose name the new one is.
            word: its name there.
            op: its operation.
            inputs: what it reads.
            types: its type attributes; the other one's `T` where none is given.

        """
        added = self.nodes.add(name=f"{node.name}/{word}", op=op, input=inputs)
        for attribute, value in (types or {"T": node.attr["T"].type}).items():
            added.attr[attribute].type = value
        return self._output(added)

    def number(self, node: Any, word: str, value: float) -> str:
        """Add a constant of another node's `T` under its name; return how others refer to it."""
        from tensorflow.python.framework import dtypes

        dtype = dtypes.as_dtype(node.attr["T"].type).as_numpy_dtype
        return self.constant(node, word, np.asarray(value, dtype))

    def constant(self, node: Any, word: str, value: np.ndarray) -> str:
        """Add a constant under another node's name; return how others refer to it."""
        from tensorflow.python.framework import dtypes, tensor_util

        added = self.nodes.add(name=f"{node.name}/{word}", op="Const")
        added.attr["dtype"].type = dtypes.as_dtype(value.dtype).as_datatype_enum
        added.attr["value"].tensor.CopyFrom(tensor_util.make_tensor_proto(value))
        return self._output(added)

    def become(self, node: Any, op: str, *inputs: str, **types: int) -> None:
        """Turn a node into another operation under the same name, for all who read it.

        It keeps its `T` where no types are given.
        """
        before, types = self._output(node), types or {"T": node.attr["T"].type}
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
