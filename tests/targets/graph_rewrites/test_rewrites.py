"""Each rewrite says the same as the operation that it replaces, at top level and in loops."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from seqbench.targets.graph_rewrites import ONNX, TFJS, rewritten
from seqbench.targets.graph_rewrites.editor import Rewrite

MASK = np.random.default_rng(0).random((3, 4)) > 0.5
VALUES = np.linspace(-4, 4, 12, dtype=np.float32).reshape(3, 4)


def erfc(x: Any) -> Any:
    return tf.math.erfc(x) * 2


def reverse(x: Any) -> Any:
    return tf.logical_not(tf.reverse(x, [1]))


def in_a_loop(body: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def looped(x: Any) -> Any:
        return tf.while_loop(lambda i, _: i < 1, lambda i, y: (i + 1, body(y)), (0, x))[1]

    return looped


def graph_of(function: Callable[[Any], Any], x: np.ndarray) -> tuple[Any, str, str]:
    """Trace a function to a GraphDef and the names of its input and output."""
    spec = tf.TensorSpec(x.shape, x.dtype)
    graph = tf.function(function).get_concrete_function(spec).graph
    return graph.as_graph_def(), graph.inputs[0].name, graph.outputs[0].name


def run(graph_def: Any, source: str, sink: str, x: np.ndarray) -> np.ndarray:
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name="")
        with tf.compat.v1.Session(graph=graph) as session:
            output: np.ndarray = session.run(sink, {source: x})
            return output


@pytest.mark.parametrize("wrap", [lambda body: body, in_a_loop], ids=["top", "loop"])
@pytest.mark.parametrize(
    ("function", "x", "rewrites", "gone"),
    [(erfc, VALUES, ONNX, "Erfc"), (erfc, VALUES, TFJS, "Erfc"), (reverse, MASK, TFJS, None)],
)
def test_a_rewrite_computes_the_same(
    function: Any, x: np.ndarray, rewrites: tuple[Rewrite, ...], gone: str | None, wrap: Any
) -> None:
    graph, source, sink = graph_of(wrap(function), x)
    changed = rewritten(graph, rewrites)
    bodies = [changed.node, *(body.node_def for body in changed.library.function)]
    ops = [node.op for nodes in bodies for node in nodes]
    assert changed != graph
    assert gone not in ops
    before, after = run(graph, source, sink, x), run(changed, source, sink, x)
    assert np.abs(before.astype(np.float64) - after.astype(np.float64)).max() < 3e-7


def test_other_dtypes_are_left_alone() -> None:
    graph, *_ = graph_of(lambda x: tf.reverse(x, [0]), VALUES)
    assert rewritten(graph, TFJS) == graph
