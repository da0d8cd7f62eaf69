"""The band of a matrix as TensorFlow gives it."""

import numpy as np
import pytest
import tensorflow as tf

from seqbench.backends.patches import TFJS, in_place

X = np.random.default_rng(0).standard_normal((2, 3, 5))


@pytest.mark.parametrize("shape", [(2, 3, 5), (None, None, None)], ids=["fixed", "open"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "bool"])
@pytest.mark.parametrize(("lower", "upper"), [(-1, 0), (0, -1), (1, 2), (-1, -1), (0, 0), (3, 1)])
def test_it_is_the_original(
    lower: int, upper: int, dtype: str, shape: tuple[int | None, ...]
) -> None:
    x = tf.cast(tf.constant(X * 9), dtype)
    expected = tf.linalg.band_part(x, lower, upper)
    function = tf.function(lambda x: tf.linalg.band_part(x, lower, upper), autograph=False)
    with in_place(TFJS):
        concrete = function.get_concrete_function(tf.TensorSpec(shape, dtype))
    assert "MatrixBandPart" not in {op.type for op in concrete.graph.get_operations()}
    np.testing.assert_array_equal(concrete(x), expected)
