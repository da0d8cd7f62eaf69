"""elu(x) = max(x, 0) + exp(min(x, 0)) - 1 in float64, and selu, which ONNX Runtime has in float32.

Sources: Clevert, Unterthiner and Hochreiter 2016; Klambauer et al. 2017, with its two constants.
"""

from functools import partial
from typing import Any

from seqbench.targets.graph_rewrites.editor import Editor, Rewrite, has_dtype

SCALE = 1.0507009873554804934193349852946
SCALE_ALPHA = 1.7580993408473768599402175208123


def _apply(editor: Editor, node: Any, *, above: float, below: float) -> None:
    """Turn a node into `above * max(x, 0) + below * (exp(min(x, 0)) - 1)`."""
    (x,) = node.input
    number, add = partial(editor.number, node), partial(editor.add, node)
    zero = number("zero", 0)
    low = add("power", "Exp", add("low", "Minimum", x, zero))
    curve = add("curve", "Mul", add("bend", "Sub", low, number("one", 1)), number("below", below))
    line = add("line", "Mul", add("high", "Maximum", x, zero), number("above", above))
    editor.become(node, "AddV2", line, curve)


_IN_FLOAT64 = has_dtype("float64")

ELU = Rewrite(op="Elu", applies=_IN_FLOAT64, apply=partial(_apply, above=1.0, below=1.0))
SELU = Rewrite(
    op="Selu", applies=_IN_FLOAT64, apply=partial(_apply, above=SCALE, below=SCALE_ALPHA)
)
"""For ONNX."""
