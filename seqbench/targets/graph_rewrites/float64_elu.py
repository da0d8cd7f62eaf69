"""elu(x) = max(x, 0) + exp(min(x, 0)) - 1 in float64, and selu, which ONNX Runtime has in float32.

Sources: Clevert, Unterthiner and Hochreiter 2016; Klambauer et al. 2017, with its two constants.
"""

from typing import Any

import numpy as np

from seqbench.targets.graph_rewrites.editor import Editor, Rewrite
from seqbench.targets.graph_rewrites.float64_sigmoid import is_float64

SCALE = 1.0507009873554804934193349852946
SCALE_ALPHA = 1.7580993408473768599402175208123


def _elu(editor: Editor, node: Any) -> None:
    _apply(editor, node, above=1.0, below=1.0)


def _selu(editor: Editor, node: Any) -> None:
    _apply(editor, node, above=SCALE, below=SCALE_ALPHA)


def _apply(editor: Editor, node: Any, *, above: float, below: float) -> None:
    """Turn a node into `above * max(x, 0) + below * (exp(min(x, 0)) - 1)`."""
    x, name, dtype = node.input[0], node.name, node.attr["T"].type

    def number(word: str, value: float) -> str:
        return editor.constant(f"{name}/{word}", np.asarray(value, np.float64))

    def add(word: str, op: str, *inputs: str) -> str:
        return editor.add(f"{name}/{word}", op, list(inputs), T=dtype)

    zero = number("zero", 0)
    low = add("power", "Exp", add("low", "Minimum", x, zero))
    curve = add("curve", "Mul", add("bend", "Sub", low, number("one", 1)), number("below", below))
    line = add("line", "Mul", add("high", "Maximum", x, zero), number("above", above))
    editor.become(node, "AddV2", [line, curve], T=dtype)


ELU = Rewrite(op="Elu", applies=is_float64, apply=_elu)
SELU = Rewrite(op="Selu", applies=is_float64, apply=_selu)
"""For ONNX."""
