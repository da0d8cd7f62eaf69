"""A one-hot encoding of another dtype as one of float32, cast: tf2onnx 1.17 writes no other.

Source: `OneHot.any_version_after9` in tf2onnx/onnx_opset/tensor.py, whose other way out takes
vectors alone.
"""

from typing import Any

from seqbench.targets.graph_rewrites.editor import Editor, Rewrite, has_dtype

_IS_FLOAT32 = has_dtype("float32")


def _apply(editor: Editor, node: Any) -> None:
    from tensorflow.core.framework.types_pb2 import DT_FLOAT

    dtype = node.attr["T"].type
    indices, depth, *values = node.input
    on, off = (
        editor.add(node, word, "Cast", value, SrcT=dtype, DstT=DT_FLOAT)
        for word, value in zip(("on", "off"), values, strict=True)
    )
    types = {"T": DT_FLOAT, "TI": node.attr["TI"].type}
    encoded = editor.add(node, "float32", "OneHot", indices, depth, on, off, **types)
    editor.nodes[-1].attr["axis"].CopyFrom(node.attr["axis"])
    editor.become(node, "Cast", encoded, SrcT=DT_FLOAT, DstT=dtype)


REWRITE = Rewrite(op="OneHot", applies=lambda node: not _IS_FLOAT32(node), apply=_apply)
"""For ONNX."""
