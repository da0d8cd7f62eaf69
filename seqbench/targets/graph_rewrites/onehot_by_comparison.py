"""A one-hot encoding as a comparison with 0, 1, 2, ...: TF.js's wasm kernel checks no bounds.

An index outside writes into another row there, where TensorFlow gives a row of zeros. Source: the
definition in `tf.one_hot`.
"""

from typing import Any

import numpy as np

from seqbench.targets.graph_rewrites.editor import Editor, Rewrite


def _is_last_axis(node: Any) -> bool:
    return bool(node.attr["axis"].i == -1)


def _apply(editor: Editor, node: Any) -> None:
    from tensorflow.core.framework.types_pb2 import DT_INT32

    indices, depth, on, off = node.input
    kind = node.attr["TI"].type
    if kind != DT_INT32:
        indices = editor.add(node, "int32", "Cast", indices, SrcT=kind, DstT=DT_INT32)
    start, step, last = (
        editor.constant(node, word, np.asarray(value, np.int32))
        for word, value in (("start", 0), ("step", 1), ("last", -1))
    )
    columns = editor.add(node, "columns", "Range", start, depth, step, Tidx=DT_INT32)
    rows = editor.add(node, "rows", "ExpandDims", indices, last, T=DT_INT32, Tdim=DT_INT32)
    equal = editor.add(node, "equal", "Equal", rows, columns, T=DT_INT32)
    editor.become(node, "SelectV2", equal, on, off)


REWRITE = Rewrite(op="OneHot", applies=_is_last_axis, apply=_apply)
"""For TF.js."""
