"""Large weights kept out of tf2onnx, which copies every constant after each of its optimizers.

A placeholder stands in for a constant during the conversion and an initializer takes its place
after it: 100 MB of weights otherwise cost 5.5 GB of memory and 30 s. Only for weights of which
tf2onnx looks at the shape alone: kernels of products of matrices and of convolutions, and tables of
embeddings. What it does to a kernel that it knows (it transposes it, and multiplies it by the scale
of a normalization that follows) is done here when the kernel is back.

Source: tf2onnx 1.17, optimizer/__init__.py (`optimize_graph` copies the graph for each optimizer),
optimizer/transpose_optimizer.py (`_mul_handler`, `_add_handler`).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

LEAST_BYTES = 1 << 18
"""Smaller constants are left to tf2onnx, which may make them part of other operations."""

PLACES = {
    "MatMul": (1,),
    "GatherV2": (0,),
    "Conv2D": (1,),
    "Conv3D": (1,),
    "Conv2DBackpropInput": (1,),
    "Conv3DBackpropInputV2": (1,),
}
"""Which input of an operation may be a stand-in, by the operation."""

HANDED_ON = {"Identity": 0, "ExpandDims": 0, "ReadVariableOp": 0}
"""Operations that hand a weight on to such a place, and as which input they take it."""

MOVES = ("Transpose", "Unsqueeze", "Reshape")
"""Operations of ONNX that tf2onnx puts behind a stand-in, and would do to a constant at once."""


def freeze_others(traced: Any) -> tuple[Any, dict[str, np.ndarray]]:
    """Return the graph with constants for its variables and placeholders for the large ones.

    Those never are in the graph: frozen with them it takes nine times their size.

    Args:
        traced: the `tf.ConcreteFunction` with its variables.

    Returns:
        The GraphDef, with functional control flow, and the weights by tensor name.

    """
    from tensorflow.python.framework.convert_to_constants import (
        _FunctionConverterDataInEager,
        _replace_variables_by_constants,
    )

    nodes = traced.graph.as_graph_def().node
    read = {name.removesuffix(":0") for node in nodes for name in node.input}
    # Keras reads some variables for nothing: what nobody needs goes when the graph is frozen.
    readers = _readers(it for it in nodes if it.op != "ReadVariableOp" or it.name in read)
    variables = {id(variable.handle): variable for variable in traced.graph.variables}
    large = {}
    for captured, inner in traced.graph.captures:
        name, variable = inner.op.name, variables.get(id(captured))
        if variable is None or variable.dtype.name != "float32":
            continue
        if 4 * variable.shape.num_elements() < LEAST_BYTES:
            continue
        if _stands_only_in_places(name, readers):
            large[name] = variable.numpy()
    data = _FunctionConverterDataInEager(
        func=traced,
        lower_control_flow=False,
        aggressive_inlining=False,
        variable_names_denylist=set(large),
    )
    graph_def, _ = _replace_variables_by_constants(converter_data=data)
    for node in graph_def.node:
        if node.name in large:
            _make_placeholder(node, large[node.name])
        elif node.op == "ReadVariableOp" and node.input[0] in large:
            dtype = node.attr["dtype"].type
            node.op = "Identity"
            node.attr.clear()
            node.attr["T"].type = dtype
    return graph_def, {f"{name}:0": array for name, array in large.items()}


def take_out(graph_def: Any) -> dict[str, np.ndarray]:
    """Make placeholders of large weights, in place; return the weights by tensor name."""
    from tensorflow import make_ndarray

    readers = _readers(graph_def.node)
    weights = {}
    for node in graph_def.node:
        if node.op != "Const" or node.attr["value"].tensor.ByteSize() < LEAST_BYTES:
            continue
        if not _stands_only_in_places(node.name, readers):
            continue
        array = make_ndarray(node.attr["value"].tensor)
        _make_placeholder(node, array)
        weights[f"{node.name}:0"] = array
    return weights


def _make_placeholder(node: Any, array: np.ndarray) -> None:
    from tensorflow import TensorShape, as_dtype

    node.op = "Placeholder"
    node.attr.clear()
    node.attr["dtype"].type = as_dtype(array.dtype).as_datatype_enum
    node.attr["shape"].shape.CopyFrom(TensorShape(array.shape).as_proto())


def put_back(graph: Any, weights: Mapping[str, np.ndarray]) -> None:
    """Make initializers of the placeholders in an ONNX graph, as tf2onnx has such constants."""
    from onnx import numpy_helper

    inputs = {value.name: value for value in graph.input}
    known = {value.name: value for value in graph.initializer}
    arrays = {}
    for name, array in weights.items():
        if name in inputs:  # or nothing reads it
            graph.input.remove(inputs[name])
            arrays[name] = array
    _move(graph, arrays, known)
    _fuse(graph, arrays, known)
    used = {name for node in graph.node for name in _inputs(node)}
    for name, array in arrays.items():
        if name in used:
            graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
    for name in set(known) - used:
        graph.initializer.remove(known[name])


def _move(graph: Any, arrays: dict[str, np.ndarray], known: Mapping[str, Any]) -> None:
    """Do at once what is done to weights alone; the results are further weights."""
    from onnx.reference import ReferenceEvaluator

    for node in list(graph.node):  # an operation stands behind what it takes
        if node.op_type not in MOVES or node.input[0] not in arrays:
            continue
        values = {name: _value(known[name]) for name in node.input[1:] if name in known}
        if len(values) == len(node.input) - 1:
            values[node.input[0]] = arrays[node.input[0]]
            (moved,) = ReferenceEvaluator(node).run(None, values)
            arrays[node.output[0]] = moved
            graph.node.remove(node)


def _fuse(graph: Any, arrays: dict[str, np.ndarray], known: Mapping[str, Any]) -> None:
    """Make the scale and the offset behind a convolution part of its kernel and its bias."""
    readers: dict[str, list[Any]] = {}
    for node in graph.node:
        for name in _inputs(node):
            readers.setdefault(name, []).append(node)
    ends = {value.name for value in graph.output}
    for node in list(graph.node):
        if node.op_type != "Conv" or node.input[1] not in arrays or len(node.input) > 2:
            continue
        kernel = node.input[1]
        for kind in ("Mul", "Add"):
            behind = readers.get(node.output[0], [])
            if len(behind) != 1 or behind[0].op_type != kind or node.output[0] in ends:
                continue
            others = [name for name in behind[0].input if name != node.output[0]]
            channels = _by_channel(known.get("".join(others)), arrays[kernel])
            if channels is None or (kind == "Mul" and len(readers[kernel]) > 1):
                break
            if kind == "Mul":
                sizes = (-1, *[1] * (arrays[kernel].ndim - 1))
                arrays[kernel] = arrays[kernel] * channels.reshape(sizes)
            else:
                node.input.append(f"{node.output[0]}/bias")
                arrays[node.input[2]] = channels
            node.output[0] = behind[0].output[0]
            graph.node.remove(behind[0])


def _by_channel(constant: Any, kernel: np.ndarray) -> np.ndarray | None:
    """Return a constant that has a number for each of a convolution's channels; None for others."""
    if constant is None:
        return None
    shape = [1] * (kernel.ndim - 1 - len(constant.dims)) + list(constant.dims)
    if shape[-kernel.ndim + 1 :] != [len(kernel), *[1] * (kernel.ndim - 2)]:
        return None
    value = _value(constant)
    return value.reshape(-1) if value.size == len(kernel) else None


def _value(constant: Any) -> np.ndarray:
    from onnx import numpy_helper

    found: np.ndarray = numpy_helper.to_array(constant)
    return found


def _inputs(node: Any) -> Iterator[str]:
    """Yield what a node reads, and what the graphs within it read."""
    yield from node.input
    for attribute in node.attribute:
        for graph in (*attribute.graphs, *([attribute.g] if attribute.HasField("g") else [])):
            yield from (value.name for value in graph.output)
            for inner in graph.node:
                yield from _inputs(inner)


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
        if HANDED_ON.get(node.op) == place
        else place in PLACES.get(node.op, ())
        for node, place in found
    )
