"""Large weights kept out of tf2onnx, which copies every constant after each of its optimizers.

A placeholder stands in for a constant during the conversion and an initializer takes its place
after it: 100 MB of weights otherwise cost 5.5 GB of memory and 30 s. Only for weights of which
tf2onnx looks at the shape alone: a kernel of a product of matrices and a table of an embedding.

Source: tf2onnx 1.17, optimizer/__init__.py (`optimize_graph` copies the graph for each optimizer).
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

LEAST_BYTES = 1 << 18
"""Smaller constants are left to tf2onnx, which may make them part of other operations."""

PLACES = {"MatMul": (1,), "GatherV2": (0,)}
"""Which input of an operation may be a stand-in, by the operation."""


def take_out(graph_def: Any) -> dict[str, np.ndarray]:
    """Make placeholders of large weights, in place; return the weights by tensor name."""
    from tensorflow import TensorShape, make_ndarray

    readers = _readers(graph_def.node)
    weights = {}
    for node in graph_def.node:
        if node.op != "Const" or node.attr["value"].tensor.ByteSize() < LEAST_BYTES:
            continue
        if not _stands_only_in_places(node.name, readers):
            continue
        array = make_ndarray(node.attr["value"].tensor)
        node.op = "Placeholder"
        del node.attr["value"]
        node.attr["shape"].shape.CopyFrom(TensorShape(array.shape).as_proto())
        weights[f"{node.name}:0"] = array
    return weights


def put_back(graph: Any, weights: Mapping[str, np.ndarray]) -> None:
    """Make initializers of the placeholders in an ONNX graph."""
    from onnx import numpy_helper

    inputs = {value.name: value for value in graph.input}
    for name, array in weights.items():
        if name in inputs:  # or nothing reads it
            graph.input.remove(inputs[name])
            graph.initializer.append(numpy_helper.from_array(array, name))


def _readers(nodes: Iterable[Any]) -> dict[str, list[tuple[Any, int]]]:
    """Return who reads each node's first output, and as which input."""
    found: dict[str, list[tuple[Any, int]]] = {}
    for node in nodes:
        for place, name in enumerate(node.input):
            found.setdefault(name.removesuffix(":0"), []).append((node, place))
    return found


def _stands_only_in_places(name: str, readers: Mapping[str, list[tuple[Any, int]]]) -> bool:
    found = readers.get(name, [])
    return bool(found) and all(
        _stands_only_in_places(node.name, readers)
        if node.op == "Identity"
        else place in PLACES.get(node.op, ())
        for node, place in found
    )
