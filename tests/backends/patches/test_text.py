"""Counts and tables of categories: the same numbers without TensorFlow's counters and tables."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from keras.src.utils import tf_utils

from seqbench.backends.patches.registry import EXPORTABLE, in_place

RNG = np.random.default_rng(0)


def ops_of(concrete: Any) -> set[str]:
    return {op.type for op in concrete.graph.get_operations()}


@pytest.mark.parametrize("shape", [(6,), (4, 6)])
@pytest.mark.parametrize("dtype", ["int32", "int64"])
@pytest.mark.parametrize("mode", ["count", "binary", "weighted"])
def test_a_count_is_a_sum_of_one_hot_rows(shape: tuple[int, ...], dtype: str, mode: str) -> None:
    x = RNG.integers(0, 8, shape).astype(dtype)  # 5 to 7 are out of the range counted
    weights = tf.constant(RNG.normal(size=shape), "float32") if mode == "weighted" else None

    def count(x: Any) -> Any:
        return tf_utils.dense_bincount(x, 5, mode == "binary", "float32", weights)

    expected = count(tf.constant(x))
    with in_place(EXPORTABLE):
        concrete = tf.function(count, autograph=False).get_concrete_function(tf.constant(x))
    assert "DenseBincount" not in ops_of(concrete)
    np.testing.assert_allclose(concrete(tf.constant(x)), expected, atol=1e-6)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 8, 9, 100])
@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_a_table_of_numbers_is_searched(size: int, dtype: str) -> None:
    keys = RNG.choice(np.arange(-300, 300), size, replace=False)
    values = RNG.integers(0, 1000, size)
    table = tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer(keys, values, dtype, dtype), -1
    )
    x = tf.constant(np.append(np.arange(-310, 310), [2**31 - 1, -(2**31)]).reshape(2, -1), dtype)
    expected = table.lookup(x)
    with in_place(EXPORTABLE):
        concrete = tf.function(table.lookup).get_concrete_function(x)
    assert "LookupTableFindV2" not in ops_of(concrete)
    np.testing.assert_array_equal(concrete(x), expected)


def test_a_table_of_strings_stays() -> None:
    words = tf.lookup.KeyValueTensorInitializer(["a", "b"], [1, 2], "string", "int64")
    table = tf.lookup.StaticHashTable(words, -1)
    x = tf.constant(["b", "c"])
    with in_place(EXPORTABLE):
        concrete = tf.function(table.lookup).get_concrete_function(x)
    assert "LookupTableFindV2" in ops_of(concrete)
    np.testing.assert_array_equal(concrete(x), [2, -1])
