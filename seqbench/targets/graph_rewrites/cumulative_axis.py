"""Cumulative sums and products along an axis that counts from the front.

TF.js takes a negative axis and permutes the wrong axes: a wrong shape on its cpu backend, a call
without an end on wasm. Source: `Cumsum` and `Cumprod` in tfjs-core 4.22.0, which pass the axis to
`getAxesPermutation` as it is. (Grappler folds the remainder to a constant.)
"""

from typing import Any

from seqbench.targets.graph_rewrites.editor import Editor, Rewrite


def _apply(editor: Editor, node: Any) -> None:
    from tensorflow.core.framework.types_pb2 import DT_INT32

    x, axis = node.input
    index = node.attr["Tidx"].type
    rank = editor.add(node, "rank_of_input", "Rank", x)
    if index != DT_INT32:
        rank = editor.add(node, "rank_as_index", "Cast", rank, SrcT=DT_INT32, DstT=index)
    node.input[1] = editor.add(node, "axis_from_front", "FloorMod", axis, rank, T=index)


SUM = Rewrite(op="Cumsum", applies=lambda _: True, apply=_apply)
PRODUCT = Rewrite(op="Cumprod", applies=lambda _: True, apply=_apply)
