"""A transposed convolution of open sizes, its bias added where its answer is whole.

Where the kernel is shorter than the stride ONNX's answer ends earlier than TensorFlow's, and
tf2onnx pads it with zeros. But it has fused the bias into the convolution before, and what it pads
lacks it. Sources: tf2onnx 1.17, rewriter/conv2d_with_add_rewriter.py and onnx_opset/nn.py,
`ConvTranspose`.
"""

from typing import Any

BIAS = 3
"""The place of a fused bias among the inputs."""


def convert(graph: Any, node: Any, name: str, args: Any) -> None:  # noqa: ARG001 - tf2onnx's call
    """Turn a `Conv2DBackpropInput` into a `ConvTranspose`, and an `Add` where sizes are open."""
    from tf2onnx.onnx_opset.nn import ConvTranspose

    if len(node.input) > BIAS and not node.inputs[0].is_const():
        y, bias = node.output[0], node.input[BIAS]
        shape, dtype = graph.get_shape(y), graph.get_dtype(y)
        graph.remove_input(node, bias, BIAS)
        whole = graph.insert_new_node_on_output("Add", y, inputs=[y, bias]).output[0]
        graph.set_shape(whole, shape)
        graph.set_dtype(whole, dtype)
    ConvTranspose.version_11(graph, node)
