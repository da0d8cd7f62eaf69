"""A model's last sigmoid as 1 / (1 + exp(-x)), which is right for small probabilities too.

ONNX Runtime computes Sigmoid by a quotient of polynomials, exact to about 1e-7 of 1: of 4.5e-5 the
fourth digit is wrong, and below 1.5e-8 the answer is 0. Sigmoids within a model keep its faster
one, and so do recurrent layers, which tf2onnx knows by theirs. Source: onnxruntime 1.31,
core/mlas/lib/logistic.cpp (`MlasLogisticConstants`).
"""

from typing import Any

import numpy as np

from seqbench.targets.graph_rewrites.editor import Editor, Rewrite

MOVING = ("Identity", "Reshape", "Transpose")
"""What may stand between a last operation and the output."""


def _is_float32(node: Any) -> bool:
    from tensorflow.core.framework.types_pb2 import DT_FLOAT

    return bool(node.attr["T"].type == DT_FLOAT)


def _is_last(editor: Editor, node: Any) -> bool:
    """Return whether what a node computes goes nowhere but to the output."""
    readers = [
        reader
        for reader in editor.nodes
        if node.name in {name.partition(":")[0].removeprefix("^") for name in reader.input}
    ]
    return all(
        reader.op == "Shape" or (reader.op in MOVING and _is_last(editor, reader))
        for reader in readers
    )


def _apply(editor: Editor, node: Any) -> None:
    if not _is_last(editor, node):
        return
    dtype, name = node.attr["T"].type, node.name
    one = editor.constant(f"{name}/one", np.asarray(1, np.float32))
    negative = editor.add(f"{name}/negative", "Neg", list(node.input), T=dtype)
    power = editor.add(f"{name}/power", "Exp", [negative], T=dtype)
    sum_ = editor.add(f"{name}/sum", "AddV2", [one, power], T=dtype)
    editor.become(node, "RealDiv", [one, sum_], T=dtype)


REWRITE = Rewrite(op="Sigmoid", applies=_is_float32, apply=_apply)
"""For ONNX."""
