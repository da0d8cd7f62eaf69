"""A one-hot encoding of another dtype as one of float32, cast: tf2onnx 1.17 writes no other.

Source: `OneHot.any_version_after9` in tf2onnx/onnx_opset/tensor.py, whose other way out takes
vectors alone.
"""

from typing import Any

from seqbench.targets.graph_rewrites.editor import Editor, Rewrite


def _is_not_float32(node: Any) -> bool:
    from tensorflow.core.framework.types_pb2 import DT_FLOAT

    return bool(node.attr["T"].type != DT_FLOAT)


def _apply(editor: Editor, node: Any) -> None:
    from tensorflow.core.framework.types_pb2 import DT_FLOAT

    dtype, name = node.attr["T"].type, node.name
    indices, depth, *values = node.input
    on, off = (
        editor.add(f"{name}/{word}", "Cast", [value], SrcT=dtype, DstT=DT_FLOAT)
        for word, value in zip(("on", "off"), values, strict=True)
    )
    types = {"T": DT_FLOAT, "TI": node.attr["TI"].type}
    encoded = editor.add(f"{name}/float32", "OneHot", [indices, depth, on, off], **types)
    editor.nodes[-1].attr["axis"].CopyFrom(node.attr["axis"])
    editor.become(node, "Cast", [encoded], SrcT=DT_FLOAT, DstT=dtype)


REWRITE = Rewrite(op="OneHot", applies=_is_not_float32, apply=_apply)
"""For ONNX."""
