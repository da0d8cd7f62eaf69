"""Rewrites that TF.js needs, against the operations that they replace."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from seqbench.targets.graph_rewrites import TFJS, rewritten
from tests.targets.graph_rewrites.test_rewrites import graph_of, in_a_loop, run

X = np.random.default_rng(0).standard_normal((3, 4, 5))


@pytest.mark.parametrize("wrap", [lambda body: body, in_a_loop], ids=["top", "loop"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "function",
    [
        tf.nn.softsign,
        *(lambda x, axis=axis: tf.cumsum(x, axis, reverse=True) for axis in (-1, -2, 0, 2)),
        lambda x: tf.math.cumprod(x, tf.constant(-1, tf.int64), exclusive=True),
    ],
    ids=["softsign", "sum-1", "sum-2", "sum0", "sum2", "product-int64"],
)
def test_it_computes_the_same(
    function: Callable[[Any], Any], dtype: str, wrap: Callable[[Any], Any]
) -> None:
    x = X.astype(dtype)
    graph, source, sink = graph_of(wrap(function), x)
    changed = rewritten(graph, TFJS)
    assert changed != graph
    before, after = run(graph, source, sink, x), run(changed, source, sink, x)
    np.testing.assert_allclose(before, after, rtol=1e-6)


def test_an_axis_never_counts_from_the_end() -> None:
    graph, source, _ = graph_of(lambda x: tf.cumsum(x, -1), X)
    changed = rewritten(graph, TFJS)
    (node,) = (node for node in changed.node if node.op == "Cumsum")
    assert int(run(changed, source, f"{node.input[1]}:0", X)) == 2


@pytest.mark.parametrize("wrap", [lambda body: body, in_a_loop], ids=["top", "loop"])
@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint8])
def test_one_hot_has_no_row_for_what_is_outside(dtype: Any, wrap: Callable[[Any], Any]) -> None:
    def encoded(x: Any) -> Any:
        found = tf.one_hot(tf.cast(x, dtype), 4, on_value=2.5, off_value=-1.0)
        return tf.reduce_sum(found * tf.range(4, dtype=tf.float32), -1)

    x = np.array([[0, 1, 5], [3, 2, 255]], np.float32)
    graph, source, sink = graph_of(wrap(encoded), x)
    changed = rewritten(graph, TFJS)
    bodies = [changed.node, *(body.node_def for body in changed.library.function)]
    assert "OneHot" not in {node.op for nodes in bodies for node in nodes}
    np.testing.assert_array_equal(run(graph, source, sink, x), run(changed, source, sink, x))


def test_one_hot_along_another_axis_is_left_alone() -> None:
    graph, *_ = graph_of(lambda x: tf.one_hot(x, 4, axis=0), np.array([1, 2], np.int32))
    assert rewritten(graph, TFJS) == graph
