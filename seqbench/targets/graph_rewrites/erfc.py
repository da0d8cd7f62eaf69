"""erfc(x) = 1 - erf(x): `tf.nn.gelu` writes the exact gelu with erfc, which ONNX and TF.js lack.

Source: the definition of the complementary error function (DLMF 7.2.2).
"""

from typing import Any

import numpy as np

from seqbench.targets.graph_rewrites.editor import Editor, Rewrite


def _apply(editor: Editor, node: Any) -> None:
    from tensorflow.python.framework import dtypes

    dtype = node.attr["T"].type
    one = np.asarray(1, dtypes.as_dtype(dtype).as_numpy_dtype)
    erf = editor.add(f"{node.name}/erf", "Erf", list(node.input), T=dtype)
    editor.become(node, "Sub", [editor.constant(f"{node.name}/one", one), erf], T=dtype)


REWRITE = Rewrite(op="Erfc", applies=lambda _: True, apply=_apply)
