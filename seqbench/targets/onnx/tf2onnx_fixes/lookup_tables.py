"""Lookups in tables of words, and comparisons with a word, as ONNX's LabelEncoder.

A graph holds no table, only a handle; the model's layers have the words. ONNX Runtime compares
strings only in a later operator set than ours. Source: `LabelEncoder` in ONNX's Operators-ml.md.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench.targets.frozen import lookup_tables

if TYPE_CHECKING:
    import keras

DOMAIN = "ai.onnx.ml"
"""Where the operator comes from; ONNX Runtime has it on every platform."""

Tables = Mapping[str, tuple[np.ndarray, np.ndarray]]
"""Keys and values of tables, by the names of the graph's inputs that stand for their handles."""


def read_tables(model: "keras.Sequential", traced: Any) -> Tables:
    """Return the tables that a traced model asks."""
    handles = {external._id: internal.op.name for external, internal in traced.graph.captures}
    return {
        handles[table.resource_handle._id]: _contents(table)
        for table in lookup_tables(model)
        if table.resource_handle._id in handles
    }


def _contents(table: Any) -> tuple[np.ndarray, np.ndarray]:
    keys, values = table.export()
    return np.asarray(keys), np.asarray(values)


def make_handlers(found: Tables) -> dict[str, Any]:
    """Return conversions as tf2onnx takes them; none for a model without words."""
    if not found:
        return {}
    return {"LookupTableFindV2": (_find, ["LabelEncoder", found]), "Equal": (_equal, [])}


def _find(graph: Any, node: Any, name: str, args: list[Tables]) -> None:
    """Replace a `LookupTableFindV2` in tf2onnx's graph."""
    handle, x, default = node.inputs
    keys, values = args[0][handle.name]
    dtypes, outputs = node.output_dtypes, node.output
    shapes = [graph.get_shape(x.output[0])]
    graph.remove_node(node.name)
    if not graph.find_output_consumers(handle.output[0]):
        graph.remove_node(handle.name)
    encoded = _encoder(graph, x.output[0], keys, values, default.get_tensor_value())
    graph.make_node("Identity", [encoded], name=name, outputs=outputs, shapes=shapes, dtypes=dtypes)


def _equal(graph: Any, node: Any, name: str, args: Any) -> None:  # noqa: ARG001 - tf2onnx's call
    """Replace an `Equal` of strings with a constant one; others are left to tf2onnx."""
    from onnx import TensorProto
    from tf2onnx.onnx_opset.logical import Equal

    if graph.get_dtype(node.input[0]) != TensorProto.STRING:
        Equal.version_11(graph, node)
        return
    word, x = sorted(node.inputs, key=lambda each: not each.is_const())
    outputs, shapes = node.output, [graph.get_shape(x.output[0])]
    keys = np.asarray(word.get_tensor_value(as_list=False)).reshape(1)
    graph.remove_node(node.name)
    found = _encoder(graph, x.output[0], keys, np.ones(1, np.int64), 0)
    graph.make_node(
        "Cast",
        [found],
        {"to": TensorProto.BOOL},
        name=name,
        outputs=outputs,
        shapes=shapes,
        dtypes=[TensorProto.BOOL],
    )


def _encoder(graph: Any, x: str, keys: np.ndarray, values: np.ndarray, default: Any) -> str:
    """Add a `LabelEncoder` of words to numbers or of numbers to words; return its output."""
    words = keys.dtype == object
    kinds = ("strings", "int64s") if words else ("int64s", "strings")
    attributes = {
        f"keys_{kinds[0]}": keys.tolist(),
        f"values_{kinds[1]}": values.tolist(),
        f"default_{kinds[1].removesuffix('s')}": default,
    }
    return str(graph.make_node("LabelEncoder", [x], attributes, domain=DOMAIN).output[0])
