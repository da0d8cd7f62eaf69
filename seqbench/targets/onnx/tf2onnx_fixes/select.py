"""A choice between two tensors as ONNX's Where, which does not look at what is not chosen.

tf2onnx multiplies each side by 0 or 1 and adds them up: an infinity or a NaN that was not chosen
makes NaN of the answer. ONNX Runtime 1.31 takes twice as long for that, too (a million floats:
182 us against 93). Source: tf2onnx 1.17, onnx_opset/controlflow.py, `Select.version_9`.
"""

from typing import Any


def convert(graph: Any, node: Any, name: str, args: Any) -> None:  # noqa: ARG001 - tf2onnx's call
    """Replace a `SelectV2` in tf2onnx's graph; its three inputs broadcast as Where's do."""
    from onnx import TensorProto

    # What Where lacks in ONNX Runtime goes through a dtype that holds all of its values.
    through = {
        TensorProto.BOOL: TensorProto.UINT8,
        TensorProto.FLOAT16: TensorProto.FLOAT,
        TensorProto.INT8: TensorProto.INT32,
        TensorProto.INT16: TensorProto.INT32,
        TensorProto.UINT16: TensorProto.INT32,
        TensorProto.UINT32: TensorProto.INT64,
    }
    (dtype,), shapes, outputs = node.output_dtypes, node.output_shapes, node.output
    condition, *sides = node.input
    graph.remove_node(node.name)
    if dtype not in through:
        graph.make_node(
            "Where", [condition, *sides], name=name, outputs=outputs, shapes=shapes, dtypes=[dtype]
        )
        return
    cast = [graph.make_node("Cast", [side], {"to": through[dtype]}).output[0] for side in sides]
    chosen = graph.make_node("Where", [condition, *cast]).output[0]
    graph.make_node(
        "Cast", [chosen], {"to": dtype}, name=name, outputs=outputs, shapes=shapes, dtypes=[dtype]
    )
