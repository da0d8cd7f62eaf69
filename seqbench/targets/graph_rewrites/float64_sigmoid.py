"""sigmoid(x) = 1 / (1 + exp(-x)) in float64, for the sake of recurrent layers.

By its sigmoids tf2onnx finds an LSTM or GRU in a loop and writes ONNX's own, which ONNX Runtime has
in float32 alone; without them it keeps the loop, which runs. Source: onnxruntime 1.31,
core/providers/cpu/rnn/deep_cpu_lstm.cc ("LSTM operator does not support double yet").
"""

from typing import Any

import numpy as np

from seqbench.targets.graph_rewrites.editor import Editor, Rewrite


def is_float64(node: Any) -> bool:
    """Return whether a node computes in float64."""
    from tensorflow.core.framework.types_pb2 import DT_DOUBLE

    return bool(node.attr["T"].type == DT_DOUBLE)


def _apply(editor: Editor, node: Any) -> None:
    dtype, name = node.attr["T"].type, node.name
    one = editor.constant(f"{name}/one", np.asarray(1, np.float64))
    negative = editor.add(f"{name}/negative", "Neg", list(node.input), T=dtype)
    power = editor.add(f"{name}/power", "Exp", [negative], T=dtype)
    sum_ = editor.add(f"{name}/sum", "AddV2", [one, power], T=dtype)
    editor.become(node, "RealDiv", [one, sum_], T=dtype)


REWRITE = Rewrite(op="Sigmoid", applies=is_float64, apply=_apply)
"""For ONNX."""
