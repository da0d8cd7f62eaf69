"""A nearest-neighbour resize in ONNX as TensorFlow does it: a choice of rows, then of columns.

tf2onnx gives ONNX's own operation scales in place of sizes: times a size, and rounded down, they
may give a pixel too few. Source: `ResizeNearestNeighborOp` in resize_nearest_neighbor_op.cc.
"""

from typing import Any

import numpy as np


def convert(graph: Any, node: Any, name: str, args: Any) -> None:  # noqa: ARG001 - tf2onnx's call
    """Replace a `ResizeNearestNeighbor` of images (batch, height, width, channels)."""
    from tf2onnx import utils
    from tf2onnx.onnx_opset.nn import Resize

    shape = graph.get_shape(node.input[0])
    if not node.inputs[1].is_const() or shape is None or min(shape[1:3]) < 0:
        Resize.version_11(graph, node)  # with sizes: they are known to the runtime alone
        return
    corners, centers = (
        bool(node.get_attr_value(key, 0)) for key in ("align_corners", "half_pixel_centers")
    )
    sizes = node.inputs[1].get_tensor_value()
    found, outputs = node.input[0], node.output
    shapes, dtypes = node.output_shapes, node.output_dtypes
    graph.remove_node(node.name)
    for axis in (1, 2):
        places = _places(shape[axis], sizes[axis - 1], corners=corners, centers=centers)
        indices = graph.make_const(utils.make_name("resize"), places).output[0]
        found = graph.make_node("Gather", [found, indices], {"axis": axis}).output[0]
    graph.make_node("Identity", [found], name=name, outputs=outputs, shapes=shapes, dtypes=dtypes)


def _places(before: int, after: int, *, corners: bool, centers: bool) -> np.ndarray:
    """Return which old pixel each new one is, in float32 as TensorFlow works it out."""
    scale = np.float32(before) / np.float32(after)
    if corners and after > 1:
        scale = np.float32(before - 1) / np.float32(after - 1)
    numbers = np.arange(after, dtype=np.float32)
    if centers:
        numbers += np.float32(0.5)
    places = numbers * scale
    # TensorFlow rounds halves away from zero.
    places = np.floor(places + np.float32(0.5)) if corners else np.floor(places)
    found: np.ndarray = np.minimum(places, before - 1).astype(np.int64)
    return found
