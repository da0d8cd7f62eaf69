"""A model's last sigmoid as 1 / (1 + exp(-x)), which is right for small probabilities too.

ONNX Runtime computes Sigmoid by a quotient of polynomials, exact to about 1e-7 of 1: of 4.5e-5 the
fourth digit is wrong, and below 1.5e-8 the answer is 0. Sigmoids within a model keep its faster
one, and so do recurrent layers, which tf2onnx knows by theirs. Source: onnxruntime 1.31,
core/mlas/lib/logistic.cpp (`MlasLogisticConstants`).
"""

from typing import Any

from seqbench.targets.graph_rewrites.editor import Editor, Rewrite, has_dtype
from seqbench.targets.graph_rewrites.float64_sigmoid import apply_quotient

MOVING = ("Identity", "Reshape", "Transpose")
"""What may stand between a last operation and the output."""


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
    if _is_last(editor, node):
        apply_quotient(editor, node)


REWRITE = Rewrite(op="Sigmoid", applies=has_dtype("float32"), apply=_apply)
"""For ONNX."""
