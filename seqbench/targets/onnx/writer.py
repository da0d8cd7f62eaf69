"""ONNX, for ONNX Runtime and its many hosts."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from seqbench.models.stateless import stateful_notes
from seqbench.targets.frozen import INPUT, OUTPUT, Frozen, nodes
from seqbench.targets.graph_rewrites import ONNX, bfloat16, rewritten
from seqbench.targets.graph_rewrites.editor import has_dtype
from seqbench.targets.onnx import stand_ins
from seqbench.targets.onnx.tf2onnx_fixes import (
    bilinear,
    float64,
    lookup_tables,
    nearest,
    optimizers,
    pads,
    scale,
    select,
    transposed,
)
from seqbench.targets.target import Exported, refuse_float8, unsupported

OPSET = 17
"""The operator set: old enough for every runtime in use, new enough for LayerNormalization."""


HANDLERS: dict[str, Any] = {
    "Conv2DBackpropInput": (transposed.convert, []),
    "Log": (float64.log, []),
    "ResizeBilinear": (bilinear.convert, []),
    "ResizeNearestNeighbor": (nearest.convert, []),
    "SelectV2": (select.convert, []),
    "TopKV2": (float64.top_k, ["TopK"]),
}
"""Conversions of TensorFlow operations that are ours and not tf2onnx's, as it takes them."""

FLOAT32_ALONE = frozenset({"Conv2D", "Conv3D", "DepthwiseConv2dNative", "AvgPool"})
"""What ONNX Runtime 1.31 computes on a CPU in float32 and not in float64, and nothing replaces."""


def export(frozen: Frozen, path: Path) -> Exported:
    """Write a `.onnx` file.

    Raises:
        Unsupported: an operation of the model has no equivalent in ONNX.

    """
    import onnx

    refuse_float8(frozen, "ONNX")
    tables = lookup_tables.read_tables(frozen.model, frozen.traced)
    handlers = HANDLERS | lookup_tables.make_handlers(tables)
    graph_def, weights = stand_ins.freeze_others(frozen.traced)
    graph_def = rewritten(bfloat16.in_float32(graph_def), ONNX)
    _refuse_float64(graph_def, frozen)
    weights |= stand_ins.take_out(graph_def)
    try:
        model = _converted(graph_def, weights, frozen, handlers, copies=False)
    except Exception:  # noqa: BLE001 - whatever fails, the next attempt says so
        model = _converted(graph_def, weights, frozen, handlers, copies=True)
    stand_ins.put_back(model.graph, weights)
    _refuse_foreign(model.graph, frozen)
    for node in _nodes(model.graph):
        pads.mend(node)
    scale.keep_scale_unfused(model.graph)
    _rename(model.graph, frozen.traced.inputs[0].name, INPUT)
    _rename(model.graph, frozen.traced.outputs[0].name, OUTPUT)
    _name_batch(model.graph, frozen)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))
    ops = operations(model.graph)
    notes = stateful_notes(frozen.model)
    if "bfloat16" not in (frozen.input.dtype, frozen.output.dtype):
        return Exported(input=frozen.input, output=frozen.output, ops=ops, notes=notes)
    source, sink = (
        replace(tensor, dtype="float32") if tensor.dtype == "bfloat16" else tensor
        for tensor in (frozen.input, frozen.output)
    )
    note = "in float32: ONNX Runtime has hardly an operation in bfloat16"
    return Exported(input=source, output=sink, ops=ops, notes=(*notes, note))


def _converted(
    graph_def: Any, weights: Iterable[str], frozen: Frozen, handlers: Any, *, copies: bool
) -> Any:
    """Convert a graph, its weights by the names of their stand-ins; return the ONNX model."""
    from tf2onnx.convert import from_graph_def

    with optimizers.restrict_optimizers(copies=copies):
        model, _ = from_graph_def(
            graph_def,
            name=frozen.model.name,
            input_names=[frozen.traced.inputs[0].name, *weights],
            output_names=[frozen.traced.outputs[0].name],
            opset=OPSET,
            custom_op_handlers=handlers,
        )
    return model


def operations(graph: Any) -> tuple[str, ...]:
    """Return the names of a graph's operations, sorted; of another domain as `DOMAIN.NAME`."""
    names = {
        f"{node.domain}.{node.op_type}" if node.domain not in ("", "ai.onnx") else node.op_type
        for node in _nodes(graph)
    }
    return tuple(sorted(names))


def _refuse_float64(graph_def: Any, frozen: Frozen) -> None:
    """Raise Unsupported where ONNX Runtime would load the file and then refuse to compute."""
    for node in nodes(graph_def):
        if node.op in FLOAT32_ALONE and has_dtype("float64")(node):
            reason = "ONNX Runtime has it in float32 alone"
            raise unsupported(frozen, node.name, f"{node.op} in float64", "ONNX", reason)


def _refuse_foreign(graph: Any, frozen: Frozen) -> None:
    """Raise Unsupported where tf2onnx left an operation of TensorFlow as it was."""
    import onnx

    for node in _nodes(graph):
        if node.domain in ("", "ai.onnx") and not onnx.defs.has(node.op_type, OPSET):
            reason = "tf2onnx has no way to write it and seqbench no rewrite"
            raise unsupported(frozen, node.name, node.op_type, "ONNX", reason)


def _rename(graph: Any, old: str, new: str) -> None:
    """Rename a tensor wherever it stands, loop bodies included."""
    for value in (*graph.input, *graph.output, *graph.value_info):
        if value.name == old:
            value.name = new
    for node in _nodes(graph):
        for names in (node.input, node.output):
            for i, name in enumerate(names):
                if name == old:
                    names[i] = new


def _name_batch(graph: Any, frozen: Frozen) -> None:
    """Call the free dimensions by stable names; tf2onnx counts them anew each time."""
    for value, tensor in ((graph.input[0], frozen.input), (graph.output[0], frozen.output)):
        dims = value.type.tensor_type.shape.dim
        for axis, size in enumerate(tensor.shape):
            if size is None:
                dims[axis].dim_param = "batch" if axis == 0 else f"{tensor.name}_dim_{axis}"
            else:
                dims[axis].dim_value = size


def _nodes(graph: Any) -> Any:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _nodes(attribute.g)
            for inner in attribute.graphs:
                yield from _nodes(inner)
