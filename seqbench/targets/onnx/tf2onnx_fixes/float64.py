"""Logarithms and sorting in float64, which tf2onnx 1.17 casts to float32 without a word.

ONNX Runtime 1.31 has both in float64. Sources: the operators `Log` and `TopK` in ONNX's
Operators.md.
"""

from typing import Any

import numpy as np


def log(graph: Any, node: Any, name: str, args: Any) -> None:
    """Leave a `Log` in tf2onnx's graph as it is: ONNX calls it the same."""


def top_k(graph: Any, node: Any, name: str, args: Any) -> None:  # noqa: ARG001 - tf2onnx's call
    """Turn a `TopKV2` into a `TopK`, whose count is a vector and whose indices are of 64 bits."""
    from onnx import TensorProto
    from tf2onnx.onnx_opset.tensor import TopKV2

    if graph.get_dtype(node.input[0]) != TensorProto.DOUBLE:
        TopKV2.version_13(graph, node)
        return
    (x, k), (values, indices) = node.input, node.output
    shapes = node.output_shapes
    graph.remove_node(node.name)
    count = graph.make_node("Cast", [k], {"to": TensorProto.INT64}).output[0]
    one = graph.make_const(f"{name}/one", np.ones(1, np.int64)).output[0]
    counts = graph.make_node("Reshape", [count, one]).output[0]
    found = graph.make_node("TopK", [x, counts], output_count=2)
    kept = {"name": name, "shapes": shapes[:1], "dtypes": [TensorProto.DOUBLE]}
    graph.make_node("Identity", [found.output[0]], outputs=[values], **kept)
    graph.make_node(
        "Cast",
        [found.output[1]],
        {"to": TensorProto.INT32},
        outputs=[indices],
        shapes=shapes[1:],
        dtypes=[TensorProto.INT32],
    )
