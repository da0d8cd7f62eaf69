"""softsign(x) = x / (1 + |x|): TF.js has no operation for it.

Source: Turian, Bergstra and Bengio 2009, "Quadratic features and deep architectures for chunking".
"""

from typing import Any

from seqbench.targets.graph_rewrites.editor import Editor, Rewrite


def _apply(editor: Editor, node: Any) -> None:
    (x,) = node.input
    size = editor.add(node, "abs", "Abs", x)
    below = editor.add(node, "below", "AddV2", editor.number(node, "one", 1), size)
    editor.become(node, "RealDiv", x, below)


REWRITE = Rewrite(op="Softsign", applies=lambda _: True, apply=_apply)
