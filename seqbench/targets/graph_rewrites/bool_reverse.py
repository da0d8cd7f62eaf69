"""Reverse booleans as int32: TF.js's wasm kernel reads four bytes an element and aborts on one.

Masked recurrent layers that go backwards reverse their mask. Source: `Reverse` in
tfjs-backend-wasm 4.22.0, which looks at no dtype.
"""

from typing import Any

from seqbench.targets.graph_rewrites.editor import Editor, Rewrite, has_dtype


def _apply(editor: Editor, node: Any) -> None:
    from tensorflow.core.framework.types_pb2 import DT_BOOL, DT_INT32

    values, axis = node.input
    numbers = editor.add(node, "numbers", "Cast", values, SrcT=DT_BOOL, DstT=DT_INT32)
    types = {"T": DT_INT32, "Tidx": node.attr["Tidx"].type}
    reversed_ = editor.add(node, "reversed", "ReverseV2", numbers, axis, **types)
    editor.become(node, "Cast", reversed_, SrcT=DT_INT32, DstT=DT_BOOL)


REWRITE = Rewrite(op="ReverseV2", applies=has_dtype("bool"), apply=_apply)
