"""Substitutes of one line: celu, and seeds that stay."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src.backend.tensorflow import nn

from seqbench.freeze import freeze
from seqbench.substitutes import EXPORTABLE, in_place


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
