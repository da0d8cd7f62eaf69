"""sigmoid(x) = 1 / (1 + exp(-x)) in float64, for the sake of recurrent layers.

By its sigmoids tf2onnx finds an LSTM or GRU in a loop and writes ONNX's own, which ONNX Runtime has
in float32 alone; without them it keeps the loop, which runs. Source: onnxruntime 1.31,
core/providers/cpu/rnn/deep_cpu_lstm.cc ("LSTM operator does not support double yet").
"""

from typing import Any

from seqbench.targets.graph_rewrites.editor import Editor, Rewrite, has_dtype


def apply_quotient(editor: Editor, node: Any) -> None:
    """Turn a sigmoid into a quotient with an exponential."""
    one, negative = editor.number(node, "one", 1), editor.add(node, "negative", "Neg", *node.input)
    power = editor.add(node, "power", "Exp", negative)
    editor.become(node, "RealDiv", one, editor.add(node, "sum", "AddV2", one, power))


REWRITE = Rewrite(op="Sigmoid", applies=has_dtype("float64"), apply=apply_quotient)
"""For ONNX."""
