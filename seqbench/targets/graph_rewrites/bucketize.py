"""bucketize(x) = how many boundaries are not above x: `Discretization`'s operation, a sum of bits.

ONNX and TF.js have no such operation. Source: the definition in TensorFlow's `Bucketize`, under
which NaN, being below no boundary, falls in the last bucket.
"""

from typing import Any

import numpy as np

from seqbench.targets.graph_rewrites.editor import Editor, Rewrite


def _apply(editor: Editor, node: Any) -> None:
    from tensorflow.core.framework.types_pb2 import DT_BOOL, DT_FLOAT, DT_INT32

    dtype = node.attr["T"].type
    boundaries = np.asarray(node.attr["boundaries"].list.f, np.float32)
    (values,) = node.input
    if dtype != DT_FLOAT:
        values = editor.add(node, "values", "Cast", values, SrcT=dtype, DstT=DT_FLOAT)
    last = editor.constant(node, "last", np.asarray(-1, np.int32))
    count = editor.constant(node, "count", np.asarray(len(boundaries), np.int32))
    apart = editor.add(node, "apart", "ExpandDims", values, last, T=DT_FLOAT, Tdim=DT_INT32)
    edges = editor.constant(node, "boundaries", boundaries)
    below = editor.add(node, "below", "Less", apart, edges, T=DT_FLOAT)
    bits = editor.add(node, "bits", "Cast", below, SrcT=DT_BOOL, DstT=DT_INT32)
    above = editor.add(node, "above", "Sum", bits, last, T=DT_INT32, Tidx=DT_INT32)
    editor.become(node, "Sub", count, above, T=DT_INT32)


REWRITE = Rewrite(op="Bucketize", applies=lambda _: True, apply=_apply)
"""For formats without the operation; TFLite has it."""
