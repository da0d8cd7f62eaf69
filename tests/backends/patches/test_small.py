"""Substitutes of a few lines: celu, ranges in float16, 8-bit products, and seeds that stay."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src.backend.tensorflow import nn, numpy

from seqbench.backends.patches import EXPORTABLE, RUNNABLE, Table, in_place
from seqbench.targets.frozen import freeze


@pytest.mark.parametrize("alpha", [1.0, 0.5, 2.0])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_celu_is_what_it_was(alpha: float, dtype: str) -> None:
    x = tf.constant(np.concatenate([np.linspace(-90, 90, 361), [-1e-6, 1e-6]]), dtype)
    expected = nn.celu(x, alpha)
    with in_place(EXPORTABLE):
        concrete = tf.function(lambda x: nn.celu(x, alpha)).get_concrete_function(x)
    assert "Expm1" not in {op.type for op in concrete.graph.get_operations()}
    # TensorFlow's elu is exact to the last place of 1, and not of results as small as 1e-6.
    np.testing.assert_allclose(
        concrete(x), expected, rtol=1e-6, atol=alpha * float(np.finfo(dtype).eps)
    )


@pytest.mark.parametrize("table", [RUNNABLE, EXPORTABLE])
def test_sparsemax_counts_in_float16(table: Table) -> None:
    x = np.random.default_rng(0).normal(size=(4, 6)).astype("float16")
    expected = nn.sparsemax(tf.constant(x))
    with in_place(table):
        found = tf.function(nn.sparsemax, autograph=False)(tf.constant(x))
    assert found.dtype == tf.float16
    np.testing.assert_array_equal(found, expected)


def test_other_ranges_are_left_alone() -> None:
    with in_place(EXPORTABLE):
        assert tf.range(3).dtype == tf.int32
        assert tf.range(1.0, 3.0, dtype="float64").numpy().tolist() == [1.0, 2.0]


def test_products_of_8_bits_are_exact() -> None:
    rng = np.random.default_rng(0)
    a, b = (tf.constant(rng.integers(-127, 128, shape), tf.int8) for shape in ((5, 9), (9, 4)))
    expected = np.asarray(a, "int32") @ np.asarray(b, "int32")
    with in_place(EXPORTABLE):
        for product in (
            tf.function(lambda: numpy.matmul(a, b)),
            tf.function(lambda: numpy.einsum("ab,bc->ac", a, b)),
        ):
            ops = {op.type for op in product.get_concrete_function().graph.get_operations()}
            assert "BatchMatMulV3" not in ops
            assert product().dtype == tf.int32
            np.testing.assert_array_equal(product(), expected)
        half = tf.constant([[0.5]])
        np.testing.assert_array_equal(numpy.matmul(half, half), [[0.25]])
        np.testing.assert_array_equal(numpy.einsum("ab,bc->ac", half, half), [[0.25]])


@pytest.mark.parametrize("name", ["RandomHue", "RandomGrayscale", "RandomSaturation"])
def test_augmentation_that_draws_in_inference_vanishes(name: str) -> None:
    layer = getattr(keras.layers, name)(0.2)
    model = keras.Sequential([keras.Input((8, 8, 3)), layer])
    state = np.array(layer.generator.state)
    frozen = freeze(model)
    assert not any("Random" in op or "Variable" in op for op in frozen.ops)
    x = tf.constant(np.random.default_rng(0).random((2, 8, 8, 3)), "float32")
    np.testing.assert_array_equal(frozen.function(x)[0], x)
    np.testing.assert_array_equal(np.array(layer.generator.state), state)
