"""Normalization to length one: the same numbers without 1 / sqrt(0)."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqbench.backends.patches import EXPORTABLE, in_place

X = np.random.default_rng(0).normal(size=(3, 4, 5)).astype("float32")
X[0] = 0
X[1] *= 1e-14


@pytest.mark.parametrize("axis", [-1, 1, (1, 2)])
@pytest.mark.parametrize("epsilon", [None, 1e-12])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_length_is_kept_from_zero(axis: Any, epsilon: float | None, dtype: str) -> None:
    def normalize(x: Any) -> Any:
        return keras.ops.normalize(x, axis=axis, epsilon=epsilon)

    x = tf.constant(X.astype(dtype))
    with in_place(EXPORTABLE):
        concrete = tf.function(normalize, autograph=False).get_concrete_function(x)
    assert "Rsqrt" not in {op.type for op in concrete.graph.get_operations()}
    np.testing.assert_allclose(concrete(x), normalize(x), rtol=1e-6)


def test_other_lengths_are_left_alone() -> None:
    x = tf.constant(X)
    expected = keras.ops.normalize(x, order=1)
    with in_place(EXPORTABLE):
        np.testing.assert_array_equal(keras.ops.normalize(x, order=1), expected)
