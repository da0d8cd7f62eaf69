"""Rewrites of a frozen graph for formats that lack one of its operations: one file each.

A rewrite says in other operations what the graph says, exactly or to the last place; the verdict
on every export holds it to that.
"""

from dataclasses import replace
from typing import Any

from seqbench.targets.graph_rewrites import (
    bool_reverse,
    bucketize,
    cumulative_axis,
    erfc,
    float64_elu,
    float64_erf,
    float64_sigmoid,
    last_sigmoid,
    onehot,
    onehot_by_comparison,
    softsign,
)
from seqbench.targets.graph_rewrites.editor import Editor, Rewrite, has_dtype

ONNX: tuple[Rewrite, ...] = (
    float64_erf.ERF,
    float64_erf.ERFC,
    erfc.REWRITE,
    bucketize.REWRITE,
    float64_sigmoid.REWRITE,
    last_sigmoid.REWRITE,
    float64_elu.ELU,
    float64_elu.SELU,
    replace(softsign.REWRITE, applies=has_dtype("float64")),
    onehot.REWRITE,
)
"""What tf2onnx needs rewritten."""

TFJS: tuple[Rewrite, ...] = (
    erfc.REWRITE,
    bool_reverse.REWRITE,
    bucketize.REWRITE,
    softsign.REWRITE,
    cumulative_axis.SUM,
    cumulative_axis.PRODUCT,
    onehot_by_comparison.REWRITE,
)
"""What TF.js needs rewritten."""


def rewritten(graph_def: Any, rewrites: tuple[Rewrite, ...]) -> Any:
    """Return a copy of a GraphDef with the rewrites applied, in function bodies too."""
    copy = type(graph_def)()
    copy.CopyFrom(graph_def)
    bodies = [Editor(copy.node, in_function=False)]
    bodies += [Editor(body.node_def, in_function=True) for body in copy.library.function]
    for editor in bodies:
        for node in list(editor.nodes):
            for rewrite in rewrites:
                if node.op == rewrite.op and rewrite.applies(node):
                    rewrite.apply(editor, node)
    return copy
