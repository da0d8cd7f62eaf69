"""A factor of float64 kept apart from the matrix product beside it.

ONNX Runtime makes one operation of the two, whose factor is an attribute, and ONNX's attributes are
float32. A sum of one number between them keeps them apart and changes nothing.
Source: onnxruntime 1.31, core/optimizer/matmul_scale_fusion.cc.
"""

from typing import Any


def keep_scale_unfused(graph: Any) -> None:
    """Put a `Sum` between each float64 factor and the `MatMul` before or after it, in place."""
    from onnx import TensorProto, helper

    factors = {
        each.name
        for each in graph.initializer
        if each.data_type == TensorProto.DOUBLE and max(each.dims, default=1) == 1
    }
    products = [node for node in graph.node if node.op_type == "MatMul"]
    given = {name for node in products for name in node.output}
    taken = {name for node in products for name in node.input}
    nodes = []
    for node in graph.node:
        scales = node.op_type in ("Mul", "Div") and factors & set(node.input)
        for i, name in enumerate(node.input):
            if scales and name in given:
                node.input[i] = f"{name}/apart"
                nodes.append(helper.make_node("Sum", [name], [node.input[i]]))
        nodes.append(node)
        if scales and node.output[0] in taken:
            name, node.output[0] = node.output[0], f"{node.output[0]}/apart"
            nodes.append(helper.make_node("Sum", [node.output[0]], [name]))
    del graph.node[:]
    graph.node.extend(nodes)
