"""A graph in bfloat16 as the same graph in float32, which has all of bfloat16's numbers.

ONNX Runtime's CPU has hardly an operation in bfloat16, and numpy has no such dtype. Source:
Kalamkar et al. 2019, "A study of bfloat16 for deep learning training": the upper half of float32.
"""

from typing import Any

import numpy as np


def in_float32(graph_def: Any, dtypes: tuple[str, ...] = ("bfloat16",)) -> Any:
    """Return a copy of a GraphDef, function bodies and their signatures included, in float32.

    Args:
        graph_def: the graph.
        dtypes: the floating dtypes that float32 replaces.

    """
    import tensorflow as tf

    others = frozenset(tf.as_dtype(dtype).as_datatype_enum for dtype in dtypes)
    wide = tf.float32.as_datatype_enum
    copy = type(graph_def)()
    copy.CopyFrom(graph_def)
    for function in copy.library.function:
        for argument in (*function.signature.input_arg, *function.signature.output_arg):
            if argument.type in others:
                argument.type = wide
    for nodes in (copy.node, *(function.node_def for function in copy.library.function)):
        for node in nodes:
            for value in node.attr.values():
                _change(value, others, wide)
    if copy != graph_def:
        _call_anew(copy)
    return copy


def _call_anew(graph_def: Any) -> None:
    """Give functions new names: under the old ones TensorFlow may hold the narrow ones still."""
    names = {
        function.signature.name: f"{function.signature.name}_float32"
        for function in graph_def.library.function
    }
    for function in graph_def.library.function:
        function.signature.name = names[function.signature.name]
    for nodes in (graph_def.node, *(body.node_def for body in graph_def.library.function)):
        for node in nodes:
            node.op = names.get(node.op, node.op)
            for value in node.attr.values():
                for called in (value.func, *value.list.func):
                    # An attribute that is no function must not become one by being looked at.
                    if called.name in names:
                        called.name = names[called.name]


def _change(value: Any, others: frozenset[int], wide: int) -> None:
    """Put the wide type in the place of the others in a node's attribute."""
    from tensorflow.python.framework import tensor_util

    if value.type in others:
        value.type = wide
    elif value.tensor.dtype in others:
        numbers = tensor_util.MakeNdarray(value.tensor).astype(np.float32)
        value.tensor.CopyFrom(tensor_util.make_tensor_proto(numbers))
    elif value.list.type:
        value.list.type[:] = [wide if dtype in others else dtype for dtype in value.list.type]
