"""erfc(x) = 1 - erf(x): `tf.nn.gelu` writes the exact gelu with erfc, which ONNX and TF.js lack.

Source: the definition of the complementary error function (DLMF 7.2.2).
"""

from typing import Any

from seqbench.targets.graph_rewrites.editor import Editor, Rewrite


def _apply(editor: Editor, node: Any) -> None:
    erf = editor.add(node, "erf", "Erf", *node.input)
    editor.become(node, "Sub", editor.number(node, "one", 1), erf)


REWRITE = Rewrite(op="Erfc", applies=lambda _: True, apply=_apply)
