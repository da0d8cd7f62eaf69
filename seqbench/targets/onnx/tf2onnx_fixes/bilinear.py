"""A bilinear resize in ONNX as TensorFlow does it: each axis between its two nearest pixels.

ONNX Runtime's own rounds the coordinates otherwise, up to twice what float32 may cost, and wants
the channels moved first. Source: `compute_interpolation_weights` in TensorFlow's
image_resizer_state.h and resize_bilinear_op.cc.
"""

from typing import Any

import numpy as np


def convert(graph: Any, node: Any, name: str, args: Any) -> None:  # noqa: ARG001 - tf2onnx's call
    """Replace a `ResizeBilinear` of images (batch, height, width, channels) in tf2onnx's graph."""
    from onnx import TensorProto
    from tf2onnx.onnx_opset.nn import Resize

    if not node.get_attr_int("half_pixel_centers"):
        Resize.version_11(graph, node)
        return
    images, size = node.input
    shape, sizes = graph.get_shape(images), node.inputs[1]
    outputs, shapes, dtypes = node.output, node.output_shapes, node.output_dtypes
    known = sizes.get_tensor_value() if sizes.is_const() else (None, None)
    found = graph.make_node("Cast", [images], {"to": TensorProto.FLOAT}).output[0]
    graph.remove_node(node.name)
    for axis in (2, 1):
        before = shape[axis] if shape is not None and shape[axis] >= 0 else None
        after = known[axis - 1]
        if before is None or after is None:
            places = _open_places(graph, found, size, axis)
        else:
            places = _known_places(graph, before, after, axis)
        found = _between(graph, found, axis, *places)
    graph.make_node("Identity", [found], name=name, outputs=outputs, shapes=shapes, dtypes=dtypes)


def _between(graph: Any, images: str, axis: int, lower: str, upper: str, share: str) -> str:
    """Return the pixels at `lower` moved by `share` towards those at `upper`."""
    low = graph.make_node("Gather", [images, lower], {"axis": axis}).output[0]
    high = graph.make_node("Gather", [images, upper], {"axis": axis}).output[0]
    step = graph.make_node("Sub", [high, low]).output[0]
    part = graph.make_node("Mul", [step, share]).output[0]
    return str(graph.make_node("Add", [low, part]).output[0])


def _known_places(graph: Any, before: int, after: int, axis: int) -> tuple[str, str, str]:
    """Return the indices below and above each new pixel, and how far it is between them."""
    scale = np.float32(before) / np.float32(after)
    half = np.float32(0.5)
    place = (np.arange(after, dtype=np.float32) + half) * scale - half
    below = np.floor(place)
    return (
        _constant(graph, np.maximum(below, 0).astype(np.int64)),
        _constant(graph, np.minimum(np.ceil(place), before - 1).astype(np.int64)),
        _constant(graph, (place - below).reshape(_beside(axis))),
    )


def _open_places(graph: Any, images: str, size: str, axis: int) -> tuple[str, str, str]:
    """Return the same where one of the sizes is known to the runtime alone."""
    from onnx import TensorProto

    def node(op: str, *inputs: str, **attributes: Any) -> str:
        return str(graph.make_node(op, list(inputs), attributes).output[0])

    def number(value: float) -> str:
        return _constant(graph, np.asarray(value, np.float32))

    def scalar(vector: str, index: int) -> str:
        return node("Gather", vector, _constant(graph, np.asarray(index)), axis=0)

    before = node("Cast", scalar(node("Shape", images), axis), to=TensorProto.FLOAT)
    after = node("Cast", scalar(size, axis - 1), to=TensorProto.FLOAT)
    scale = node("Div", before, after)
    numbers = node("Range", number(0), after, number(1))
    place = node("Sub", node("Mul", node("Add", numbers, number(0.5)), scale), number(0.5))
    below = node("Floor", place)
    lower = node("Cast", node("Max", below, number(0)), to=TensorProto.INT64)
    last = node("Sub", before, number(1))
    upper = node("Cast", node("Min", node("Ceil", place), last), to=TensorProto.INT64)
    beside = _constant(graph, np.asarray(_beside(axis)))
    return lower, upper, node("Reshape", node("Sub", place, below), beside)


def _beside(axis: int) -> tuple[int, ...]:
    """Return the shape in which shares of an axis go over (batch, height, width, channels)."""
    return (-1, 1) if axis == 2 else (-1, 1, 1)


def _constant(graph: Any, value: np.ndarray) -> str:
    from tf2onnx import utils

    return str(graph.make_const(utils.make_name("resize"), value).output[0])
