"""ONNX, for ONNX Runtime and its many hosts."""

from pathlib import Path
from typing import Any

from seqbench.freeze import INPUT, OUTPUT, Frozen
from seqbench.rewrites import ONNX, rewritten
from seqbench.targets.target import Exported, Target

OPSET = 17
"""The operator set: old enough for every runtime in use, new enough for LayerNormalization."""


def export(frozen: Frozen, path: Path) -> Exported:
    """Write a `.onnx` file."""
    import onnx
    from tf2onnx.convert import from_graph_def

    model, _ = from_graph_def(
        rewritten(frozen.function.graph.as_graph_def(), ONNX),
        name=frozen.model.name,
        input_names=[frozen.function.inputs[0].name],
        output_names=[frozen.function.outputs[0].name],
        opset=OPSET,
    )
    _rename(model.graph, frozen.function.inputs[0].name, INPUT)
    _rename(model.graph, frozen.function.outputs[0].name, OUTPUT)
    _name_batch(model.graph, frozen)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))
    ops = tuple(sorted({node.op_type for node in _nodes(model.graph)}))
    return Exported(input=frozen.input, output=frozen.output, ops=ops)


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


TARGET = Target(
    name="onnx",
    filename="model.onnx",
    summary="ONNX, for ONNX Runtime on servers, desktops and edge devices",
    packages=("tensorflow", "keras", "tf2onnx", "onnx"),
    export=export,
)
