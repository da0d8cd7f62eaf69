"""mean(x) = sum(x) / count in float64: tf2onnx makes a global pool of some means.

ONNX Runtime has that pool in float32 alone. Source: tf2onnx/optimizer/global_pool_optimizer.py.
"""

from typing import Any

from seqbench.rewrites.editor import Editor, Rewrite
from seqbench.rewrites.float64_sigmoid import is_float64


def _apply(editor: Editor, node: Any) -> None:
    from tensorflow.core.framework.types_pb2 import DT_INT32

    x, axes = node.input
    name, dtype = node.name, node.attr["T"].type
    total = editor.add(f"{name}/sum", "Sum", [x, axes], T=dtype, Tidx=node.attr["Tidx"].type)
    editor.nodes[-1].attr["keep_dims"].CopyFrom(node.attr["keep_dims"])

    def size(word: str, of: str) -> str:
        found = editor.add(f"{name}/{word}", "Size", [of], T=dtype, out_type=DT_INT32)
        return editor.add(f"{name}/{word}/cast", "Cast", [found], SrcT=DT_INT32, DstT=dtype)

    sizes = [size("before", x), size("after", total)]
    count = editor.add(f"{name}/count", "RealDiv", sizes, T=dtype)
    editor.become(node, "RealDiv", [total, count], T=dtype)


REWRITE = Rewrite(op="Mean", applies=is_float64, apply=_apply)
"""For ONNX."""
