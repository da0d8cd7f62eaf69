"""softsign(x) = x / (1 + |x|): TF.js has no operation for it.

Source: Turian, Bergstra and Bengio 2009, "Quadratic features and deep architectures for chunking".
"""

from typing import Any

import numpy as np

from seqbench.targets.graph_rewrites.editor import Editor, Rewrite


def _apply(editor: Editor, node: Any) -> None:
    from tensorflow.python.framework import dtypes

    (x,) = node.input
    dtype = node.attr["T"].type
    one = np.asarray(1, dtypes.as_dtype(dtype).as_numpy_dtype)
    size = editor.add(f"{node.name}/abs", "Abs", [x], T=dtype)
    below = editor.add(
        f"{node.name}/below", "AddV2", [editor.constant(f"{node.name}/one", one), size], T=dtype
    )
    editor.become(node, "RealDiv", [x, below], T=dtype)


REWRITE = Rewrite(op="Softsign", applies=lambda _: True, apply=_apply)
